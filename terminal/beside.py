"""What runs beside the counter: sign-in with its checkpoint, reversals, queued contributions.

Functions on the engine, on its one thread. The order of an occasion is the sheet's: reversals, then
queued contributions, then new business (`money-safety.md`, "Reversals").
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from terminal import clock_watch, judge
from terminal.bank.posts import SEQUENCE_USED
from terminal.core import forwarding, reversal, sign_on
from terminal.core.events import (
    Event,
    NotWitnessed,
    Occasion,
    PauseOver,
    RolledBack,
    SignInDue,
    Witnessed,
)
from terminal.core.exchange import Answer, Unknown
from terminal.core.facts import PostKind
from terminal.core.flow import OutOfTurn, Stage, step
from terminal.core.local_time import local_date
from terminal.core.reversal import BACKOFF_MS
from terminal.inputs import BankCame, PostCame
from terminal.journal import records
from terminal.journal.store import JournalFull
from terminal.keys.api import KeyUnavailable

if TYPE_CHECKING:
    from terminal.engine import Engine
    from terminal.state import State

log = logging.getLogger("huinong.beside")

AHEAD_MS = 86_400_000  # a service begun before midnight may end in the next month
COUNTER_BUSY_MS = 30_000  # a sign-in changes the PIN key: never while a villager enters one
OUTCOMES = frozenset(
    {
        Stage.APPROVED,
        Stage.SHOWN,
        Stage.DECLINED,
        Stage.NOT_SENT,
        Stage.UNKNOWN,
        Stage.CANCELLED,
        Stage.QUEUED,
        Stage.STOPPED,
    }
)
QUESTIONS = frozenset(
    {
        Stage.AMOUNT,
        Stage.PERSON,
        Stage.ECHO,
        Stage.YEAR,
        Stage.TIER,
        Stage.PAYER,
        Stage.MEANS,
        Stage.COUNT,
    }
)
QUIET = OUTCOMES | QUESTIONS  # no device and no bank is at work for the counter
NUMBERS_USED_MAX = 2
DUE: Mapping[Stage, Event] = {
    Stage.OWED: Occasion(),
    Stage.RESTING: Occasion(),
    Stage.PAUSED: PauseOver(),
    Stage.STALE: PauseOver(),
}


def resume(engine: Engine) -> None:
    """What the facts say is still owed to the bank, or still to be cleared with it."""
    ledger = engine.state.ledger
    reversed_late = (deal for deal in ledger.exceptions() if not deal.queued)
    owed = {deal.tx: reversal.owed(deal) for deal in (*ledger.owing(), *reversed_late)}
    queued = {deal.tx: forwarding.owed(deal) for deal in ledger.queued()}
    engine.state.beside = owed | queued


def owe(engine: Engine, tx: int) -> None:
    """From here on the bank is asked until it has answered."""
    deal = engine.state.ledger.book[tx]
    engine.state.beside[tx] = forwarding.owed(deal) if deal.owes_forward else reversal.owed(deal)
    occasion(engine)


def occasion(engine: Engine) -> None:
    """An occasion for whatever is owed: reversals; when there is none, queued contributions."""
    for tx, flow in list(engine.state.beside.items()):
        if flow.stage is not Stage.RESTING:
            _nudge(engine, tx, Occasion())


def try_all(engine: Engine) -> None:
    """The operator asks: sign in, which is an occasion for everything, exceptions too."""
    occasion(engine)
    sign_in_due(engine)


def timer_came(engine: Engine, tx: int) -> None:
    engine.state.next_try_ms.pop(tx, None)
    if tx == sign_on.SIGN_IN_TIMER:
        sign_in_due(engine)
    elif tx in engine.state.beside:
        _nudge(engine, tx, DUE.get(engine.state.beside[tx].stage, PauseOver()))


def _nudge(engine: Engine, tx: int, event: Event) -> None:
    state = engine.state
    if tx not in state.beside or not state.witnessed or state.clock_suspect:
        return  # an old disk must not undo what has long been paid; a sign-in is their occasion
    deal = state.ledger.book[tx]
    if deal.owes_forward:
        reversals_first = next(state.ledger.owing(), None) is not None
        if (
            reversals_first
            or (state.ledger.between_batches and not deal.forwards)  # one that is sent goes on
            or state.sign_in.stage is not Stage.IN
            or _another_is_forwarded(state, tx)
        ):
            return  # the end of what goes before it, and a sign-in, are its occasions
    move(engine, tx, event)


def _another_is_forwarded(state: State, than: int) -> bool:
    """One at a time: new business must not wait behind all of them."""
    sent = (tx for tx, flow in state.beside.items() if flow.stage in (Stage.SENT, Stage.STALE))
    return any(state.ledger.book[tx].queued for tx in sent if tx != than)


def move(engine: Engine, tx: int, event: Event) -> None:
    state = engine.state
    deal = state.ledger.book[tx]
    table = forwarding.TABLE if deal.queued else engine.reversal_table
    try:
        flow, effects = step(table, replace(state.beside[tx], deal=deal), event, engine.moment())
    except OutOfTurn as why:  # our mistake; the debt stays, and the others go on
        log.error("out_of_turn=%s tx=%d", why, tx)
        engine.wait(tx, BACKOFF_MS[0])
        return
    was_owing = deal.owes_reversal
    try:
        engine.record(effects)
    except JournalFull as why:  # asked again later: the bank answers a repeated reversal alike
        log.error("not_recorded=%s tx=%d", why, tx)
        state.beside[tx] = forwarding.owed(deal) if deal.owes_forward else reversal.owed(deal)
        engine.wait(tx, BACKOFF_MS[-1])
        return
    if flow.stage is Stage.ENDED:
        del state.beside[tx]
        engine.forget_timer(tx)
    else:
        state.beside[tx] = flow
    engine.perform(effects)
    forwarded = deal.queued and flow.stage is Stage.ENDED
    if forwarded or (was_owing and next(state.ledger.owing(), None) is None):
        occasion(engine)


# --- sign-in


def sign_in_due(engine: Engine) -> None:
    """签到 now, or as soon as nobody at the counter is on the way to a PIN or an answer.

    From a question nothing leaves while the clock is suspect: it waits for the sign-in, not the
    sign-in for it.
    """
    state = engine.state
    free = QUIET if state.clock_suspect else OUTCOMES
    busy = state.counter is not None and state.counter.stage not in free
    if state.sign_in.stage is Stage.IN and busy:
        engine.wait(sign_on.SIGN_IN_TIMER, COUNTER_BUSY_MS)
        return
    engine.forget_timer(sign_on.SIGN_IN_TIMER)
    if state.sign_in.stage in (Stage.OUT, Stage.IN):
        engine.write_head()
    move_sign_in(engine, SignInDue())


def first_sign_in(engine: Engine) -> None:
    """At a start; a disk that the bank has proved to be old stays where it is."""
    state = engine.state
    if state.ledger.rolled_back and engine.has_witness:
        state.sign_in = replace(state.sign_in, stage=Stage.ROLLED_BACK)
    else:
        sign_in_due(engine)


def new_day(engine: Engine) -> bool:
    """The last sign-in was on another day of the county."""
    signed_in_at = engine.state.signed_in_at_ms
    return local_date(signed_in_at) != local_date(engine.station_ms())


def move_sign_in(engine: Engine, event: Event) -> None:
    state = engine.state
    try:
        flow, effects = step(engine.sign_in_table, state.sign_in, event, engine.moment())
    except OutOfTurn as why:  # an answer to a sign-in that a full disk has already given up
        log.warning("out_of_turn=%s", why)
        return
    try:
        engine.record(effects)
    except JournalFull as why:
        log.error("not_recorded=%s", why)
        state.sign_in = replace(state.sign_in, stage=Stage.OUT, deal=None)
        engine.wait(sign_on.SIGN_IN_TIMER, BACKOFF_MS[-1])
        return
    done = flow.stage in (Stage.IN, Stage.OUT, Stage.ROLLED_BACK)
    state.sign_in = replace(flow, deal=None) if done else flow
    engine.perform(effects)


# --- what the bank says


def bank_came(engine: Engine, item: BankCame) -> None:
    """The end of a request of one of these flows, and nothing else's: the engine has checked."""
    flow = engine.state.beside[item.tx]
    hear = forwarding.hear if engine.state.ledger.book[item.tx].queued else reversal.hear
    move(engine, item.tx, hear(item.reply, flow, engine.patience))


