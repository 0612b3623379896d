"""待上传: a queued cash contribution on its way to the bank, repeated until it is answered.

It runs beside the counter from `Queued` on, and waits behind every reversal. Trace, date and
idempotency key stay the same at each try, the HTTP sequence is new, so the bank books it once
(`county-wire.md`, rule 6). It is never reversed; a refusal is an exception, for the cash is in the
drawer (`money-safety.md`, "A contribution").
"""

from __future__ import annotations

from dataclasses import replace

from terminal.core import facts
from terminal.core.deal import Deal
from terminal.core.effects import Effect, SendRequest, SignInAgain
from terminal.core.events import (
    Approved,
    Declined,
    Event,
    KeysStale,
    Occasion,
    OccasionFailed,
    PauseOver,
)
from terminal.core.exchange import Answer, Reply, Verdict
from terminal.core.facts import Fact, SlipKind, Trouble
from terminal.core.flow import Flow, Stage, Table, Turn
from terminal.core.reversal import Patience, after_sign_in, back_off
from terminal.core.words import answered, ask_of, slip

S = Stage
CODE_DIGITS = 2  # of DE39; a longer one is an HTTP status: this terminal is refused, not the money


def owed(deal: Deal) -> Flow:
    """The flow of a queued contribution, live or after a restart."""
    assert deal.owes_forward
    return Flow(deal.requested.service, S.OWED, deal=deal)


def hear(reply: Reply, flow: Flow, patience: Patience) -> Event:
    """What a reply means to a queued contribution."""
    if not isinstance(reply, Answer) or len(reply.code) != CODE_DIGITS:
        return OccasionFailed(None)
    if reply.verdict is Verdict.APPROVED:
        return Approved(reply)
    if reply.verdict is Verdict.SIGN_IN_AGAIN and flow.draft.tries < patience.attempts:
        return KeysStale(reply)
    if reply.verdict in (Verdict.DECLINED, Verdict.CAPTURE):
        return Declined(reply)
    return OccasionFailed(reply)


def forwarded(turn: Turn) -> Fact:
    """The first forwarding takes the open batch; later ones keep it."""
    deal, moment = turn.deal, turn.moment
    return facts.Forwarded(
        n=deal.forwards + 1,
        batch=deal.requested.batch or moment.batch,
        terminal_seq=moment.terminal_seq,
        bank_day=moment.bank_day,
    )


def send(turn: Turn) -> Effect:
    deal = turn.deal
    return SendRequest(deal.tx, replace(ask_of(deal), operator=deal.operator))


def refused(turn: Turn) -> Fact:
    return facts.ExceptionOpened(Trouble.QUEUED_REFUSED)


# fmt: off
TABLE: Table = {
    (S.OWED,  Occasion):       (S.SENT,  (forwarded, send)),
    (S.OWED,  PauseOver):      (S.OWED,  ()),
    (S.STALE, Occasion):       (S.SENT,  (forwarded, send)),
    (S.STALE, PauseOver):      (S.SENT,  (forwarded, send)),
    (S.SENT,  Occasion):       (S.SENT,  ()),
    (S.SENT,  PauseOver):      (S.SENT,  ()),

    (S.SENT,  Approved):       (S.ENDED, (answered, slip(SlipKind.VOUCHER))),
    (S.SENT,  Declined):       (S.ENDED, (answered, refused, slip(SlipKind.EXCEPTION))),
    (S.SENT,  KeysStale):      (S.STALE, (SignInAgain(), after_sign_in)),
    (S.SENT,  OccasionFailed): (S.OWED,  (back_off,)),
}
# fmt: on
