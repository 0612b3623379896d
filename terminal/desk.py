"""The operator's side of the engine: sign-on, shift, beginning a service, reprints, questions.

A command that answers an older view is dropped: a key pressed twice does nothing (`design.md` 1).
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import TYPE_CHECKING

from terminal import beside, clearing, gate, preflight, queueing, settling, shift, show
from terminal.commands import COUNTER_ACTS
from terminal.core import contribution, facts, inquiry, withdrawal
from terminal.core.deal import Deal, Outcome
from terminal.core.effects import PrintSlip
from terminal.core.exchange import MOVES_MONEY, Service
from terminal.core.facts import SlipKind
from terminal.core.flow import Flow, Stage
from terminal.core.ledger import is_open
from terminal.core.local_time import local_date
from terminal.core.words import reading
from terminal.feed.views import Act, Challenge, Command, Question, Reprint, Today, TodayItem
from terminal.i18n import Translate, texts
from terminal.inputs import ScreenAsked
from terminal.journal import plain

if TYPE_CHECKING:
    from terminal.engine import Engine

log = logging.getLogger("huinong.desk")

STARTS: Mapping[Act, Flow] = {
    Act.WITHDRAWAL: withdrawal.START,
    Act.CONTRIBUTION: contribution.START,
    Act.BALANCE: inquiry.START,
}
REPRINTS: Mapping[Outcome, Mapping[Service, SlipKind]] = {
    Outcome.APPROVED: {
        Service.WITHDRAWAL: SlipKind.CUSTOMER_COPY,
        Service.CONTRIBUTION_CARD: SlipKind.VOUCHER,
        Service.CONTRIBUTION_CASH: SlipKind.VOUCHER,
    },
    Outcome.DECLINED: dict.fromkeys(MOVES_MONEY | {Service.BALANCE}, SlipKind.DECLINED),
    Outcome.UNKNOWN: dict.fromkeys(MOVES_MONEY, SlipKind.UNKNOWN),
    Outcome.CANCELLING: dict.fromkeys(MOVES_MONEY, SlipKind.UNKNOWN),
    Outcome.EXCEPTION: dict.fromkeys(MOVES_MONEY, SlipKind.EXCEPTION),
    Outcome.QUEUED: dict.fromkeys(MOVES_MONEY, SlipKind.PROVISIONAL),
    Outcome.REVERSED: dict.fromkeys(MOVES_MONEY, SlipKind.REVERSAL),
}


def said(engine: Engine, command: Command | Reprint) -> None:
    """One key of the operator."""
    state = engine.state
    if command.view != state.turn:
        log.info("stale view=%d turn=%d", command.view, state.turn)
        return
    if isinstance(command, Reprint):
        reprint(engine, command.tx)
        return
    state.note = ""
    if not state.ledger.operator:
        gate.said(engine, command)
        return
    if not state.ledger.shift_open:
        _before_the_shift(engine, command)
        return
    match command.act:
        case Act.LOCK if state.counter is None:
            lock(engine)
        case Act.TRY_NOW:
            beside.try_all(engine)
        case Act.DONE | Act.CANCEL if state.lacks:
            state.lacks = ()
            state.turn += 1
        case act if state.settlement_open:
            _at_the_settlement(engine, act)
        case Act.SETTLEMENT if state.counter is None:
            settling.opened(engine)
        case Act.CASH_RETURNED if state.counter is None:
            clearing.cash_returned(engine, command.value)
        case Act.CLOSE_EXCEPTION if state.counter is None:
            clearing.by_reference(engine, command.value)
        case Act.CLOSE_SHIFT | Act.HAND_OVER if state.counter is None:
            shift.ended(engine, command)
        case Act.CASH_MOVED if state.counter is None:
            shift.cash_moved(engine, command.value)
        case act if act in STARTS:
            _begin(engine, act)
        case act if act in COUNTER_ACTS and state.counter is not None:
            meaning = COUNTER_ACTS[act]
            engine.move_counter(meaning(command.value, state, engine.frame.county))


def _at_the_settlement(engine: Engine, act: Act) -> None:
    match act:
        case Act.DONE | Act.CANCEL:
            engine.state.settlement_open = False
            engine.state.turn += 1
        case Act.SETTLE:
            settling.wanted(engine)
        case Act.PRINT_AGAIN:
            settling.printed_again(engine)


def lock(engine: Engine) -> None:
    """Back to the sign-on page; what is open stays open."""
    engine.try_fact(facts.OperatorSignedOut(engine.state.ledger.operator))
    engine.state.ledger.operator = ""  # on a full disk too
    engine.state.note, engine.state.settlement_open = "", False
    engine.state.turn += 1


def lock_idle(engine: Engine) -> None:
    """Nobody has touched a key for long: a question that nobody answers is ended, nothing was sent;
    an outcome stays for who signs on.
    """
    counter = engine.state.counter
    if counter is not None and counter.stage in beside.QUESTIONS:
        engine.state.counter = None
    lock(engine)


def reprint(engine: Engine, tx: int) -> None:
    """A further copy of a slip of today, from the list."""
    state = engine.state
    deal = state.ledger.book.get(tx)
    if deal is None or not state.ledger.operator or state.counter is not None:
        return
    kind = REPRINTS.get(deal.outcome, {}).get(deal.requested.service)
    if deal.excepted:
        kind = SlipKind.EXCEPTION
    if kind is not None:
        state.turn += 1
        engine.do(PrintSlip(tx, kind))


def asked(engine: Engine, item: ScreenAsked) -> None:
    """A question changes nothing. An unknown one, or today's list while locked, is left alone; over
    a damaged journal nobody can sign on any more, and the masked list stays readable.
    """
    question = item.question
    readable = engine.state.ledger.operator or engine.journal.damage is not None
    if question.about == "challenge":
        item.reply(_challenge(engine, question))
    elif question.about == "today" and readable:
        item.reply(Today(question.number, tuple(_today(engine, texts(question.language)))))


def _challenge(engine: Engine, question: Question) -> Challenge:
    salt, nonce, (memory_kib, passes, lanes) = engine.people.challenge(question.value)
    return Challenge(question.number, question.value, salt, nonce, memory_kib, passes, lanes)


def _today(engine: Engine, _: Translate) -> list[TodayItem]:
    """Newest first; what is open from the days before is still there to be closed."""
    today = local_date(engine.station_ms())
    book = engine.state.ledger.book.values()
    deals = [deal for deal in book if local_date(deal.at_ms) == today or is_open(deal)]
    return [show.today_item(deal, _story(engine, deal, _)) for deal in reversed(deals)]


def _story(engine: Engine, deal: Deal, _: Translate) -> tuple[str, ...]:
    told = engine.journal.sealed_at(engine.state.ledger.lines[deal.tx])
    return tuple(f"{plain.when(values)[11:]}  {plain.tell(values, _)}" for values in told)


def _before_the_shift(engine: Engine, command: Command) -> None:
    """The opening cash, counted and keyed."""
    if command.act is Act.LOCK or command.act is Act.CANCEL:
        lock(engine)
    elif command.act is Act.OPEN_SHIFT:
        shift.opened(engine, command.value)


def _begin(engine: Engine, act: Act) -> None:
    """Preflight, then the service's first question; owed reversals get an occasion first."""
    state = engine.state
    if state.counter is not None or state.lacks:
        return
    flow = STARTS[act]
    smallest_fen = engine.frame.county.withdrawal.min_fen
    state.turn += 1
    if gate.refuses(engine, act):
        return
    if state.sign_in.stage is Stage.IN and beside.new_day(engine):
        beside.sign_in_due(engine)
    beside.occasion(engine)
    kept = flow.service is Service.CONTRIBUTION_QUERY and queueing.is_due(
        state, engine.frame.county
    )
    state.lacks = preflight.lacks(
        flow.service,
        state,
        smallest_fen=smallest_fen,
        kept=kept,
        room=engine.journal.has_room() and beside.keys_ready(engine),
    )
    if state.lacks:
        return
    state.counter, state.slip = flow, ""
    if flow.stage is Stage.CARD:
        engine.do(reading(flow, engine.moment()))
