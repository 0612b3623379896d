"""The paths of county-wire.md that ask for a document; a new one is a file and a row here.

`exchange`, `echo`, `enrol` and `renew` are not here: the first carries frames, the second anything,
the others change who may sign.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.hw_sim.bank import checkpoint, statement
from tests.hw_sim.bank.posts.inspection import inspection
from tests.hw_sim.bank.posts.notices import acknowledge, notices
from tests.hw_sim.bank.state import Bank

STATEMENT_PATH = "/v1/terminal/statement"
CHECKPOINT_PATH = "/v1/terminal/checkpoint"
JSON_TYPE = "application/json"
TEXT_TYPE = "text/plain; charset=utf-8"

Serve = Callable[[Bank, str, bytes], tuple[int, Any]]


@dataclass(frozen=True)
class Post:
    """`serve` gets bank, terminal and body; it gives status and what the answer's JSON says."""

    path: str
    serve: Serve
    asked_type: str = JSON_TYPE


def _statement(bank: Bank, terminal: str, body: bytes) -> tuple[int, Any]:
    rows = statement.asked_bookings(bank, terminal, body)
    return (400, {}) if rows is None else (200, rows)


POSTS = (
    Post(STATEMENT_PATH, _statement),
    Post(CHECKPOINT_PATH, checkpoint.witness, TEXT_TYPE),
    Post("/v1/terminal/inspection", inspection),
    Post("/v1/terminal/notices", notices),
    Post("/v1/terminal/notices/ack", acknowledge),
)
BY_PATH = {row.path: row for row in POSTS}
