"""签到: sign-in at the bank; it brings the working keys, the open batch and the accounting day.

Where the profile has a witness, our newest checkpoint goes first (`county-wire.md`): a bank that
has seen facts which are not in this journal says so, and the station then does no more business.
No answer to the checkpoint must not keep a station with a wrong clock out, so the sign-in follows
all the same, and both are tried again.
"""

from __future__ import annotations

from collections.abc import Callable

from terminal.core import facts
from terminal.core.effects import Effect, LoadPinKey, SendPost, Wait
from terminal.core.events import (
    Approved,
    Event,
    NotWitnessed,
    RolledBack,
    SignInDue,
    SignInFailed,
    Witnessed,
    WitnessElsewhere,
)
from terminal.core.exchange import Answer, HeadSeen, Reply, Service, Verdict
from terminal.core.facts import Fact, PostKind, PostSays
from terminal.core.flow import Flow, Stage, Table, Turn
from terminal.core.words import answered_fact, requested, send

START = Flow(Service.SIGN_IN, Stage.OUT)
RETRY_MS = (5_000, 10_000, 30_000, 60_000)
SIGN_IN_TIMER = 0  # `Wait.tx` of the sign-in's own timer
S = Stage


def hear(reply: Reply) -> Event:
    """Only an approved answer with keys is a sign-in."""
    if isinstance(reply, Answer):
        signed_in = reply.verdict is Verdict.APPROVED and reply.keys is not None
        return Approved(reply) if signed_in else SignInFailed(reply)
    return SignInFailed(None)


def hear_witness(
    seen: HeadSeen, ours: int, root_at: Callable[[int], bytes], *, tried: bool
) -> Event:
    """What the bank's answer to our checkpoint means. root_at gives our root at a smaller size.

    The bank's own size and root come with a refusal. It locks only when they prove that facts are
    missing or changed here; a second refusal without that proof is no witness.
    """
    if seen.accepted:
        return Witnessed(seen.size)
    if seen.size > ours or root_at(seen.size) != seen.root:
        return RolledBack(seen.size)
    return NotWitnessed() if tried else WitnessElsewhere(seen.size)


def signed_in(turn: Turn) -> Fact:
    assert isinstance(turn.event, Approved)
    answer = turn.event.answer
    assert answer.keys is not None
    ours_ms = turn.moment.at_ms - turn.moment.offset_ms
    offset_ms = turn.moment.offset_ms if answer.bank_at_ms is None else answer.bank_at_ms - ours_ms
    return facts.SignedIn(
        batch=answer.batch,
        pin_kcv=answer.keys.pin_kcv.hex().upper(),
        mac_kcv=answer.keys.mac_kcv.hex().upper(),
        bank_day=answer.bank_day,
        offset_ms=offset_ms,
    )


def refused(turn: Turn) -> Fact | None:
    assert isinstance(turn.event, SignInFailed)
    return answered_fact(turn.event.answer) if turn.event.answer is not None else None


def load_pin_key(turn: Turn) -> Effect:
    assert isinstance(turn.event, Approved)
    assert turn.event.answer.keys is not None
    return LoadPinKey(turn.event.answer.keys)


def later(turn: Turn) -> Effect:
    place = min(turn.flow.draft.occasions, len(RETRY_MS)) - 1
    return Wait(SIGN_IN_TIMER, RETRY_MS[place])


def checkpoint_posted(turn: Turn) -> Fact:
    return facts.Posted(PostKind.CHECKPOINT, turn.moment.terminal_seq)


def send_checkpoint(turn: Turn) -> Effect:
    number, old_size = turn.moment.terminal_seq, turn.flow.draft.old_size
    return SendPost(PostKind.CHECKPOINT, number, old_size=old_size)


def witness_says(turn: Turn) -> Fact:
    match turn.event:
        case Witnessed(size=size):
            return facts.PostAnswered(PostKind.CHECKPOINT, PostSays.WITNESSED, size)
        case RolledBack(size=size):
            return facts.PostAnswered(PostKind.CHECKPOINT, PostSays.ROLLED_BACK, size)
        case WitnessElsewhere(size=size):
            return facts.PostAnswered(PostKind.CHECKPOINT, PostSays.ELSEWHERE, size)
    raise AssertionError(turn.event)


def witness_again(turn: Turn) -> Effect | None:
    """Signed in, but the bank has not taken our checkpoint: both again, in a while."""
    draft = turn.flow.draft
    place = min(draft.tries, len(RETRY_MS)) - 1
    return None if draft.witnessed else Wait(SIGN_IN_TIMER, RETRY_MS[place])


def table(*, witness: bool) -> Table:
    """The rows; without a witness (`cup-classic`) the sign-in stands alone."""
    first = (
        (S.WITNESS, (checkpoint_posted, send_checkpoint))
        if witness
        else (S.SENT, (requested, send))
    )
    witness_later = (witness_again,) if witness else ()
    # fmt: off
    return {
        (S.OUT,     SignInDue):        first,
        (S.IN,      SignInDue):        first,
        (S.SENT,    SignInDue):        (S.SENT,        ()),
        (S.WITNESS, SignInDue):        (S.WITNESS,     ()),
        (S.ROLLED_BACK, SignInDue):    (S.ROLLED_BACK, ()),  # each try would use up a number

        (S.WITNESS, Witnessed):        (S.SENT,        (witness_says, requested, send)),
        (S.WITNESS, NotWitnessed):     (S.SENT,        (requested, send)),
        (S.WITNESS, WitnessElsewhere): (S.WITNESS,     (witness_says, checkpoint_posted,
                                                        send_checkpoint)),
        (S.WITNESS, RolledBack):       (S.ROLLED_BACK, (witness_says,)),
        (S.SENT,    RolledBack):       (S.ROLLED_BACK, (witness_says,)),
        (S.OUT,     RolledBack):       (S.ROLLED_BACK, (witness_says,)),
        (S.IN,      RolledBack):       (S.ROLLED_BACK, (witness_says,)),
        (S.ROLLED_BACK, RolledBack):   (S.ROLLED_BACK, ()),

        (S.SENT,    Approved):         (S.IN,          (signed_in, load_pin_key, *witness_later)),
        (S.SENT,    SignInFailed):     (S.OUT,         (refused, later)),
    }
    # fmt: on
