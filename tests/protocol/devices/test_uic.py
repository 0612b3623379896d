"""PIN pad messages against the worked exchanges (`pinpad-uic.md` sections 4 to 6)."""

from __future__ import annotations

import pytest

from protocol import uic
from protocol.errors import OurMistake, PeerMistake
from protocol.link.stx_etx import Envelope, Frame, Receiver, encode
from protocol.uic import EotMeaning, PinRefused, Refusal
from protocol.values import PinBlock
from tests.protocol.devices.vectors import vectors

VECTORS = vectors("pinpad-uic")
ENTRY = VECTORS["pin-entry-ok"].decoded
VALUES = {
    "account": ENTRY["pan"],
    "session_key": ENTRY["session_sent"],
    "amount": "100.00",
    "timeout": "2",
    "digits_min": "06",
    "digits_max": "06",
    "prompt": "ENTER PIN",
    "prompt_again": "ENTER PIN",
    "processing": "PROCESSING",
}


def answer_in(name: str) -> Frame:
    """The pad's last whole frame of a vector."""
    events = Receiver().receive(VECTORS[name].sent_by("device"))
    return [event for event in events if isinstance(event, Frame)][-1]


@pytest.mark.parametrize(
    ("message", "values", "vector"),
    [
        ("key_loaded", {"slot": "1"}, "check-key-1-empty"),
        ("select_key", {"slot": "0"}, "select-key-0"),
        ("self_test", {}, "self-test-ok"),
        ("cancel", {}, "cancel-idle"),
        ("enter_pin_for_amount", VALUES, "pin-entry-ok"),
        ("enter_pin", VALUES, "pin-entry-z62"),
    ],
)
def test_every_message_is_the_worked_one(message: str, values: dict[str, str], vector: str) -> None:
    assert encode(uic.encode(message, values)) == VECTORS[vector].steps[0][1]


def test_a_key_slot_says_whether_its_key_is_loaded() -> None:
    assert uic.key_loaded(answer_in("check-key-0-loaded"))
    assert not uic.key_loaded(answer_in("check-key-1-empty"))


def test_selecting_a_slot_succeeds_or_not() -> None:
    assert uic.key_selected(answer_in("select-key-0"))
    assert not uic.key_selected(answer_in("select-key-fail"))


def test_the_self_test_names_what_is_defective() -> None:
    assert uic.self_test_faults(answer_in("self-test-ok")) == ()
    codes = VECTORS["self-test-bad"].decoded["codes"]
    assert uic.self_test_faults(answer_in("self-test-bad")) == tuple(codes)


@pytest.mark.parametrize("vector", ["pin-entry-ok", "pin-entry-z62", "pin-bad-lrc-nak"])
def test_an_entered_pin_is_its_encrypted_block(vector: str) -> None:
    assert uic.pin_answer(answer_in(vector)) == PinBlock(ENTRY["pin_block"])


def test_a_missing_master_key_is_told_as_such() -> None:
    assert uic.pin_answer(answer_in("pin-error-9")) == PinRefused(Refusal.NO_MASTER_KEY, "9")


@pytest.mark.parametrize("code", "0123456789ABCEG")
def test_every_error_code_of_the_sheet_has_a_meaning(code: str) -> None:
    got = uic.pin_answer(Frame(Envelope.TRANSACTION, b"71" + code.encode()))
    assert isinstance(got, PinRefused)
    assert got.code == code


@pytest.mark.parametrize(
    "text",
    [
        b"71.00001B91D020C871DFFC1",  # null PIN: never asked for
        b"71.01301B91D020C871DFFC1",  # 13 digits
        b"71.00601B91D020C871DFFC",
        b"71.00602B91D020C871DFFC1",
        b"71.0",
        b"71F",
        b"71",
    ],
)
def test_an_answer_of_another_form_is_refused_without_repeating_it(text: bytes) -> None:
    with pytest.raises(PeerMistake) as refused:
        uic.pin_answer(Frame(Envelope.TRANSACTION, text))
    assert "B91D" not in str(refused.value)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("account", "621234"),
        ("account", "62123456789012３2"),
        ("session_key", "0123456789ABCDEF"),  # single DES
        ("amount", "1.0"),
        ("amount", "100000.00"),
        ("timeout", "0"),
    ],
)
def test_a_field_that_does_not_fit_is_never_sent_nor_shown(field: str, value: str) -> None:
    with pytest.raises(OurMistake, match=field) as refused:
        uic.encode("enter_pin_for_amount", VALUES | {field: value})
    assert value not in str(refused.value)


@pytest.mark.parametrize(
    ("amount_fen", "text"), [(0, "0.00"), (5, "0.05"), (10_000, "100.00"), (9_999_999, "99999.99")]
)
def test_an_amount_is_yuan_with_two_decimals(amount_fen: int, text: str) -> None:
    assert uic.amount_text(amount_fen) == text


def test_an_amount_the_pad_cannot_show_is_refused() -> None:
    with pytest.raises(OurMistake):
        uic.amount_text(10_000_000)


@pytest.mark.parametrize(
    ("wait_s", "units"), [(1, 1), (30, 1), (31, 2), (60, 2), (270, 9), (900, 9)]
)
def test_the_pads_own_time_limit_covers_the_wait(wait_s: int, units: int) -> None:
    assert uic.timeout_units(wait_s) == units


@pytest.mark.parametrize(
    ("after_s", "meaning"),
    [
        (0.2, EotMeaning.REFUSED),
        (1.0, EotMeaning.CANCELLED),
        (57.9, EotMeaning.CANCELLED),
        (58.0, EotMeaning.TIMED_OUT),
        (61.0, EotMeaning.TIMED_OUT),
    ],
)
def test_eot_instead_of_a_pin_means_what_its_time_says(after_s: float, meaning: EotMeaning) -> None:
    assert uic.eot_meaning(after_s, 60) is meaning


def test_no_message_writes_a_key_into_the_pad() -> None:
    assert not [row for row in uic.ROWS if str(row.layout[0]).startswith(("02", "90"))]
