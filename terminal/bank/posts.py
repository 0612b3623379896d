"""The signed POSTs beside ISO 8583 (`county-wire.md`), one row each, and what one answers."""

from __future__ import annotations

from dataclasses import dataclass, field

REFUSED_STATUS = frozenset({403, 429})
"""Signed and bound: the bank refuses, nothing is booked. So on every path."""


@dataclass(frozen=True, slots=True)
class Post:
    """answers: the signed statuses that are this path's own; any other is unknown."""

    path: str
    content_type: str
    answers: frozenset[int]


# A 409 otherwise says that sequence or nonce have been used: unknown, and an alarm.
CHECKPOINT = Post(
    "/v1/terminal/checkpoint", "text/plain; charset=utf-8", REFUSED_STATUS | {200, 409}
)
STATEMENT = Post("/v1/terminal/statement", "application/json", REFUSED_STATUS | {200})


@dataclass(frozen=True, slots=True)
class Posted:
    """A verified answer. bank_at_ms is the bank's own time, UTC."""

    status: int
    body: bytes = field(repr=False)
    bank_at_ms: int
