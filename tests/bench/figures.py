"""`make bench`: every figure with its bound, measured now on this machine.

Ratios are taken in one run, so that a slow machine is slow for both sides. The last line of stdout
is one JSON line; the same goes to build/bench.json and, as a table, to build/bench.md.
"""

from __future__ import annotations

import json
import os
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import iso8583
import pyemv.tlv

from protocol.bank.codec import pack, unpack
from protocol.bank.frame import BODY_AT
from protocol.emv.events import HostResult, Rapdu
from protocol.emv.kernel import Kernel
from protocol.emv.outcome import OutcomeKind
from protocol.emv.tlv import parse
from tests.bench.syncs import counted
from tests.hw_sim.bank.wire import SPEC
from tests.protocol.emv.played import play, profile, transaction
from tests.vectors import rows_of

BUILD = Path("build")
ROUNDS, REPEATS = 300, 7


@dataclass(frozen=True)
class Row:
    """ratio is value / against, or the other way round where more is better."""

    name: str
    value: float
    unit: str
    against: float
    ratio: float
    bound: str
    holds: bool


def first_frame() -> Row:
    """The screen's first frame against a Textual hello world."""
    told = _last_line("tests.bench.first_frame")
    ratio = told["ratio"]
    return Row("first frame", told["ours_s"], "s", told["hello_s"], ratio, "<= 1.4", ratio <= 1.4)


def iso8583_codec() -> Row:
    """Strict pack and unpack of the county's messages against pyiso8583."""
    bodies = [
        bytes.fromhex(message["hex"])[BODY_AT:]
        for case in rows_of("iso8583/county.json", "cases")
        for message in case["messages"]
    ]

    def ours() -> None:
        for body in bodies:
            message = unpack(body)
            pack(message.mti, message.fields)

    def theirs() -> None:
        for body in bodies:
            decoded, _ = iso8583.decode(body, SPEC)
            iso8583.encode(decoded, SPEC)

    ours_s, theirs_s = _paired(ours, theirs)
    per_message = 1e6 / len(bodies) / ROUNDS
    ratio = theirs_s / ours_s
    return Row(
        "ISO 8583 pack + unpack",
        round(ours_s * per_message, 1),
        "us",
        round(theirs_s * per_message, 1),
        round(ratio, 2),
        ">= 3",
        ratio >= 3,
    )


def tlv_parse() -> Row:
    """The answers of the synthetic card against pyemv, the fastest Python library found."""
    answers = [
        data
        for scenario in rows_of("emv/synthetic_pboc_card.json", "scenarios")
        for exchange in scenario["exchange"]
        if (data := bytes.fromhex(exchange["r"])[:-2]) and data[0] in (0x6F, 0x70, 0x77)
    ]

    def ours() -> None:
        for data in answers:
            parse(data)

    def theirs() -> None:
        for data in answers:
            pyemv.tlv.decode(data)

    ours_s, theirs_s = _paired(ours, theirs)
    per_answer = 1e6 / len(answers) / ROUNDS
    ratio = round(theirs_s / ours_s, 2)
    us, them = round(ours_s * per_answer, 2), round(theirs_s * per_answer, 2)
    return Row("TLV parse, one answer", us, "us", them, ratio, ">= 1", ratio >= 1)


def chip_transaction() -> Row:
    """The kernel's own time for the CDA transcript: the card and the bank answer at once."""
    scenarios = rows_of("emv/synthetic_pboc_card.json", "scenarios")
    told = next(one for one in scenarios if one["name"] == "cda_pdol_approve")
    answers = [bytes.fromhex(exchange["r"]) for exchange in told["exchange"]]
    host = HostResult("00", bytes.fromhex(told["expected"]["host"]["DE55"]))

    def once() -> None:
        left = iter(answers)
        played = play(Kernel(profile(), transaction()), lambda _: Rapdu(next(left)), host=host)
        assert played.outcome.kind is OutcomeKind.APPROVED

    times = []
    for _ in range(REPEATS * 10):
        began = time.perf_counter()
        once()
        times.append(time.perf_counter() - began)
    ms = round(statistics.median(times) * 1e3, 2)
    return Row("chip transaction with CDA", ms, "ms", 5, round(ms / 5, 2), "<= 5 ms", ms <= 5)


