"""What the kernel says and what may be said to it (`emv.md` section 2).

Nothing here shows card data in its repr: answers of cards hold PANs and tracks.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeAlias

from protocol.emv.outcome import ChipRecord, Outcome, Reversal
from protocol.errors import OurMistake
from protocol.values import Fen, Pan, Track2

ANSWER_BYTES_MIN, ANSWER_BYTES_MAX = 2, 258  # SW1 SW2, after at most 256 bytes


@dataclass(frozen=True, slots=True)
class Candidate:
    """An application of the card that this terminal accepts. priority: 1 highest, 15, 0 none."""

    name: bytes  # 84, or 4F of the directory
    shown: str
    priority: int = 0
    needs_confirmation: bool = False


@dataclass(frozen=True, slots=True)
class Apdu:
    """To be sent to the card. The repr shows the header: data may hold what a DOL asked for."""

    command: bytes = field(repr=False)

    def __repr__(self) -> str:
        return f"Apdu({self.command[:4].hex()}, {len(self.command)} bytes)"


@dataclass(frozen=True, slots=True)
class ChooseApp:
    """Ask the villager; answered by Chosen(index) or Cancelled."""

    candidates: tuple[Candidate, ...]


@dataclass(frozen=True, slots=True)
class ConfirmApp:
    """The only application wants a yes: Chosen(0) or Cancelled."""

    candidate: Candidate


@dataclass(frozen=True, slots=True)
class NeedOnlinePin:
    pan: Pan
    psn: str  # two digits, "" when the card has none
    amount_fen: Fen


@dataclass(frozen=True, slots=True)
class GoOnline:
    """Send the request. `record` and `reversal_de55` are for the journal, before anything leaves.

    de55 and track2 go into the request only. expiry: YYMM. reversal_de55: field 55 of the reversal
    should no answer come, of the form the bank wants (section 17).
    """

    de55: bytes = field(repr=False)
    track2: Track2
    pan: Pan
    psn: str
    expiry: str
    record: ChipRecord
    reversal_de55: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Rapdu:
    """What the card answered: data, then SW1 SW2. Any bytes: the kernel judges them."""

    raw: bytes = field(repr=False)

    @property
    def data(self) -> bytes:
        return self.raw[:-2]

    @property
    def sw(self) -> int:
        return int.from_bytes(self.raw[-2:], "big")

    def __repr__(self) -> str:
        return f"Rapdu({len(self.data)} bytes, {self.sw:04X})"


@dataclass(frozen=True, slots=True)
class CardGone:
    """Pulled, mute, a power or parity error."""


@dataclass(frozen=True, slots=True)
class Cancelled:
    """By the operator or the villager."""


@dataclass(frozen=True, slots=True)
class PinCaptured:
    """The encrypted block goes to DE52: the kernel never sees it."""


@dataclass(frozen=True, slots=True)
class PinBypassed:
    """Enter without a digit."""


@dataclass(frozen=True, slots=True)
class PinPadFault:
    """No pad, or one that does not work."""


@dataclass(frozen=True, slots=True)
class Chosen:
    index: int


@dataclass(frozen=True, slots=True)
class HostResult:
    """The bank's answer: DE39 and DE55 as it came, empty when there was none."""

    arc: str
    de55: bytes = field(default=b"", repr=False)

    def __post_init__(self) -> None:
        if len(self.arc) != 2 or not self.arc.isascii():
            raise OurMistake("DE39 has two characters")


@dataclass(frozen=True, slots=True)
class HostUnreachable:
    """No answer that counts. reversal: None only if surely no byte left (section 18)."""

    reversal: Reversal | None = Reversal.NO_ANSWER


PinAnswer: TypeAlias = PinCaptured | PinBypassed | PinPadFault
HostAnswer: TypeAlias = HostResult | HostUnreachable
Input: TypeAlias = Rapdu | CardGone | Cancelled | Chosen | PinAnswer | HostAnswer
Question: TypeAlias = Apdu | ChooseApp | ConfirmApp | NeedOnlinePin | GoOnline
Event: TypeAlias = Question | Outcome

# What may answer what. A card may go and a person may cancel at any time.
ANSWERS: dict[type[Question], tuple[type[Input], ...]] = {
    Apdu: (Rapdu, CardGone, Cancelled),
    ChooseApp: (Chosen, CardGone, Cancelled),
    ConfirmApp: (Chosen, CardGone, Cancelled),
    NeedOnlinePin: (PinCaptured, PinBypassed, PinPadFault, CardGone, Cancelled),
    GoOnline: (HostResult, HostUnreachable, CardGone, Cancelled),
}


def answers(question: Question, given: Input) -> bool:
    """Whether `given` is an answer to `question`."""
    if isinstance(given, Chosen) and isinstance(question, ChooseApp):
        return 0 <= given.index < len(question.candidates)
    return type(given) in ANSWERS[type(question)]
