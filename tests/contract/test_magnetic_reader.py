"""What every magnetic reader promises, on its own simulator (`magstripe.md`)."""

from __future__ import annotations

import pytest

from drivers.api import BadSwipe, Cancelled, DeviceFault, Fault, MagneticReader, Stripe, TimedOut
from protocol.values import Pan, Track2, Track3
from tests.contract.shop import Attached, Call, Counter, models_of, secrets_of, words_of
from tests.hw_sim.magnetic_msr605 import FAULTS, Swipe
from tests.hw_sim.magnetic_tracks import MagneticCard
from tests.hw_sim.villager import Villager

WAIT_S = 60.0  # section 5: the business's time-out
SWIPE_BOUND_S = (
    3.0  # a swipe, its longest pause between bytes (section 5) and an answer late by 1.5 s
)
CLOSING_S = 2.0  # after the wait: reset, and up to three communication tests
PAN = "6212345678901232"  # section 8
DATED = f"{PAN}=30122201000000000"


# Plain readers cannot be armed, asked or silent: what they promise is test_plain_swipe_reader.py's.
ARMED = [model for model in models_of(MagneticReader) if model != "magstripe"]


@pytest.fixture(params=ARMED)
def attached(request: pytest.FixtureRequest, counter: Counter) -> Attached:
    return counter.attach(request.param)


@pytest.fixture
def reader(attached: Attached) -> MagneticReader:
    driver: MagneticReader = attached.driver
    return driver


def reads(counter: Counter, reader: MagneticReader, wait_s: float = WAIT_S) -> Call[object]:
    return counter.ask(lambda: reader.read_card(wait_s=wait_s))


def arm(counter: Counter, reader: MagneticReader) -> Call[object]:
    """A read under way, the reader waiting for a card."""
    call: Call[object] = counter.begin(lambda: reader.read_card(wait_s=WAIT_S))
    counter.wait_until(lambda: counter.bench.reader.waits_for_card)
    return call


def draw(counter: Counter, card: MagneticCard, how: Swipe = Swipe.OK) -> None:
    counter.bench.loop.call(lambda: counter.bench.reader.swipe(card, how))


def test_a_good_swipe_gives_card_number_date_and_service_code(
    counter: Counter, reader: MagneticReader, villager: Villager
) -> None:
    counter.bench.auto(villager.key)
    assert reads(counter, reader).answer == Stripe(
        Pan(villager.pan), "3012", "120", Track2(villager.card.track2 or ""), None
    )


def test_every_villagers_card_reads_as_the_number_embossed_on_it(
    counter: Counter, reader: MagneticReader, people: dict[str, Villager]
) -> None:
    wrong = []
    for key, owner in people.items():
        counter.bench.auto(key)
        stripe = reads(counter, reader).answer
        if not isinstance(stripe, Stripe) or stripe.pan.reveal() != owner.pan:
            wrong.append(key)
    assert wrong == []


def test_a_card_with_a_chip_says_so(
    counter: Counter, reader: MagneticReader, people: dict[str, Villager]
) -> None:
    chips = []
    for key in ("v01", "v02"):  # v02 holds the population's chip card
        counter.bench.auto(key)
        stripe = reads(counter, reader).answer
        assert isinstance(stripe, Stripe)
        chips.append(stripe.has_chip)
    assert chips == [False, True]


@pytest.mark.parametrize(
    ("conduct", "why"), [("swipe-bad", BadSwipe.UNREADABLE), ("swipe-fast", BadSwipe.SPEED)]
)
def test_a_bad_swipe_is_an_answer_and_the_next_one_counts(
    counter: Counter, reader: MagneticReader, villager: Villager, conduct: str, why: BadSwipe
) -> None:
    counter.bench.tell(villager.key, conduct, times=1)
    counter.bench.auto(villager.key)
    assert reads(counter, reader).answer is why
    stripe = reads(counter, reader).answer
    assert isinstance(stripe, Stripe)
    assert stripe.pan.reveal() == villager.pan


@pytest.mark.parametrize(
    ("card", "why"),
    [
        (MagneticCard(track1=f"B{PAN}^TEST/CARD^30122201000000000000"), BadSwipe.UNREADABLE),
        (MagneticCard(track1="B6212345678901240^A/B^3012220", track2=DATED), BadSwipe.CORRUPT),
        (MagneticCard(track2=f"{PAN}=30132201000000000"), BadSwipe.CORRUPT),
        (MagneticCard(track2=DATED, track3="996212345678901240=1561560"), BadSwipe.CORRUPT),
        (MagneticCard(track2=f"{PAN}={'3012220' * 4}"), BadSwipe.CORRUPT),
        (MagneticCard(track2=f"{PAN}A=3012220"), BadSwipe.CORRUPT),
    ],
    ids=["no track 2", "two cards", "month 13", "track 3 of another", "too long", "a letter"],
)
def test_a_stripe_that_contradicts_its_standard_gives_no_card(
    counter: Counter, reader: MagneticReader, card: MagneticCard, why: BadSwipe
) -> None:
    call = arm(counter, reader)
    draw(counter, card)
    assert counter.finish(call).answer is why


def test_a_card_from_before_2004_without_a_luhn_digit_is_read(
    counter: Counter, reader: MagneticReader
) -> None:
    call = arm(counter, reader)
    draw(counter, MagneticCard(track2="6212345678901233=30121201000000000"))
    stripe = counter.finish(call).answer
    assert isinstance(stripe, Stripe)
    assert not stripe.pan.luhn_ok


