"""Engines that are wrong: they speak, serve, count or remember otherwise than ours."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from terminal import beside, show
from terminal.core import withdrawal
from terminal.core.effects import Effect, PrintSlip, Record, SendRequest
from terminal.core.events import Moment, PowerRestored, RolledBack
from terminal.core.exchange import Answer, Ask, Service, Verdict
from terminal.core.facts import CashTaken, Requested, Reversed, SlipKind
from terminal.core.flow import Stage
from terminal.core.resume import resume
from terminal.core.words import requested, send
from terminal.engine import Engine
from terminal.feed.views import Page, View
from terminal.inputs import BankCame, Input, ScreenSaid


class TellsFirst(Engine):
    """请付现金 before the answer is written."""

    def handle(self, item: Input) -> None:
        if approves_cash(item):
            shown = show.view(self.state, self.frame, self.station_ms())
            self._publish(replace(shown, page=Page.APPROVED))
        super().handle(item)


class PrintsFirst(Engine):
    """持卡人联 before the answer is written."""

    def handle(self, item: Input) -> None:
        if isinstance(item, BankCame) and approves_cash(item):
            self.do(PrintSlip(item.tx, SlipKind.CUSTOMER_COPY))
        super().handle(item)


class SendsFirst(Engine):
    """A request leaves, then its fact is written."""

    def record(self, effects: Sequence[Effect]) -> None:
        for effect in effects:
            if isinstance(effect, SendRequest):
                self.do(effect)
        super().record(effects)

    def perform(self, effects: Sequence[Effect]) -> None:
        super().perform([effect for effect in effects if not isinstance(effect, SendRequest)])


class ReusesTraces(Engine):
    """The number after the last one is the last one."""

    def moment(self) -> Moment:
        return replace(super().moment(), trace=max(self.state.ledger.trace, 1))


class ServesInDoubt(Engine):
    """An owed reversal keeps nobody from drawing cash."""

    def handle(self, item: Input) -> None:
        super().handle(item)
        if [lack.kind for lack in self.state.lacks] == ["reversal_open"]:
            self.state.lacks, self.state.counter = (), withdrawal.START
            self.state.turn += 1
            self._show()


class HearsOldKeys(Engine):
    """A key counts whatever its screen has shown."""

    def handle(self, item: Input) -> None:
        if isinstance(item, ScreenSaid):
            item = ScreenSaid(replace(item.command, view=self.state.turn))
        super().handle(item)


class BelievesLateReplies(Engine):
    """A reply counts when it comes, whatever has been sent since."""

    def handle(self, item: Input) -> None:
        if isinstance(item, BankCame) and item.tx in self.state.awaited:
            self.state.awaited[item.tx] = item.ask.terminal_seq
        super().handle(item)


class HidesDoubt(Engine):
    """The home page is kept tidy: nothing on it of what is still open."""

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        publish = self._publish
        self._publish = lambda view: publish(replace(view, alerts=()))


class TakesTwice(Engine):
    """Cash that comes into the drawer is written down twice."""

    def record(self, effects: Sequence[Effect]) -> None:
        super().record(effects)
        for effect in effects:
            if isinstance(effect, Record) and isinstance(effect.recorded.fact, CashTaken):
                self.fact(effect.recorded.fact, effect.recorded.tx)


class CountsUndone(Engine):
    """A reversal leaves the totals of its batch as they are."""

    def record(self, effects: Sequence[Effect]) -> None:
        before = dict(self.state.ledger.totals)
        super().record(effects)
        if any(isinstance(e, Record) and isinstance(e.recorded.fact, Reversed) for e in effects):
            self.state.ledger.totals = before


class ForgetsDebts(Engine):
    """A restart forgets the reversals that are owed."""

    def start(self, *given: Any) -> None:
        super().start(*given)
        self.state.beside.clear()


class ForgetsRequests(Engine):
    """A restart forgets what was on its way to the bank."""

    def _resume(self) -> None:
        beside.resume(self)
        for deal in self.state.ledger.unconfirmed():
            self.state.counter = resume(deal)
            self.move_counter(PowerRestored())


class IgnoresWitness(Engine):
    """Whatever the bank says of the facts and the numbers it has seen, the station goes on."""

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        stays = {(stage, RolledBack): (stage, ()) for stage in (Stage.SENT, Stage.OUT, Stage.IN)}
        goes_on = {(Stage.WITNESS, RolledBack): (Stage.SENT, (requested, send))}
        self.sign_in_table = {**self.sign_in_table, **stays, **goes_on}

    def handle(self, item: Input) -> None:
        super().handle(item)
        self.state.witnessed = True


class KeepsHeads(Engine):
    """No head goes to the bank: it is never asked which facts it has seen."""

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **{**named, "witness": False})


class ForgetsPaperAtStart(Engine):
    """After a restart no slip is thought to be out that no fact knows of."""

    def start(self, *given: Any) -> None:
        super().start(*given)
        self.state.maybe_printed = frozenset()


class ForgetsPaperInPrint(Engine):
    """A slip counts as printed when the printer says so, not when it is given one."""

    def do(self, effect: Effect) -> None:
        super().do(effect)
        if isinstance(effect, PrintSlip):
            self.state.in_print.clear()


class ShowsDeclined(Engine):
    """A reply that never came is shown as 交易未成功."""

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        publish = self._publish
        self._publish = lambda view: publish(_declined(view))


class ShowsCards(Engine):
    """The whole card number goes to the screens."""

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        publish = self._publish
        self._publish = lambda view: publish(replace(view, note=self._card()))

    def _card(self) -> str:
        counter = self.state.counter
        card = counter.draft.card if counter is not None else None
        return card.pan.reveal() if card is not None else ""


class WritesCards(Engine):
    """The whole card number is written beside its sealed one."""

    def record(self, effects: Sequence[Effect]) -> None:
        super().record([_with_card(effect) for effect in effects])


def approves_cash(item: Input) -> bool:
    match item:
        case BankCame(
            ask=Ask(service=Service.WITHDRAWAL, reversal_reason=None),
            reply=Answer(verdict=Verdict.APPROVED),
        ):
            return True
    return False


def _declined(view: View) -> View:
    return replace(view, page=Page.DECLINED) if view.page is Page.UNKNOWN else view


def _with_card(effect: Effect) -> Effect:
    if not isinstance(effect, Record) or not isinstance(effect.recorded.fact, Requested):
        return effect
    fact = effect.recorded.fact
    clear = fact.pan.reveal() if fact.pan is not None else ""
    return Record(replace(effect.recorded, fact=replace(fact, township=clear)))
