"""The bench's command language: one row per command, the same for sockets, stdin and tests."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.hw_sim.control import BenchError
from tests.hw_sim.faults import UnknownFault
from tests.hw_sim.magnetic_msr605 import Swipe
from tests.hw_sim.magnetic_tracks import BLANK
from tests.hw_sim.printer_status import PaperState
from tests.hw_sim.villager import CONDUCT_WORDS, UnknownVillager

if TYPE_CHECKING:
    from tests.hw_sim.bench import Bench

Words = list[str]


class Misused(Exception):
    """Words that do not fit the command; its usage is the message."""


@dataclass(frozen=True)
class Command:
    words: str
    about: str
    run: Callable[["Bench", str, Words], str]


def answer(bench: "Bench", device: str, line: str) -> str:
    """What the command answers. Raises BenchError with one plain line."""
    name, *words = line.split() or ["help"]
    command = BY_DEVICE[device].get(name) or FOR_ALL.get(name)
    if command is None:
        raise BenchError(f"no command {name!r} for the {device}; try help")
    try:
        return command.run(bench, device, words)
    except (UnknownVillager, UnknownFault) as why:
        raise BenchError(str(why)) from why
    except (Misused, ValueError, IndexError) as why:
        raise BenchError(f"usage: {name} {command.words}".rstrip()) from why


def split_device(line: str) -> tuple[str, str]:
    """Device and command of a line that may begin with the device. Raises BenchError."""
    first, _, rest = line.strip().partition(" ")
    if first in BY_DEVICE:
        return first, rest
    owners = [device for device, commands in BY_DEVICE.items() if first in commands]
    if owners or first in NEEDS_NO_DEVICE:
        return (owners or ["reader"])[0], line
    raise BenchError(f"say which device: {'|'.join(BY_DEVICE)} {line.strip()}".rstrip())


def _choice(words: Words, *allowed: str) -> str:
    if len(words) != 1 or words[0] not in allowed:
        raise Misused
    return words[0]


def _swipe(bench: "Bench", _: str, words: Words) -> str:
    (who,) = words
    how = {"bad": Swipe.BAD, "fast": Swipe.FAST}.get(who, Swipe.OK)
    card = bench.counter.villager(who).card if how is Swipe.OK else BLANK
    return "read" if bench.reader.swipe(card, how) else "nobody asked for a card"


def _track3_mark(bench: "Bench", _: str, words: Words) -> str:
    bench.reader.sends_empty_track3_mark = _choice(words, "on", "off") == "on"
    return "ok"


def _type(bench: "Bench", _: str, words: Words) -> str:
    (digits,) = words
    if not (digits.isascii() and digits.isdecimal()):
        raise Misused
    bench.pin_pad.type_digits(digits)
    return _display(bench, "", [])


def _enter(bench: "Bench", _: str, __: Words) -> str:
    bench.pin_pad.press_enter()
    return _display(bench, "", [])


def _cancel(bench: "Bench", _: str, __: Words) -> str:
    bench.pin_pad.press_cancel()
    return _display(bench, "", [])


def _clear(bench: "Bench", _: str, __: Words) -> str:
    bench.pin_pad.press_clear()
    return _display(bench, "", [])


def _display(bench: "Bench", _: str, __: Words) -> str:
    return "\n".join(bench.pin_pad.display).rstrip()


def _health(bench: "Bench", _: str, words: Words) -> str:
    (digits,) = words
    bench.pin_pad.health = "".join(digit for digit in digits if digit in "0125")
    return bench.pin_pad.health


def _throttle(bench: "Bench", _: str, words: Words) -> str:
    bench.pin_pad.blocks_max = int(words[0])
    return "ok"


def _loading(bench: "Bench", _: str, words: Words) -> str:
    bench.pin_pad.loading_allowed = _choice(words, "on", "off") == "on"
    return "ok"


def _power(bench: "Bench", device: str, words: Words) -> str:
    powered = bench.pin_pad if device == "pinpad" else bench.printer
    if _choice(words, "on", "off") == "on":
        powered.power_on()
    else:
        powered.power_off()
    return "ok"


def _paper(bench: "Bench", _: str, words: Words) -> str:
    if words[:1] == ["left"]:
        bench.printer.paper_left_mm = float(words[1])
    else:
        bench.printer.set_paper(PaperState(_choice(words, "in", "low", "out")))
    return f"{bench.printer.condition.paper.value}, {bench.printer.paper_left_mm:.0f} mm left"


def _cover(bench: "Bench", _: str, words: Words) -> str:
    bench.printer.set_cover(is_open=_choice(words, "open", "closed") == "open")
    return "ok"


def _cutter(bench: "Bench", _: str, words: Words) -> str:
    if words[:1] == ["jam-at"]:
        bench.printer.jams_at_cut = int(words[1])
    elif _choice(words, "jam", "free") == "jam":
        bench.printer.jam_cutter()
    else:
        bench.printer.free_cutter()
    return "ok"


def _head(bench: "Bench", _: str, words: Words) -> str:
    bench.printer.set_head_hot(is_hot=_choice(words, "hot", "cool") == "hot")
    return "ok"


def _broken(bench: "Bench", _: str, words: Words) -> str:
    bench.printer.set_unrecoverable(is_broken=_choice(words, "on", "off") == "on")
    return "ok"


def _drawer(bench: "Bench", _: str, words: Words) -> str:
    if words:
        bench.printer.set_drawer(is_open=_choice(words, "open", "closed") == "open")
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


def _pull(bench: "Bench", device: str, words: Words) -> str:
    if words:
        bench.lines[device].pull_after(int(words[0]))
    else:
        bench.lines[device].pull()
    return "ok"


def _plug(bench: "Bench", device: str, _: Words) -> str:
    bench.lines[device].plug()
    return "ok"


def _fault(bench: "Bench", device: str, words: Words) -> str:
    name, *times = words
    bench.lines[device].faults.set(name, int(times[0]) if times else None)
    return "ok"


def _clear_faults(bench: "Bench", device: str, _: Words) -> str:
    bench.lines[device].faults.clear()
    return "ok"


def _auto(bench: "Bench", _: str, words: Words) -> str:
    (key,) = words
    bench.counter.stand(None if key == "off" else key)
    return "ok"


def _villager(bench: "Bench", _: str, words: Words) -> str:
    key, conduct, *times = words
    bench.counter.tell(key, conduct, int(times[0]) if times else None)
    return "ok"


def _violations(bench: "Bench", device: str, _: Words) -> str:
    return "\n".join(bench.devices[device].violations)


def _status(bench: "Bench", device: str, _: Words) -> str:
    """One JSON object: what is set on the line, and the device's own state."""
    line = bench.lines[device]
    common: dict[str, object] = {
        "plugged": line.plugged,
        "faults": line.faults.active(),
        "auto": bench.counter.standing,
    }
    return json.dumps(common | STATE_OF[device](bench), ensure_ascii=False)


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


