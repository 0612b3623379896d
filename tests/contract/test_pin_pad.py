"""What every PIN pad promises, on its own simulator (`pinpad-uic.md`)."""

from __future__ import annotations

import pytest
from psec import des, pinblock

from drivers.api import Cancelled, DeviceFault, Fault, PinPad, TimedOut
from protocol.values import Pan, PinBlock
from tests.contract.conftest import OpenCounter
from tests.contract.shop import (
    KCV,
    PIK,
    PIK_UNDER_TMK_P,
    TMK_P,
    Call,
    Counter,
    models_of,
    secrets_of,
    words_of,
)
from tests.hw_sim.pin_pad_frames import ACK
from tests.hw_sim.pin_pad_keys import MasterKey, Usage
from tests.hw_sim.pin_pad_uic import FAULTS, State
from tests.hw_sim.villager import Villager

pytestmark = pytest.mark.filterwarnings("ignore:.*TripleDES:UserWarning:psec")

AMOUNT_FEN = 30_000
WAIT_S = 60
SPARE_S = 6.0  # after the wait: message 71's 2 s, then 72 with its repetitions of 1 s (section 7)
SENDS_S = 4.0  # one frame and three repetitions of it, 1 s each (section 3)
PERSON_S = 3.0  # a person needs more than the second after which 04 means "refused" (section 6)
HESITATION_S = 0.3  # before the pad hangs up, for which it has a second (section 7)
ENDING = ("eot", "unplug")  # what no repetition mends
SHEET_PAN, SHEET_PIN, SHEET_BLOCK = "6212345678901232", "123456", "B91D020C871DFFC1"  # section 5


