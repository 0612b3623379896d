"""Parameters, CA keys, chip applications, status, script results: bank-wire.md 4.1 and 7."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from tests.bank_sim.counter import MERCHANT, TERMINAL, Counter, Villager
from tests.hw_sim.bank import tlv
from tests.hw_sim.bank.chip_parameters import read_chip_objects
from tests.hw_sim.bank.wire import Message

RID = "A000000333"
CA_KEY = {
    "rid": RID,
    "index": "80",
    "modulus": "C0" * 128,
    "exponent": "03",
    "expiry": "20301231",
}


def ask(counter: Counter, mti: str, kind: str, asked: bytes | None = None) -> Message:
    fields = {41: TERMINAL, 42: MERCHANT, 60: f"00{counter.batch}{kind}"}
    return counter.send(mti, fields | ({62: asked.hex()} if asked is not None else {}))


@pytest.fixture
def keyed(counter: Counter, tmp_path: Path) -> Counter:
    """A bank with fifty CA keys in its folder: more than one page."""
    keys = [CA_KEY | {"index": f"{index:02X}"} for index in range(1, 51)]
    (tmp_path / "capks.json").write_text(json.dumps(keys))
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
    entry = len(bytes.fromhex(f"9F0605{RID}9F220101DF0504")) + 4
    known, states = 0, []
    while not states or states[-1] == "2":
        page = ask(keyed, "0820", "372", b"1%02d" % known).de62
        states.append(chr(page[0]))
        known += (len(page) - 1) // entry
    assert (known, states) == (50, ["2", "1"])  # 19 bytes each in 512


def test_a_page_names_rid_index_and_expiry(keyed: Counter) -> None:
    page = ask(keyed, "0820", "372", b"149").de62
    assert page == b"1" + bytes.fromhex(f"9F0605{RID}9F220132DF050420301231")


def test_a_ca_key_comes_whole_with_its_checksum(keyed: Counter) -> None:
    reply = ask(keyed, "0800", "370", bytes.fromhex(f"9F0605{RID}9F220102"))
    found = tlv.read(reply.de62[1:])
    hashed = bytes.fromhex(RID + "02" + CA_KEY["modulus"] + CA_KEY["exponent"])
    assert reply.de62[:1] == b"1"
    assert found["DF02"] == bytes.fromhex(CA_KEY["modulus"])
    assert found["DF03"] == hashlib.sha1(hashed).digest()


def test_an_object_nobody_has_is_0(keyed: Counter) -> None:
    asked = bytes.fromhex(f"9F0605{RID}9F2201FF")
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
