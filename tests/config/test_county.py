"""`county.toml`: the county's figures, and what is refused in them."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.values import Pan
from terminal.config import ConfigError, load
from terminal.county import (
    County,
    FeeRow,
    fee,
    is_own_bank,
    monthly_pension,
    township_name,
)
from tests.config.written import EXAMPLES, GONE, changed, example, toml

EXAMPLE = example("county.toml")


@pytest.fixture(scope="module")
def county() -> County:
    return load(EXAMPLES / "county.toml", County)


def test_the_example_holds_the_scheme_of_the_county(county: County) -> None:
    scheme = county.scheme  # scheme.md: national five tiers, 12 townships and a zone, 55 and 139
    assert scheme.tiers_fen == (10_000, 20_000, 30_000, 40_000, 50_000)
    assert len(scheme.townships) == 13
    assert (scheme.base_pension_fen, scheme.months_divisor) == (5_500, 139)
    assert county.withdrawal.max_fen == 200_000


@pytest.mark.parametrize(
    ("amount_fen", "fee_fen"),
    [
        (10_000, 100),  # 50 per ten thousand of 100 yuan are 0.50: the minimum of 1.00
        (30_000, 150),
        (30_100, 151),  # 150.5 fen: half a fen is rounded up
        (30_099, 150),
        (2_000_000, 5_000),  # 100.00 is more than the maximum of 50.00
    ],
)
def test_a_fee_is_the_rate_within_its_bounds(county: County, amount_fen: int, fee_fen: int) -> None:
    assert fee(county, "withdrawal", own_bank=False, amount_fen=amount_fen) == fee_fen


def test_a_missing_row_is_free(county: County) -> None:
    assert fee(county, "withdrawal", own_bank=True, amount_fen=200_000) == 0
    assert fee(county, "transfer", own_bank=False, amount_fen=200_000) == 0


@given(st.integers(0, 10**10), st.integers(0, 10_000), st.integers(0, 10**6), st.integers(0, 10**6))
def test_a_fee_never_leaves_its_bounds_and_rounds_by_half_a_fen_at_most(
    amount_fen: int, rate: int, low_fen: int, more_fen: int
) -> None:
    row = FeeRow("transfer", "own", rate, low_fen, low_fen + more_fen)
    asked = load(EXAMPLES / "county.toml", County)
    asked = County(
        asked.county, asked.withdrawal, asked.scheme, asked.session, asked.retention, (row,)
    )
    fen = fee(asked, "transfer", own_bank=True, amount_fen=amount_fen)
    assert row.min_fen <= fen <= row.max_fen
    if row.min_fen < fen < row.max_fen:
        assert -5_000 < amount_fen * rate - fen * 10_000 + 1 <= 5_000


def test_a_card_is_the_own_banks_by_its_leading_digits(county: County) -> None:
    assert is_own_bank(county, Pan("6229991234567892343"))
    assert not is_own_bank(county, Pan("6212341234567892343"))
    assert not is_own_bank(county, Pan("1622999123456789234"))


def test_a_pension_is_the_base_and_the_account_over_139(county: County) -> None:
    assert monthly_pension(county, account_fen=0) == 5_500
    assert monthly_pension(county, account_fen=139_000) == 6_500
    assert monthly_pension(county, account_fen=138) == 5_500  # never promises a fen too much


def test_a_township_has_its_name_and_an_unknown_one_its_code(county: County) -> None:
    assert township_name(county, "201") == "经济开发区"
    assert township_name(county, "999") == "999"


WRONG = [
    ("county.own_bins", [], "county.own_bins"),
    ("county.own_bins", ["6229x9"], "county: own_bins must be the first 2 to 12 digits"),
    ("county.consult_phone", "", "county: consult_phone may hold digits"),
    ("county.consult_phone", "ask the bank", "county: consult_phone may hold digits"),
    ("county.name", GONE, "county: Object missing required field `name`"),
    ("county.nmae", "示例县", "county: Object contains unknown field `nmae`"),
    ("withdrawal.max_fen", 2000.5, "withdrawal.max_fen: Expected `int`, got `float`"),
    ("withdrawal.max_fen", "2000", "withdrawal.max_fen: Expected `int`, got `str`"),
    ("withdrawal.max_fen", True, "withdrawal.max_fen: Expected `int`, got `bool`"),
    ("withdrawal.min_fen", 0, "withdrawal.min_fen"),
    ("withdrawal.step_fen", 3000, "withdrawal: min_fen and max_fen must be multiples of step_fen"),
    ("withdrawal.card_day_fen", 1000, "withdrawal: min_fen, max_fen and card_day_fen"),
    ("withdrawal.cash_not_handed", "pray", "withdrawal.cash_not_handed"),
    ("scheme.tiers_fen", [20000, 10000], "scheme: tiers_fen must rise"),
    ("scheme.tiers_fen", [10000, 10000], "scheme: tiers_fen must rise"),
    ("scheme.pension_age", 59, "scheme: age_min, age_max and pension_age must rise"),
    ("scheme.months_divisor", 0, "scheme.months_divisor"),
    ("scheme.part_payment", "yes", "scheme.part_payment: Expected `bool`, got `str`"),
    ("scheme.townships.1.code", "101", "scheme: townships has the code '101' twice"),
    ("scheme.townships.1.code", "1x1", "scheme.townships[1]: code must be 3 digits"),
    ("fees.0.scope", "foreign", "fees[0].scope: Invalid enum value 'foreign'"),
    ("fees.0.min_fen", 9000, "fees[0]: min_fen is more than max_fen"),
    ("fees.1.service", "withdrawal", "fees has two rows for withdrawal, other"),
    ("session.wrong_pins_block", 5, "session: wrong_pins_block must be more than"),
    ("session.auto_lock_min", 0, "session.auto_lock_min"),
    ("retention.store_copy_months", GONE, "retention: Object missing required field"),
    ("retention", GONE, "Object missing required field `retention`"),
    ("extra", {}, "Object contains unknown field `extra`"),
]


@pytest.mark.parametrize(("key", "value", "said"), WRONG)
def test_a_wrong_key_type_or_value_is_named_with_its_file_in_one_line(
    key: str, value: object, said: str, tmp_path: Path
) -> None:
    file = tmp_path / "county.toml"
    file.write_text(toml(changed(EXAMPLE, key, value)), "utf-8")
    with pytest.raises(ConfigError) as refused:
        load(file, County)
    message = str(refused.value)
    assert message.startswith(f"{file}: {said}")
    assert "\n" not in message
    assert "$" not in message
    assert "regex" not in message


def test_the_unchanged_copy_is_accepted(county: County, tmp_path: Path) -> None:
    file = tmp_path / "county.toml"
    file.write_text(toml(EXAMPLE), "utf-8")
    assert load(file, County) == county
    assert tomllib.loads(toml(EXAMPLE)) == EXAMPLE
