"""Parameters, CA keys, chip applications, status, script results: bank-wire.md 4.1 and 7."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.bank_sim.counter import MERCHANT, TERMINAL, Counter, Villager
from tests.bank_sim.vectors import load
from tests.hw_sim.bank import tlv
from tests.hw_sim.bank.chip_parameters import read_chip_objects
from tests.hw_sim.bank.wire import Message

CA_KEYS = [row for row in load("emv/ca_keys.json")["keys"] if "raw_tlv" in row]


def ask(counter: Counter, mti: str, kind: str, asked: bytes | None = None) -> Message:
    fields = {41: TERMINAL, 42: MERCHANT, 60: f"00{counter.batch}{kind}"}
    return counter.send(mti, fields | ({62: asked.hex()} if asked is not None else {}))


@pytest.fixture
def keyed(counter: Counter, tmp_path: Path) -> Counter:
    """A bank with the published CA keys in its folder, three times over: more than one page."""
    (tmp_path / "ca_keys.json").write_text(json.dumps({"keys": CA_KEYS * 3}))
    objects = read_chip_objects(tmp_path)
    object.__setattr__(counter.bank, "chip_objects", objects)
    return counter


def test_parameters_are_a_list_of_tags_with_the_name_in_gbk(counter: Counter) -> None:
    reply = ask(counter, "0800", "360")
    assert (reply.mti, reply.get(39), 64 in reply.fields) == ("0810", "00", False)
    assert reply.de62.startswith(b"1160" + b"1260" + b"133")
    assert reply.de62[-42:] == b"22" + "测试银行".encode("gbk").ljust(40)


@pytest.mark.parametrize("kind", ["361", "371", "381", "391"])
def test_every_download_is_ended_with_00(counter: Counter, kind: str) -> None:
    assert ask(counter, "0800", kind).get(39) == "00"


def test_the_status_of_devices_is_taken(counter: Counter) -> None:
    assert ask(counter, "0820", "362", b"011021031041051").get(39) == "00"
    assert ask(counter, "0820", "362", b"01102").get(39) == "30"


def test_without_ca_keys_the_list_says_none(counter: Counter) -> None:
    assert ask(counter, "0820", "372", b"100").de62 == b"0"


def test_the_list_of_ca_keys_comes_page_by_page(keyed: Counter) -> None:
    asked = ask(keyed, "0820", "372", b"100").de62
    known = asked.count(bytes.fromhex("9F0605"))
    rest = ask(keyed, "0820", "372", b"1%02d" % known).de62
    assert (asked[:1], rest[:1]) == (b"2", b"1")
    assert known + rest.count(bytes.fromhex("9F0605")) == len(CA_KEYS) * 3


def test_who_knows_all_ca_keys_is_told_of_none(keyed: Counter) -> None:
    assert ask(keyed, "0820", "372", b"1%02d" % (len(CA_KEYS) * 3)).de62 == b"0"


@pytest.mark.parametrize("row", CA_KEYS, ids=lambda row: row["index"])
def test_a_ca_key_comes_as_it_was_published(keyed: Counter, row: dict[str, str]) -> None:
    key = bytes.fromhex(f"9F0605{row['rid']}9F2201{row['index']}")
    assert ask(keyed, "0820", "372", b"100").de62.count(key) >= 1
    assert ask(keyed, "0800", "370", key).de62 == b"1" + bytes.fromhex(row["raw_tlv"])


def test_an_object_nobody_has_is_0(keyed: Counter) -> None:
    asked = bytes.fromhex("9F0605A0000003339F2201FF")
    assert ask(keyed, "0800", "370", asked).de62 == b"0"
    assert ask(keyed, "0800", "380", bytes.fromhex("9F0605A000000003")).de62 == b"0"


def test_a_question_that_is_no_tlv_is_30(keyed: Counter) -> None:
    assert ask(keyed, "0800", "370", bytes.fromhex("9F0605A0")).get(39) == "30"


def test_the_applications_are_listed_and_handed_over(counter: Counter) -> None:
    listed = ask(counter, "0820", "382", b"100").de62
    first = "9F0608A000000333010101"
    assert listed == b"1" + bytes.fromhex(first + "9F0608A000000333010102")
    one = tlv.read(ask(counter, "0800", "380", bytes.fromhex(first)).de62[1:])
    assert one["DF14"] == bytes.fromhex("9F3704")


def test_no_bin_is_blocked(counter: Counter) -> None:
    assert ask(counter, "0800", "390", b"001").de62 == b"0"


def test_a_folder_says_its_own_applications(tmp_path: Path) -> None:
    (tmp_path / "aids.json").write_text(json.dumps([{"9F06": "A000000333", "DF01": "01"}]))
    assert read_chip_objects(tmp_path)["aids"] == (
        (("9F06", bytes.fromhex("A000000333")), ("DF01", b"\x01")),
    )


# Script results


def script_result(counter: Counter, original: dict[int, str], de55: str) -> dict[int, str]:
    return {
        3: original[3],
        11: counter.new_trace(),
        22: "051",
        23: "001",
        41: TERMINAL,
        42: MERCHANT,
        49: "156",
        55: de55,
        60: f"00{counter.batch}95160",
        61: f"{original[60][2:8]}{original[11]}1123",
        64: "00" * 8,
    }


@pytest.fixture
def drawn(counter: Counter) -> dict[int, str]:
    villager: Villager = counter.villagers[0]
    asked = counter.withdrawal(villager, 1_000)
    counter.send("0200", asked)
    return asked


def test_a_script_result_is_kept_with_its_original(counter: Counter, drawn: dict[int, str]) -> None:
    reply = counter.send("0620", script_result(counter, drawn, "9F3602000ADF31052000000001"))
    assert (reply.mti, reply.get(39), 64 in reply.fields) == ("0630", "00", True)
    (row,) = counter.bank.db.execute("SELECT trace, result FROM script_result").fetchall()
    assert tuple(row) == (drawn[11], "2000000001")


def test_a_script_result_may_name_any_batch(counter: Counter, drawn: dict[int, str]) -> None:
    counter.bank.db.execute("UPDATE terminal SET batch = 2")
    asked = script_result(counter, drawn, "DF31052000000001")
    assert counter.send("0620", asked).get(39) == "00"


def test_a_script_result_of_nothing_is_25(counter: Counter, drawn: dict[int, str]) -> None:
    asked = script_result(counter, drawn | {11: "000999"}, "DF31052000000001")
    assert counter.send("0620", asked).get(39) == "25"


@pytest.mark.parametrize("de55", ["9F3602000A", "DF3105200000"])
def test_a_script_result_without_a_result_is_30(
    counter: Counter, drawn: dict[int, str], de55: str
) -> None:
    assert counter.send("0620", script_result(counter, drawn, de55)).get(39) == "30"


def test_a_script_result_with_a_wrong_mac_is_a0(counter: Counter, drawn: dict[int, str]) -> None:
    asked = script_result(counter, drawn, "DF31052000000001")
    assert counter.send("0620", asked, mac=False).get(39) == "A0"
