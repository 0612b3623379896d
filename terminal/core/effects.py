"""What a flow can ask for. Each kind has one performer (`terminal.performers`)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from protocol.values import Pan
from terminal.core.exchange import Ask, Service, WorkingKeys
from terminal.core.facts import PostKind, Recorded, SlipKind


@dataclass(frozen=True, slots=True)
class Record:
    """Append a fact; durable before any effect that follows it."""

    recorded: Recorded


@dataclass(frozen=True, slots=True)
class SendRequest:
    """Send once. Never repeated by anything below the core."""

    tx: int
    ask: Ask


@dataclass(frozen=True, slots=True)
class ReadCard:
    """Chip or stripe, whichever comes. A chip is told the service, the amount without the fee, the
    trace and the station's time (UTC ms) at once (`emv.md` section 1).
    """

    service: Service
    amount_fen: int
    trace: int
    at_ms: int


class ChipWord(Enum):
    """What the card in the slot waits for."""

    PIN = "pin"  # it is entered
    CANCEL = "cancel"


@dataclass(frozen=True, slots=True)
class GoOnWithChip:
    """Answer what the chip asked: a word, or which application."""

    said: ChipWord | int


@dataclass(frozen=True, slots=True)
class EndChip:
    """The bank's answer to the card: DE39 and DE55; code "" when there is none."""

    tx: int
    code: str = ""
    de55: bytes = b""


@dataclass(frozen=True, slots=True)
class LetCardGo:
    """Power off; whatever the chip waits for is over."""


@dataclass(frozen=True, slots=True)
class AskPin:
    pan: Pan
    amount_fen: int | None  # None: a service that moves nothing


@dataclass(frozen=True, slots=True)
class StopReader:
    pass


@dataclass(frozen=True, slots=True)
class StopPad:
    pass


@dataclass(frozen=True, slots=True)
class PrintSlip:
    tx: int
    slip: SlipKind
    balance_fen: int | None = None  # told on paper, never written


@dataclass(frozen=True, slots=True)
class PrintReport:
    """A settlement's slip or a shift's; tx is the sequence of the fact it tells of."""

    slip: SlipKind
    tx: int


@dataclass(frozen=True, slots=True)
class OweReversal:
    """From here on the reversal flow has this transaction."""

    tx: int


@dataclass(frozen=True, slots=True)
class OweForward:
    """From here on the forwarding flow has this queued contribution."""

    tx: int


@dataclass(frozen=True, slots=True)
class SendPost:
    """A signed POST beside ISO 8583. tx is the exception a statement is asked for (by its batch),
    0 for a checkpoint; old_size the bank's last checkpoint, None when only the facts tell.
    """

    kind: PostKind
    terminal_seq: int
    tx: int = 0
    batch: int = 0
    old_size: int | None = None


@dataclass(frozen=True, slots=True)
class LoadPinKey:
    keys: WorkingKeys


@dataclass(frozen=True, slots=True)
class SignInAgain:
    """The bank's answer says that keys or batch are stale."""


@dataclass(frozen=True, slots=True)
class Wait:
    """Come back after so long; tx tells whose timer it is (0: sign-in)."""

    tx: int
    after_ms: int


Effect = (
    Record
    | SendRequest
    | ReadCard
    | GoOnWithChip
    | EndChip
    | LetCardGo
    | AskPin
    | StopReader
    | StopPad
    | PrintSlip
    | PrintReport
    | OweReversal
    | OweForward
    | SendPost
    | LoadPinKey
    | SignInAgain
    | Wait
)
