"""批结算 and 批上送: bank-wire.md section 10, county-wire.md batch and day, rules 5 and 8."""

from __future__ import annotations

from typing import Any

import pytest

from tests.bank_sim import frames
from tests.bank_sim.counter import MERCHANT, TERMINAL, Counter, Villager
from tests.bank_sim.frames import Fields
from tests.bank_sim.teller import Teller
from tests.bank_sim.terminal import Terminal
from tests.bank_sim.vectors import COUNTY_CASES
from tests.hw_sim.bank import batches
from tests.hw_sim.bank.host import handle
from tests.hw_sim.bank.running import RunningBank
from tests.hw_sim.bank.store import transaction
from tests.hw_sim.bank.wire import Message, decode

NOTHING = "0" * 30
IK = "50efea39fd2150a7"


def totals(debit_fen: int, debits: int, credit_fen: int, credits: int) -> str:
    """One side of DE48 without its flag: amount n12, count n3, twice."""
    return f"{debit_fen:012d}{debits:03d}{credit_fen:012d}{credits:03d}"


def de48(domestic: str, flag: str = "0", foreign: str = NOTHING, foreign_flag: str = "0") -> str:
    return f"{domestic}{flag}{foreign}{foreign_flag}"


def management(counter: Counter, de60_3: str, batch: str | None = None) -> dict[int, str]:
    return {
        11: counter.new_trace(),
        41: TERMINAL,
        42: MERCHANT,
        60: f"00{batch or counter.batch}{de60_3}",
    }


def settle(counter: Counter, asked: str, **more: Any) -> Message:
    fields = management(counter, "201") | {48: asked, 49: "156", 63: b"01 ".hex()}
    if not more:
        return counter.send("0500", fields)
    read = Message("0500", fields, "6000030000")
    with transaction(counter.bank.db):
        reply = handle(counter.bank, TERMINAL, 99, read, None, **more)
    assert reply is not None
    return reply


def record(trace: str, pan: str, fen: int) -> str:
    """Scheme n2, trace n6, PAN right-justified in n20, amount n12."""
    return f"00{trace}{pan:0>20}{fen:012d}"


def upload(counter: Counter, *records: str) -> Message:
    digits = f"{len(records):02d}" + "".join(records)
    return counter.send("0320", management(counter, "201") | {48: digits})


def end(counter: Counter, count: int, kind: str = "202") -> Message:
    return counter.send("0320", management(counter, kind) | {48: f"{count:04d}"})


def open_batch(counter: Counter) -> str:
    return counter.bank.open_batch(TERMINAL)


@pytest.fixture
def villager(counter: Counter) -> Villager:
    return counter.villagers[0]


@pytest.fixture
def drawn(counter: Counter, villager: Villager) -> list[dict[int, str]]:
    """Two withdrawals, 200 and 300 yuan."""
    asked = [counter.withdrawal(villager, fen) for fen in (20_000, 30_000)]
    assert [counter.send("0200", one).get(39) for one in asked] == ["00", "00"]
    return asked


@pytest.fixture
def uneven(counter: Counter, drawn: list[dict[int, str]]) -> list[dict[int, str]]:
    """A settlement that found one of the two withdrawals left out."""
    settle(counter, de48(totals(50_000, 2, 0, 0)), miscount=True)
    return drawn


def records(villager: Villager, drawn: list[dict[int, str]]) -> list[str]:
    return [record(one[11], villager["card"]["pan"], int(one[4])) for one in drawn]


def test_the_sheets_own_settlement_is_answered_as_in_the_sheet(counter: Counter) -> None:
    asked = decode(bytes.fromhex(COUNTY_CASES["settlement-balanced"][0]["hex"]))
    expected = {int(n): v for n, v in COUNTY_CASES["settlement-balanced"][1]["fields"].items()}
    assert isinstance(asked, Message)
    counter.bank.db.execute("UPDATE terminal SET batch = 12")
    debits = [("debit", fen) for fen in (30_000, 20_000, 60_000)]
    credits = [("credit", fen) for fen in (10_000, 50_000)]
    for trace, (side, fen) in enumerate([*debits, *credits]):
        counter.bank.db.execute(
            "INSERT INTO booking (terminal, batch, trace, date, service, amount_fen, fee_fen, pan,"
            " queued, phone, side, state, rrn) VALUES (?, '000012', ?, '', '', ?, 0, '', 0, '', ?,"
            " 'booked', '')",
            (TERMINAL, f"{trace:06d}", fen, side),
        )
    reply = handle(counter.bank, TERMINAL, 9, asked, None)
    assert reply is not None
    banks_own = {12, 13, 15, 37}  # clock, day and reference of the bank
    assert set(reply.fields) == set(expected)
    assert {n: v for n, v in reply.fields.items() if n not in banks_own} == {
        n: v for n, v in expected.items() if n not in banks_own
    }


