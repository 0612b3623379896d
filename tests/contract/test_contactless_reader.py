"""What every contactless reader promises, on its own simulator (`pn532.md`)."""

from __future__ import annotations

import pytest

from drivers.api import (
    Cancelled,
    CardFailure,
    ContactlessReader,
    DeviceFault,
    Fault,
    Tapped,
    TimedOut,
)
from tests.contract.conftest import OpenCounter
from tests.contract.shop import LINKS, Attached, Call, Counter, models_of, words_of
from tests.hw_sim.contactless_pn532 import FAULTS
from tests.hw_sim.smart_card import PlainCard

WAIT_S = 30.0
PPSE = bytes.fromhex("00A404000E325041592E5359532E444446303100")
FCI = "6F1A840E325041592E5359532E4444463031A5088801015F2D027A689000"  # section 10
RECORD = bytes.fromhex("00B2010C00")
PAN = "6212345678901232"
LONG = "7081C85A08" + PAN + "5F" * 243 + "9000"  # 258 bytes: an extended frame, or a chain
GPO = bytes.fromhex("80A8000002830000")
EXCHANGE_S_MAX = 20.0  # section 7: 6 s, and what a silent module's wake-up takes


@pytest.fixture
def chips() -> dict[str, PlainCard]:
    answers = {PPSE[:-1].hex(): FCI, "00B2010C": LONG, GPO[:-1].hex(): "6985"}
    return {name: PlainCard(answers) for name in ("one", "two")}


@pytest.fixture
def counter(open_shop: OpenCounter, chips: dict[str, PlainCard]) -> Counter:
    fitted = (LINKS[models_of(ContactlessReader)[0]],)
    return open_shop(fitted=fitted, chips=chips)


@pytest.fixture(params=models_of(ContactlessReader))
def attached(request: pytest.FixtureRequest, counter: Counter) -> Attached:
    return counter.attach(request.param)


@pytest.fixture
def reader(attached: Attached) -> ContactlessReader:
    driver: ContactlessReader = attached.driver
    return driver


@pytest.fixture
def tapped(counter: Counter, attached: Attached, reader: ContactlessReader) -> ContactlessReader:
    counter.bench.do(attached.link, "tap one")
    assert counter.ask(lambda: reader.await_card(wait_s=WAIT_S)).answer == Tapped()
    return reader


def exchange(counter: Counter, reader: ContactlessReader, apdu: bytes) -> Call[object]:
    return counter.ask(lambda: reader.exchange(apdu))


def test_a_card_answers_apdus_short_and_long(counter: Counter, tapped: ContactlessReader) -> None:
    assert exchange(counter, tapped, PPSE).answer == bytes.fromhex(FCI)
    assert exchange(counter, tapped, RECORD).answer == bytes.fromhex(LONG)


def test_two_cards_are_one_too_many(
    counter: Counter, attached: Attached, reader: ContactlessReader
) -> None:
    counter.bench.do(attached.link, "tap one two")
    assert counter.ask(lambda: reader.await_card(wait_s=5)).answer is CardFailure.CROWDED


def test_a_card_that_comes_later_is_found(
    counter: Counter, attached: Attached, reader: ContactlessReader
) -> None:
    call = counter.begin(lambda: reader.await_card(wait_s=WAIT_S))
    counter.bench.do(attached.link, "tap one")
    assert counter.finish(call).answer == Tapped()


def test_nobody_tapping_is_a_time_out(counter: Counter, reader: ContactlessReader) -> None:
    call = counter.ask(lambda: reader.await_card(wait_s=5))
    assert call.answer == TimedOut()
    assert 5 <= call.took_s < 7


def test_a_cancel_ends_the_wait_promptly(
    counter: Counter, attached: Attached, reader: ContactlessReader
) -> None:
    heard = len(counter.heard[attached.link])
    call = counter.begin(lambda: reader.await_card(wait_s=WAIT_S))
    counter.wait_until(lambda: len(counter.heard[attached.link]) > heard)
    reader.cancel()
    assert counter.finish(call).answer == Cancelled()
    assert call.took_s < 2


def test_a_card_lifted_has_gone_and_the_next_one_is_found(
    counter: Counter, attached: Attached, tapped: ContactlessReader
) -> None:
    counter.bench.do(attached.link, "lift")
    assert exchange(counter, tapped, PPSE).answer is CardFailure.REMOVED
    counter.bench.do(attached.link, "tap two")
    assert counter.ask(lambda: tapped.await_card(wait_s=WAIT_S)).answer == Tapped()
    assert exchange(counter, tapped, PPSE).answer == bytes.fromhex(FCI)


def test_after_release_the_card_must_be_found_again(
    counter: Counter, tapped: ContactlessReader
) -> None:
    counter.ask(tapped.release)
    assert exchange(counter, tapped, PPSE).answer is CardFailure.REMOVED


def test_a_silent_reader_fails_its_check(
    counter: Counter, attached: Attached, reader: ContactlessReader
) -> None:
    counter.bench.fault(attached.link, "silence")
    assert counter.ask(reader.check).outcome is Fault.SILENT


def test_a_cable_pulled_during_an_exchange_is_gone(
    counter: Counter, attached: Attached, tapped: ContactlessReader
) -> None:
    counter.bench.fault(attached.link, "unplug", times=1)
    with pytest.raises(DeviceFault) as gone:
        _ = exchange(counter, tapped, PPSE).answer
    assert gone.value.fault is Fault.GONE


@pytest.mark.parametrize("times", [1, None], ids=["once", "always"])
@pytest.mark.parametrize("fault", FAULTS)
def test_every_fault_ends_in_an_answer_and_repeats_no_effect(
    counter: Counter,
    attached: Attached,
    tapped: ContactlessReader,
    chips: dict[str, PlainCard],
    fault: str,
    times: int | None,
) -> None:
    counter.bench.fault(attached.link, fault, times)
    call = exchange(counter, tapped, GPO)
    assert call.took_s < EXCHANGE_S_MAX
    assert sum(chip.seen.count(GPO) for chip in chips.values()) <= 1
    if call.fault is None and isinstance(call.answer, bytes):
        assert call.answer == bytes.fromhex("6985")


@pytest.mark.parametrize("fault", [name for name in FAULTS if name != "unplug"])
def test_after_a_fault_has_passed_the_next_card_is_read(
    counter: Counter, attached: Attached, tapped: ContactlessReader, fault: str
) -> None:
    counter.bench.fault(attached.link, fault, times=1)
    call = exchange(counter, tapped, RECORD)
    if call.fault is not None:
        assert PAN not in words_of(call)
    counter.bench.clear_faults(attached.link)
    counter.bench.do(attached.link, "lift")
    counter.bench.do(attached.link, "tap two")
    assert counter.ask(lambda: tapped.await_card(wait_s=WAIT_S)).answer == Tapped()
    assert exchange(counter, tapped, PPSE).answer == bytes.fromhex(FCI)
