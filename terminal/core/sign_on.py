"""签到: sign-in at the bank; it brings the working keys, the open batch and the accounting day."""

from __future__ import annotations

from terminal.core import facts
from terminal.core.effects import Effect, LoadPinKey, Wait
from terminal.core.events import Approved, Event, SignInDue, SignInFailed
from terminal.core.exchange import Answer, Reply, Service, Verdict
from terminal.core.facts import Fact
from terminal.core.flow import Flow, Stage, Table, Turn
from terminal.core.words import answered_fact, requested, send

START = Flow(Service.SIGN_IN, Stage.OUT)
RETRY_MS = (5_000, 10_000, 30_000, 60_000)
SIGN_IN_TIMER = 0  # `Wait.tx` of the sign-in's own timer


def hear(reply: Reply) -> Event:
    """Only an approved answer with keys is a sign-in."""
    if isinstance(reply, Answer):
        signed_in = reply.verdict is Verdict.APPROVED and reply.keys is not None
        return Approved(reply) if signed_in else SignInFailed(reply)
    return SignInFailed(None)


def signed_in(turn: Turn) -> Fact:
    assert isinstance(turn.event, Approved)
    answer = turn.event.answer
    assert answer.keys is not None
    offset_ms = 0 if answer.bank_at_ms is None else answer.bank_at_ms - turn.moment.at_ms
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


S = Stage

# fmt: off
TABLE: Table = {
    (S.OUT,  SignInDue):    (S.SENT, (requested, send)),
    (S.IN,   SignInDue):    (S.SENT, (requested, send)),
    (S.SENT, SignInDue):    (S.SENT, ()),
    (S.SENT, Approved):     (S.IN,   (signed_in, load_pin_key)),
    (S.SENT, SignInFailed): (S.OUT,  (refused, later)),
}
# fmt: on
