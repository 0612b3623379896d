"""What every reader of contact chips promises, on its simulator (`gempc-serial.md`, `emv.md` 4).

The cards answer a table and remember what they were told: an APDU that came twice was an effect
repeated (`devices/README.md` rule 5).
"""

from __future__ import annotations

import pytest

from drivers.api import Cancelled, CardEvent, CardFailure, DeviceFault, Fault, IcReader, TimedOut
from protocol.atr import Atr
from tests.contract.conftest import OpenCounter
from tests.contract.shop import LINKS, Attached, Call, Counter, models_of, words_of
from tests.hw_sim.smart_card import PLAIN_ATR, PlainCard
from tests.hw_sim.smart_card_gempc import FAULTS

PSE = bytes.fromhex("00A404000E315041592E5359532E444446303100")
FCI = "6F1A840E315041592E5359532E4444463031A5088801015F2D027A689000"  # section 12
RECORD = bytes.fromhex("00B2010C00")
PAN_IN_RECORD = "6212345678901232"
LONG = "70" + "81" + "C8" + "5A08" + PAN_IN_RECORD + "5F" * 190 + "9000"
GENERATE_AC = bytes.fromhex("80AE800005000000000100")
REFUSED = "6985"
ATRS = {
    "t0": PLAIN_ATR,
    "t1": bytes.fromhex("3B80810100"),  # TD1 and TD2 announce T=1; TCK
    "fast": bytes.fromhex("3B1013"),
}
EXCHANGE_S_MAX = 75.0  # a card that asks for more time again and again is given up after 60 s
ONE_CARD = ("t0", "t1", "fast")


def card_of(atr: bytes) -> PlainCard:
    answers = {"00A404000E315041592E5359532E4444463031": FCI, "00B2010C": LONG}
    return PlainCard(answers | {GENERATE_AC[:-1].hex(): REFUSED}, atr)


@pytest.fixture
def chips() -> dict[str, PlainCard]:
    return {name: card_of(atr) for name, atr in ATRS.items()} | {"other": card_of(PLAIN_ATR)}


@pytest.fixture
def counter(open_shop: OpenCounter, chips: dict[str, PlainCard]) -> Counter:
    fitted = (LINKS[models_of(IcReader)[0]],)
    return open_shop(fitted=fitted, chips=chips)


@pytest.fixture(params=models_of(IcReader))
def attached(request: pytest.FixtureRequest, counter: Counter) -> Attached:
    return counter.attach(request.param)


@pytest.fixture
def reader(attached: Attached) -> IcReader:
    driver: IcReader = attached.driver
    return driver


def insert(counter: Counter, attached: Attached, words: str) -> None:
    counter.bench.do(attached.link, f"insert {words}")


@pytest.fixture
def powered(counter: Counter, attached: Attached) -> IcReader:
    """A T=0 card in the slot, powered."""
    insert(counter, attached, "t0")
    assert isinstance(counter.ask(attached.driver.power_on).answer, Atr)
    driver: IcReader = attached.driver
    return driver


def exchange(counter: Counter, reader: IcReader, apdu: bytes) -> Call[bytes | CardFailure]:
    return counter.ask(lambda: reader.exchange(apdu))


@pytest.mark.parametrize("name", ONE_CARD)
def test_a_card_gives_its_atr_and_answers_apdus(
    counter: Counter, attached: Attached, chips: dict[str, PlainCard], name: str
) -> None:
    insert(counter, attached, name)
    card = counter.ask(attached.driver.power_on).answer
    assert isinstance(card, Atr)
    assert card.raw == ATRS[name]
    assert exchange(counter, attached.driver, PSE).answer == bytes.fromhex(FCI)
    assert exchange(counter, attached.driver, RECORD).answer == bytes.fromhex(LONG)
    assert exchange(counter, attached.driver, GENERATE_AC).answer == bytes.fromhex(REFUSED)


@pytest.mark.parametrize("voltage", ["5", "3", "1.8"])
def test_a_card_is_powered_at_its_voltage(
    counter: Counter, attached: Attached, voltage: str
) -> None:
    insert(counter, attached, f"t0 {voltage}")
    assert isinstance(counter.ask(attached.driver.power_on).answer, Atr)


def test_an_empty_slot_is_no_card(counter: Counter, reader: IcReader) -> None:
    assert counter.ask(reader.power_on).answer is CardFailure.REMOVED


def test_a_card_put_in_and_taken_out_is_told(
    counter: Counter, attached: Attached, reader: IcReader
) -> None:
    call = counter.begin(lambda: reader.await_card(wait_s=60))
    insert(counter, attached, "t0")
    assert counter.finish(call).answer is CardEvent.INSERTED
    leaving = counter.begin(lambda: reader.await_removal(wait_s=60))
    counter.bench.do(attached.link, "remove")
    assert counter.finish(leaving).answer is CardEvent.REMOVED