def signed_in(engine: Engine, item: BankCame) -> None:
    state = engine.state
    before_ms = state.ledger.offset_ms
    move_sign_in(engine, sign_on.hear(item.reply))
    if state.sign_in.stage is not Stage.IN:
        return
    if isinstance(item.reply, Answer) and item.reply.bank_at_ms is not None:
        clock_watch.told(engine, before_ms)
    state.signed_in_at_ms = engine.station_ms()
    engine.watch.told()
    keys_ready(engine)
    engine.erase_keys()
    for tx, flow in list(state.beside.items()):
        _nudge(engine, tx, DUE.get(flow.stage, Occasion()))


def keys_ready(engine: Engine) -> bool:
    """Whether the erasable keys that the next facts need are there; makes them durable if not."""
    now = engine.station_ms()
    card = records.card_key(engine.state.ledger.batch)
    months = {records.person_key(now), records.person_key(now + AHEAD_MS)}
    try:
        for key in (card, *sorted(months)):
            engine.prepare_key(key)
    except (KeyUnavailable, OSError) as why:
        log.error("no_key=%s", type(why).__name__)
        return False
    return True


def post_came(engine: Engine, item: PostCame) -> None:
    """The end of a signed POST: a checkpoint, or the statement that an exception asked for."""
    if item.sent.kind is PostKind.CHECKPOINT:
        _witness_came(engine, item)
    elif item.sent.tx in engine.state.beside:  # else people have closed it meanwhile
        deal = engine.state.ledger.book[item.sent.tx]
        move(engine, item.sent.tx, judge.statement(item.reply, deal.requested.trace))


def _witness_came(engine: Engine, item: PostCame) -> None:
    state, journal = engine.state, engine.journal
    event = judge.witness(
        item.reply,
        journal.size,
        lambda size: journal.frontier_at(size).root(),
        tried=state.sign_in.draft.old_size is not None,
    )
    if not isinstance(event, NotWitnessed):
        state.witnessed = isinstance(event, Witnessed)
    move_sign_in(engine, event)


def number_used(reply: object) -> bool:
    return isinstance(reply, Unknown) and reply.why.startswith(SEQUENCE_USED)


def sequence_used(engine: Engine) -> None:
    """The bank has had our sequence number. Once may be a proxy's repetition: nothing leaves before
    the witness has spoken. Twice in a row proves an older copy of the disk, before new numbers can
    pass the bank's mark.
    """
    state = engine.state
    log.error("sequence_used: is this an older copy of the disk?")
    if not engine.has_witness:
        return
    state.witnessed = False
    state.numbers_used += 1
    if state.numbers_used >= NUMBERS_USED_MAX:
        move_sign_in(engine, RolledBack(0))
    elif state.sign_in.stage is Stage.IN:
        sign_in_due(engine)
