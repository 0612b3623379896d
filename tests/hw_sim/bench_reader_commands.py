"""Bench commands of the chip, contactless, identity-card and plain swipe readers."""

from dataclasses import replace
from typing import TYPE_CHECKING

from tests.hw_sim.bench_words import Command, Misused, Words, choice
from tests.hw_sim.control import BenchError
from tests.hw_sim.identity_document import IdentityDocument, citizen
from tests.hw_sim.magnetic_msr605 import Swipe
from tests.hw_sim.magnetic_swipe import Ending
from tests.hw_sim.magnetic_tracks import BLANK
from tests.hw_sim.smart_card import ContactlessCard, PlainCard, SmartCard

if TYPE_CHECKING:
    from tests.hw_sim.bench import Bench

PLAIN = "plain"
PLAIN_UID = bytes.fromhex("04123456")
VOLTAGES = {"5": (1,), "3": (2,), "1.8": (3,), "all": (1, 2, 3)}
# Documents a counter must refuse or handle with care (idcard-sam.md sections 4 and 9).
SPOILT_DOCUMENTS = {
    "expired": {"valid_from": "20000101", "valid_to": "20200101"},
    "long-term": {"valid_to": "长期"},
    "rare-name": {"name": "\U00020bb7\ue000"},
    "J": {"kind": "J", "travel_permit": "H12345678", "nation": ""},
    "I": {
        "kind": "I",
        "english_name": "DOE, JANE",
        "number": "ABC110101900307",
        "nationality": "XXX",
    },
}


def _chip(bench: "Bench", name: str) -> SmartCard:
    if name in bench.settings.chips:
        return bench.settings.chips[name]
    if name == PLAIN:
        return PlainCard({})
    raise BenchError(f"no card {name!r}; there are {', '.join((PLAIN, *bench.settings.chips))}")


def _insert(bench: "Bench", _: str, words: Words) -> str:
    name, *voltage = words
    volts = choice(voltage or ["all"], *VOLTAGES)
    bench.chip.insert(_chip(bench, name), VOLTAGES[volts])
    return "ok"


def _remove(bench: "Bench", _: str, __: Words) -> str:
    bench.chip.remove()
    return "ok"


def _tap(bench: "Bench", _: str, words: Words) -> str:
    if not 1 <= len(words) <= 2:
        raise Misused
    bench.contactless.put(*(_contactless(bench, name) for name in words))
    return "ok"


def _contactless(bench: "Bench", name: str) -> ContactlessCard:
    cards = bench.settings.contactless
    return cards[name] if name in cards else ContactlessCard(PLAIN_UID, _chip(bench, name))


def _lift(bench: "Bench", _: str, __: Words) -> str:
    bench.contactless.take()
    return "ok"


def _place(bench: "Bench", _: str, words: Words) -> str:
    key, *how = words
    document = _document(bench, key)
    if how:
        word = choice(how, *SPOILT_DOCUMENTS, "wrong-number")
        changes = SPOILT_DOCUMENTS.get(word, {"number": _wrong_number(document.number)})
        document = replace(document, **changes)  # type: ignore[arg-type]
    bench.idcard.place(document)
    return "ok"


def _document(bench: "Bench", key: str) -> IdentityDocument:
    villager = bench.counter.villager(key)
    return citizen(villager.name, villager.id_number)


def _wrong_number(number: str) -> str:
    return number[:-1] + ("1" if number[-1] != "1" else "2")


def _take(bench: "Bench", _: str, __: Words) -> str:
    bench.idcard.take()
    return "ok"


def _finds_once(bench: "Bench", _: str, words: Words) -> str:
    bench.idcard.finds_once = choice(words, "on", "off") == "on"
    return "ok"


def _find_length(bench: "Bench", _: str, words: Words) -> str:
    bench.idcard.find_bytes = int(choice(words, "0", "4", "8"))
    return "ok"


def _swipe(bench: "Bench", _: str, words: Words) -> str:
    (who,) = words
    how = Swipe.BAD if who == "bad" else Swipe.OK
    bench.swiper.swipe(BLANK if who == "bad" else bench.counter.villager(who).card, how)
    return "ok"


def _ending(bench: "Bench", _: str, words: Words) -> str:
    bench.swiper.ending = Ending[choice(words, "cr", "crlf", "none").upper()]
    return "ok"


def _lrc(bench: "Bench", _: str, words: Words) -> str:
    bench.swiper.sends_lrc = choice(words, "on", "off") == "on"
    return "ok"


def _chip_state(bench: "Bench") -> dict[str, object]:
    chip = bench.chip
    return {"powered": chip.powered, "card": chip.state.name, "exchanges": chip.exchanges}


def _contactless_state(bench: "Bench") -> dict[str, object]:
    reader = bench.contactless
    return {"powered": reader.powered, "asleep": reader.asleep, "cards": len(reader.field.cards)}


def _idcard_state(bench: "Bench") -> dict[str, object]:
    reader = bench.idcard
    return {
        "powered": reader.powered,
        "card": reader.document is not None,
        "readings": reader.readings,
        "baud": reader.baud,
    }


def _swipe_state(bench: "Bench") -> dict[str, object]:
    return {"ending": bench.swiper.ending.name, "lrc": bench.swiper.sends_lrc}


CHIP = {
    "insert": Command("CARD [5|3|1.8]", "put a card in; it works at that voltage only", _insert),
    "remove": Command("", "take the card out", _remove),
}
CONTACTLESS = {
    "tap": Command("CARD [CARD]", "lay one card or two on the antenna", _tap),
    "lift": Command("", "take them away", _lift),
}
IDCARD = {
    "place": Command(
        f"KEY [{'|'.join((*SPOILT_DOCUMENTS, 'wrong-number'))}]", "lay a document on", _place
    ),
    "take": Command("", "take it away", _take),
    "found-once": Command("on|off", "whether a document read must leave the field", _finds_once),
    "find-length": Command("0|4|8", "bytes behind a find's status", _find_length),
}
SWIPE = {
    "swipe": Command("KEY|bad", "draw a card through", _swipe),
    "ending": Command("cr|crlf|none", "what closes a swipe", _ending),
    "lrc": Command("on|off", "whether each track's LRC is sent", _lrc),
}
STATE_OF = {
    "chip": _chip_state,
    "contactless": _contactless_state,
    "idcard": _idcard_state,
    "swipe": _swipe_state,
}