def test_equal_totals_are_flagged_1_on_both_sides(
    counter: Counter, drawn: list[dict[int, str]]
) -> None:
    reply = settle(counter, de48(totals(50_000, 2, 0, 0)))
    assert (reply.mti, reply.get(39)) == ("0510", "00")
    assert reply.get(48) == de48(totals(50_000, 2, 0, 0), "1", NOTHING, "1")


def test_two_flags_of_1_open_the_next_batch(counter: Counter, drawn: list[dict[int, str]]) -> None:
    settle(counter, de48(totals(50_000, 2, 0, 0)))
    assert open_batch(counter) == "000002"


def test_an_empty_batch_balances(counter: Counter) -> None:
    assert settle(counter, de48(NOTHING)).get(48) == de48(NOTHING, "1", NOTHING, "1")


def test_the_batch_after_999999_is_1(counter: Counter) -> None:
    counter.bank.db.execute("UPDATE terminal SET batch = 999999")
    counter.batch = "999999"
    settle(counter, de48(NOTHING))
    assert open_batch(counter) == "000001"


def test_other_totals_are_flagged_2_with_the_banks_own_and_the_batch_stays(
    counter: Counter, drawn: list[dict[int, str]]
) -> None:
    reply = settle(counter, de48(totals(20_000, 1, 0, 0)))
    assert reply.get(48) == de48(totals(50_000, 2, 0, 0), "2", NOTHING, "1")
    assert open_batch(counter) == "000001"


def test_foreign_totals_that_the_bank_does_not_have_are_flagged_2(counter: Counter) -> None:
    reply = settle(counter, de48(NOTHING, "0", totals(100, 1, 0, 0)))
    assert reply.get(48) == de48(NOTHING, "1", NOTHING, "2")
    assert open_batch(counter) == "000001"


def test_a_cash_contribution_counts_as_credit(counter: Counter, villager: Villager) -> None:
    paid = counter.cash_contribution(villager, 2026, 10_000, 10_000, ik=IK)
    assert counter.send("0200", paid).get(39) == "00"
    reply = settle(counter, de48(totals(0, 0, 10_000, 1)))
    assert reply.get(48) == de48(totals(0, 0, 10_000, 1), "1", NOTHING, "1")


def test_the_fee_is_not_in_the_totals(counter: Counter) -> None:
    guest = counter.villagers[4]
    drawn = counter.withdrawal(guest, 20_000, fee_fen=100)
    assert counter.send("0200", drawn).get(39) == "00"
    assert batches.totals(counter.bank, TERMINAL, "000001") == (20_000, 1, 0, 0)


def test_declined_and_reversed_items_count_on_neither_side(
    counter: Counter, villager: Villager
) -> None:
    reversed_one = counter.withdrawal(villager, 20_000)
    counter.send("0200", reversed_one)
    counter.send("0400", counter.reversal_of(reversed_one))
    counter.send("0200", counter.withdrawal(villager, 999_000))
    assert settle(counter, de48(NOTHING)).get(48)[30] == "1"


def test_a_settlement_carries_no_mac_either_way(counter: Counter) -> None:
    reply = settle(counter, de48(NOTHING))
    assert 64 not in reply.fields


def test_a_settlement_of_a_batch_that_is_not_open_is_77(counter: Counter) -> None:
    settle(counter, de48(NOTHING))
    assert settle(counter, de48(NOTHING)).get(39) == "77"


def test_a_settlement_before_the_sign_in_is_77(counter: Counter) -> None:
    counter.bank.sessions.clear()
    assert settle(counter, de48(NOTHING)).get(39) == "77"


@pytest.mark.parametrize(
    "change",
    [{48: NOTHING}, {48: de48(NOTHING, "1")}, {49: "840"}, {63: b"01".hex()}, {64: "00" * 8}],
    ids=lambda change: f"field {next(iter(change))}",
)
def test_a_settlement_of_another_shape_is_30(counter: Counter, change: dict[int, str]) -> None:
    fields = management(counter, "201") | {48: de48(NOTHING), 49: "156", 63: b"01 ".hex()}
    assert counter.send("0500", fields | change, mac=False).get(39) == "30"


