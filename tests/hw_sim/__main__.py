"""Simulated devices by hand, for a person or for a program that knows nothing of this bench.

    python -m tests.hw_sim run --dir DIR                 the counter's devices, together
    python -m tests.hw_sim device NAME --link PATH       one device alone
    python -m tests.hw_sim do PATH COMMAND…              one command to the device at PATH

Commands also come by standard input, one a line. `help` lists a device's commands, `faults` its
faults; `--help` lists all of both.
"""

import argparse
import contextlib
import json
import os
import signal
import sys
import textwrap
import threading
import warnings
from pathlib import Path

from tests.hw_sim import bench_commands, cards_at_hand
from tests.hw_sim.bench import Bench, BenchSettings
from tests.hw_sim.bench_slots import DEVICES, MODELS, SLOTS
from tests.hw_sim.control import BenchError, ask
from tests.hw_sim.escpos_interpreter import Rom
from tests.hw_sim.people import OTHER_BANK_BIN, make_people
from tests.hw_sim.printer_escpos import Model
from tests.hw_sim.printer_status import StatusProfile
from tests.hw_sim.slip import PAPERS
from tests.hw_sim.villager import UnknownVillager, villagers_of

STDIN = 0
STOP_SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


INVENTED_VILLAGERS = 6


def main(arguments: list[str] | None = None) -> int:
    options = _parser().parse_args(arguments)
    try:
        if options.action == "do":
            return _do(options)
        return _run(_settings(options) if options.action == "run" else _alone(options), options)
    except (BenchError, UnknownVillager, OSError, ValueError, KeyError) as why:
        print(f"{type(why).__name__}: {why}" if isinstance(why, KeyError) else why, file=sys.stderr)
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m tests.hw_sim",
        description=f"{__doc__}\n{_everything()}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    actions = parser.add_subparsers(dest="action", required=True)
    run = actions.add_parser("run", help="start the counter's devices; commands on stdin")
    run.add_argument("--dir", type=Path, required=True)
    run.add_argument("--fit", default="", metavar="NAMES", help=f"more of {','.join(SLOTS)}")
    run.add_argument("--auto", metavar="KEY", help="villager who answers by themselves")
    run.add_argument("--human-delay-s", type=float, default=0.3)
    run.add_argument("--paper", type=int, choices=sorted(PAPERS), default=58)
    run.add_argument("--no-pictures", action="store_true")
    alone = actions.add_parser("device", help="start one device; commands on stdin")
    alone.add_argument("name", choices=MODELS, metavar="NAME", help=", ".join(MODELS))
    alone.add_argument("--link", type=Path, required=True, help="where its pseudo-terminal appears")
    alone.add_argument("--tcp", type=int, metavar="PORT", help="a TCP port instead; 0 for any")
    alone.add_argument("--rfc2217", type=int, metavar="PORT", help="the same, speaking RFC 2217")
    alone.add_argument("--fault", action="append", default=[], metavar="F[:TIMES]")
    alone.add_argument("--pictures", action="store_true", help="draw slips in slips/ beside PATH")
    for each in (run, alone):
        each.add_argument("--people", type=Path, help="people.json")
        each.add_argument("--cards", type=Path, help="cards.json: which chip card everybody has")
        each.add_argument("--tmk-p", type=bytes.fromhex, metavar="HEX", help="pad: key of slot 0")
        each.add_argument("--seed", type=int, default=0)
        each.add_argument("--speed", type=float, default=1.0, help="printing speed; inf: at once")
        each.add_argument("--status", type=StatusProfile, default=StatusProfile.FULL)
        each.add_argument("--rom", type=Rom, default=Rom.GBK)
        each.add_argument("--no-qr", action="store_true", help="a clone without native QR codes")
    do = actions.add_parser("do", help="send one command to the simulator at LINK")
    do.add_argument("link", type=Path)
    do.add_argument("command", nargs=argparse.REMAINDER)
    return parser


def _everything() -> str:
    """Names, faults and commands of all models, for `--help`."""
    rows: list[str] = []
    for name, sold in MODELS.items():
        commands = bench_commands.BY_DEVICE[sold.slot] | bench_commands.FOR_ALL
        rows.append(f"{name}: {sold.about}")
        happenings = [fault for slot, fault in bench_commands.HAPPENINGS if slot == sold.slot]
        faults = (*SLOTS[sold.slot].faults, *happenings)
        for title, words in (("faults", faults), ("commands", commands)):
            listed = f"{title}: {' '.join(words)}"
            rows += textwrap.wrap(listed, 96, initial_indent="  ", subsequent_indent="    ")
    return "\n".join(rows)


