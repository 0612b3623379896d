"""DE62 of lists, objects, parameters and device states, as `bank-wire.md` section 7 writes them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.bank import downloads
from protocol.bank.downloads import Page
from protocol.errors import OurMistake, PeerMistake

UNIONPAY = "9F0605A000000333"
TWO_KEYS = bytes.fromhex(f"31{UNIONPAY}9F220102{UNIONPAY}9F220103")


def test_a_list_is_asked_with_how_many_are_known() -> None:
    """ASCII `1NN`."""
    assert [downloads.list_query(known) for known in (0, 7, 99)] == [b"100", b"107", b"199"]
    with pytest.raises(OurMistake):
        downloads.list_query(100)


@pytest.mark.parametrize(("first", "more"), [("31", False), ("32", True)])
def test_a_page_lists_keys_and_says_whether_more_follow(first: str, more: bool) -> None:
    rid = bytes.fromhex("A000000333")
    told = downloads.page(bytes.fromhex(first) + TWO_KEYS[1:])
    assert told == Page(({0x9F06: rid, 0x9F22: b"\x02"}, {0x9F06: rid, 0x9F22: b"\x03"}), more)


def test_a_bank_without_any_says_0() -> None:
    assert downloads.page(b"0") == Page((), False)
    assert downloads.one(b"0") is None


def test_an_object_is_asked_by_its_key_and_comes_behind_a_1() -> None:
    """370: `9F06 05 RID` + `9F22 01 index`; 380: `9F06 LL AID`."""
    key = downloads.page(TWO_KEYS).objects[0]
    assert downloads.one_query(key).hex().upper() == f"{UNIONPAY}9F220102"
    aid = {0x9F06: bytes.fromhex("A000000333010101")}
    assert downloads.one_query(aid).hex().upper() == "9F0608A000000333010101"
    assert downloads.one(b"1" + bytes.fromhex(f"{UNIONPAY}9F220102")) == bytes.fromhex(
        f"{UNIONPAY}9F220102"
    )


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        b"3",
        b"1",  # a list of nothing that says it is complete
        b"0" + TWO_KEYS[1:],
        b"1" + bytes.fromhex("9F220102"),  # no 9F06 before it
        b"1" + bytes.fromhex(f"{UNIONPAY}9F2201029F220103"),  # an index twice
        TWO_KEYS[:-1],
    ],
)
def test_a_list_that_is_none_is_refused(payload: bytes) -> None:
    with pytest.raises(PeerMistake) as caught:
        downloads.page(payload)
    assert (caught.value.kind, caught.value.field) == ("bad_length", 62)


@pytest.mark.parametrize("payload", [b"", b"1", b"2" + TWO_KEYS[1:], TWO_KEYS[:-1]])
def test_an_object_that_is_none_is_refused(payload: bytes) -> None:
    with pytest.raises(PeerMistake):
        downloads.one(payload)


def test_parameters_are_tags_with_values_of_their_own_size() -> None:
    """11 app id 2, 12 time-out 2, 13 retries 1, 17 telephone 14, 22 name 40 GBK, 26 switches 4."""
    name = "测试县农村信用社".encode("gbk")
    payload = b"1160" + b"1260" + b"133" + b"17" + b"00012345".ljust(14) + b"22" + name.ljust(40)
    assert downloads.parameters(payload) == {
        "11": "60",
        "12": "60",
        "13": "3",
        "17": "00012345",
        "22": "测试县农村信用社",
    }


@pytest.mark.parametrize(
    "payload", [b"116", b"99000", b"11601160", b"1", b"11\x00\x00", b"\xff\xff0"]
)
def test_a_parameter_list_that_is_none_is_refused(payload: bytes) -> None:
    with pytest.raises(PeerMistake) as caught:
        downloads.parameters(payload)
    assert caught.value.field == 62


def test_device_states_are_two_digits_and_a_1_for_well() -> None:
    """Section 7, 362: starts `011021031041051…`."""
    states = [(device, True) for device in range(1, 6)]
    assert downloads.status(states) == b"011021031041051"
    assert downloads.status([(1, False)]) == b"010"
    with pytest.raises(OurMistake):
        downloads.status([(100, True)])


@given(st.binary(max_size=60))
def test_noise_is_read_or_refused_by_field(noise: bytes) -> None:
    for read in (downloads.page, downloads.one, downloads.parameters):
        try:
            read(noise)
        except PeerMistake as why:
            assert why.field == 62  # noqa: PT017
            assert why.offset <= len(noise) + 1  # noqa: PT017
