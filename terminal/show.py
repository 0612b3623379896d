"""The view of a state: which page, and all that it shows. Pure; total over the stages."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import astuple, dataclass

from drivers.api import Fault, Notice
from terminal import judge
from terminal.core import totals
from terminal.core.deal import Deal
from terminal.core.exchange import Doubt, Participant, Service
from terminal.core.facts import Trouble
from terminal.core.flow import Draft, Flow, Stage
from terminal.core.ledger import is_open
from terminal.core.local_time import local_date
from terminal.county import County, monthly_pension, township_name
from terminal.feed.views import (
    Alert,
    Bar,
    BatchView,
    DealView,
    Lamp,
    Page,
    PersonView,
    SideView,
    TierView,
    TodayItem,
    View,
)
from terminal.state import State

PAGE_OF: Mapping[Stage, Page] = {
    Stage.AMOUNT: Page.AMOUNT,
    Stage.PERSON: Page.PERSON,
    Stage.ASKED: Page.WAIT,
    Stage.ECHO: Page.ECHO,
    Stage.YEAR: Page.YEAR,
    Stage.TIER: Page.TIER,
    Stage.PAYER: Page.PAYER,
    Stage.MEANS: Page.MEANS,
    Stage.COUNT: Page.COUNT,
    Stage.CARD: Page.CARD,
    Stage.APPLICATION: Page.APPLICATION,
    Stage.CRYPTOGRAM: Page.CHIP,
    Stage.AGREEING: Page.CHIP,
    Stage.PIN: Page.PIN,
    Stage.LEAVING: Page.LEAVING,
    Stage.SENT: Page.WAIT,
    Stage.APPROVED: Page.APPROVED,
    Stage.SHOWN: Page.BALANCE,
    Stage.DECLINED: Page.DECLINED,
    Stage.NOT_SENT: Page.NOT_SENT,
    Stage.UNKNOWN: Page.UNKNOWN,
    Stage.CANCELLED: Page.CANCELLED,
    Stage.QUEUED: Page.QUEUED,
    Stage.STOPPED: Page.STOPPED,
}
BESIDE = {
    Stage.OUT,
    Stage.WITNESS,
    Stage.IN,
    Stage.ROLLED_BACK,
    Stage.OWED,
    Stage.PAUSED,
    Stage.STALE,
    Stage.EXCEPTED,
    Stage.RESTING,
}
CONTRIBUTIONS = (Service.CONTRIBUTION_CARD, Service.CONTRIBUTION_CASH)
assert set(PAGE_OF) == set(Stage) - BESIDE - {Stage.ENDED}


TIMER_MS = 2000  # the wait ends a little before or after its second
FAULT_ALERTS = {Fault.PAPER_OUT: "paper_out", Fault.COVER_OPEN: "cover_open"}
"""What the operator mends at once is named; other faults of a device are only told."""


@dataclass(frozen=True, slots=True)
class Frame:
    """What every view carries of the station's files. names: who serves, number to name,
    as the operators' file is now.
    """

    station: str
    terminal: str
    county: County
    names: Mapping[str, str]
    wait_s: int  # the profile's time-out of an answer


def page_of(state: State, at_ms: int) -> Page:
    if any(lack.kind == "journal_damaged" for lack in state.lacks):
        return Page.BLOCKED
    if not state.ledger.operator:
        return Page.UNLOCK if state.manager(at_ms) else Page.LOCKED
    if not state.ledger.shift_open:
        return Page.OPEN_SHIFT
    if state.lacks:
        return Page.BLOCKED
    if state.counter is None:
        return Page.SETTLEMENT if state.settlement_open else Page.HOME
    paid_in = state.counter.service is not Service.WITHDRAWAL
    if state.counter.stage is Stage.APPROVED and paid_in:
        return Page.VOUCHER
    return PAGE_OF[state.counter.stage]


def view(state: State, frame: Frame, at_ms: int) -> View:
    """The view for the screens; `at_ms` is the station's time."""
    page = page_of(state, at_ms)
    ledger, day = state.ledger, local_date(at_ms)
    locked = page in (Page.LOCKED, Page.UNLOCK)
    return View(
        serial=state.turn,
        page=page,
        at_ms=at_ms,
        bar=_bar(state, frame),
        alerts=tuple(_alerts(state)),
        lacks=state.lacks,
        deal=None if state.counter is None or locked else _deal(state, state.counter, frame),
        batch=_batch(state) if page is Page.SETTLEMENT else None,
        drawer_fen=0 if locked else ledger.drawer_fen,
        withdrawals=ledger.served(day, Service.WITHDRAWAL),
        contributions=ledger.served(day, *CONTRIBUTIONS),
        phone=frame.county.county.consult_phone,
        note=state.note,
        others=_others(state, frame) if page is Page.HOME else (),
    )


