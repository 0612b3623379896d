"""Effect type -> function: the one table between the core and the world.

Every performer returns at once; what comes of it arrives later in the engine's queue. The bank
line has one thread and one request at a time; each device has its own (`drivers.attachment`).
"""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol, TypeVar

from drivers.api import (
    DeviceFault,
    Fault,
    Line,
    PinPad,
    Printed,
    ReceiptPrinter,
    Unconfirmed,
)
from drivers.attachment import DriverFailed
from terminal.card_place import Attached, CardPlace
from terminal.core.deal import Deal
from terminal.core.effects import (
    AskPin,
    Effect,
    EndChip,
    GoOnWithChip,
    LetCardGo,
    LoadPinKey,
    PrintReport,
    PrintSlip,
    ReadCard,
    SendPost,
    SendRequest,
    StopPad,
    StopReader,
)
from terminal.core.exchange import Ask, Doubt, PostReply, Reply, Unknown, WorkingKeys
from terminal.core.facts import SlipKind
from terminal.inputs import BankCame, Input, PinCame, PostCame, SlipCame
from terminal.state import Perform, State

log = logging.getLogger("huinong.performers")

PIN_WAIT_S = 60  # `pinpad-uic.md` section 4, timeout 2

C = TypeVar("C", covariant=True)
T = TypeVar("T")


Post = Callable[[Input], None]
Compose = Callable[[SlipKind, Deal, int, int | None], tuple[Line, ...]]
Report = Callable[[SlipKind, State, int], tuple[Line, ...]]


class BankSide(Protocol):
    """The one line to the bank (`BankLine`; the simulation has its own)."""

    def do(self, ask: Callable[[], T], end: Callable[[T | Unknown], Input]) -> None: ...


class PinKey:
    """The PIK of the day as it came, still encrypted: a pad that comes back gets it again."""

    def __init__(self) -> None:
        self._keys: WorkingKeys | None = None

    def remember(self, keys: WorkingKeys) -> None:
        self._keys = keys

    def give(self, pad: PinPad) -> None:
        if self._keys is not None:
            pad.load_pin_key(self._keys.pin_key, self._keys.pin_kcv)


class BankLine:
    """One thread, one request at a time, in the order of asking."""

    def __init__(self, post: Post) -> None:
        self._post = post
        self._jobs: queue.SimpleQueue[Callable[[], Input] | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="bank", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def do(self, ask: Callable[[], T], end: Callable[[T | Unknown], Input]) -> None:
        """Ask, and post what `end` makes of the reply. Returns at once."""
        self._jobs.put(lambda: end(_answered(ask)))

    def stop(self) -> None:
        """Ends after the request under way; its answer would find no reader."""
        self._jobs.put(None)

    def _run(self) -> None:
        while (job := self._jobs.get()) is not None:
            self._post(job())


def _answered(ask: Callable[[], T]) -> T | Unknown:
    """Whatever happens in the link, the engine gets an end: our fault is in doubt (I8)."""
    try:
        return ask()
    except Exception as why:  # noqa: BLE001 - a dead line: the engine would wait for ever
        log.error("link_fault=%s", type(why).__name__)
        return Unknown(Doubt.OUR_FAULT, type(why).__name__)


@dataclass(frozen=True, slots=True)
class World:
    """What the performers act on. exchange asks the bank; letter makes a signed POST from what the
    engine's thread may read, to be sent from the line's.
    """

    post: Post
    cards: CardPlace
    pad: Attached[PinPad]
    printer: Attached[ReceiptPrinter]
    bank: BankSide
    exchange: Callable[[Ask], Reply]
    letter: Callable[[SendPost, State], Callable[[], PostReply]]
    pin_key: PinKey
    compose: Compose
    report: Report


def table(world: World) -> Mapping[type[Effect], Perform]:
    """One row an effect."""

    def send(effect: Effect, state: State) -> None:
        assert isinstance(effect, SendRequest)
        tx, ask = effect.tx, effect.ask
        world.bank.do(lambda: world.exchange(ask), lambda reply: BankCame(tx, ask, reply))

    def send_post(effect: Effect, state: State) -> None:
        assert isinstance(effect, SendPost)
        world.bank.do(world.letter(effect, state), lambda reply: PostCame(effect, reply))

    def read_card(effect: Effect, state: State) -> None:
        assert isinstance(effect, ReadCard)
        world.cards.read(effect)

    def go_on_with_chip(effect: Effect, state: State) -> None:
        assert isinstance(effect, GoOnWithChip | EndChip)
        world.cards.go_on(effect)

    def ask_pin(effect: Effect, state: State) -> None:
        assert isinstance(effect, AskPin)
        pan, amount_fen = effect.pan, effect.amount_fen
        world.pad.do(
            lambda pad: pad.enter_pin(pan, amount_fen=amount_fen, wait_s=PIN_WAIT_S),
            lambda result: world.post(PinCame(result)),
        )

    def print_slip(effect: Effect, state: State) -> None:
        assert isinstance(effect, PrintSlip)
        deal, kind = state.deal_of(effect.tx), effect.slip
        copy = state.copy_in_print(effect.tx, kind)
        on_paper(effect, copy, lambda: world.compose(kind, deal, copy, effect.balance_fen))

    def print_report(effect: Effect, state: State) -> None:
        assert isinstance(effect, PrintReport)
        copy = state.report_in_print(effect.tx, effect.slip)
        on_paper(effect, copy, lambda: world.report(effect.slip, state, copy))

    def on_paper(
        effect: PrintSlip | PrintReport, copy: int, compose: Callable[[], tuple[Line, ...]]
    ) -> None:
        def done(result: Printed | Unconfirmed | DeviceFault) -> None:
            if isinstance(result, DriverFailed):  # in the middle of a slip, for all we know (I6)
                result = Unconfirmed(result.fault)
            world.post(SlipCame(effect.tx, effect.slip, copy, result))

        try:
            lines = compose()
        except Exception as why:  # noqa: BLE001 - no paper is worth the engine: money may be open
            log.error("slip_fault=%s", type(why).__name__)
            done(DeviceFault(Fault.NOT_UNDERSTOOD))
            return
        world.printer.do(lambda printer: printer.print_slip(lines), done)

    def load_pin_key(effect: Effect, state: State) -> None:
        assert isinstance(effect, LoadPinKey)
        world.pin_key.remember(effect.keys)
        world.pad.do(world.pin_key.give, lambda result: None)

    return {
        SendRequest: send,
        SendPost: send_post,
        ReadCard: read_card,
        AskPin: ask_pin,
        GoOnWithChip: go_on_with_chip,
        EndChip: go_on_with_chip,
        LetCardGo: lambda effect, state: world.cards.let_go(),
        StopReader: lambda effect, state: world.cards.cancel(),
        StopPad: lambda effect, state: world.pad.cancel(),
        PrintSlip: print_slip,
        PrintReport: print_report,
        LoadPinKey: load_pin_key,
    }
