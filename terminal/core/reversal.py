"""冲正: the reversal of a transaction in doubt, tried until the bank's answer ends it.

It runs beside the counter, from `InDoubt` or `CashNotHanded` on, and never gives up: an occasion
is a few tries in a row, occasions come back for ever (`money-safety.md`, "Reversals"). What the
bank can no longer undo is an exception, and asks the bank's statement at every sign-in.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from terminal.core import facts
from terminal.core.deal import BY_STATEMENT, Deal
from terminal.core.effects import Effect, SendPost, SendRequest, SignInAgain, Wait
from terminal.core.events import (
    Event,
    KeysStale,
    NoStatement,
    NotBooked,
    Occasion,
    OccasionFailed,
    PauseOver,
    StillBooked,
    TooLate,
    TryFailed,
    Undone,
)
from terminal.core.exchange import Answer, Card, Doubt, Reply, Unknown, Verdict
from terminal.core.facts import Fact, PostKind, PostSays, SlipKind, Trouble
from terminal.core.flow import Flow, Stage, Table, Turn, Word
from terminal.core.words import ask_of, chip_of, slip

UNDONE = "00"  # and no other code, whatever a profile makes of it
ENDS_WHEN_SAME_DAY = frozenset({"12", "25"})  # unless the profile has others
BACKOFF_MS = (60_000, 120_000, 300_000, 600_000)  # 1, 2, 5, then every 10 minutes
STALE_KEYS_WAIT_MS = 10_000  # the sign-in that follows goes on at once; this is its safety net
S = Stage


@dataclass(frozen=True, slots=True)
class Patience:
    """`reversal.attempts`, `reversal.interval`, `batch.retries` and `batch.max_count` of the bank's
    profile; `reversal.final_codes` end a reversal only while the bank's accounting day is provably
    the original's (`bank-wire.md` section 13).
    """

    attempts: int = 3
    interval_ms: int = 2_000
    batch_retries: int = 3
    batch_count_max: int = 500
    final_codes: frozenset[str] = ENDS_WHEN_SAME_DAY


def owed(deal: Deal) -> Flow:
    """The flow of a transaction that owes its reversal or is an exception, live or resumed."""
    assert deal.owes_reversal or deal.excepted
    return Flow(deal.requested.service, S.OWED if deal.owes_reversal else S.RESTING, deal=deal)


def hear(reply: Reply, flow: Flow, patience: Patience) -> Event:
    """What a reply means to this reversal (`money-safety.md`, "Reversals")."""
    answer = reply if isinstance(reply, Answer) else None
    if answer is not None:
        if answer.code == UNDONE:
            return Undone(answer)
        if answer.code in patience.final_codes:
            return Undone(answer) if _same_bank_day(flow, answer) else TooLate(answer)
    last = flow.draft.tries >= patience.attempts
    if _keys_doubtful(reply) and not last:
        return KeysStale(answer)
    return OccasionFailed(answer) if last else TryFailed(answer)


def _keys_doubtful(reply: Reply) -> bool:
    """The bank says so, or its own MAC does not fit ours (`security.md` section 3)."""
    if isinstance(reply, Answer):
        return reply.verdict is Verdict.SIGN_IN_AGAIN
    return isinstance(reply, Unknown) and reply.doubt is Doubt.WRONG_MAC


def _same_bank_day(flow: Flow, answer: Answer) -> bool:
    """Provably: DE15 of the last verified answer before the request equals that of the 0410."""
    assert flow.deal is not None
    return answer.bank_day != "" and flow.deal.requested.bank_day == answer.bank_day


# --- words


def reversal_sent(turn: Turn) -> Fact:
    return facts.ReversalSent(turn.deal.reversals_sent + 1, turn.moment.terminal_seq)


def send_reversal(turn: Turn) -> Effect:
    """The request again as a 0400: same trace and batch, new HTTP sequence, no track, no PIN."""
    deal = turn.deal
    assert deal.reversal_reason is not None
    pan = deal.requested.pan
    wanted = deal.requested
    card = Card(pan, wanted.expiry, entry=wanted.entry, psn=wanted.psn) if pan is not None else None
    ask = replace(
        ask_of(deal, card=card),
        terminal_seq=turn.moment.terminal_seq,
        reversal_reason=deal.reversal_reason.value,
        particulars=chip_of(deal, deal.undo),
    )
    return SendRequest(deal.tx, ask)


def reversal_answered(turn: Turn) -> Fact | None:
    """The bank's answer to this try; silence is no fact."""
    event = turn.event
    assert isinstance(event, Undone | TooLate | KeysStale | TryFailed | OccasionFailed)
    if event.answer is None:
        return None
    return facts.ReversalAnswered(event.answer.code, event.answer.text, event.answer.bank_day)