def today_item(deal: Deal, facts: tuple[str, ...]) -> TodayItem:
    wanted, answer = deal.requested, deal.answered
    return TodayItem(
        tx=deal.tx,
        at_ms=deal.at_ms,
        operator=deal.operator,
        service=wanted.service.value,
        amount_fen=wanted.amount_fen,
        card=judge.masked(wanted.pan, wanted.person),
        trace=wanted.trace,
        outcome=deal.outcome.value,
        code=answer.code if answer else "",
        cash=deal.cash.value,
        facts=facts,
        open=is_open(deal),
        trouble=deal.trouble.value if deal.trouble and deal.excepted else "",
        closed=deal.trouble_closed,
    )


def _others(state: State, frame: Frame) -> tuple[tuple[str, str], ...]:
    """Who may take the shift over."""
    return tuple(row for row in sorted(frame.names.items()) if row[0] != state.ledger.operator)


def _bar(state: State, frame: Frame) -> Bar:
    operator = state.ledger.operator
    return Bar(
        station=frame.station,
        terminal=frame.terminal,
        operator=operator,
        operator_name=frame.names.get(operator, ""),
        link=state.link,
        paper=Lamp.LOW if _paper_low(state) else _lamp(state, "printer"),
        pad=_lamp(state, "pad"),
        reader=_lamp(state, "reader"),
        reversals_open=sum(1 for _ in state.ledger.owing()),
    )


def _lamp(state: State, name: str) -> Lamp:
    health = state.health.get(name)
    if health is None or not health.present:
        return Lamp.OFF
    return Lamp.GOOD if health.fault is None else Lamp.TROUBLE


def _paper_low(state: State) -> bool:
    """The roll must be changed soon: an alert, nothing that stops business."""
    printer = state.health.get("printer")
    return printer is not None and printer.notice is Notice.PAPER_LOW


def _alerts(state: State) -> Iterator[Alert]:
    for deal in state.ledger.owing():
        yield _alert("reversal_open", deal)
    for deal in state.ledger.exceptions():
        refused = deal.trouble is Trouble.QUEUED_REFUSED
        yield _alert("queued_refused" if refused else "exception", deal)
    for deal in state.ledger.queued():
        yield _alert("queued", deal)
    for deal in state.ledger.unconfirmed():
        if state.counter is None or state.counter.deal is None or state.counter.deal.tx != deal.tx:
            yield _alert("cash_unconfirmed", deal)
    if state.sign_in.stage is Stage.ROLLED_BACK:
        yield Alert("rolled_back")
    elif state.sign_in.stage is not Stage.IN:
        yield Alert("signed_out")
    if state.ledger.settling:
        yield Alert("settling")
    if state.clock_suspect:
        yield Alert("clock")
    for name in sorted(state.health):
        health = state.health[name]
        if not health.present:
            yield Alert("device_gone", detail=name)
        elif health.fault is not None:
            yield Alert(FAULT_ALERTS.get(health.fault, "device"), detail=name)
    if _paper_low(state):
        yield Alert("paper_low")


def _alert(kind: str, deal: Deal) -> Alert:
    wanted = deal.requested
    whose = judge.masked(wanted.pan, wanted.person)
    return Alert(kind, deal.at_ms, wanted.amount_fen, whose, deal.reversal_code)


