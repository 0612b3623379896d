"""The bench's command language: one row per command, the same for sockets, stdin and tests."""

import json
from collections.abc import Collection
from typing import TYPE_CHECKING

from tests.hw_sim import bench_counter_commands as counter
from tests.hw_sim import bench_reader_commands as readers
from tests.hw_sim.bench_words import Command, Misused, Words
from tests.hw_sim.bench_words import choice as _choice
from tests.hw_sim.control import BenchError
from tests.hw_sim.faults import UnknownFault
from tests.hw_sim.villager import CONDUCT_WORDS, UnknownVillager

if TYPE_CHECKING:
    from tests.hw_sim.bench import Bench


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


def split_device(fitted: Collection[str], line: str) -> tuple[str, str]:
    """Device and command of a line that may begin with the device. Raises BenchError."""
    first, _, rest = line.strip().partition(" ")
    if first in fitted and (len(fitted) > 1 or first not in BY_DEVICE[first]):
        return first, rest
    owners = [device for device in fitted if first in BY_DEVICE[device]]
    if owners or len(fitted) == 1 or first in NEEDS_NO_DEVICE:
        return (owners or list(fitted))[0], line
    raise BenchError(f"say which device: {'|'.join(fitted)} {line.strip()}".rstrip())


def _power(bench: "Bench", device: str, words: Words) -> str:
    powered = {
        "pinpad": bench.pin_pad,
        "printer": bench.printer,
        "chip": bench.chip,
        "contactless": bench.contactless,
        "idcard": bench.idcard,
    }[device]
    if _choice(words, "on", "off") == "on":
        powered.power_on()
    else:
        powered.power_off()
    return "ok"


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
    happens = HAPPENINGS.get((device, name.replace("-", "_")))
    if happens is not None:
        return answer(bench, device, happens)
    bench.lines[device].faults.set(name, int(times[0]) if times else None)
    return "ok"


def _lateness(bench: "Bench", device: str, words: Words) -> str:
    bench.lines[device].faults.late_s = float(words[0])
    return "ok"


def _faults(bench: "Bench", device: str, _: Words) -> str:
    happenings = (name for place, name in HAPPENINGS if place == device)
    return " ".join((*bench.lines[device].faults.names, *happenings))


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
        "rts": line.rts,
        "faults": line.faults.active(),
        "auto": bench.counter.standing,
    }
    return json.dumps(common | STATE_OF[device](bench), ensure_ascii=False)


def _help(_: "Bench", device: str, __: Words) -> str:
    rows = BY_DEVICE[device] | FOR_ALL
    return "\n".join(
        f"{f'{name} {row.words}'.rstrip():<34}{row.about}" for name, row in rows.items()
    )


STATE_OF = counter.STATE_OF | readers.STATE_OF
FOR_ALL = {
    "auto": Command("KEY|off", "who stands at the counter and answers by themselves", _auto),
    "villager": Command("KEY CONDUCT [TIMES]", f"how: {', '.join(CONDUCT_WORDS)}", _villager),
    "pull": Command("[BYTES]", "pull the cable, or when the host has sent so many bytes", _pull),
    "plug": Command("", "plug it in again at the same link", _plug),
    "fault": Command("NAME [TIMES]", "for the next answers, or until cleared", _fault),
    "faults": Command("", "the names of the faults there are", _faults),
    "lateness": Command("SECONDS", "how late the fault `late` is", _lateness),
    "clear-faults": Command("", "no faults any more", _clear_faults),
    "status": Command("", "the device's state, one JSON object", _status),
    "violations": Command("", "what the host did against the sheet, one a line", _violations),
    "help": Command("", "this list", _help),
}
POWER = {"power": Command("on|off", "switch the device; the cable stays", _power)}
BY_DEVICE = {
    "reader": counter.READER,
    "pinpad": counter.PINPAD | POWER,
    "printer": counter.PRINTER | POWER,
    "chip": readers.CHIP | POWER,
    "contactless": readers.CONTACTLESS | POWER,
    "idcard": readers.IDCARD | POWER,
    "swipe": readers.SWIPE,
}
# Faults of the sheets that are something happening to the device, and the command that does it.
HAPPENINGS = {
    ("pinpad", "power_off"): "power off",
    ("pinpad", "pin_cancel"): "cancel",
    ("pinpad", "pin_timeout"): "timeout",
    ("pinpad", "locked"): "throttle 0",
    ("printer", "power_off"): "power off",
    ("printer", "paper_near_end"): "paper low",
    ("printer", "paper_out"): "paper out",
    ("printer", "paper_out_mid_slip"): "paper left 20",
    ("printer", "cover_open"): "cover open",
    ("printer", "cutter_jam"): "cutter jam",
    ("printer", "head_hot"): "head hot",
    ("printer", "buffer_full"): "xoff 2",
    ("chip", "power_off"): "power off",
    ("contactless", "power_off"): "power off",
    ("idcard", "power_off"): "power off",
}
NEEDS_NO_DEVICE = frozenset({"auto", "villager"})
