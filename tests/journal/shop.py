"""A shop's facts for the journal: days of withdrawals, each day closed by a signed head."""

from __future__ import annotations

import os
import signal
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

from protocol.values import Pan
from terminal.core import facts
from terminal.core.exchange import Entry, Service, Verdict
from terminal.core.facts import DayHead, Fact, Recorded, Requested, SlipKind
from terminal.journal import checkpoint
from terminal.journal.store import Journal
from terminal.journal.tree import Frontier
from terminal.keys.api import Signer

AT = 1_795_000_000_000  # November 2026
DAY_MS = 86_400_000
ORIGIN = "huinong.example/44010001"
PAN = "6229990100000012343"
BATCH = 12
FACTS_A_WITHDRAWAL = 5


def withdrawal(seq: int, at_ms: int = AT) -> list[Recorded]:
    """A whole withdrawal whose `Requested` is fact `seq`."""
    requested = Requested(
        Service.WITHDRAWAL,
        trace=seq % 1_000_000,
        batch=BATCH,
        terminal_seq=seq,
        entry=Entry.STRIPE,
        amount_fen=20_000,
        pan=Pan(PAN),
    )
    told: list[Fact] = [
        requested,
        facts.Answered("00", Verdict.APPROVED, "承兑或交易成功", rrn="326112312345"),
        facts.SlipPrinted(SlipKind.STORE_COPY, 1, whole=True),
        facts.SlipPrinted(SlipKind.CUSTOMER_COPY, 1, whole=True),
        facts.CashHanded(20_000),
    ]
    assert len(told) == FACTS_A_WITHDRAWAL
    return [Recorded(seq + n, at_ms + n, "01", seq, fact) for n, fact in enumerate(told)]


def head(tree: Frontier, signer: Signer, at_ms: int = AT) -> Recorded:
    """The signed head behind the facts of `tree`."""
    text = checkpoint.text(ORIGIN, tree.size, tree.root())
    note = checkpoint.sign(text, ORIGIN, signer)
    fact = DayHead(tree.size, tree.root().hex(), note, tree.text(), "{}", "")
    return Recorded(tree.size + 1, at_ms, "", 0, fact)


def open_for_days(journal: Journal, signer: Signer, days: int) -> Journal:
    """Each day two withdrawals and a head behind them: 11 facts."""
    for day in range(days):
        at_ms = AT + day * DAY_MS
        for _ in range(2):
            journal.append(withdrawal(journal.size + 1, at_ms))
        journal.append([head(journal.frontier, signer, at_ms)])
    return journal


def tamper(file: Path, *changes: str) -> None:
    """Someone with the file and without scruples: the triggers are dropped first."""
    db = sqlite3.connect(file)
    for change in ("DROP TRIGGER facts_stay", "DROP TRIGGER facts_remain", *changes):
        db.execute(change)
    db.commit()
    db.close()


def columns(file: Path) -> Iterator[tuple[int, bytes, bytes, bytes]]:
    """seq, entry, leaf, chain as they stand."""
    db = sqlite3.connect(file)
    yield from db.execute("SELECT seq, entry, leaf, chain FROM facts ORDER BY seq").fetchall()
    db.close()


def killed(work: Callable[[], object]) -> None:
    """A process that does `work` and is then killed: nothing is closed, folded or removed."""
    child = os.fork()
    if child == 0:
        with suppress(BaseException):
            work()
        os.kill(os.getpid(), signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    assert os.WTERMSIG(status) == signal.SIGKILL


def fill(disk: Path) -> Path:
    """Another program that takes every block."""
    filler = disk / "photographs"
    with filler.open("ab", buffering=0) as file:
        for size in (1 << 16, 1 << 12, 1):
            try:
                while True:
                    file.write(bytes(size))
            except OSError:
                continue
    return filler
