"""What every identity-card reader promises, on its own simulator (`idcard-sam.md`)."""

from __future__ import annotations

import pytest

from drivers.api import BadDocument, Cancelled, DeviceFault, Fault, IdCardReader, TimedOut
from protocol.id_card import IdCard
from tests.contract.conftest import OpenCounter
from tests.contract.shop import LINKS, Attached, Call, Counter, models_of, words_of
from tests.hw_sim.id_card_sam import FAULTS
from tests.hw_sim.villager import Villager

WAIT_S = 30.0  # section 5
READ_S_MAX = 20.0  # three rounds of find, select and read, each with its time-out
GONE = ("unplug", "closed")


@pytest.fixture
def counter(open_shop: OpenCounter) -> Counter:
    return open_shop(fitted=(LINKS[models_of(IdCardReader)[0]],))


@pytest.fixture(params=models_of(IdCardReader))
def attached(request: pytest.FixtureRequest, counter: Counter) -> Attached:
    return counter.attach(request.param)


@pytest.fixture
def reader(attached: Attached) -> IdCardReader:
    driver: IdCardReader = attached.driver
    return driver


def reads(counter: Counter, reader: IdCardReader, wait_s: float = WAIT_S) -> Call[object]:
    return counter.ask(lambda: reader.read_card(wait_s=wait_s))


def place(counter: Counter, words: str) -> None:
    counter.bench.do("idcard", "take")
    counter.bench.do("idcard", f"place {words}")


def test_every_villagers_card_gives_name_and_number(
    counter: Counter, reader: IdCardReader, people: dict[str, Villager]
) -> None:
    wrong = []
    for key in list(people)[:5]:
        place(counter, key)
        card = reads(counter, reader).answer
        given = (people[key].name, people[key].id_number)
        if not isinstance(card, IdCard) or (card.name.reveal(), card.number.reveal()) != given:
            wrong.append(key)
    assert wrong == []


@pytest.mark.parametrize("length", ["0", "4"])
def test_both_lengths_of_a_find_are_understood(
    counter: Counter, reader: IdCardReader, length: str
) -> None:
    counter.bench.do("idcard", f"find-length {length}")
    place(counter, "v01")
    assert isinstance(reads(counter, reader).answer, IdCard)


def test_a_rare_name_is_read_and_flagged(counter: Counter, reader: IdCardReader) -> None:
    place(counter, "v01 rare-name")
    card = reads(counter, reader).answer
    assert isinstance(card, IdCard)
    assert (card.name.reveal(), card.has_rare_name) == ("\U00020bb7\ue000", True)


@pytest.mark.parametrize(("how", "valid_to"), [("expired", "20200101"), ("long-term", "")])
def test_the_end_of_validity_is_told(
    counter: Counter, reader: IdCardReader, how: str, valid_to: str
) -> None:
    place(counter, f"v01 {how}")
    card = reads(counter, reader).answer
    assert isinstance(card, IdCard)
    assert card.valid_to == valid_to


@pytest.mark.parametrize(
    ("how", "why"),
    [("I", BadDocument.UNSUPPORTED), ("wrong-number", BadDocument.INCONSISTENT)],
)
def test_a_document_that_is_no_identity_says_why(
    counter: Counter, reader: IdCardReader, how: str, why: BadDocument
) -> None:
    place(counter, f"v01 {how}")
    assert reads(counter, reader).answer is why


def test_a_card_laid_down_later_is_found(counter: Counter, reader: IdCardReader) -> None:
    call = counter.begin(lambda: reader.read_card(wait_s=WAIT_S))
    place(counter, "v01")
    assert isinstance(counter.finish(call).answer, IdCard)


def test_nobody_laying_a_card_is_a_time_out(counter: Counter, reader: IdCardReader) -> None:
    call = reads(counter, reader, 5)
    assert call.answer == TimedOut()
    assert 5 <= call.took_s < 7


def test_a_cancel_is_answered_promptly(
    counter: Counter, attached: Attached, reader: IdCardReader
) -> None:
    heard = len(counter.heard[attached.link])
    call = counter.begin(lambda: reader.read_card(wait_s=WAIT_S))
    counter.wait_until(lambda: len(counter.heard[attached.link]) > heard)
    reader.cancel()
    assert counter.finish(call).answer == Cancelled()
    assert call.took_s < 2


def test_a_silent_reader_fails_its_check(counter: Counter, reader: IdCardReader) -> None:
    counter.bench.fault("idcard", "silence")
    assert counter.ask(reader.check).outcome is Fault.SILENT


def test_a_cable_pulled_while_a_card_is_awaited_is_gone(
    counter: Counter, attached: Attached, reader: IdCardReader
) -> None:
    heard = len(counter.heard[attached.link])
    call = counter.begin(lambda: reader.read_card(wait_s=WAIT_S))
    counter.wait_until(lambda: len(counter.heard[attached.link]) > heard)
    counter.bench.pull("idcard")
    with pytest.raises(DeviceFault) as gone:
        _ = counter.finish(call).answer
    assert gone.value.fault is Fault.GONE


@pytest.mark.parametrize("times", [1, None], ids=["once", "always"])
@pytest.mark.parametrize("fault", FAULTS)
def test_every_fault_ends_in_an_answer_that_shows_nobody(
    counter: Counter, reader: IdCardReader, villager: Villager, fault: str, times: int | None
) -> None:
    place(counter, villager.key)
    counter.bench.fault("idcard", fault, times)
    call = reads(counter, reader)
    assert call.took_s < READ_S_MAX + WAIT_S
    if call.fault is not None or not isinstance(call.answer, IdCard):
        words = words_of(call)
        assert not [secret for secret in (villager.name, villager.id_number) if secret in words]
    else:
        assert call.answer.number.reveal() == villager.id_number


@pytest.mark.parametrize("fault", [name for name in FAULTS if name not in GONE])
def test_after_a_fault_has_passed_the_next_card_is_read(
    counter: Counter, reader: IdCardReader, people: dict[str, Villager], fault: str
) -> None:
    place(counter, "v01")
    counter.bench.fault("idcard", fault, times=1)
    reads(counter, reader)
    counter.bench.clear_faults("idcard")
    place(counter, "v02")
    card = reads(counter, reader).answer
    assert isinstance(card, IdCard)
    assert card.number.reveal() == people["v02"].id_number
