"""How often a withdrawal makes the disk wait: counted at the system calls, by the recorder of
`make crash`, over the real engine on the real journal.
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path

from tests.crash import marks
from tests.crash.marks import Settled, Told
from tests.crash.studio import Wanted, record_all
from tests.crash.trace import Marked, Operation, Synced

RUN = "cash-handed"  # two withdrawals, one after the other, each paid and confirmed
APPROVED = "approved"


@dataclass(frozen=True)
class Syncs:
    """to_pay: from Enter on the PIN pad to 请付现金; whole: from one 请付现金 to the next, in which
    slips and hand-over of one withdrawal and request and answer of another are made durable.
    """

    to_pay: int
    whole: int


@cache
def counted() -> Syncs:
    with tempfile.TemporaryDirectory(prefix="huinong-syncs-") as root:
        (recording,) = record_all(Path(root), Wanted(seed=1), [RUN])
    settled, first, second = _moments(recording.operations)
    return Syncs(
        to_pay=_syncs(recording.operations[settled:first]),
        whole=_syncs(recording.operations[first:second]),
    )


def _moments(operations: Sequence[Operation]) -> tuple[int, int, int]:
    """Where the shop is open, and where the screen says for the first time of each that cash may be
    handed over.
    """
    seen = [(at, marks.read(op.text)) for at, op in enumerate(operations) if isinstance(op, Marked)]
    settled = next(at for at, mark in seen if isinstance(mark, Settled))
    told = [(at, m.trace) for at, m in seen if isinstance(m, Told) and m.page == APPROVED]
    firsts = [told[0][0], *(now[0] for before, now in pairwise(told) if now[1] != before[1])]
    return settled, firsts[0], firsts[1]


def _syncs(operations: Sequence[Operation]) -> int:
    return sum(isinstance(operation, Synced) for operation in operations)