def test_track_3_goes_along_as_it_is(counter: Counter, reader: MagneticReader) -> None:
    track3 = f"99{PAN}=1561560500050005000=="
    call = arm(counter, reader)
    draw(counter, MagneticCard(track2=DATED, track3=track3))
    stripe = counter.finish(call).answer
    assert isinstance(stripe, Stripe)
    assert stripe.track3 == Track3(track3)


def test_a_reader_that_omits_the_mark_of_an_empty_track_is_understood(
    counter: Counter, reader: MagneticReader, villager: Villager
) -> None:
    counter.bench.do("reader", "track3-mark off")
    counter.bench.auto(villager.key)
    assert isinstance(reads(counter, reader).answer, Stripe)


def test_a_cancel_while_armed_is_answered_promptly(
    counter: Counter, reader: MagneticReader
) -> None:
    call = arm(counter, reader)
    reader.cancel()
    assert counter.finish(call).answer == Cancelled()
    assert call.took_s < 1.0
    assert not counter.bench.reader.waits_for_card


def test_a_cancel_while_idle_leaves_the_next_read_alone(
    counter: Counter, reader: MagneticReader, villager: Villager
) -> None:
    reader.cancel()
    counter.bench.auto(villager.key)
    assert isinstance(reads(counter, reader).answer, Stripe)


def test_nobody_swiping_is_a_time_out_and_the_reader_is_disarmed(
    counter: Counter, reader: MagneticReader
) -> None:
    call = reads(counter, reader)
    assert call.answer == TimedOut()
    assert WAIT_S <= call.took_s < WAIT_S + CLOSING_S
    assert not counter.bench.reader.waits_for_card


def test_a_card_drawn_before_it_was_asked_for_is_not_kept(
    counter: Counter, reader: MagneticReader, people: dict[str, Villager]
) -> None:
    assert not counter.bench.swipe("v01")
    counter.bench.auto("v02")
    stripe = reads(counter, reader).answer
    assert isinstance(stripe, Stripe)
    assert stripe.pan.reveal() == people["v02"].pan


@pytest.mark.parametrize("fault", ["after_cancel", "duplicate"])
def test_a_late_answer_is_never_the_next_villagers_card(
    counter: Counter, reader: MagneticReader, people: dict[str, Villager], fault: str
) -> None:
    counter.bench.fault("reader", fault, times=1)
    call = arm(counter, reader)
    counter.bench.swipe("v01")
    counter.finish(call)
    counter.bench.auto("v02")
    stripe = reads(counter, reader).answer
    assert isinstance(stripe, Stripe)
    assert stripe.pan.reveal() == people["v02"].pan


def test_a_card_that_arrives_after_the_cancel_is_thrown_away(
    counter: Counter, reader: MagneticReader, people: dict[str, Villager]
) -> None:
    counter.bench.swipe("v01")  # the card whose answer the firmware still sends after its reset
    call = arm(counter, reader)
    counter.bench.fault("reader", "after_cancel", times=1)
    reader.cancel()
    assert counter.finish(call).answer == Cancelled()
    counter.bench.auto("v02")
    stripe = reads(counter, reader).answer
    assert isinstance(stripe, Stripe)
    assert stripe.pan.reveal() == people["v02"].pan


@pytest.mark.parametrize("ending", ["cancel", "time-out"])
def test_an_unplugged_lead_is_not_taken_for_nobody_swiping(
    counter: Counter, reader: MagneticReader, ending: str
) -> None:
    call = arm(counter, reader)
    counter.bench.fault("reader", "silence")
    if ending == "cancel":
        reader.cancel()
    with pytest.raises(DeviceFault) as caught:
        _ = counter.finish(call).answer
    assert caught.value.fault is Fault.SILENT


def test_a_reader_that_answers_passes_its_check(counter: Counter, reader: MagneticReader) -> None:
    assert counter.ask(reader.check).answer is None


def test_a_silent_reader_fails_its_check(counter: Counter, reader: MagneticReader) -> None:
    counter.bench.fault("reader", "silence")
    assert counter.ask(reader.check).outcome is Fault.SILENT


def test_a_cable_pulled_while_armed_is_gone_at_once(
    counter: Counter, reader: MagneticReader
) -> None:
    call = arm(counter, reader)
    counter.bench.pull("reader")
    assert counter.finish(call).outcome is Fault.GONE
    assert call.took_s < 2.0


@pytest.mark.parametrize("times", [1, None], ids=["once", "always"])
@pytest.mark.parametrize("fault", FAULTS)
def test_every_fault_of_the_line_ends_in_an_answer_without_a_secret(
    counter: Counter, reader: MagneticReader, villager: Villager, fault: str, times: int | None
) -> None:
    call = arm(counter, reader)
    counter.bench.fault("reader", fault, times)
    counter.bench.swipe(villager.key)
    counter.finish(call)
    # late: on a busy machine the pieces may lie further apart than one answer's may
    unheard = ("silence", "truncate", "wrong_terminator", "late")
    spared = WAIT_S + CLOSING_S if fault in unheard else 0
    assert call.took_s < SWIPE_BOUND_S + spared
    assert not [secret for secret in secrets_of(villager) if secret in words_of(call)]


@pytest.mark.parametrize("fault", [name for name in FAULTS if name != "unplug"])
def test_after_a_fault_has_passed_the_next_card_is_read(
    counter: Counter, reader: MagneticReader, people: dict[str, Villager], fault: str
) -> None:
    counter.bench.fault("reader", fault)
    call = arm(counter, reader)
    counter.bench.swipe("v01")
    counter.finish(call)
    counter.bench.clear_faults("reader")
    counter.bench.auto("v02")
    stripe = reads(counter, reader).answer
    assert isinstance(stripe, Stripe)
    assert stripe.pan.reveal() == people["v02"].pan
