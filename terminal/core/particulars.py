"""What single services ask and tell beside card, amount and person (`county-wire.md`, DE62)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from protocol.values import AccountNumber, HouseholdNumber, PersonName, Phone, PinBlock


@dataclass(frozen=True, slots=True)
class Payee:
    """Who is paid (收款人). name and bank are what the bank told of the account, None before."""

    account: AccountNumber
    name: PersonName | None = None
    bank: str = ""


@dataclass(frozen=True, slots=True)
class Chip:
    """What a chip card said: sequence is 5F34 in 3 digits, "" where it has none; data is DE55."""

    sequence: str
    data: bytes

    def __repr__(self) -> str:
        return f"<Chip {len(self.data)} bytes>"


@dataclass(frozen=True, slots=True)
class Original:
    """An earlier message that this one is about: a void's, a script result's. day is MMDD."""

    service: str
    batch: int
    trace: int
    rrn: str
    authorisation: str = ""
    acquirer: str = ""  # DE32
    day: str = ""


class FeeRow(NamedTuple):
    """One row of the fee table: fee = amount × per_ten_thousand / 10,000, within the two bounds."""

    service: str
    scope: str  # own or other bank
    per_ten_thousand: int
    min_fen: int
    max_fen: int


class Arrival(NamedTuple):
    """A pension that came to the card; date is YYYYMMDD."""

    date: str
    fen: int


@dataclass(frozen=True, slots=True)
class Particulars:
    """Asked. payload is DE62 of a download, as `protocol.bank.downloads` writes it."""

    payee: Payee | None = None
    phone: Phone | None = None
    name: PersonName | None = None
    household: HouseholdNumber | None = None
    register_number: str = ""
    new_pin: PinBlock | None = None
    fee_version: str = ""
    chip: Chip | None = None
    fallback: bool = False  # a chip card was swiped (降级)
    original: Original | None = None
    payload: bytes = b""


@dataclass(frozen=True, slots=True)
class Told:
    """Answered. identity is V verified, W waiting, F failed; card is already masked by the bank."""

    payee: Payee | None = None
    arrivals: tuple[Arrival, ...] = ()
    fee_version: str = ""
    fee_rows: tuple[FeeRow, ...] = ()
    identity: str = ""
    card: str = ""
    chip: bytes = b""  # DE55: 91, 71, 72
    payload: bytes = b""


NO_PARTICULARS, NOTHING_TOLD = Particulars(), Told()
