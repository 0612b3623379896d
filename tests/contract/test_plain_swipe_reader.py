"""What a magnetic reader promises that speaks unasked, on its own simulator (`magstripe.md` 3, 5).

The promises of test_magnetic_reader.py, but for those that need a question to the reader.
"""

from __future__ import annotations

import pytest

from drivers.api import BadSwipe, Cancelled, DeviceFault, Fault, MagneticReader, Stripe, TimedOut
from protocol.values import Track3
from tests.contract.conftest import OpenCounter
from tests.contract.shop import LINKS, Attached, Call, Counter, secrets_of, words_of
from tests.hw_sim.magnetic_swipe import FAULTS
from tests.hw_sim.magnetic_tracks import MagneticCard
from tests.hw_sim.villager import Villager

WAIT_S = 60.0
SWIPE_S_MAX = 3.0  # a swipe late by 1.5 s, its longest pause and the silence behind it
SILENCE_S = 0.3  # longer than the 150 ms that part two swipes (section 3)
PAN = "6212345678901232"


@pytest.fixture
def counter(open_shop: OpenCounter) -> Counter:
    return open_shop(fitted=("swipe",))


@pytest.fixture(params=[model for model, link in LINKS.items() if link == "swipe"])
def attached(request: pytest.FixtureRequest, counter: Counter) -> Attached:
    return counter.attach(request.param)


@pytest.fixture
def reader(attached: Attached) -> MagneticReader:
    driver: MagneticReader = attached.driver
    return driver


def listening(counter: Counter, reader: MagneticReader) -> Call[object]:
    """A read under way, after the silence that comes first."""
    call: Call[object] = counter.begin(lambda: reader.read_card(wait_s=WAIT_S))
    assert not call.is_over(0.02)
    counter.skip(SILENCE_S)
    assert not call.is_over(0.02)
    return call


def swiped(counter: Counter, reader: MagneticReader, words: str) -> Call[object]:
    call = listening(counter, reader)
    counter.bench.do("swipe", f"swipe {words}")
    return counter.finish(call)


@pytest.mark.parametrize("ending", ["cr", "crlf", "none"])
@pytest.mark.parametrize("lrc", ["on", "off"])
def test_a_swipe_is_read_whatever_closes_it(
    counter: Counter, reader: MagneticReader, villager: Villager, ending: str, lrc: str
) -> None:
    counter.bench.do("swipe", f"ending {ending}")
    counter.bench.do("swipe", f"lrc {lrc}")
    stripe = swiped(counter, reader, villager.key).answer
    assert isinstance(stripe, Stripe)
    assert stripe.pan.reveal() == villager.pan


def test_a_bad_swipe_is_an_answer_and_the_next_one_counts(
    counter: Counter, reader: MagneticReader, villager: Villager
) -> None:
    assert swiped(counter, reader, "bad").answer is BadSwipe.UNREADABLE
    assert isinstance(swiped(counter, reader, villager.key).answer, Stripe)


def test_track_3_goes_along_as_it_is(counter: Counter, reader: MagneticReader) -> None:
    track3 = f"99{PAN}=1561560500050005000=="
    card = MagneticCard(track2=f"{PAN}=30122201000000000", track3=track3)
    call = listening(counter, reader)
    counter.bench.loop.call(lambda: counter.bench.swiper.swipe(card))
    stripe = counter.finish(call).answer
    assert isinstance(stripe, Stripe)
    assert stripe.track3 == Track3(track3)


def test_a_card_drawn_before_it_was_asked_for_is_not_kept(
    counter: Counter, reader: MagneticReader, people: dict[str, Villager]
) -> None:
    counter.bench.do("swipe", "swipe v01")
    stripe = swiped(counter, reader, "v02").answer
    assert isinstance(stripe, Stripe)
    assert stripe.pan.reveal() == people["v02"].pan


def test_nobody_swiping_is_a_time_out(counter: Counter, reader: MagneticReader) -> None:
    call = counter.ask(lambda: reader.read_card(wait_s=WAIT_S))
    assert call.answer == TimedOut()
    assert WAIT_S <= call.took_s < WAIT_S + SWIPE_S_MAX


def test_a_cancel_is_answered_promptly(counter: Counter, reader: MagneticReader) -> None:
    call = listening(counter, reader)
    reader.cancel()
    assert counter.finish(call).answer == Cancelled()
    assert call.took_s < 1.0


def test_a_pulled_cable_is_gone(counter: Counter, reader: MagneticReader) -> None:
    call = listening(counter, reader)
    counter.bench.pull("swipe")
    with pytest.raises(DeviceFault) as gone:
        _ = counter.finish(call).answer
    assert gone.value.fault is Fault.GONE


@pytest.mark.parametrize("fault", FAULTS)
def test_every_fault_ends_in_an_answer_without_a_secret_and_the_next_card_is_read(
    counter: Counter, reader: MagneticReader, people: dict[str, Villager], fault: str
) -> None:
    counter.bench.fault("swipe", fault, times=1)
    call = swiped(counter, reader, "v01")
    spared_s = WAIT_S if fault == "silence" else 0
    assert call.took_s < SWIPE_S_MAX + spared_s
    assert not [secret for secret in secrets_of(people["v01"]) if secret in words_of(call)]
    if fault != "unplug":
        stripe = swiped(counter, reader, "v02").answer
        assert isinstance(stripe, Stripe)
        assert stripe.pan.reveal() == people["v02"].pan
