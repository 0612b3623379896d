"""The cards' own TLV against tlv.json and dol.json (emv.md sections 3 and 7)."""

import json
from typing import Any

import pytest

from tests.hw_sim.cards.tlv import BadTlv, length, parse, parse_dol, split_by_dol, tlv
from tests.hw_sim_tests.vectors import ROOT


def _cases(name: str) -> list[dict[str, Any]]:
    listed: list[dict[str, Any]] = json.loads(
        (ROOT / "emv" / f"{name}.json").read_text(encoding="utf-8")
    )["cases"]
    return listed


TLV = [case for case in _cases("tlv") if "ok" in case and isinstance(case["in"], str)]
DOL = [case for case in _cases("dol") if "out" in case]


def _tree(data: bytes) -> list[Any]:
    return [
        [tag, _tree(value) if int(tag[:2], 16) & 0x20 else value.hex().upper()]
        for tag, value in parse(data)
    ]


@pytest.mark.parametrize("case", TLV, ids=lambda case: case["name"])
def test_objects_are_those_of_the_vector(case: dict[str, Any]) -> None:
    assert _tree(bytes.fromhex(case["in"])) == case["ok"]


@pytest.mark.parametrize("case", DOL, ids=lambda case: case["name"])
def test_a_dol_splits_the_data_of_the_vector(case: dict[str, Any]) -> None:
    dol, data = bytes.fromhex(case["dol"]), bytes.fromhex(case["out"])
    values = split_by_dol(dol, data)
    assert values is not None
    assert b"".join(values.values()) == data


def test_data_of_another_length_than_the_dol_asks_is_refused() -> None:
    assert split_by_dol(bytes.fromhex("9A039C01"), bytes(5)) is None


@pytest.mark.parametrize("dol", ["9F020695", "9F02069F"])
def test_a_dol_cut_short_is_bad(dol: str) -> None:
    with pytest.raises(BadTlv):
        list(parse_dol(bytes.fromhex(dol)))


@pytest.mark.parametrize("data", ["9C", "9C80", "9C83000001FF", "9C02FF", "9F", "9C81"])
def test_what_is_no_tlv_of_emv_is_bad(data: str) -> None:
    with pytest.raises(BadTlv):
        list(parse(bytes.fromhex(data)))


@pytest.mark.parametrize(
    ("count", "form"), [(0, "00"), (127, "7F"), (128, "8180"), (255, "81FF"), (256, "820100")]
)
def test_a_length_takes_its_shortest_form(count: int, form: str) -> None:
    assert length(count).hex().upper() == form


def test_what_is_written_reads_back() -> None:
    assert list(parse(tlv("9F10", bytes(200)) + tlv("5A", "62"))) == [
        ("9F10", bytes(200)),
        ("5A", b"\x62"),
    ]


@pytest.mark.parametrize("padding", ["00", "FF", "00FF00"])
def test_padding_between_objects_is_skipped(padding: str) -> None:
    assert _tree(bytes.fromhex(f"{padding}9C0101{padding}9C0102")) == [["9C", "01"], ["9C", "02"]]
