"""批结算 beside the counter: when a batch is closed with the bank, and what its answers move.

Functions on the engine, on its one thread. A settlement begins when nothing goes before it:
reversals, contributions that are sent and unanswered, whoever stands at the counter. From its start
to its end no new money moves (`bank-wire.md` section 10).
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import TYPE_CHECKING

from protocol.values import next_number
from terminal import beside, gate, preflight
from terminal.core import settlement
from terminal.core.effects import PrintReport
from terminal.core.events import Event, Occasion, PauseOver, SettlementDue
from terminal.core.exchange import Balance
from terminal.core.facts import SlipKind
from terminal.core.flow import OutOfTurn, Stage
from terminal.core.reversal import BACKOFF_MS
from terminal.core.settlement import Work
from terminal.feed.views import Act, Lack
from terminal.inputs import BankCame, PostCame
from terminal.journal.store import JournalFull

if TYPE_CHECKING:
    from terminal.engine import Engine

log = logging.getLogger("huinong.settling")

NEEDS = ("clock", "link", "reversal", "forwarding")
DUE: Mapping[Stage, Event] = {
    Stage.OWED: Occasion(),
    Stage.PAUSED: PauseOver(),
    Stage.STALE: PauseOver(),
}


def look(engine: Engine) -> None:
    """Begin what is due by itself, as soon as nothing goes before it."""
    state = engine.state
    if state.settling.stage is not Stage.ENDED or state.counter is not None:
        return
    if state.ledger.settlement_due(engine.patience.batch_count_max) and not _before(engine):
        move(engine, SettlementDue(state.ledger.bank_batch))


def opened(engine: Engine) -> None:
    """The operator looks at the batch."""
    engine.state.turn += 1
    if not gate.refuses(engine, Act.SETTLEMENT):
        engine.state.settlement_open, engine.state.slip = True, ""
        engine.state.settlement_since = engine.state.ledger.facts


def wanted(engine: Engine) -> None:
    """The operator closes the batch, or brings on what stands still."""
    state = engine.state
    state.turn += 1
    if gate.refuses(engine, Act.SETTLE):
        return
    state.lacks = _before(engine)
    if state.lacks:
        return
    if state.ledger.settling:
        move(engine, DUE.get(state.settling.stage, Occasion()))
    else:
        move(engine, SettlementDue(state.ledger.bank_batch))


def printed_again(engine: Engine) -> None:
    last = engine.state.ledger.settlement
    if last is not None and last.over:
        engine.state.turn += 1
        engine.do(PrintReport(SlipKind.SETTLEMENT, last.tx))


def signed_in(engine: Engine) -> None:
    """The bank's open batch tells what became of a message whose answer never came."""
    ledger = engine.state.ledger
    if not ledger.settling or engine.state.sign_in.stage is not Stage.IN:
        return
    assert ledger.settlement is not None
    heard = ledger.settlement.balance is Balance.BALANCED  # only chip details are left
    if ledger.bank_batch == next_number(ledger.settlement.batch) and not heard:
        move(engine, settlement.moved_on(_work(engine)))
    elif ledger.bank_batch != ledger.settlement.batch and not heard:
        move(engine, SettlementDue(ledger.bank_batch))
    else:
        move(engine, DUE.get(engine.state.settling.stage, Occasion()))


def timer_came(engine: Engine, tx: int) -> bool:
    """Whether this timer is the settlement's; then it goes on."""
    state = engine.state
    if state.ledger.settlement is None or tx != state.ledger.settlement.tx:
        return False
    engine.forget_timer(tx)
    if state.settling.stage in DUE:
        move(engine, DUE[state.settling.stage])
    return True


def bank_came(engine: Engine, item: BankCame) -> None:
    move(engine, settlement.hear(item.reply, item.ask, _work(engine)))


def post_came(engine: Engine, item: PostCame) -> bool:
    """Whether this is the statement that the settlement has asked for."""
    ledger = engine.state.ledger
    if ledger.settlement is None or item.sent.tx != ledger.settlement.tx:
        return False
    move(engine, settlement.hear_statement(item.reply, _work(engine)))
    return True


def move(engine: Engine, event: Event) -> None:
    state = engine.state
    try:
        after, effects = settlement.step(_work(engine), event, engine.moment())
    except OutOfTurn as why:
        log.warning("out_of_turn=%s", why)
        return
    was_settling = state.ledger.settling
    try:
        engine.record(effects)
    except JournalFull as why:  # asked again later: every message of these may be repeated
        log.error("not_recorded=%s", why)
        state.settling = settlement.resume(state.ledger.settlement)
        if state.ledger.settlement is not None:
            engine.wait(state.ledger.settlement.tx, BACKOFF_MS[-1])
        return
    state.settling = after
    state.turn += 1
    over = was_settling and not state.ledger.settling
    if over:
        engine.write_head()  # its slip prints the day's head
    engine.perform(effects)
    if over:
        beside.sign_in_due(engine)  # the bank keeps the head, and names the new batch


def _work(engine: Engine) -> Work:
    state = engine.state
    booked = tuple(state.ledger.unsettled())
    return Work(
        state.settling, state.ledger.settlement, booked, engine.has_witness, engine.patience
    )


def _before(engine: Engine) -> tuple[Lack, ...]:
    """What must be done first."""
    return preflight.missing(NEEDS, engine.state)