def _run(settings: BenchSettings, options: argparse.Namespace) -> int:
    """Runs until a stop signal; 1 when the bench ended by itself, which is a fault of it."""
    # psec still asks cryptography for two-key TDES: the pads of the sheet know no other cipher.
    warnings.filterwarnings("ignore", message=".*TripleDES", module="psec")
    bench = Bench(settings)
    for fault in getattr(options, "fault", []):
        bench.do(settings.fitted[0], f"fault {fault.replace(':', ' ')}")
    stopping = threading.Event()
    signals: list[int] = []
    bench.loop.on_end = stopping.set

    def stop(number: int, _: object) -> None:
        signals.append(number)
        stopping.set()

    for number in STOP_SIGNALS:
        signal.signal(number, stop)
    try:
        bench.start()
        print(json.dumps(_ready(bench)), flush=True)
        bench.loop.call(lambda: bench.loop.watch(STDIN, lambda: _read_stdin(bench)))
        stopping.wait()
    finally:
        bench.stop()
    return 0 if signals else 1


def _settings(options: argparse.Namespace) -> BenchSettings:
    more = tuple(name for name in options.fit.split(",") if name)
    if unknown := set(more) - set(SLOTS):
        raise BenchError(f"nothing called {', '.join(sorted(unknown))}: {', '.join(SLOTS)}")
    people = cards_at_hand.read(options.people) if options.people else {"villagers": []}
    chips, contactless = cards_at_hand.cards_at_hand(people, options.cards)
    return BenchSettings(
        directory=options.dir.resolve(),
        people=villagers_of(people),
        chips=chips,
        contactless=contactless,
        tmk_p=options.tmk_p,
        printer=_printer(options, options.paper),
        auto=options.auto,
        human_delay_s=options.human_delay_s,
        pictures=not options.no_pictures,
        seed=options.seed,
        fitted=tuple(dict.fromkeys((*DEVICES, *more))),
    )


def _alone(options: argparse.Namespace) -> BenchSettings:
    """One device, with villagers v01 to v06 at hand where no file names others."""
    sold = MODELS[options.name]
    link = options.link.absolute()
    invented = make_people(options.seed, INVENTED_VILLAGERS, ["101"], [OTHER_BANK_BIN])
    people = cards_at_hand.read(options.people) if options.people else invented
    chips, contactless = cards_at_hand.cards_at_hand(people, options.cards)
    return BenchSettings(
        directory=link.parent,
        people=villagers_of(people),
        chips=chips,
        contactless=contactless,
        tmk_p=options.tmk_p,
        printer=_printer(options, sold.paper_mm),
        pictures=options.pictures,
        seed=options.seed,
        fitted=(sold.slot,),
        links={sold.slot: link},
        tcp={} if options.tcp is None else {sold.slot: options.tcp},
        rfc2217={} if options.rfc2217 is None else {sold.slot: options.rfc2217},
    )


def _printer(options: argparse.Namespace, paper_mm: int) -> Model:
    return Model(
        paper=PAPERS[paper_mm],
        rom=options.rom,
        status=options.status,
        has_qr=not options.no_qr,
        speed_mm_s=Model().speed_mm_s * options.speed,
    )


def _ready(bench: Bench) -> dict[str, object]:
    fitted = bench.settings.fitted
    return {
        "links": {name: bench.url(name) for name in fitted},
        "controls": {name: str(bench.control_path(name)) for name in fitted},
        "slips": str(bench.slips_directory),
    }


def _read_stdin(bench: Bench) -> None:
    """Whole lines only: a terminal and a script both write them in one piece."""
    try:
        data = os.read(STDIN, 4096)
    except OSError:
        data = b""
    if not data:
        bench.loop.unwatch(STDIN)
    for line in data.decode("utf-8", errors="replace").splitlines():
        try:
            answer = bench_commands.answer(
                bench, *bench_commands.split_device(bench.settings.fitted, line)
            )
        except BenchError as why:
            answer = str(why)
        with contextlib.suppress(BrokenPipeError):
            print(answer, flush=True)


def _do(options: argparse.Namespace) -> int:
    print(ask(options.link, " ".join(options.command)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