def _help(_: "Bench", device: str, __: Words) -> str:
    rows = BY_DEVICE[device] | FOR_ALL
    return "\n".join(
        f"{f'{name} {row.words}'.rstrip():<34}{row.about}" for name, row in rows.items()
    )


STATE_OF = {"reader": _reader_state, "pinpad": _pinpad_state, "printer": _printer_state}
FOR_ALL = {
    "auto": Command("KEY|off", "who stands at the counter and answers by themselves", _auto),
    "villager": Command("KEY CONDUCT [TIMES]", f"how: {', '.join(CONDUCT_WORDS)}", _villager),
    "pull": Command("[BYTES]", "pull the cable, or when the host has sent so many bytes", _pull),
    "plug": Command("", "plug it in again at the same link", _plug),
    "fault": Command("NAME [TIMES]", "for the next answers, or until cleared", _fault),
    "clear-faults": Command("", "no faults any more", _clear_faults),
    "status": Command("", "the device's state, one JSON object", _status),
    "violations": Command("", "what the host did against the sheet, one a line", _violations),
    "help": Command("", "this list", _help),
}
BY_DEVICE = {
    "reader": {
        "swipe": Command("KEY|bad|fast", "draw a card through", _swipe),
        "track3-mark": Command("on|off", "whether an empty track 3 has its mark", _track3_mark),
    },
    "pinpad": {
        "type": Command("DIGITS", "press digit keys", _type),
        "enter": Command("", "press ENTER", _enter),
        "cancel": Command("", "press CAN", _cancel),
        "clear": Command("", "press CLEAR", _clear),
        "display": Command("", "what the pad shows", _display),
        "health": Command("0|125", "what the self test finds", _health),
        "throttle": Command("BLOCKS", "PIN blocks allowed in an hour", _throttle),
        "loading": Command("on|off", "whether two people allow key loading", _loading),
        "power": Command("on|off", "switch the pad; the cable stays", _power),
    },
    "printer": {
        "paper": Command("in|low|out|left MM", "the roll", _paper),
        "cover": Command("open|closed", "the cover", _cover),
        "cutter": Command("jam|free|jam-at CUT", "the blade, now or at a coming cut", _cutter),
        "head": Command("hot|cool", "the head; cools by itself", _head),
        "broken": Command("on|off", "an unrecoverable error", _broken),
        "drawer": Command("[open|closed]", "the drawer's pin; answers the pulses counted", _drawer),
        "xoff": Command("SECONDS", "send XOFF and take nothing for a while", _xoff),
        "power": Command("on|off", "switch the printer; the cable stays", _power),
        "slips": Command("", "list of slips", _slips),
        "slip": Command("N", "one slip as text", _slip),
    },
}
NEEDS_NO_DEVICE = frozenset({"auto", "villager"})