def _batch(state: State) -> BatchView:
    """The settlement that is under way or has just ended, else what one would close now."""
    ledger, last = state.ledger, state.ledger.settlement
    if last is None or (last.over and last.tx < state.settlement_since):
        ours = totals.summed(ledger.unsettled())
        return BatchView(ledger.bank_batch, SideView(*ours), slip=state.slip)
    return BatchView(
        batch=last.batch,
        ours=SideView(*last.ours),
        stage=state.settling.stage.value,
        theirs=SideView(*last.theirs) if last.theirs is not None else None,
        over=last.over,
        next_batch=ledger.batch if last.over else 0,
        differences=tuple(astuple(line) for line in last.differences),
        uploaded=len(last.uploaded),
        next_try_ms=state.next_try_ms.get(last.tx, 0),
        slip=state.slip,
    )


def _deal(state: State, flow: Flow, frame: Frame) -> DealView:
    draft, deal = flow.draft, flow.deal
    wanted = deal.requested if deal is not None else None
    answer = deal.answered if deal is not None else None
    rule = frame.county.withdrawal
    amount_fen = wanted.amount_fen if wanted and wanted.amount_fen else draft.amount_fen
    reversal = state.beside.get(deal.tx) if deal is not None else None
    pan = wanted.pan if wanted and wanted.pan else draft.card.pan if draft.card else None
    return DealView(
        service=flow.service.value,
        amount_fen=amount_fen,
        fee_fen=wanted.fee_fen if wanted else draft.fee_fen,
        card=pan.masked if pan is not None else "",
        trace=wanted.trace if wanted else 0,
        notes=judge.banknotes(amount_fen) if flow.service is Service.WITHDRAWAL else (),
        min_fen=rule.min_fen,
        max_fen=rule.max_fen,
        step_fen=rule.step_fen,
        tries=draft.tries,
        apps=draft.apps if flow.stage is Stage.APPLICATION else (),
        reason=draft.reason,
        code=answer.code if answer else "",
        code_text=answer.text if answer else "",
        rrn=answer.rrn if answer else "",
        since_ms=state.in_flight_since_ms,
        wait_s=frame.wait_s,
        waited_s=_waited_s(deal, frame) if deal else 0,
        reversal_tries=deal.reversals_sent if deal else 0,
        reversal_next_ms=state.next_try_ms.get(deal.tx, 0) if deal and reversal else 0,
        reversal_code=deal.reversal_code if deal else "",
        reversed=deal.reversed if deal else False,
        person=_person(draft.participant, frame) if draft.participant else None,
        years=draft.participant.years_open if draft.participant else (),
        tiers=_tiers(draft, frame) if flow.stage is Stage.TIER else (),
        year=draft.year or (wanted.year if wanted else 0),
        tier_fen=draft.tier_fen or (wanted.tier_fen if wanted else 0),
        payer=draft.payer.value,
        in_cash=flow.service is Service.CONTRIBUTION_CASH,
        receipt_number=answer.receipt_number if answer else "",
        paid_already=draft.paid_already or (answer.paid_already if answer else ""),
        balance_fen=draft.balance_fen if flow.stage is Stage.SHOWN else None,
        slip=state.slip,
    )


def _waited_s(deal: Deal, frame: Frame) -> int:
    """The whole wait, where it was waited to its end; after a power cut nobody knows."""
    silent_ms = deal.answered_at_ms - deal.at_ms if deal.doubt is Doubt.NO_ANSWER else 0
    return frame.wait_s if abs(silent_ms - frame.wait_s * 1000) <= TIMER_MS else 0


def _person(participant: Participant, frame: Frame) -> PersonView:
    return PersonView(
        number=participant.id_number.masked,
        name=participant.name.reveal(),  # the villager confirms it; it stands in no file
        status=participant.status,
        township=township_name(frame.county, participant.township),
        paid=participant.paid,
        account_fen=participant.account_fen,
        subsidy_fen=participant.subsidy_fen,
    )


def _tiers(draft: Draft, frame: Frame) -> tuple[TierView, ...]:
    assert draft.participant is not None
    account_fen = draft.participant.account_fen
    return tuple(
        TierView(fen, left, monthly_pension(frame.county, account_fen=account_fen + left))
        for fen, left in judge.tiers(draft)
    )
