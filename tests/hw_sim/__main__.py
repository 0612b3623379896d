"""The bench by hand: `python -m tests.hw_sim run …`, `python -m tests.hw_sim do LINK COMMAND…`."""

import argparse
import contextlib
import json
import os
import signal
import sys
import threading
import warnings
from pathlib import Path

from tests.hw_sim import bench_commands
from tests.hw_sim.bench import DEVICES, Bench, BenchSettings
from tests.hw_sim.control import BenchError, ask
from tests.hw_sim.escpos_interpreter import Rom
from tests.hw_sim.printer_escpos import Model
from tests.hw_sim.printer_status import StatusProfile
from tests.hw_sim.slip import PAPERS
from tests.hw_sim.villager import UnknownVillager, read_people

STDIN = 0
STOP_SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


def main(arguments: list[str] | None = None) -> int:
    options = _parser().parse_args(arguments)
    try:
        return _run(options) if options.action == "run" else _do(options)
    except (BenchError, UnknownVillager, OSError, ValueError, KeyError) as why:
        print(f"{type(why).__name__}: {why}" if isinstance(why, KeyError) else why, file=sys.stderr)
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.hw_sim", description=__doc__)
    actions = parser.add_subparsers(dest="action", required=True)
    run = actions.add_parser("run", help="start reader, PIN pad and printer; commands on stdin")
    run.add_argument("--dir", type=Path, required=True)
    run.add_argument("--people", type=Path, help="people.json")
    run.add_argument("--tmk-p", type=bytes.fromhex, metavar="HEX", help="master key of slot 0")
    run.add_argument("--seed", type=int, default=0)
    run.add_argument("--paper", type=int, choices=sorted(PAPERS), default=58)
    run.add_argument("--auto", metavar="KEY", help="villager who answers by themselves")
    run.add_argument("--human-delay-s", type=float, default=0.3)
    run.add_argument("--speed", type=float, default=1.0, help="printing speed factor; inf: at once")
    run.add_argument("--status", type=StatusProfile, default=StatusProfile.FULL)
    run.add_argument("--rom", type=Rom, default=Rom.GBK)
    run.add_argument("--no-qr", action="store_true", help="a clone without native QR codes")
    run.add_argument("--no-pictures", action="store_true")
    do = actions.add_parser("do", help="send one command to the simulator at LINK")
    do.add_argument("link", type=Path)
    do.add_argument("command", nargs=argparse.REMAINDER)
    return parser


def _run(options: argparse.Namespace) -> int:
    """Runs until a stop signal; 1 when the bench ended by itself, which is a fault of it."""
    # psec still asks cryptography for two-key TDES: the pads of the sheet know no other cipher.
    warnings.filterwarnings("ignore", message=".*TripleDES", module="psec")
    bench = Bench(_settings(options))
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
    model = Model(
        paper=PAPERS[options.paper],
        rom=options.rom,
        status=options.status,
        has_qr=not options.no_qr,
        speed_mm_s=Model().speed_mm_s * options.speed,
    )
    return BenchSettings(
        directory=options.dir.resolve(),
        people=read_people(options.people) if options.people else {},
        tmk_p=options.tmk_p,
        printer=model,
        auto=options.auto,
        human_delay_s=options.human_delay_s,
        pictures=not options.no_pictures,
        seed=options.seed,
    )


def _ready(bench: Bench) -> dict[str, object]:
    return {
        "links": {name: str(bench.link(name)) for name in DEVICES},
        "controls": {name: str(bench.control_path(name)) for name in DEVICES},
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
            answer = bench_commands.answer(bench, *bench_commands.split_device(line))
        except BenchError as why:
            answer = str(why)
        with contextlib.suppress(BrokenPipeError):
            print(answer, flush=True)


def _do(options: argparse.Namespace) -> int:
    print(ask(options.link, " ".join(options.command)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
