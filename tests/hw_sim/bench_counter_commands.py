"""Bench commands of the three devices of every counter: stripe reader, PIN pad and printer."""

from typing import TYPE_CHECKING

from tests.hw_sim.bench_words import Command, Misused, Words, choice
from tests.hw_sim.control import BenchError
from tests.hw_sim.magnetic_msr605 import Swipe
from tests.hw_sim.magnetic_tracks import BLANK
from tests.hw_sim.printer_status import PaperState

if TYPE_CHECKING:
    from tests.hw_sim.bench import Bench


def _swipe(bench: "Bench", _: str, words: Words) -> str:
    (who,) = words
    how = {"bad": Swipe.BAD, "fast": Swipe.FAST}.get(who, Swipe.OK)
    card = bench.counter.villager(who).card if how is Swipe.OK else BLANK
    return "read" if bench.reader.swipe(card, how) else "nobody asked for a card"


def _track3_mark(bench: "Bench", _: str, words: Words) -> str:
    bench.reader.sends_empty_track3_mark = choice(words, "on", "off") == "on"
    return "ok"


def _type(bench: "Bench", _: str, words: Words) -> str:
    if not words or not all(word.upper() in KEYS or _digits(word) for word in words):
        raise Misused
    for word in words:
        if _digits(word):
            bench.pin_pad.type_digits(word)
        else:
            KEYS[word.upper()](bench, "", [])
    return _display(bench, "", [])


def _digits(word: str) -> bool:
    return word.isascii() and word.isdecimal()


def _enter(bench: "Bench", _: str, __: Words) -> str:
    bench.pin_pad.press_enter()
    return _display(bench, "", [])


def _cancel(bench: "Bench", _: str, __: Words) -> str:
    bench.pin_pad.press_cancel()
    return _display(bench, "", [])


def _timeout(bench: "Bench", _: str, __: Words) -> str:
    """The end of the entry's own time, which the pad answers as it answers CAN (section 7)."""
    return _cancel(bench, "", [])


def _clear(bench: "Bench", _: str, __: Words) -> str:
    bench.pin_pad.press_clear()
    return _display(bench, "", [])


def _display(bench: "Bench", _: str, __: Words) -> str:
    return "\n".join(bench.pin_pad.display).rstrip()


KEYS = {"ENTER": _enter, "CANCEL": _cancel, "CLEAR": _clear}


def _health(bench: "Bench", _: str, words: Words) -> str:
    (digits,) = words
    bench.pin_pad.health = "".join(digit for digit in digits if digit in "0125")
    return bench.pin_pad.health


def _throttle(bench: "Bench", _: str, words: Words) -> str:
    bench.pin_pad.blocks_max = int(words[0])
    return "ok"


def _loading(bench: "Bench", _: str, words: Words) -> str:
    bench.pin_pad.loading_allowed = choice(words, "on", "off") == "on"
    return "ok"


def _paper(bench: "Bench", _: str, words: Words) -> str:
    if words[:1] == ["left"]:
        bench.printer.paper_left_mm = float(words[1])
    else:
        bench.printer.set_paper(PaperState(choice(words, "in", "low", "out")))
    return f"{bench.printer.condition.paper.value}, {bench.printer.paper_left_mm:.0f} mm left"


def _cover(bench: "Bench", _: str, words: Words) -> str:
    bench.printer.set_cover(is_open=choice(words, "open", "closed") == "open")
    return "ok"


def _cutter(bench: "Bench", _: str, words: Words) -> str:
    if words[:1] == ["jam-at"]:
        bench.printer.jams_at_cut = int(words[1])
    elif choice(words, "jam", "free") == "jam":
        bench.printer.jam_cutter()
    else:
        bench.printer.free_cutter()
    return "ok"


def _head(bench: "Bench", _: str, words: Words) -> str:
    bench.printer.set_head_hot(is_hot=choice(words, "hot", "cool") == "hot")
    return "ok"


def _broken(bench: "Bench", _: str, words: Words) -> str:
    bench.printer.set_unrecoverable(is_broken=choice(words, "on", "off") == "on")
    return "ok"


def _drawer(bench: "Bench", _: str, words: Words) -> str:
    if words:
        bench.printer.set_drawer(is_open=choice(words, "open", "closed") == "open")
    return f"{len(bench.printer.drawer_pulses)} pulses"


def _xoff(bench: "Bench", _: str, words: Words) -> str:
    bench.printer.hold(float(words[0]))
    return "ok"


def _slips(bench: "Bench", _: str, __: Words) -> str:
    rows: list[str] = []
    for slip in bench.printer.slips:
        title = next((line for line in slip.lines if line), "")
        rows.append(f"{slip.number:03d} {slip.height_mm:.0f} mm, {slip.end}: {title}")
    return "\n".join(rows)


def _slip(bench: "Bench", _: str, words: Words) -> str:
    number = int(words[0])
    if not 1 <= number <= len(bench.printer.slips):
        raise BenchError(f"no slip {number}; there are {len(bench.printer.slips)}")
    return bench.printer.slips[number - 1].text.rstrip("\n")


def _reader_state(bench: "Bench") -> dict[str, object]:
    return {"armed": bench.reader.armed.value, "leds": bench.reader.leds}


def _pinpad_state(bench: "Bench") -> dict[str, object]:
    pad = bench.pin_pad
    return {
        "powered": pad.powered,
        "state": pad.state.value,
        "keys": {slot: key.kcv for slot, key in pad.keys.items()},
        "beeps": pad.beeps,
    }


def _printer_state(bench: "Bench") -> dict[str, object]:
    printer = bench.printer
    return {
        "powered": printer.powered,
        "offline": printer.condition.offline,
        "paper": printer.condition.paper.value,
        "cover_open": printer.condition.cover_open,
        "cutter_error": printer.condition.cutter_error,
        "head_hot": printer.condition.head_hot,
        "slips": len(printer.slips),
        "busy": printer.busy,
    }


STATE_OF = {"reader": _reader_state, "pinpad": _pinpad_state, "printer": _printer_state}
READER = {
    "swipe": Command("KEY|bad|fast", "draw a card through", _swipe),
    "track3-mark": Command("on|off", "whether an empty track 3 has its mark", _track3_mark),
}
PINPAD = {
    "type": Command("DIGITS [ENTER|CANCEL|CLEAR]", "press keys one after the other", _type),
    "enter": Command("", "press ENTER", _enter),
    "cancel": Command("", "press CAN", _cancel),
    "timeout": Command("", "let the PIN entry's time run out now", _timeout),
    "clear": Command("", "press CLEAR", _clear),
    "display": Command("", "what the pad shows", _display),
    "health": Command("0|125", "what the self test finds", _health),
    "throttle": Command("BLOCKS", "PIN blocks allowed in an hour", _throttle),
    "loading": Command("on|off", "whether two people allow key loading", _loading),
}
PRINTER = {
    "paper": Command("in|low|out|left MM", "the roll", _paper),
    "cover": Command("open|closed", "the cover", _cover),
    "cutter": Command("jam|free|jam-at CUT", "the blade, now or at a coming cut", _cutter),
    "head": Command("hot|cool", "the head; cools by itself", _head),
    "broken": Command("on|off", "an unrecoverable error", _broken),
    "drawer": Command("[open|closed]", "the drawer's pin; answers the pulses counted", _drawer),
    "xoff": Command("SECONDS", "send XOFF and take nothing for a while", _xoff),
    "slips": Command("", "list of slips", _slips),
    "slip": Command("N", "one slip as text", _slip),
}
