"""What the worker threads and the sockets put into the engine's queue. One class a source."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from drivers.api import (
    BadSwipe,
    Cancelled,
    CardFailure,
    DeviceFault,
    Printed,
    Stripe,
    TimedOut,
    Unconfirmed,
)
from drivers.attachment import Health
from protocol.emv.events import Event
from protocol.values import PinBlock
from terminal.core.effects import SendPost
from terminal.core.exchange import Ask, PostReply, Reply
from terminal.core.facts import SlipKind
from terminal.feed.views import Challenge, Command, Question, Reprint, Today

NOT_SENT_TX = 0  # of what a chip says before there is a request


@dataclass(frozen=True, slots=True)
class ScreenSaid:
    command: Command | Reprint


@dataclass(frozen=True, slots=True)
class ScreenAsked:
    question: Question
    reply: Callable[[Today | Challenge], None]


@dataclass(frozen=True, slots=True)
class CardCame:
    result: Stripe | BadSwipe | Cancelled | TimedOut | DeviceFault


@dataclass(frozen=True, slots=True)
class ChipCame:
    """The chip's next question or its end; tx 0 before there is a request."""

    tx: int
    result: Event | CardFailure | Cancelled | TimedOut | DeviceFault


@dataclass(frozen=True, slots=True)
class PinCame:
    result: PinBlock | Cancelled | TimedOut | DeviceFault


@dataclass(frozen=True, slots=True)
class SlipCame:
    tx: int
    slip: SlipKind
    copy: int
    result: Printed | Unconfirmed | DeviceFault


@dataclass(frozen=True, slots=True)
class BankCame:
    tx: int
    ask: Ask
    reply: Reply


@dataclass(frozen=True, slots=True)
class PostCame:
    sent: SendPost
    reply: PostReply


@dataclass(frozen=True, slots=True)
class HealthCame:
    health: Health


@dataclass(frozen=True, slots=True)
class Stop:
    pass


Input = (
    ScreenSaid
    | ScreenAsked
    | CardCame
    | ChipCame
    | PinCame
    | SlipCame
    | BankCame
    | PostCame
    | HealthCame
    | Stop
)
