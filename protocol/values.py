"""Values that cross every layer: money, card numbers, PIN blocks, persons.

A secret is its own class, never a `str`: printing, formatting, pickling or JSON-encoding it shows
or gives a mask only (`security.md` section 8). `reveal()` is the one way to the clear value, so
every use can be found by its name.
"""

from __future__ import annotations

from datetime import date
from typing import NewType, NoReturn

Fen = NewType("Fen", int)  # 分; 1 yuan = 100 fen. The only money type in the core.

PAN_DIGITS_MIN, PAN_DIGITS_MAX = 13, 19  # ISO/IEC 7812-1
TRACE_MAX = 999_999  # DE11 and 60.2 wrap to 1 (`bank-wire.md` section 11)


class Secret:
    """A clear value that shows only its mask. Equality compares the clear values."""

    __slots__ = ("_clear",)

    def __init__(self, clear: str) -> None:
        self._clear = clear

    def reveal(self) -> str:
        """The clear value: for the wire, the pad and the cipher, nowhere else."""
        return self._clear

    @property
    def masked(self) -> str:
        return "***"

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.masked}>"

    def __str__(self) -> str:
        return self.masked

    def __format__(self, spec: str) -> str:
        return format(self.masked, spec)

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and self._clear == other._clear

    def __hash__(self) -> int:
        return hash((type(self), self._clear))

    def __reduce__(self) -> NoReturn:
        raise TypeError(f"{type(self).__name__} is not to be copied out of the process")


class Pan(Secret):
    """A primary account number (主账号): 13 to 19 digits. Raises ValueError otherwise.

    The Luhn digit is a warning for the caller (`luhn_ok`), not a condition: some Chinese debit
    cards from before 2004 fail it (`magstripe.md` section 4).
    """

    __slots__ = ()

    def __init__(self, clear: str) -> None:
        digits = clear.isascii() and clear.isdigit()
        if not digits or not PAN_DIGITS_MIN <= len(clear) <= PAN_DIGITS_MAX:
            raise ValueError("a PAN has 13 to 19 digits")
        super().__init__(clear)

    @property
    def masked(self) -> str:
        """First 6 and last 4 digits (`security.md` section 8)."""
        return f"{self._clear[:6]}{'*' * (len(self._clear) - 10)}{self._clear[-4:]}"

    @property
    def luhn_ok(self) -> bool:
        total = 0
        for place, digit in enumerate(reversed(self._clear)):
            value = int(digit) * (2 if place % 2 else 1)
            total += value - 9 if value > 9 else value
        return total % 10 == 0


class Track2(Secret):
    """Track 2 without sentinels and LRC, separator `=` (`magstripe.md` section 4). Never stored."""

    __slots__ = ()


class Track3(Secret):
    """Track 3 without sentinels and LRC. Forwarded, never stored or parsed deeply."""

    __slots__ = ()


class PinBlock(Secret):
    """An encrypted ISO 9564 format 0 block, 16 hex digits. Never stored in any form."""

    __slots__ = ()


class IdNumber(Secret):
    """An identity number (身份证号), 18 characters; the form is checked where it is keyed."""

    __slots__ = ()

    @property
    def masked(self) -> str:
        return f"{self._clear[:3]}{'*' * (len(self._clear) - 7)}{self._clear[-4:]}"


class PersonName(Secret):
    """A villager's name as the bank registered it; the mask keeps the family name."""

    __slots__ = ()

    @property
    def masked(self) -> str:
        return self._clear[:1] + "*" * (len(self._clear) - 1)


class AccountNumber(Secret):
    """Whom money is sent to: a card or account number, up to 32 digits (DE62, AC)."""

    __slots__ = ()

    @property
    def masked(self) -> str:
        """Last 4 digits."""
        return "*" * (len(self._clear) - 4) + self._clear[-4:]


class Phone(Secret):
    """A telephone number; the mask keeps what a neighbour would know it by."""

    __slots__ = ()

    @property
    def masked(self) -> str:
        return f"{self._clear[:3]}{'*' * (len(self._clear) - 7)}{self._clear[-4:]}"


class HouseholdNumber(Secret):
    """A household register number (户口簿号), up to 18 characters."""

    __slots__ = ()


def next_number(last: int) -> int:
    """The trace or batch number after `last`: 999999 is followed by 1."""
    return last % TRACE_MAX + 1


def expiry_passed(expiry: str, today: date) -> bool:
    """Whether a card's YYMM lies before `today`'s month; it is valid through that month's last day.

    Years 00 to 79 are 20xx (`magstripe.md` section 4). Raises ValueError for a month that is none.
    """
    year, month = int(expiry[:2]), int(expiry[2:])
    if not 1 <= month <= 12:
        raise ValueError("expiry month is not 01 to 12")
    return (year + (2000 if year < 80 else 1900), month) < (today.year, today.month)
