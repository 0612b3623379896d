"""Space kept beside the journal, so that a full disk cannot strand a running transaction.

The file holds nothing. When an append finds no room, a slice of it is given up, and no more, for
what is free may be taken by another program. It is taken again when there is room for it and more.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from terminal.core.exchange import SETTLES, Service
from terminal.core.facts import (
    Answered,
    BatchUploaded,
    CashHanded,
    CashNotHanded,
    CashTaken,
    ChipEnded,
    Differed,
    ExceptionClosed,
    ExceptionOpened,
    Fact,
    Forwarded,
    InDoubt,
    NotSent,
    PostAnswered,
    Posted,
    PostKind,
    Requested,
    ReversalAnswered,
    ReversalSent,
    Reversed,
    Settled,
    SignedIn,
    TotalsCompared,
)

RESERVE_BYTES = 4 << 20
ROOM_BYTES = 4 << 20  # free beside the reserve before new money is begun
SLICE_BYTES = 8 << 10

FRAME_BYTES = 24 + 4096  # a page in the log (sqlite.org/fileformat2.html section 4.1)
APPEND_BYTES_MAX = 5 * FRAME_BYTES  # where the table grows a level; 19 of 20 appends are one frame
SLICES_AN_APPEND_MAX = -(-APPEND_BYTES_MAX // SLICE_BYTES)
FACTS_MIN = RESERVE_BYTES // (SLICES_AN_APPEND_MAX * SLICE_BYTES)
"""That many facts the reserve lasts when another program takes at once all that is left of a slice
and nobody folds the log: 170. Folded, and with the disk left alone, it lasts thousands."""

# Shares of the reserve that must stay behind for what is more urgent.
RUNNING = 0.0
OWED = 0.25
SIGN_IN = 0.5
FACTS_OF_AN_END_MAX = 8  # answer, doubt, cash, the answer to its reversal, exception, its end
assert FACTS_MIN * OWED >= 5 * FACTS_OF_AN_END_MAX  # one at the counter, and some still unconfirmed


class Reserve:
    """The reserve at `path`; nothing is written before `restore`."""

    def __init__(self, path: Path, reserve_bytes: int) -> None:
        self._path, self._bytes = path, reserve_bytes

    @property
    def whole(self) -> bool:
        return self._held() >= self._bytes

    def has_room(self) -> bool:
        """Whether there is space for new business besides the reserve."""
        return self.whole and self._free_bytes() >= ROOM_BYTES

    def give_up(self, leaving: float = RUNNING) -> bool:
        """Free a slice, but leave that share of the whole; False when there is none to free."""
        kept, held = int(self._bytes * leaving), self._held()
        if held <= kept:
            return False
        try:
            os.truncate(self._path, max(kept, held - SLICE_BYTES))
        except OSError:
            return False
        return True

    def restore(self) -> None:
        """Take the space again if it is there. A disk that is too full stays as it is."""
        missing = self._bytes - self._held()
        if missing <= 0 or self._free_bytes() < missing + ROOM_BYTES:
            return
        try:
            with open(os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)) as file:
                os.posix_fallocate(file.fileno(), 0, self._bytes)
        except OSError:
            self._path.unlink(missing_ok=True)

    def _held(self) -> int:
        """Bytes that are truly ours: a hole in the file keeps no space."""
        try:
            found = self._path.stat()
        except OSError:
            return 0
        return min(found.st_size, found.st_blocks * 512)

    def _free_bytes(self) -> int:
        found = os.statvfs(self._path.parent)
        return found.f_bavail * found.f_frsize


def leaving(facts: Iterable[Fact]) -> float | None:
    """The share of the reserve that an append of these facts must leave; None: it may use nothing.

    The most urgent of them counts.
    """
    shares = [_share(fact) for fact in facts]
    known = [share for share in shares if share is not None]
    return min(known) if len(known) == len(shares) else None


def _share(fact: Fact) -> float | None:
    """What ends something under way may use all; what is tried again and again may not: with the
    line down for days it would eat what the ends need. New business, people, paper and heads wait.
    """
    match fact:
        case Answered() | NotSent() | InDoubt() | CashHanded() | CashNotHanded() | CashTaken():
            return RUNNING
        case ChipEnded():
            return RUNNING
        case ReversalAnswered() | Reversed() | ExceptionOpened() | ExceptionClosed():
            return RUNNING
        case TotalsCompared() | Differed() | BatchUploaded() | Settled():
            return RUNNING
        case SignedIn() | PostAnswered():  # each answers what had room to be sent
            return RUNNING
        case ReversalSent() | Forwarded() | Posted(kind=PostKind.STATEMENT):
            return OWED
        case Requested(service=service) if service in SETTLES:
            return OWED
        case Posted() | Requested(service=Service.SIGN_IN):  # a reversal may need fresh keys
            return SIGN_IN
    return None