def undone(turn: Turn) -> Fact:
    return facts.Reversed()


def trouble(kind: Trouble) -> Word:
    def opened(turn: Turn) -> Fact | None:
        """Once; a further failed occasion adds nothing to the exception that is open."""
        return None if turn.deal.trouble is kind else facts.ExceptionOpened(kind)

    return opened


def trouble_over(turn: Turn) -> Fact | None:
    return facts.ExceptionClosed("reversal") if turn.deal.trouble is not None else None


def statement_posted(turn: Turn) -> Fact:
    return facts.Posted(PostKind.STATEMENT, turn.moment.terminal_seq)


def ask_statement(turn: Turn) -> Effect:
    """The bookings of the batch: a trace that is not there is not booked (`county-wire.md`)."""
    deal = turn.deal
    number = turn.moment.terminal_seq
    return SendPost(PostKind.STATEMENT, number, tx=deal.tx, batch=deal.requested.batch)


def statement_says(says: PostSays) -> Word:
    return lambda turn: facts.PostAnswered(PostKind.STATEMENT, says)


def closed_by_statement(turn: Turn) -> Fact:
    return facts.ExceptionClosed(BY_STATEMENT)


def back_off(turn: Turn) -> Effect:
    place = min(turn.flow.draft.occasions, len(BACKOFF_MS)) - 1
    return Wait(turn.deal.tx, BACKOFF_MS[place])


def after_sign_in(turn: Turn) -> Effect:
    return Wait(turn.deal.tx, STALE_KEYS_WAIT_MS)


def table(patience: Patience) -> Table:
    """The rows, with the profile's pause between two tries."""

    def pause(turn: Turn) -> Effect:
        return Wait(turn.deal.tx, patience.interval_ms)

    unanswered = trouble(Trouble.REVERSAL_UNANSWERED)
    too_late = trouble(Trouble.REVERSAL_TOO_LATE)
    # fmt: off
    return {
        (S.OWED,   Occasion):       (S.SENT,   (reversal_sent, send_reversal)),
        (S.PAUSED, Occasion):       (S.SENT,   (reversal_sent, send_reversal)),
        (S.PAUSED, PauseOver):      (S.SENT,   (reversal_sent, send_reversal)),
        (S.STALE,  Occasion):       (S.SENT,   (reversal_sent, send_reversal)),
        (S.STALE,  PauseOver):      (S.SENT,   (reversal_sent, send_reversal)),
        (S.OWED,   PauseOver):      (S.OWED,   ()),  # a timer of an occasion that has gone on
        (S.SENT,   PauseOver):      (S.SENT,   ()),
        (S.SENT,   Occasion):       (S.SENT,   ()),

        (S.SENT,   Undone):         (S.ENDED,  (reversal_answered, undone, trouble_over,
                                                slip(SlipKind.REVERSAL))),
        (S.SENT,   KeysStale):      (S.STALE,  (reversal_answered, SignInAgain(), after_sign_in)),
        (S.SENT,   TryFailed):      (S.PAUSED, (reversal_answered, pause)),
        (S.SENT,   OccasionFailed): (S.OWED,   (reversal_answered, unanswered, back_off)),

        (S.SENT,   TooLate):        (S.EXCEPTED, (reversal_answered, too_late, statement_posted,
                                                  ask_statement, slip(SlipKind.EXCEPTION))),
        (S.RESTING,  Occasion):     (S.EXCEPTED, (statement_posted, ask_statement)),
        (S.RESTING,  PauseOver):    (S.RESTING,  ()),
        (S.EXCEPTED, Occasion):     (S.EXCEPTED, ()),
        (S.EXCEPTED, PauseOver):    (S.EXCEPTED, ()),
        (S.EXCEPTED, NotBooked):    (S.ENDED,    (statement_says(PostSays.NOT_BOOKED),
                                                  closed_by_statement, slip(SlipKind.REVERSAL))),
        (S.EXCEPTED, StillBooked):  (S.RESTING,  (statement_says(PostSays.BOOKED),)),
        (S.EXCEPTED, NoStatement):  (S.RESTING,  ()),
    }
    # fmt: on
