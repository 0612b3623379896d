"""What each key of the operator means to the service at the counter: one row an act. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from terminal import judge, preflight, queueing
from terminal.core.events import (
    Acknowledged,
    Cancel,
    CashConfirmed,
    CashRefused,
    Confirmed,
    Event,
    InputRefused,
    PersonKept,
    PersonKeyed,
    SlipAsked,
)
from terminal.core.facts import WhyNoCash
from terminal.county import County
from terminal.feed.views import Act
from terminal.state import State

Meaning = Callable[[str, State, County], Event]


def _amount(value: str, state: State, county: County) -> Event:
    return judge.amount(value, county, state.ledger.drawer_fen)


def _year(value: str, state: State, county: County) -> Event:
    assert state.counter is not None
    if state.counter.draft.participant is None:
        return InputRefused("year_rule")
    return judge.year(value, state.counter.draft.participant)


def _tier(value: str, state: State, county: County) -> Event:
    assert state.counter is not None
    if state.counter.draft.participant is None:
        return InputRefused("tier_rule")
    draft = state.counter.draft
    assert draft.number is not None
    return judge.tier(value, draft, county, state.paid_before(draft.number, draft.year))


def _application(value: str, state: State, county: County) -> Event:
    assert state.counter is not None
    return judge.application(value, state.counter.draft)


def _means(value: str, state: State, county: County) -> Event:
    """Reader and pad are needed only here, when a contribution is to be paid by card."""
    if value != "cash" and preflight.missing(("reader", "pad"), state):
        return InputRefused("device_gone")
    assert state.counter is not None
    return judge.means(value, state.counter.draft)


def _person(value: str, state: State, county: County) -> Event:
    """Without the bank there is no echo: where the county allows it, the contribution is kept."""
    keyed = judge.person(value)
    if isinstance(keyed, PersonKeyed) and queueing.is_due(state, county):
        return PersonKept(queueing.participant(keyed.number, county, state.ledger.last_at_ms))
    return keyed


def _counted(value: str, state: State, county: County) -> Event:
    assert state.counter is not None
    return queueing.counted(state.counter.draft, state, county)


def _no_cash(value: str, state: State, county: County) -> Event:
    known = {why.value for why in WhyNoCash}
    return CashRefused(WhyNoCash(value) if value in known else WhyNoCash.OTHER)


def _fixed(event: Event) -> Meaning:
    return lambda value, state, county: event


COUNTER_ACTS: Mapping[Act, Meaning] = {
    Act.AMOUNT: _amount,
    Act.PERSON: _person,
    Act.APPLICATION: _application,
    Act.CONFIRM: _fixed(Confirmed()),
    Act.YEAR: _year,
    Act.TIER: _tier,
    Act.PAYER: lambda value, state, county: judge.payer(value),
    Act.MEANS: _means,
    Act.COUNTED: _counted,
    Act.CASH_HANDED: _fixed(CashConfirmed()),
    Act.CASH_NOT_HANDED: _no_cash,
    Act.PRINT_AGAIN: _fixed(SlipAsked()),
    Act.CANCEL: _fixed(Cancel()),
    Act.DONE: _fixed(Acknowledged()),
}
