"""Signed POSTs beside ISO 8583 (`county-wire.md`): what is in them, and what their answers mean.

A letter is made on the engine's thread, which alone reads the journal, and sent from the line's. A
bank that keeps no witness and gives no statement (`cup-classic`) gets none.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from terminal.bank import checkpoints, posts, statement
from terminal.bank.posts import Post, Posted
from terminal.bank.strict_json import UnreadableAnswer
from terminal.core import facts
from terminal.core.effects import SendPost
from terminal.core.exchange import Doubt, NotSent, PostReply, Unknown
from terminal.core.facts import PostKind
from terminal.journal import checkpoint
from terminal.journal.store import Journal
from terminal.keys.api import Signer
from terminal.state import State

USED = 409  # on the checkpoint with a head: that is not its newest; without: the number was used
LOG = "huinong.example"  # `security.md` section 7: the name is frozen, the vectors use it

Letter = Callable[[], PostReply]
SignHead = Callable[[int, bytes], str]


class Line(Protocol):
    """`BankLink`, as far as a letter needs it."""

    def post(self, post: Post, body: bytes, terminal_seq: int) -> Posted | NotSent | Unknown: ...


def sign_head(terminal: str, signer: Signer) -> SignHead:
    """The signed note of a size and root, under the terminal's own log name."""
    origin = f"{LOG}/{terminal}"
    return lambda size, root: checkpoint.sign(checkpoint.text(origin, size, root), origin, signer)


def writer(journal: Journal, line: Line) -> Callable[[SendPost, State], Letter]:
    """What makes the letter of each kind."""

    def letter(effect: SendPost, state: State) -> Letter:
        if effect.kind is PostKind.CHECKPOINT:
            return _checkpoint(effect, state, journal, line)
        return _statement(effect, line)

    return letter


def _checkpoint(effect: SendPost, state: State, journal: Journal, line: Line) -> Letter:
    """The newest head, and the proof that it only adds to what the bank has seen."""
    head = journal.last_head()
    assert head is not None
    assert isinstance(head.fact, facts.DayHead)
    size, root = head.fact.size, bytes.fromhex(head.fact.root)
    old_size = state.ledger.witnessed if effect.old_size is None else effect.old_size
    body = checkpoints.offered(old_size, journal.consistency(old_size, size), head.fact.note)
    return lambda: _read(
        line.post(posts.CHECKPOINT, body, effect.terminal_seq),
        lambda posted: checkpoints.head_seen(posted, size=size, root=root),
    )


def _statement(effect: SendPost, line: Line) -> Letter:
    question = statement.OfBatch(effect.batch)
    body = statement.asked(question)
    return lambda: _read(
        line.post(posts.STATEMENT, body, effect.terminal_seq),
        lambda posted: statement.bookings(posted.body, question),
    )


def _read(posted: Posted | NotSent | Unknown, reading: Callable[[Posted], PostReply]) -> PostReply:
    """A verified answer that cannot be read tells nothing, as silence does."""
    if not isinstance(posted, Posted):
        return posted
    if posted.status in posts.REFUSED_STATUS:
        return NotSent(f"refused with {posted.status}")
    try:
        return reading(posted)
    except UnreadableAnswer as why:
        used = f"{posts.SEQUENCE_USED}: " if posted.status == USED else ""
        return Unknown(Doubt.NO_ANSWER, f"{used}{why}")