def test_nobody_putting_a_card_in_is_a_time_out(counter: Counter, reader: IcReader) -> None:
    call = counter.ask(lambda: reader.await_card(wait_s=5))
    assert call.answer == TimedOut()
    assert 5 <= call.took_s < 8


def test_a_cancel_ends_the_wait_promptly(
    counter: Counter, attached: Attached, reader: IcReader
) -> None:
    heard = len(counter.heard[attached.link])
    call = counter.begin(lambda: reader.await_card(wait_s=60))
    counter.wait_until(lambda: len(counter.heard[attached.link]) > heard)
    reader.cancel()
    assert counter.finish(call).answer == Cancelled()
    assert call.took_s < 4


def test_a_card_taken_out_between_two_exchanges_has_gone(
    counter: Counter, attached: Attached, powered: IcReader, chips: dict[str, PlainCard]
) -> None:
    exchange(counter, powered, PSE)
    counter.bench.do(attached.link, "remove")
    assert exchange(counter, powered, GENERATE_AC).answer is CardFailure.REMOVED


def test_another_card_never_hears_what_was_meant_for_the_first(
    counter: Counter, attached: Attached, powered: IcReader, chips: dict[str, PlainCard]
) -> None:
    exchange(counter, powered, PSE)
    counter.bench.do(attached.link, "remove")
    insert(counter, attached, "other")
    assert exchange(counter, powered, GENERATE_AC).answer is CardFailure.REMOVED
    assert chips["other"].seen == []


def test_after_power_off_a_card_must_be_powered_again(counter: Counter, powered: IcReader) -> None:
    counter.ask(powered.power_off)
    assert exchange(counter, powered, PSE).answer is CardFailure.REMOVED
    assert isinstance(counter.ask(powered.power_on).answer, Atr)
    assert exchange(counter, powered, PSE).answer == bytes.fromhex(FCI)


def test_a_reader_that_answers_passes_its_check_and_names_itself(
    counter: Counter, attached: Attached
) -> None:
    assert counter.ask(attached.driver.check).answer is None
    assert counter.ask(attached.driver.identify).answer


def test_a_silent_reader_fails_its_check(
    counter: Counter, attached: Attached, reader: IcReader
) -> None:
    counter.bench.fault(attached.link, "silence")
    assert counter.ask(reader.check).outcome is Fault.SILENT


def test_a_cable_pulled_during_an_exchange_is_gone(
    counter: Counter, attached: Attached, powered: IcReader
) -> None:
    counter.bench.fault(attached.link, "unplug", times=1)
    with pytest.raises(DeviceFault) as gone:
        _ = exchange(counter, powered, RECORD).answer
    assert gone.value.fault is Fault.GONE


@pytest.mark.parametrize("times", [1, None], ids=["once", "always"])
@pytest.mark.parametrize("fault", FAULTS)
def test_every_fault_ends_in_an_answer_and_repeats_no_effect(
    counter: Counter,
    attached: Attached,
    powered: IcReader,
    chips: dict[str, PlainCard],
    fault: str,
    times: int | None,
) -> None:
    counter.bench.fault(attached.link, fault, times)
    call = exchange(counter, powered, GENERATE_AC)
    assert call.took_s < EXCHANGE_S_MAX
    assert chips["t0"].seen.count(GENERATE_AC[:-1]) <= 1
    if call.fault is None and isinstance(call.answer, bytes):
        assert call.answer == bytes.fromhex(REFUSED)


@pytest.mark.parametrize("name", ["t0", "t1"])
@pytest.mark.parametrize("fault", [name for name in FAULTS if name != "unplug"])
def test_after_a_fault_has_passed_the_next_card_is_read(
    counter: Counter, attached: Attached, fault: str, name: str
) -> None:
    reader = attached.driver
    insert(counter, attached, name)
    counter.bench.fault(attached.link, fault, times=1)
    counter.ask(reader.power_on)
    counter.bench.clear_faults(attached.link)
    insert(counter, attached, name)
    assert isinstance(counter.ask(reader.power_on).answer, Atr)
    assert exchange(counter, reader, PSE).answer == bytes.fromhex(FCI)


@pytest.mark.parametrize("fault", FAULTS)
def test_no_fault_makes_a_record_show(
    counter: Counter, attached: Attached, powered: IcReader, fault: str
) -> None:
    counter.bench.fault(attached.link, fault)
    call = exchange(counter, powered, RECORD)
    if call.fault is not None:
        assert PAN_IN_RECORD not in words_of(call)
