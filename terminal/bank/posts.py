"""The signed POSTs beside ISO 8583 (`county-wire.md`), one row each, and what one answers."""

from __future__ import annotations

from dataclasses import dataclass, field

from terminal.bank.transport import ANSWER_BYTES_MAX

REFUSED_STATUS = frozenset({403, 429})
"""Signed and bound: the bank refuses, nothing is booked. So on every path."""

SEQUENCE_USED = "sequence_used"
"""First word of why a reply is unknown: the bank had this sequence or nonce before, from us or from
a copy of our disk. An alarm (`county-wire.md`, 409)."""


@dataclass(frozen=True, slots=True)
class Post:
    """answers: the signed statuses that are this path's own; any other is unknown."""

    path: str
    content_type: str
    answers: frozenset[int]
    answer_bytes_max: int = ANSWER_BYTES_MAX


# DE48 counts a batch's debits and credits in three digits each; `batch.max_count` is 500 by
# default, so undone bookings have room. A row's longest values make 189 bytes, without indenting.
BOOKINGS_MAX, BOOKING_BYTES_MAX = 2 * 999, 256
STATEMENT_BYTES_MAX = BOOKINGS_MAX * BOOKING_BYTES_MAX

CHECKPOINT = Post(
    "/v1/terminal/checkpoint", "text/plain; charset=utf-8", REFUSED_STATUS | {200, 409}
)
STATEMENT = Post(
    "/v1/terminal/statement", "application/json", REFUSED_STATUS | {200}, STATEMENT_BYTES_MAX
)


@dataclass(frozen=True, slots=True)
class Posted:
    """A verified answer. bank_at_ms is the bank's own time, UTC."""

    status: int
    body: bytes = field(repr=False)
    bank_at_ms: int
