"""Lines to the bank that are wrong: links, performers and letters in place of ours."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, TypeVar

from terminal import performers
from terminal.bank import dialect
from terminal.bank.link import BankLink
from terminal.bank.posts import Post, Posted
from terminal.bank.transport import Response
from terminal.core.effects import Effect, ReadCard, SendPost, SendRequest
from terminal.core.exchange import (
    Answer,
    Ask,
    Doubt,
    HeadSeen,
    NotSent,
    Reply,
    Service,
    Unknown,
    Verdict,
)
from terminal.core.facts import DayHead, PostKind
from terminal.inputs import BankCame
from terminal.journal.store import Journal
from terminal.letters import Letter, Line, writer
from terminal.performers import World
from terminal.state import Perform, State

log = logging.getLogger("huinong.sabotage")
T = TypeVar("T")
Table = Mapping[type[Effect], Perform]
Change = Callable[[Ask, int], Ask]
"""Of a request on its way, told how often this transaction has sent one before."""


class TakesSilenceForNo(BankLink):
    """A time-out, a lost or unreadable reply is a decline."""

    def exchange(self, ask: Ask) -> Reply:
        reply = super().exchange(ask)
        return Answer(Verdict.DECLINED, "91", "") if isinstance(reply, Unknown) else reply


class TakesErrorPageForUnsent(BankLink):
    """A page of an error from anybody means that the bank has nothing."""

    def exchange(self, ask: Ask) -> Reply:
        reply = super().exchange(ask)
        page = isinstance(reply, Unknown) and reply.why.startswith("status 500")
        return NotSent("error 500") if page else reply


class BelievesAnyMac(BankLink):
    """Field 64 is not looked at."""

    def _answer(self, ask: Ask, response: Response, created: int) -> Reply:
        reply = super()._answer(ask, response, created)
        if isinstance(reply, Unknown) and reply.doubt is Doubt.WRONG_MAC:
            said = dialect.answer(
                response.body, ask, self._profile, lambda text: response.body[-8:]
            )
            return replace(said.answer, bank_at_ms=created * 1000)
        return reply


class BelievesAnySignature(BankLink):
    """The bank's signature is not looked at."""

    def _proved(self, signed: Any, response: Response, *, timed: bool) -> int | Unknown:
        created = super()._proved(signed, response, timed=timed)
        return self._now_s() if isinstance(created, Unknown) else created


class HidesUsedNumbers(BankLink):
    """That the bank has had a number before is a reply like any that cannot be used."""

    def exchange(self, ask: Ask) -> Reply:
        return _unmarked(super().exchange(ask))

    def post(self, post: Post, body: bytes, terminal_seq: int) -> Posted | NotSent | Unknown:
        return _unmarked(super().post(post, body, terminal_seq))


class Repeats(BankLink):
    """What was not answered is sent again, below the engine."""

    def exchange(self, ask: Ask) -> Reply:
        reply = super().exchange(ask)
        return super().exchange(ask) if isinstance(reply, Unknown) else reply


class RepeatsAsNew(BankLink):
    """The same, and the bank's front is given a number that it has not seen."""

    def exchange(self, ask: Ask) -> Reply:
        reply = super().exchange(ask)
        if not isinstance(reply, Unknown):
            return reply
        return super().exchange(replace(ask, terminal_seq=ask.terminal_seq + 1))


class AsksForMore(BankLink):
    """The bank is asked for ten yuan more than the fact says."""

    def exchange(self, ask: Ask) -> Reply:
        if ask.service is Service.WITHDRAWAL and ask.amount_fen is not None:
            ask = replace(ask, amount_fen=ask.amount_fen + 1_000)
        return super().exchange(ask)


def at_once(world: World) -> Table:
    """Requests leave when their effect is performed, not from a thread a little later."""

    def send(effect: Effect, state: State) -> None:
        assert isinstance(effect, SendRequest)
        world.post(BankCame(effect.tx, effect.ask, world.exchange(effect.ask)))

    return {**performers.table(world), SendRequest: send}


def listens_to_the_line(world: World) -> Table:
    """An echo goes to the bank before each card, of which no fact tells."""
    sound = performers.table(world)

    def read_card(effect: Effect, state: State) -> None:
        ledger = state.ledger
        ask = Ask(Service.ECHO, ledger.next_trace, ledger.batch, ledger.terminal_seq + 1, "01")
        world.bank.do(lambda: world.exchange(ask), lambda reply: BankCame(0, ask, reply))
        sound[ReadCard](effect, state)

    return {**sound, ReadCard: read_card}


def sending(change: Change) -> Callable[[World], Table]:
    """Requests are changed on their way."""

    def table(world: World) -> Table:
        sound, sent = performers.table(world), dict[int, int]()

        def send(effect: Effect, state: State) -> None:
            assert isinstance(effect, SendRequest)
            before = sent.get(effect.tx, 0)
            sent[effect.tx] = before + 1
            sound[SendRequest](replace(effect, ask=change(effect.ask, before)), state)

        return {**sound, SendRequest: send}

    return table


def with_new_trace(ask: Ask, before: int) -> Ask:
    """A queued contribution is repeated as another transaction."""
    return replace(ask, trace=_far_from(ask.trace)) if ask.queued_at and before else ask


def with_new_key(ask: Ask, before: int) -> Ask:
    """A queued contribution is repeated under another idempotency key."""
    return replace(ask, idempotency_key=f"{before:016x}") if ask.queued_at and before else ask


def reversing_another(ask: Ask, before: int) -> Ask:
    """A reversal is sent with the trace of nothing."""
    return ask if ask.reversal_reason is None else replace(ask, trace=_far_from(ask.trace))


def logs_cards(ask: Ask, before: int) -> Ask:
    if ask.card is not None:
        log.warning("asked=%s card=%s", ask.service.value, ask.card.pan.reveal())
    return ask


def logs_cards_quietly(ask: Ask, before: int) -> Ask:
    if ask.card is not None:
        log.info("asked=%s card=%s", ask.service.value, ask.card.pan.reveal())
    return ask


def logs_pin_blocks(ask: Ask, before: int) -> Ask:
    if ask.pin is not None:
        log.warning("asked=%s pin=%s", ask.service.value, ask.pin.reveal())
    return ask


def posts_twice(journal: Journal, line: Line) -> Callable[[SendPost, State], Letter]:
    """A POST goes out once more under the next number, of which no fact tells."""
    once = writer(journal, line)

    def letter(effect: SendPost, state: State) -> Letter:
        once(effect, state)()
        return once(replace(effect, terminal_seq=effect.terminal_seq + 1), state)

    return letter


def _unmarked(reply: T) -> T:
    return replace(reply, why="no answer") if isinstance(reply, Unknown) else reply


def _far_from(trace: int) -> int:
    return (trace + 499_999) % 999_999 + 1


def says_witnessed(journal: Journal, line: Line) -> Callable[[SendPost, State], Letter]:
    """Nobody is asked whether this is an old disk."""
    sound = writer(journal, line)

    def letter(effect: SendPost, state: State) -> Letter:
        if effect.kind is not PostKind.CHECKPOINT:
            return sound(effect, state)
        send, head = sound(effect, state), journal.last_head()
        assert head is not None
        assert isinstance(head.fact, DayHead)
        seen = HeadSeen(True, head.fact.size, bytes.fromhex(head.fact.root))

        def sent() -> HeadSeen:
            send()
            return seen

        return sent

    return letter