def test_miscount_leaves_one_booking_out_of_the_banks_totals(
    counter: Counter, drawn: list[dict[int, str]]
) -> None:
    reply = settle(counter, de48(totals(50_000, 2, 0, 0)), miscount=True)
    one_left = {totals(20_000, 1, 0, 0), totals(30_000, 1, 0, 0)}
    assert reply.get(48)[:30] in one_left
    assert reply.get(48)[30:] == f"2{NOTHING}1"


def test_a_miscounted_settlement_stays_uneven_until_the_detail_has_come(
    counter: Counter, uneven: list[dict[int, str]], villager: Villager
) -> None:
    again = settle(counter, de48(totals(50_000, 2, 0, 0)))
    assert upload(counter, *records(villager, uneven)).get(39) == "00"
    after = settle(counter, de48(totals(50_000, 2, 0, 0)))
    assert (again.get(48)[30], after.get(48)[30]) == ("2", "1")


def test_the_end_message_202_opens_the_next_batch(
    counter: Counter, uneven: list[dict[int, str]], villager: Villager
) -> None:
    upload(counter, *records(villager, uneven))
    assert end(counter, 2).get(39) == "00"
    assert open_batch(counter) == "000002"
    assert batches.differences(counter.bank, TERMINAL, "000001") == []


def test_a_repeated_end_message_is_00_and_opens_no_second_batch(
    counter: Counter, uneven: list[dict[int, str]]
) -> None:
    assert [end(counter, 2).get(39) for _ in range(2)] == ["00", "00"]
    assert open_batch(counter) == "000002"


def test_a_late_end_message_of_an_earlier_batch_does_not_turn_the_bank_back(
    counter: Counter, uneven: list[dict[int, str]]
) -> None:
    late = management(counter, "202") | {48: "0002"}
    counter.send("0320", late)
    counter.batch = "000002"
    settle(counter, de48(NOTHING))
    counter.send("0320", late)
    assert open_batch(counter) == "000003"


@pytest.mark.parametrize("kind", ["202", "207"])
def test_an_end_message_without_a_settlement_is_12(counter: Counter, kind: str) -> None:
    assert end(counter, 0, kind).get(39) == "12"
    assert open_batch(counter) == "000001"


def test_207_ends_a_balanced_batch_that_is_closed_already(counter: Counter) -> None:
    settle(counter, de48(NOTHING))
    assert end(counter, 0, "207").get(39) == "00"
    assert open_batch(counter) == "000002"


def test_207_does_not_end_an_uneven_batch(counter: Counter, uneven: list[dict[int, str]]) -> None:
    assert end(counter, 2, "207").get(39) == "12"
    assert open_batch(counter) == "000001"


def test_repeated_details_count_once(
    counter: Counter, uneven: list[dict[int, str]], villager: Villager
) -> None:
    for _ in range(2):
        assert upload(counter, *records(villager, uneven)).get(39) == "00"
    rows = counter.bank.db.execute("SELECT COUNT(*) AS n FROM batch_detail").fetchone()
    assert rows["n"] == 2


def test_differences_are_listed_line_by_line(
    counter: Counter, uneven: list[dict[int, str]], villager: Villager
) -> None:
    first, second = (one[11] for one in uneven)
    upload(counter, record(first, villager["card"]["pan"], 10_000), record("000900", "", 500))
    assert batches.differences(counter.bank, TERMINAL, "000001") == [
        {"trace": first, "amount_fen": 10_000, "what": batches.OTHER_AMOUNT},
        {"trace": second, "amount_fen": 30_000, "what": batches.NOT_UPLOADED},
        {"trace": "000900", "amount_fen": 500, "what": batches.UNKNOWN},
    ]


def test_a_detail_of_another_card_or_of_something_reversed_is_a_difference(
    counter: Counter, uneven: list[dict[int, str]], villager: Villager
) -> None:
    counter.send("0400", counter.reversal_of(uneven[1]))
    other = counter.villagers[5]["card"]["pan"]
    upload(counter, record(uneven[0][11], other, 20_000))
    upload(counter, record(uneven[1][11], villager["card"]["pan"], 30_000))
    found = [row["what"] for row in batches.differences(counter.bank, TERMINAL, "000001")]
    assert found == [batches.OTHER_CARD, batches.UNDONE]


def test_a_detail_without_a_card_has_twenty_zeros(counter: Counter, villager: Villager) -> None:
    paid = counter.cash_contribution(villager, 2026, 10_000, 10_000, ik=IK)
    counter.send("0200", paid)
    settle(counter, de48(NOTHING))
    upload(counter, record(paid[11], "", 10_000))
    assert batches.differences(counter.bank, TERMINAL, "000001") == []


