"""One request on its way through the bank, and the answer it gets."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import Enum

from tests.hw_sim.bank.state import Bank
from tests.hw_sim.bank.wire import Message

APPROVED = "00"


DEBIT = "debit"
CREDIT = "credit"


class CardUse(Enum):
    """Whether a service takes a card (county-wire.md, messages)."""

    PIN = "card with PIN"
    WITHOUT_PIN = "card without PIN"
    OPTIONAL = "card or none, PIN or none"
    NONE = "no card"


@dataclass(frozen=True)
class Shape:
    """What a message carries that is no 0200 or 0400 (bank-wire.md 4.1).

    `forms` holds a regular expression for the text of a field; of fields that are bytes, the bytes
    are read as one character each.
    """

    required: frozenset[int]
    optional: frozenset[int] = frozenset()
    forms: Mapping[int, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Answer:
    """Code and what the reply carries beyond the fields every reply has."""

    code: str
    fields: Mapping[int, str] = field(default_factory=dict, repr=False)
    elements: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    booking: int | None = None
    rrn: str | None = None  # in place of the message's own (a 0410 repeats the original's)
    first: Mapping[int, str] | None = field(default=None, repr=False)  # the first answer, again


@dataclass(frozen=True)
class Arrival:
    """A readable request with what the bank noted when it came."""

    message: Message
    service: Service | None
    elements: Mapping[str, str] = field(repr=False)
    bad_elements: bool
    terminal: str  # as the signature names it
    number: int
    rrn: str
    at: datetime
    day: date
    forced_code: str | None = None  # the fault `decline CODE`
    miscount: bool = False  # the fault of that name

    @property
    def trace(self) -> str:
        return self.message.get(11)

    @property
    def amount_fen(self) -> int:
        return int(self.message.get(4) or 0)

    @property
    def pan(self) -> str:
        return self.message.get(2) or self.message.get(35).partition("D")[0]

    @property
    def by_card(self) -> bool:
        """Whether the card is to be judged; a reversal is judged by its original alone."""
        cards = (CardUse.PIN, CardUse.WITHOUT_PIN)
        asks_card = self.service is not None and self.service.card in cards
        return asks_card and self.message.mti == "0200"

    @property
    def with_pin(self) -> bool:
        """Whether there is a PIN to be judged."""
        asks_pin = self.service is not None and self.service.card in (CardUse.PIN, CardUse.OPTIONAL)
        return asks_pin and self.message.mti == "0200" and 52 in self.message.fields

    @property
    def at_s(self) -> int:
        return int(self.at.timestamp())


Check = Callable[[Bank, Arrival], Answer | None]
Perform = Callable[[Bank, Arrival], Answer]


@dataclass(frozen=True)
class Service:
    """One row of the service table of county-wire.md."""

    name: str
    mti: str
    de3: str
    de60_1: str
    de60_3: str
    perform: Perform = field(repr=False)
    card: CardUse = CardUse.NONE
    amount: bool = False
    asked: frozenset[str] = frozenset()  # elements that must be there
    one_of: frozenset[str] = frozenset()  # exactly one of these
    optional: frozenset[str] = frozenset()
    reversible: bool = False
    answers_pan: bool = False  # the reply carries DE2, declines too
    side: str = ""  # DEBIT or CREDIT: where DE48 counts it; "" counts nowhere
    shape: Shape | None = None  # of any other message than 0200 and 0400
    stamped: tuple[int, ...] | None = None  # what the bank adds, where it is not the MTI's usual