@pytest.fixture(params=models_of(PinPad))
def model(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def pad(counter: Counter, model: str) -> PinPad:
    return signed_in(counter, model)


def signed_in(counter: Counter, model: str) -> PinPad:
    """The pad of a station that has its session key."""
    driver: PinPad = counter.attach(model).driver
    driver.load_pin_key(PIK_UNDER_TMK_P, KCV)
    return driver


def asks(
    counter: Counter,
    pad: PinPad,
    owner: Villager,
    amount_fen: int | None = AMOUNT_FEN,
    wait_s: int = WAIT_S,
) -> Call[object]:
    return counter.ask(lambda: pad.enter_pin(Pan(owner.pan), amount_fen=amount_fen, wait_s=wait_s))


def stand_at(counter: Counter, pad: PinPad, owner: Villager, wait_s: int = WAIT_S) -> Call[object]:
    """An entry under way: the pad waits for keys."""
    call: Call[object] = counter.begin(
        lambda: pad.enter_pin(Pan(owner.pan), amount_fen=AMOUNT_FEN, wait_s=wait_s)
    )
    counter.wait_until(lambda: counter.bench.pin_pad.state is State.ENTERING)
    return call


def pin_in(block: object, pan: str) -> str:
    """The PIN as the bank's security module decodes it."""
    assert isinstance(block, PinBlock)
    clear = des.decrypt_tdes_ecb(PIK, bytes.fromhex(block.reveal()))
    return pinblock.decode_pinblock_iso_0(clear, pan)


def test_the_block_is_the_one_printed_in_the_sheet(counter: Counter, pad: PinPad) -> None:
    call = counter.begin(
        lambda: pad.enter_pin(Pan(SHEET_PAN), amount_fen=AMOUNT_FEN, wait_s=WAIT_S)
    )
    counter.wait_until(lambda: counter.bench.pin_pad.state is State.ENTERING)
    counter.bench.type_pin(SHEET_PIN)
    counter.bench.press("enter")
    assert counter.finish(call).answer == PinBlock(SHEET_BLOCK)


def test_every_villagers_pin_reaches_the_bank_under_the_session_key(
    counter: Counter, pad: PinPad, people: dict[str, Villager]
) -> None:
    wrong = []
    for key, owner in people.items():
        counter.bench.auto(key)
        if pin_in(asks(counter, pad, owner).answer, owner.pan) != owner.pin:
            wrong.append(key)
    assert wrong == []


def test_a_new_session_key_is_used_from_the_next_entry_on(
    counter: Counter, pad: PinPad, villager: Villager
) -> None:
    other = bytes(range(16))
    pad.load_pin_key(des.encrypt_tdes_ecb(TMK_P, other), KCV)
    counter.bench.auto(villager.key)
    block = asks(counter, pad, villager).answer
    assert isinstance(block, PinBlock)
    clear = des.decrypt_tdes_ecb(other, bytes.fromhex(block.reveal()))
    assert pinblock.decode_pinblock_iso_0(clear, villager.pan) == villager.pin


def test_the_villager_sees_the_amount(counter: Counter, pad: PinPad, villager: Villager) -> None:
    counter.bench.auto(villager.key)
    asks(counter, pad, villager)
    assert [shown[0] for shown in counter.bench.counter.displays_seen] == ["$300.00"]


def test_a_balance_shows_no_amount(counter: Counter, pad: PinPad, villager: Villager) -> None:
    counter.bench.auto(villager.key)
    block = asks(counter, pad, villager, amount_fen=None).answer
    assert pin_in(block, villager.pan) == villager.pin
    (shown,) = counter.bench.counter.displays_seen
    assert "$" not in "".join(shown)


def test_enter_pressed_too_early_lets_the_villager_go_on(
    counter: Counter, pad: PinPad, villager: Villager
) -> None:
    counter.bench.tell(villager.key, "pin-short")
    counter.bench.auto(villager.key)
    assert pin_in(asks(counter, pad, villager).answer, villager.pan) == villager.pin


def test_four_digits_are_too_few_for_a_balance(
    counter: Counter, pad: PinPad, villager: Villager
) -> None:
    call = counter.begin(lambda: pad.enter_pin(Pan(villager.pan), amount_fen=None, wait_s=WAIT_S))
    counter.wait_until(lambda: counter.bench.pin_pad.state is State.ENTERING)
    counter.bench.type_pin(villager.pin[:4])
    counter.bench.press("enter")
    counter.bench.type_pin(villager.pin[4:])
    counter.bench.press("enter")
    assert pin_in(counter.finish(call).answer, villager.pan) == villager.pin


def test_the_villager_may_cancel(open_shop: OpenCounter, model: str, villager: Villager) -> None:
    counter = open_shop(human_delay_s=PERSON_S)
    pad = signed_in(counter, model)
    counter.bench.tell(villager.key, "pin-cancel")
    counter.bench.auto(villager.key)
    assert asks(counter, pad, villager).answer == Cancelled()


def test_the_operator_may_cancel(counter: Counter, pad: PinPad, villager: Villager) -> None:
    call = stand_at(counter, pad, villager)
    pad.cancel()
    assert counter.finish(call).answer == Cancelled()
    assert call.took_s < 2.0


def test_a_cancel_while_idle_leaves_the_next_entry_alone(
    counter: Counter, pad: PinPad, villager: Villager
) -> None:
    pad.cancel()
    counter.bench.auto(villager.key)
    assert pin_in(asks(counter, pad, villager).answer, villager.pan) == villager.pin


@pytest.mark.parametrize("shape", [None, "late"], ids=["at once", "late"])
def test_a_block_in_flight_when_the_operator_cancels_is_never_used(
    counter: Counter, pad: PinPad, people: dict[str, Villager], shape: str | None
) -> None:
    call = stand_at(counter, pad, people["v01"])
    if shape:
        counter.bench.fault("pinpad", shape, times=1)

    def both_at_once() -> None:
        pad.cancel()
        counter.bench.pin_pad.type_digits(people["v01"].pin)
        counter.bench.pin_pad.press_enter()

    counter.bench.loop.call(both_at_once)
    assert counter.finish(call).answer == Cancelled()
    counter.bench.auto("v02")
    block = asks(counter, pad, people["v02"]).answer
    assert pin_in(block, people["v02"].pan) == people["v02"].pin


@pytest.mark.parametrize("wait_s", [10, 60, 90])
def test_a_villager_who_types_nothing_is_a_time_out(
    counter: Counter, pad: PinPad, villager: Villager, wait_s: int
) -> None:
    call = asks(counter, pad, villager, wait_s=wait_s)
    assert call.answer == TimedOut()
    assert wait_s <= call.took_s < wait_s + SPARE_S


@pytest.mark.parametrize("conduct", ["pin-ok", "pin-cancel", "leave"])
def test_however_an_entry_ends_the_pad_is_idle_again(
    open_shop: OpenCounter, model: str, villager: Villager, conduct: str
) -> None:
    counter = open_shop(human_delay_s=PERSON_S)
    pad = signed_in(counter, model)
    counter.bench.tell(villager.key, conduct)
    counter.bench.auto(villager.key)
    asks(counter, pad, villager)
    assert counter.bench.pin_pad.state is State.IDLE
    assert counter.bench.display() == ("WELCOME", "")


def test_a_wrong_pin_is_the_banks_to_find(
    counter: Counter, pad: PinPad, villager: Villager
) -> None:
    counter.bench.tell(villager.key, "pin-wrong")
    counter.bench.auto(villager.key)
    assert pin_in(asks(counter, pad, villager).answer, villager.pan) == villager.wrong_pin


def test_a_healthy_pad_passes_its_check(counter: Counter, pad: PinPad) -> None:
    assert counter.ask(pad.check).answer is None


@pytest.mark.parametrize("digits", ["1", "2", "5", "125"])
def test_a_failed_self_test_is_broken(counter: Counter, pad: PinPad, digits: str) -> None:
    counter.bench.do("pinpad", f"health {digits}")
    assert counter.ask(pad.check).outcome is Fault.BROKEN


def test_a_pad_without_the_master_key_says_so(
    open_shop: OpenCounter, model: str, villager: Villager
) -> None:
    counter = open_shop(tmk_p=None)
    pad = signed_in(counter, model)
    assert counter.ask(pad.check).outcome is Fault.NO_MASTER_KEY
    assert asks(counter, pad, villager).outcome is Fault.NO_MASTER_KEY


def test_a_pad_that_encrypts_too_often_is_busy(
    counter: Counter, pad: PinPad, villager: Villager
) -> None:
    counter.bench.do("pinpad", "throttle 0")
    assert asks(counter, pad, villager).outcome is Fault.BUSY


def test_a_session_key_that_does_not_fit_the_master_asks_for_a_sign_in(
    counter: Counter, pad: PinPad, villager: Villager
) -> None:
    direct = MasterKey(TMK_P, Usage.P0)  # encrypts PIN blocks itself: takes no session key
    counter.bench.loop.call(lambda: counter.bench.pin_pad.keys.update({"0": direct}))
    assert asks(counter, pad, villager).outcome is Fault.WRONG_KEY


def test_no_pin_is_asked_for_before_sign_in(
    counter: Counter, model: str, villager: Villager
) -> None:
    pad: PinPad = counter.attach(model).driver
    assert asks(counter, pad, villager).outcome is Fault.WRONG_KEY
    assert counter.bench.counter.displays_seen == []


@pytest.mark.parametrize("cipher", [bytes(8), bytes(range(8)) * 2], ids=["short", "equal halves"])
def test_a_single_des_key_is_refused(pad: PinPad, cipher: bytes) -> None:
    with pytest.raises(DeviceFault) as caught:
        pad.load_pin_key(cipher, KCV)
    assert caught.value.fault is Fault.WRONG_KEY


def test_an_amount_the_pad_cannot_show_is_refused_before_the_villager_is_asked(
    counter: Counter, pad: PinPad, villager: Villager
) -> None:
    assert asks(counter, pad, villager, amount_fen=10_000_000).outcome is Fault.NOT_UNDERSTOOD
    assert counter.bench.pin_pad.state is State.IDLE


def test_a_pad_that_refuses_to_ask_is_no_villager_who_cancelled(
    counter: Counter, pad: PinPad, villager: Villager
) -> None:
    counter.bench.fault("pinpad", "eot", times=1)
    assert asks(counter, pad, villager).outcome is Fault.NOT_UNDERSTOOD


def test_a_cable_pulled_during_entry_is_gone(
    counter: Counter, pad: PinPad, villager: Villager
) -> None:
    call = stand_at(counter, pad, villager)
    counter.bench.pull("pinpad")
    assert counter.finish(call).outcome is Fault.GONE
    assert call.took_s < 2.0


def test_a_pad_that_loses_power_during_entry_gives_no_block(
    counter: Counter, pad: PinPad, villager: Villager
) -> None:
    call = stand_at(counter, pad, villager)
    counter.bench.do("pinpad", "power off")
    assert counter.finish(call).outcome is Fault.SILENT
    counter.bench.do("pinpad", "power on")
    counter.bench.auto(villager.key)
    assert pin_in(asks(counter, pad, villager).answer, villager.pan) == villager.pin


@pytest.mark.parametrize("fault", [name for name in FAULTS if name not in ENDING])
def test_one_fault_of_the_line_costs_the_villager_no_second_entry(
    counter: Counter, pad: PinPad, villager: Villager, fault: str
) -> None:
    counter.bench.fault("pinpad", fault, times=1)
    counter.bench.auto(villager.key)
    assert pin_in(asks(counter, pad, villager).answer, villager.pan) == villager.pin
    assert len(counter.bench.counter.displays_seen) == 1


def test_a_pad_that_repeats_its_answer_and_hangs_up_late_is_waited_for(
    counter: Counter, pad: PinPad, villager: Villager
) -> None:
    line = counter.bench.lines["pinpad"]
    receive = line.on_bytes

    def slow_at_acks(data: bytes) -> None:
        counter.bench.loop.after(HESITATION_S if set(data) == {ACK} else 0, lambda: receive(data))

    counter.bench.loop.call(lambda: setattr(line, "on_bytes", slow_at_acks))
    counter.bench.fault("pinpad", "duplicate", times=1)
    counter.bench.auto(villager.key)
    assert pin_in(asks(counter, pad, villager).answer, villager.pan) == villager.pin


@pytest.mark.parametrize(
    "fault", ["bad_check", "truncate", "garbage", "duplicate", "late", "split", "dribble", "glue"]
)
def test_a_block_that_arrives_damaged_once_is_sent_again_by_the_pad(
    counter: Counter, pad: PinPad, villager: Villager, fault: str
) -> None:
    call = stand_at(counter, pad, villager)
    counter.bench.fault("pinpad", fault, times=1)
    counter.bench.type_pin(villager.pin)
    counter.bench.press("enter")
    assert pin_in(counter.finish(call).answer, villager.pan) == villager.pin


@pytest.mark.parametrize("moment", ["before", "during"])
@pytest.mark.parametrize("fault", FAULTS)
def test_every_lasting_fault_of_the_line_ends_in_an_answer_without_a_secret(
    counter: Counter, pad: PinPad, villager: Villager, fault: str, moment: str
) -> None:
    if moment == "before":
        counter.bench.fault("pinpad", fault)
        counter.bench.auto(villager.key)
        call = asks(counter, pad, villager)
    else:
        call = stand_at(counter, pad, villager)
        counter.bench.fault("pinpad", fault)
        counter.bench.auto(villager.key)
        counter.finish(call)
    assert call.took_s < WAIT_S + SPARE_S + SENDS_S
    assert not [secret for secret in secrets_of(villager) if secret in words_of(call)]


@pytest.mark.parametrize("fault", [name for name in FAULTS if name != "unplug"])
def test_after_a_fault_has_passed_the_pad_is_of_use_again(
    counter: Counter, pad: PinPad, people: dict[str, Villager], fault: str
) -> None:
    call = stand_at(counter, pad, people["v01"])
    counter.bench.fault("pinpad", fault)
    counter.bench.auto("v01")
    counter.finish(call)
    counter.bench.clear_faults("pinpad")
    counter.bench.auto("v02")
    block = asks(counter, pad, people["v02"]).answer
    assert pin_in(block, people["v02"].pan) == people["v02"].pin