def syncs_to_pay() -> Row:
    """How often the disk makes the villager wait for 请付现金."""
    return _at_most("syncs from Enter to 请付现金", counted().to_pay, 2)


def syncs_in_a_withdrawal() -> Row:
    return _at_most("syncs in a whole withdrawal", counted().whole, 5)


def whole_exchange() -> Row:
    """A withdrawal on the wire, signed, judged, booked and verified, against a plain POST."""
    told = _last_line("tests.bench.exchange")
    ratio = told["ratio"]
    return Row(
        "a withdrawal's exchange with the bank",
        told["whole_ms"],
        "ms",
        told["plain_ms"],
        ratio,
        "<= 3",
        ratio <= 3,
    )


def start_after_ten_years() -> Row:
    """A start over 730,000 facts against one on an empty journal (200 facts a day)."""
    told = _last_line("tests.journal.ten_years")
    return Row(
        "start after ten years",
        told["start_ms"],
        "ms",
        told["start_empty_ms"],
        told["ratio"],
        "<= 1.5",
        told["ratio"] <= 1.5,
    )


def idle_devices() -> Row:
    """Processor time with a device at every place and nobody at the counter."""
    told = _last_line("tests.bench.idle")
    share = told["cpu_s"] / told["watched_s"]
    name = f"idle CPU, {told['devices']} devices open"
    percent = round(100 * share, 3)
    return Row(name, percent, "% of a core", 1.0, percent, "< 1", percent < 1)


def _at_most(name: str, value: int, bound: int) -> Row:
    return Row(name, value, "", bound, value / bound, f"<= {bound}", value <= bound)


def _last_line(module: str) -> Any:
    """What a measuring program says at its end."""
    done = subprocess.run([sys.executable, "-m", module], stdout=subprocess.PIPE, text=True)
    return json.loads(done.stdout.splitlines()[-1])


def _paired(ours: Callable[[], None], theirs: Callable[[], None]) -> tuple[float, float]:
    """Medians of alternating runs, seconds for ROUNDS calls."""
    times: tuple[list[float], list[float]] = ([], [])
    for _ in range(REPEATS):
        for kept, call in zip(times, (ours, theirs), strict=True):
            began = time.perf_counter()
            for _ in range(ROUNDS):
                call()
            kept.append(time.perf_counter() - began)
    return statistics.median(times[0]), statistics.median(times[1])


MEASURES = (
    first_frame,
    iso8583_codec,
    tlv_parse,
    chip_transaction,
    syncs_to_pay,
    syncs_in_a_withdrawal,
    whole_exchange,
    start_after_ten_years,
    idle_devices,
)


def main() -> int:
    rows = []
    for measure in MEASURES:
        print(f"measuring {measure.__name__} …", file=sys.stderr)
        rows.append(measure())
    machine = f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"
    result: dict[str, Any] = {"rows": [asdict(row) for row in rows], "machine": machine}
    BUILD.mkdir(exist_ok=True)
    (BUILD / "bench.json").write_text(json.dumps(result, indent=1))
    (BUILD / "bench.md").write_text(_table(rows, machine))
    print(_table(rows, machine))
    print(json.dumps(result))
    return 0 if all(row.holds for row in rows) else 1


def _table(rows: list[Row], machine: str) -> str:
    lines = ["| what | ours | against | ratio | bound | holds |", "|---|---|---|---|---|---|"]
    lines += [
        f"| {r.name} | {r.value} {r.unit} | {r.against} {r.unit} | {r.ratio} | {r.bound}"
        f" | {'yes' if r.holds else 'NO'} |"
        for r in rows
    ]
    return "\n".join([*lines, "", machine])


if __name__ == "__main__":
    sys.exit(main())