def test_eight_records_fill_de48_and_nine_are_30(counter: Counter) -> None:
    one = record("000001", "", 100)
    assert [upload(counter, *[one] * 8).get(39), len("08" + one * 8)] == ["00", 322]
    fields = management(counter, "201") | {48: "09" + one * 7}
    assert counter.send("0320", fields).get(39) == "30"


@pytest.mark.parametrize("digits", ["02" + "0" * 40, "00", "01" + "0" * 39, "01" + "9" * 40])
def test_records_of_another_shape_are_30(counter: Counter, digits: str) -> None:
    assert counter.send("0320", management(counter, "201") | {48: digits}).get(39) == "30"


def chip(counter: Counter, holder: Villager, drawn: dict[int, str], kind: str) -> dict[int, str]:
    return {
        2: holder["card"]["pan"],
        4: drawn[4],
        11: drawn[11],
        22: "051",
        23: "001",
        41: TERMINAL,
        42: MERCHANT,
        55: "9F3602000A",
        60: f"00{counter.batch}{kind}60",
        62: f"610000{drawn[4]}156".encode().hex(),
    }


@pytest.mark.parametrize("kind", ["203", "205"])
def test_a_chip_detail_comes_under_its_originals_trace(
    counter: Counter, uneven: list[dict[int, str]], villager: Villager, kind: str
) -> None:
    codes = [counter.send("0320", chip(counter, villager, one, kind)).get(39) for one in uneven]
    assert (codes, batches.differences(counter.bank, TERMINAL, "000001")) == (["00", "00"], [])
    assert batches.totals(counter.bank, TERMINAL, "000001").debit_count == 2


def test_a_chip_detail_of_a_balanced_batch_comes_after_it_is_closed(
    counter: Counter, drawn: list[dict[int, str]], villager: Villager
) -> None:
    settle(counter, de48(totals(50_000, 2, 0, 0)))
    assert counter.send("0320", chip(counter, villager, drawn[0], "203")).get(39) == "00"


def test_a_failed_chip_transaction_is_taken_in_and_is_no_detail_of_a_booking(
    counter: Counter, villager: Villager
) -> None:
    failed = {4: f"{20_000:012d}", 11: counter.new_trace()}
    detail = chip(counter, villager, failed, "206")
    detail[62] = f"710005{failed[4]}15622".encode().hex()
    assert counter.send("0320", detail).get(39) == "00"
    assert batches.differences(counter.bank, TERMINAL, "000001") == []


@pytest.mark.parametrize("change", [{62: b"99".hex()}, {22: "021"}, {60: "00000001203"}])
def test_a_chip_detail_of_another_shape_is_30(
    counter: Counter,
    drawn: list[dict[int, str]],
    villager: Villager,
    change: dict[int, str],
) -> None:
    detail = chip(counter, villager, drawn[0], "203") | change
    assert counter.send("0320", detail).get(39) == "30"


def asked_at_the_desk(teller: Teller, domestic: str) -> Fields:
    return {
        "11": teller.next_trace(),
        "41": TERMINAL,
        "42": MERCHANT,
        "48": de48(domestic),
        "49": "156",
        "60": "00000001201",
        "63": b"01 ".hex(),
    }


def test_the_desk_miscounts_when_it_is_told_to(teller: Teller, people: dict[str, Any]) -> None:
    teller.send("0200", teller.withdrawal(people["villagers"][0], 20_000))
    reply = teller.send("0500", asked_at_the_desk(teller, totals(20_000, 1, 0, 0)), "miscount")
    assert reply is not None
    assert frames.fields_of(reply)["48"] == de48(NOTHING, "2", NOTHING, "1")
    (settled,) = teller.desk.audit.settlements()
    assert (settled["batch"], settled["state"]) == ("000001", "uploading")


def test_a_miscount_on_the_line_waits_for_the_settlement(
    terminal: Terminal, bank: RunningBank, people: dict[str, Any]
) -> None:
    bank.control({"op": "fault", "name": "miscount"})
    terminal.sign_in()
    drawn = terminal.withdrawal(people["villagers"][0], 20_000)
    assert terminal.exchange("0200", drawn)["39"] == "00"
    asked = asked_at_the_desk(Teller(None), totals(20_000, 1, 0, 0))  # type: ignore[arg-type]
    assert terminal.exchange("0500", asked)["48"] == de48(NOTHING, "2", NOTHING, "1")
    (settled,) = bank.control({"op": "settlements"})["settlements"]
    assert [row["what"] for row in settled["differences"]] == [batches.NOT_UPLOADED]
