"""The bank of a recorded run: double-entry books and the rules of `county-wire.md`, in memory.

It is not the sandbox bank: what is proved here is the disk, so it speaks no wire and needs no
process, and it can be set back to any instant by hearing the same requests again (`Bank.after`).
`objections` are the rules of the wire that the station broke.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from tests.crash.marks import Asked, BankMoved, Mark, Reached, Witnessed

APPROVED, NO_ORIGINAL, DIFFERS, TRACE_USED, SIGN_IN = "00", "25", "64", "94", "77"
STATION = "station"
BALANCED, NOT_BALANCED = "1", "2"  # flags of DE48
BATCH_MAX = 999_999
DEBIT = ("withdrawal", "contribution_card")  # the others are credit

POSTINGS: Mapping[str, tuple[str, str]] = {
    # who pays, who is paid; "card" is the card that asks
    "withdrawal": ("card", STATION),
    "contribution_card": ("card", "transitional"),
    "contribution_cash": (STATION, "transitional"),
}


class Booking(NamedTuple):
    """As the statement of `county-wire.md` lists it, with the card that paid and the bank's day."""

    service: str
    batch: int
    trace: int
    amount_fen: int
    fee_fen: int
    state: str  # booked, reversed
    card: str
    day: str


@dataclass
class Bank:
    """day is MMDD; the open batch moves only when the bank says so."""

    day: str = "1118"
    batch: int = 12
    bookings: dict[tuple[int, int], Booking] = field(default_factory=dict)
    accounts: Counter[str] = field(default_factory=Counter)
    objections: list[str] = field(default_factory=list)
    head: tuple[int, str] = (0, "")  # size and root of the journal, as last witnessed
    told: tuple[int, ...] = ()  # totals of the last settlement asked for, as answered
    flag: str = ""  # and whether they are the station's: 1 or 2
    _closed: set[int] = field(default_factory=set)  # batches
    _uploaded: dict[int, int] = field(default_factory=dict)  # trace to fen, of this batch
    _signed_in: bool = False
    _high_water: int = 0
    _used: set[tuple[int, int]] = field(default_factory=set)
    _undone_unseen: set[tuple[int, int]] = field(default_factory=set)

    @staticmethod
    def after(marks: Sequence[Mark]) -> Bank:
        """The bank as it stood when the last of the marks was made."""
        bank = Bank()
        for mark in marks:
            if isinstance(mark, BankMoved):
                bank.day, bank.batch = mark.day, mark.batch
            elif isinstance(mark, Reached):
                code = bank.hear(mark.asked, mark.wish)
                assert code == mark.code, mark
            elif isinstance(mark, Witnessed):
                bank.head = mark.size, mark.root
        return bank

    def hear(self, asked: Asked, wish: str = "") -> str:
        """The answer's code. wish: decline with this code whatever is asked (a wrong PIN, say)."""
        if asked.terminal_seq <= self._high_water:
            self.objections.append(f"sequence {asked.terminal_seq} after {self._high_water}")
        self._high_water = max(self._high_water, asked.terminal_seq)
        if not asked.trace:  # a POST: only its sequence number is of interest here
            return APPROVED
        if asked.service == "sign_in":
            self._signed_in = True
            return APPROVED
        if not self._signed_in:
            return SIGN_IN
        if asked.reversal:
            return self._reverse(asked)
        if asked.service in ("settlement", "batch_upload", "batch_end"):
            return self._close_batch(asked, wish)
        return self._request(asked, wish)

    def _close_batch(self, asked: Asked, wish: str) -> str:
        """`bank-wire.md` section 10. wish 2: this bank has counted otherwise.

        Whatever it answers, it objects to totals and details that are not what it has booked.
        """
        if asked.batch != self.batch:
            return SIGN_IN
        standing = [row for row in self.bookings.values() if row.state == "booked"]
        ours = [row for row in standing if row.batch not in self._closed]
        if asked.service == "settlement":
            if asked.totals != _totals(ours):
                self.objections.append(f"totals {asked.totals} of what is {_totals(ours)} here")
            own = _totals([row for row in ours if row.batch == self.batch])
            self.told = own if wish != NOT_BALANCED else (0, 0, 0, 0)
            self.flag = BALANCED if self.told == asked.totals else NOT_BALANCED
            if self.flag == BALANCED:
                self._next_batch()
        elif asked.service == "batch_upload":
            self._uploaded |= dict(asked.details)
        else:
            booked = {row.trace: row.amount_fen for row in ours}
            if self._uploaded != booked or asked.details_sent != len(booked):
                self.objections.append(f"details {self._uploaded} of what is {booked} here")
            self._next_batch()
        return APPROVED

    def _next_batch(self) -> None:
        self._closed |= {row.batch for row in self.bookings.values()} | {self.batch}
        self._uploaded = {}
        self.batch = self.batch % BATCH_MAX + 1

    def witness(self, size: int, root: str, root_at: Callable[[int], str]) -> bool:
        """Whether the head that the station presents goes on from the one that is kept here.

        root_at gives the station's root at the size that is kept.
        """
        kept_size, kept_root = self.head
        if size < kept_size or (kept_size and root_at(kept_size) != kept_root):
            self.objections.append(f"the journal of {size} facts does not go on from {kept_size}")
            return False
        self.head = size, root
        return True

    def _request(self, asked: Asked, wish: str) -> str:
        place = asked.batch, asked.trace
        if asked.queued and place in self.bookings:
            return APPROVED  # its idempotency key is known: the first answer again
        if asked.batch != self.batch:
            return SIGN_IN
        if place in self._undone_unseen:
            return TRACE_USED
        if place in self._used:
            self.objections.append(f"trace {asked.trace} again in batch {asked.batch}")
            return TRACE_USED
        self._used.add(place)
        if wish:
            return wish
        if asked.service in POSTINGS:
            self._book(asked)
        return APPROVED

    def _book(self, asked: Asked) -> None:
        payer, payee = POSTINGS[asked.service]
        payer = asked.card if payer == "card" else payer
        self._move(payer, payee, asked.amount_fen)
        self._move(payer, "fees", asked.fee_fen)
        self.bookings[asked.batch, asked.trace] = Booking(
            asked.service,
            asked.batch,
            asked.trace,
            asked.amount_fen,
            asked.fee_fen,
            "booked",
            asked.card,
            self.day,
        )

    def _reverse(self, asked: Asked) -> str:
        """Rule 4, case by case."""
        place = asked.batch, asked.trace
        booking = self.bookings.get(place)
        if booking is None:
            self._undone_unseen.add(place)
            return APPROVED
        if (asked.service, asked.amount_fen, asked.card) != (
            booking.service,
            booking.amount_fen,
            booking.card,
        ):
            self.objections.append(f"the reversal of trace {asked.trace} is not its request's")
            return DIFFERS
        if booking.state == "reversed" or booking.day != self.day:
            return NO_ORIGINAL
        payer, payee = POSTINGS[booking.service]
        payer = booking.card if payer == "card" else payer
        self._move(payee, payer, booking.amount_fen)
        self._move("fees", payer, booking.fee_fen)
        self.bookings[place] = booking._replace(state="reversed")
        return APPROVED

    def _move(self, source: str, target: str, fen: int) -> None:
        self.accounts[source] -= fen
        self.accounts[target] += fen


def _totals(rows: Sequence[Booking]) -> tuple[int, ...]:
    """Fen and count of the debit side, then of the credit side (`county-wire.md`)."""
    debit = [row.amount_fen for row in rows if row.service in DEBIT]
    credit = [row.amount_fen for row in rows if row.service not in DEBIT]
    return sum(debit), len(debit), sum(credit), len(credit)
