"""The UIC PIN pad driver against the worked exchanges (`pinpad-uic.md` sections 3, 6, 7)."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

from drivers.api import Cancelled, DeviceFault, Fault, TimedOut
from drivers.pin_pad_uic import PadSettings, UicPinPad
from drivers.port import Port
from protocol.values import Pan, PinBlock
from tests.drivers.peer import HangsUp, Host, Passes, Pauses, Peer, Says, Signal, Step
from tests.protocol.devices.vectors import vectors

VECTORS = vectors("pinpad-uic")
ENTRY = VECTORS["pin-entry-ok"].decoded
BLOCK = PinBlock(ENTRY["pin_block"])
PAN = Pan(ENTRY["pan"])
PIN_KEY = bytes.fromhex(ENTRY["session_sent"])
KCV = bytes(4)  # this pad cannot check it
ACK, NAK, EOT = b"\x06", b"\x15", b"\x04"
CANCEL = VECTORS["cancel-idle"].sent_by("host")
REQUEST = VECTORS["pin-entry-ok"].steps[0][1]
ANSWER = VECTORS["pin-entry-ok"].steps[2][1]


def steps(vector: str) -> tuple[Step, ...]:
    return tuple(Host(d) if who == "host" else Says(d) for who, d in VECTORS[vector].steps)


IDLE_CANCEL = steps("cancel-idle")
RECOVERS = (Host(EOT), *IDLE_CANCEL)
SELECTS = (*steps("check-key-0-loaded"), *steps("select-key-0"))
ASKED = (*SELECTS, Host(REQUEST), Says(ACK))
CANCELS = steps("cancel-entry")

OpenPad = Callable[..., UicPinPad]


@pytest.fixture
def open_pad(open_line: Callable[[], Port], peer: Peer) -> OpenPad:
    def opened(settings: PadSettings = PadSettings()) -> UicPinPad:  # noqa: B008
        peer.plays(*RECOVERS, *steps("self-test-ok"))
        pad = UicPinPad(open_line(), settings)
        peer.finish()
        pad.load_pin_key(PIN_KEY, KCV)
        return pad

    return opened


def enter(pad: UicPinPad, peer: Peer, *script: Step, amount_fen: int | None = 10_000) -> object:
    """What one PIN entry gives, by its answer or its fault; the script is played to its end."""
    peer.plays(*script)
    try:
        return pad.enter_pin(PAN, amount_fen=amount_fen, wait_s=60)
    except DeviceFault as fault:
        return fault.fault
    finally:
        peer.finish()


def test_an_entered_pin_is_the_encrypted_block_and_the_pad_is_released(
    open_pad: OpenPad, peer: Peer
) -> None:
    assert enter(open_pad(), peer, *SELECTS, *steps("pin-entry-ok")) == BLOCK


def test_without_an_amount_the_pad_shows_its_own_prompt(open_pad: OpenPad, peer: Peer) -> None:
    script = (*SELECTS, *steps("pin-entry-z62"), *IDLE_CANCEL)
    assert enter(open_pad(), peer, *script, amount_fen=None) == BLOCK


def test_a_damaged_answer_is_asked_for_again_and_the_customer_is_not(
    open_pad: OpenPad, peer: Peer
) -> None:
    script = (*SELECTS, *steps("pin-bad-lrc-nak"), *IDLE_CANCEL)
    assert enter(open_pad(), peer, *script) == BLOCK


def test_a_truncated_answer_is_asked_for_again(open_pad: OpenPad, peer: Peer) -> None:
    script = (*ASKED, Says(ANSWER[:9]), Host(NAK), Says(ANSWER), Host(ACK), *IDLE_CANCEL)
    assert enter(open_pad(), peer, *script) == BLOCK


def test_an_answer_damaged_three_times_is_a_fault(open_pad: OpenPad, peer: Peer) -> None:
    bad = VECTORS["pin-bad-lrc-nak"].steps[2][1]
    assert enter(open_pad(), peer, *ASKED, *[Says(bad), Host(NAK)] * 3) is Fault.NOT_UNDERSTOOD


def test_noise_between_the_acknowledgement_and_the_answer_is_ignored(
    open_pad: OpenPad, peer: Peer
) -> None:
    script = (*ASKED, Says(b"\xfe\x15\x06?"), Says(ANSWER), Host(ACK), *IDLE_CANCEL)
    assert enter(open_pad(), peer, *script) == BLOCK


def test_an_answer_whose_acknowledgement_was_lost_is_taken(open_pad: OpenPad, peer: Peer) -> None:
    script = (*SELECTS, Host(REQUEST), Says(ANSWER), Host(ACK), *IDLE_CANCEL)
    assert enter(open_pad(), peer, *script) == BLOCK


def test_a_duplicate_answer_is_acknowledged_and_forgotten(open_pad: OpenPad, peer: Peer) -> None:
    twice = (Says(ANSWER), Host(ACK), Host(CANCEL), Says(ANSWER), Host(ACK), *IDLE_CANCEL)
    assert enter(open_pad(), peer, *ASKED, *twice) == BLOCK


def test_the_pin_is_not_lost_when_the_pad_then_falls_silent(open_pad: OpenPad, peer: Peer) -> None:
    silent = (Host(CANCEL), Passes(0.5)) * 4
    assert enter(open_pad(), peer, *ASKED, Says(ANSWER), Host(ACK), *silent, Host(EOT)) == BLOCK


def test_the_villagers_can_key_is_cancelled(open_pad: OpenPad, peer: Peer) -> None:
    a_while = Pauses(1.1)  # EOT before 1 s would be a refusal
    assert enter(open_pad(), peer, *ASKED, a_while, Says(EOT), *IDLE_CANCEL) == Cancelled()


def test_eot_at_once_is_a_refusal_and_not_the_villagers_doing(
    open_pad: OpenPad, peer: Peer
) -> None:
    assert enter(open_pad(), peer, *SELECTS, *steps("pin-cancelled")) is Fault.NOT_UNDERSTOOD


def test_nobody_typing_is_timed_out(open_pad: OpenPad, peer: Peer) -> None:
    pad = open_pad()
    one_unit = bytearray(REQUEST)
    one_unit[-3], one_unit[-1] = ord("1"), one_unit[-1] ^ ord("2") ^ ord("1")
    peer.plays(*SELECTS, Host(bytes(one_unit)), Says(ACK), Passes(2), *CANCELS)
    assert pad.enter_pin(PAN, amount_fen=10_000, wait_s=20) == TimedOut()
    peer.finish()


def test_the_operators_cancel_is_an_answer(open_pad: OpenPad, peer: Peer) -> None:
    pad, asked = open_pad(), threading.Event()
    threading.Thread(target=lambda: asked.wait(5) and pad.cancel()).start()
    assert enter(pad, peer, *ASKED, Signal(asked), *CANCELS) == Cancelled()
    assert enter(pad, peer, *SELECTS, *steps("pin-entry-ok")) == BLOCK


def test_a_pin_that_crosses_the_operators_cancel_is_discarded(
    open_pad: OpenPad, peer: Peer
) -> None:
    pad, asked = open_pad(), threading.Event()
    threading.Thread(target=lambda: asked.wait(5) and pad.cancel()).start()
    crossing = (Host(CANCEL), Says(ANSWER), Host(ACK), *IDLE_CANCEL)
    assert enter(pad, peer, *ASKED, Signal(asked), *crossing) == Cancelled()


def test_a_cancel_while_idle_does_nothing(open_pad: OpenPad, peer: Peer) -> None:
    pad = open_pad()
    pad.cancel()
    assert enter(pad, peer, *SELECTS, *steps("pin-entry-ok")) == BLOCK


def error(code: str) -> bytes:
    return b"\x0271" + code.encode() + b"\x03" + bytes([0x37 ^ 0x31 ^ ord(code) ^ 0x03])


@pytest.mark.parametrize(
    ("code", "fault"),
    [
        ("1", Fault.WRONG_KEY),
        ("5", Fault.WRONG_KEY),
        ("7", Fault.BUSY),
        ("9", Fault.NO_MASTER_KEY),
        ("B", Fault.BROKEN),
        ("8", Fault.NOT_UNDERSTOOD),
    ],
)
def test_an_error_of_the_pad_is_its_fault(
    open_pad: OpenPad, peer: Peer, code: str, fault: Fault
) -> None:
    script = (*ASKED, Says(error(code)), Host(ACK), *IDLE_CANCEL)
    assert enter(open_pad(), peer, *script) is fault


def test_an_empty_key_slot_is_no_master_key(open_pad: OpenPad, peer: Peer) -> None:
    pad = open_pad(PadSettings(key_slot=1))
    assert enter(pad, peer, *steps("check-key-1-empty")) is Fault.NO_MASTER_KEY


def test_a_refused_key_slot_is_a_fault(open_pad: OpenPad, peer: Peer) -> None:
    script = (*steps("check-key-0-loaded"), *steps("select-key-fail"))
    assert enter(open_pad(), peer, *script) is Fault.NOT_UNDERSTOOD


def test_a_frame_refused_three_times_is_not_sent_again(open_pad: OpenPad, peer: Peer) -> None:
    script = (*SELECTS, *steps("host-frame-nak3"), Host(EOT))
    assert enter(open_pad(), peer, *script) is Fault.NOT_UNDERSTOOD


def test_after_an_error_the_pad_is_released_before_the_next_pin(
    open_pad: OpenPad, peer: Peer
) -> None:
    pad = open_pad()
    enter(pad, peer, *SELECTS, *steps("pin-cancelled"))
    again = (*RECOVERS, *steps("self-test-ok"), *SELECTS, *steps("pin-entry-ok"))
    assert enter(pad, peer, *again) == BLOCK


def test_silence_is_found_after_three_repetitions(open_pad: OpenPad, peer: Peer) -> None:
    repeated = (Host(VECTORS["check-key-0-loaded"].steps[0][1]), Passes(0.5)) * 4
    assert enter(open_pad(), peer, *repeated, Host(EOT)) is Fault.SILENT


def test_a_cable_pulled_during_entry_is_gone(open_pad: OpenPad, peer: Peer) -> None:
    assert enter(open_pad(), peer, *ASKED, Says(b"\xfe"), HangsUp()) is Fault.GONE


@pytest.mark.parametrize("cipher", [bytes(range(8)), bytes(range(8)) * 2, bytes(range(24))])
def test_a_pin_key_that_is_not_double_length_is_refused(open_pad: OpenPad, cipher: bytes) -> None:
    with pytest.raises(DeviceFault) as refused:
        open_pad().load_pin_key(cipher, KCV)
    assert refused.value.fault is Fault.WRONG_KEY


def test_without_a_pin_key_the_station_has_to_sign_in(
    open_line: Callable[[], Port], peer: Peer
) -> None:
    peer.plays(*RECOVERS, *steps("self-test-ok"))
    pad = UicPinPad(open_line(), PadSettings())
    with pytest.raises(DeviceFault, match="sign in"):
        pad.enter_pin(PAN, amount_fen=None, wait_s=60)


def test_an_amount_the_pad_cannot_show_stops_before_anything_is_sent(
    open_pad: OpenPad, peer: Peer
) -> None:
    assert enter(open_pad(), peer, amount_fen=10_000_000) is Fault.NOT_UNDERSTOOD


def test_the_check_tests_the_pad_and_looks_for_its_master_key(
    open_pad: OpenPad, peer: Peer
) -> None:
    pad = open_pad()
    peer.plays(*steps("self-test-ok"), *steps("check-key-0-loaded"))
    pad.check()
    peer.finish()


def test_a_defective_pad_names_what_is_broken(open_pad: OpenPad, peer: Peer) -> None:
    pad = open_pad()
    peer.plays(*steps("self-test-bad"))
    with pytest.raises(DeviceFault, match="RAM, ROM, key CRC") as broken:
        pad.check()
    assert broken.value.fault is Fault.BROKEN


def test_nothing_secret_shows_in_the_driver_or_its_faults(open_pad: OpenPad, peer: Peer) -> None:
    pad = open_pad()
    peer.plays(*ASKED, Says(ANSWER[:12]), HangsUp())
    with pytest.raises(DeviceFault) as gone:
        pad.enter_pin(PAN, amount_fen=10_000, wait_s=60)
    shown = f"{gone.value!r} {gone.value.__cause__!r} {pad!r} {vars(pad)['_exchange']!r}"
    assert not any(s in shown for s in (PAN.reveal(), ENTRY["session_sent"], "71.006"))
