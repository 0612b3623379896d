"""The money's rules (`money-safety.md`, I1 to I8) as plain questions to plain values.

facts are the journal's, from the first; bookings the bank's, as its statement lists them; marks
what the world has seen (`marks.py`). Each rule returns the breaches in words; none is silent about
a fact it does not know. Shared by crash enumeration, simulation and kill test.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from enum import Enum
from itertools import pairwise
from typing import Protocol, TypeVar

from terminal.core import facts as f
from terminal.core.exchange import MOVES_MONEY, Entry, Verdict
from tests.crash.marks import CashOut, Erased, Left, Mark, Paper, Reached, Told
from tests.crash.stories import Facts, Place, money, numbers, stories


class Booking(Protocol):
    """A line of the bank's statement; state is `booked` or `reversed`."""

    @property
    def batch(self) -> int: ...
    @property
    def trace(self) -> int: ...
    @property
    def amount_fen(self) -> int: ...
    @property
    def fee_fen(self) -> int: ...
    @property
    def state(self) -> str: ...


Bookings = Iterable[Booking]
Marks = Sequence[Mark]
Breaches = list[str]
M = TypeVar("M")

APPROVAL_PAGES = frozenset({"approved", "voucher"})
APPROVAL_SLIPS = frozenset({"store_copy", "customer_copy", "voucher"})


class Harm(Enum):
    """What a breach does to the money or to the memory of it."""

    LOST = "lost"
    DOUBLED = "doubled"
    PAPER = "paper"  # no money: a slip says what is not so


def books_agree(facts: Facts, bookings: Bookings, marks: Marks) -> Breaches:
    """I1: the bank's net debit is amount plus fee if and only if the station's outcome is approved;
    else it is zero, or the transaction is in doubt or an exception."""
    booked = {(row.batch, row.trace): row for row in bookings}
    found = []
    for story in money(facts):
        row = booked.pop(story.place, None)
        stands = row is not None and row.state == "booked"
        closed = story.too_late and story.has(f.ExceptionClosed)
        settled = story.approved or story.declined or story.has(f.NotSent, f.Reversed) or closed
        if settled and stands != story.approved:
            found.append(f"{_name(story.place)}: approved is {story.approved}, bank says {row}")
        if row is not None and (row.amount_fen, row.fee_fen) != story.amounts:
            found.append(f"{_name(story.place)}: amounts differ")
    return found + [f"{_name(place)}: booked, and no fact of it" for place in booked]


def no_cash_on_hope(facts: Facts, bookings: Bookings, marks: Marks) -> Breaches:
    """I2: no screen and no paper speaks of an approval that is not in the journal."""
    known = {s.place for s in stories(facts).values() if Verdict.APPROVED in s.verdicts}
    spoken = [(m.batch, m.trace, m.page) for m in _seen(marks, Told) if m.page in APPROVAL_PAGES]
    printed = [(m.batch, m.trace, m.slip) for m in _seen(marks, Paper) if m.slip in APPROVAL_SLIPS]
    return [
        f"{_name((batch, trace))}: {where} told an approval that is no fact"
        for batch, trace, where in (*spoken, *printed)
        if (batch, trace) not in known
    ]


def paid_cash_stays_paid(facts: Facts, bookings: Bookings, marks: Marks) -> Breaches:
    """I1: what the villager carries home is neither in doubt nor undone."""
    told = {story.place: story for story in money(facts)}
    return [
        f"{_name((mark.batch, mark.trace))}: the cash is gone and the approval does not stand"
        for mark in _seen(marks, CashOut)
        if (mark.batch, mark.trace) not in told or not told[mark.batch, mark.trace].approved
    ]


def cash_is_counted(facts: Facts, bookings: Bookings, marks: Marks) -> Breaches:
    """I1, at rest: the drawer falls by what was handed over, and rises by what was taken in."""
    out = {(mark.batch, mark.trace) for mark in _seen(marks, CashOut)}
    found = []
    for story in money(facts):
        if story.has(f.CashHanded) != (story.place in out):
            found.append(f"{_name(story.place)}: the drawer does not know who has its notes")
        if story.has(f.CashTaken) != (story.in_cash and (story.approved or story.queued)):
            found.append(f"{_name(story.place)}: cash taken and contribution differ")
    return found


def cash_is_handed_once(facts: Facts, bookings: Bookings, marks: Marks) -> Breaches:
    """I3: no villager is paid twice for one debit."""
    handed = Counter((mark.batch, mark.trace) for mark in _seen(marks, CashOut))
    return [f"{_name(place)}: handed {n} times" for place, n in handed.items() if n > 1]


def every_request_has_its_fact(facts: Facts, bookings: Bookings, marks: Marks) -> Breaches:
    """I4: whatever has left the station is in the journal."""
    known = set(numbers(facts))
    return [
        f"{_name((mark.asked.batch, mark.asked.trace))}: {_what(mark)} left, and no fact of it"
        for mark in _seen(marks, Left)
        if mark.asked.terminal_seq not in known
    ]


def what_was_queued_is_kept(facts: Facts, bookings: Bookings, marks: Marks) -> Breaches:
    """I4: cash taken without the bank is a fact before anybody is told that it was taken."""
    kept = {story.opened.trace for story in stories(facts).values() if story.queued}
    told = {mark.trace for mark in _seen(marks, Told) if mark.page == "queued"}
    told |= {mark.trace for mark in _seen(marks, Paper) if mark.slip == "provisional"}
    return [f"trace {trace}: told as queued, and no fact of it" for trace in sorted(told - kept)]


def facts_are_unbroken(facts: Facts, bookings: Bookings, marks: Marks) -> Breaches:
    """I4: one number after the other, from the first."""
    held = [recorded.seq for recorded in facts]
    return [] if held == list(range(1, len(held) + 1)) else ["the facts have a gap"]


def traces_are_used_once(facts: Facts, bookings: Bookings, marks: Marks) -> Breaches:
    """I3: in the journal, and by what has left for the bank; only what was queued is repeated."""
    written = Counter(story.place for story in stories(facts).values())
    left = Counter(
        (mark.asked.batch, mark.asked.trace)
        for mark in _seen(marks, Left)
        if mark.asked.trace and not (mark.asked.reversal or mark.asked.queued)
    )
    return [
        f"{_name(place)}: {count} times in the {where}"
        for where, counted in (("journal", written), ("line", left))
        for place, count in counted.items()
        if count > 1
    ]


def sequence_only_rises(facts: Facts, bookings: Bookings, marks: Marks) -> Breaches:
    """I3: the terminal's sequence number never comes again, in the journal or on the line."""
    left = [mark.asked.terminal_seq for mark in _seen(marks, Left)]
    return [
        f"{where}: sequence {later} after {earlier}"
        for where, held in (("journal", numbers(facts)), ("line", left))
        for earlier, later in pairwise(held)
        if later <= earlier
    ]


def no_money_while_in_doubt(facts: Facts, bookings: Bookings, marks: Marks) -> Breaches:
    """I3: no request that moves money is begun or forwarded while a reversal is owed."""
    found, told = [], stories(facts)
    owing: set[int] = set()
    for recorded in facts:
        fact = recorded.fact
        if isinstance(fact, f.Requested) and fact.service not in MOVES_MONEY:
            continue
        match fact:
            case f.Requested() | f.Forwarded():
                found += [
                    f"{_name(told[recorded.tx].place)}: begun while {_name(told[tx].place)} is owed"
                    for tx in owing
                ]
            case f.InDoubt() | f.CashNotHanded():
                owing.add(recorded.tx)
            case f.Reversed() | f.ExceptionOpened(trouble=f.Trouble.REVERSAL_TOO_LATE):
                owing.discard(recorded.tx)
    return found


def silence_is_doubt(facts: Facts, bookings: Bookings, marks: Marks) -> Breaches:
    """I5: after a restart no request that moves money is without an end or a doubt."""
    restarts = [one.seq for one in facts if isinstance(one.fact, f.StationOpened)]
    last = restarts[-1] if restarts else 0
    return [
        f"{_name(story.place)}: neither answered nor in doubt after a restart"
        for story in money(facts)
        if story.seq < last and not story.queued and not story.has(f.Answered, f.NotSent, f.InDoubt)
    ]


def doubt_is_tried(facts: Facts, bookings: Bookings, marks: Marks) -> Breaches:
    """I5, at rest: the reversal of each doubt has been sent."""
    return [
        f"{_name(story.place)}: in doubt, and no reversal was ever sent"
        for story in money(facts)
        if story.has(f.InDoubt, f.CashNotHanded) and not story.has(f.ReversalSent)
    ]


def no_doubt_is_left(facts: Facts, bookings: Bookings, marks: Marks) -> Breaches:
    """I5, once the bank has answered everything: nothing is owed, nothing waits in the queue."""
    return [
        f"{_name(story.place)}: still owed"
        for story in money(facts)
        if story.owes or (story.queued and not story.verdicts)
    ]


def unknown_is_not_declined(facts: Facts, bookings: Bookings, marks: Marks) -> Breaches:
    """I8: a decline is what the bank said, never what silence is taken for."""
    refused = {
        (mark.asked.batch, mark.asked.trace)
        for mark in _seen(marks, Reached)
        if mark.code != "00" and not mark.asked.reversal
    }
    written = {story.place for story in stories(facts).values() if story.declined}
    shown = {(m.batch, m.trace) for m in _seen(marks, Told) if m.page == "declined"}
    return [f"{_name(place)}: taken for a decline" for place in sorted((written | shown) - refused)]


def first_copies_come_once(facts: Facts, bookings: Bookings, marks: Marks) -> Breaches:
    """I6: every copy of a slip after the first says so."""
    first = Counter(
        (mark.batch, mark.trace, mark.slip) for mark in _seen(marks, Paper) if mark.copy == 1
    )
    return [
        f"{_name((batch, trace))}: {count} slips {slip} that look like the first"
        for (batch, trace, slip), count in first.items()
        if count > 1
    ]


def reversals_keep_their_card(facts: Facts, bookings: Bookings, marks: Marks) -> Breaches:
    """I5: the card number of an open reversal can still be read: its key is not destroyed."""
    return [
        f"{_name(story.place)}: a reversal is owed and its card number is erased"
        for story in money(facts)
        if isinstance(story.opened, f.Requested)
        if story.opened.entry is not Entry.NONE and story.opened.pan is None
        if story.owes or not story.has(f.Answered, f.NotSent, f.InDoubt)
    ]


def erased_stays_erased(facts: Facts, bookings: Bookings, marks: Marks) -> Breaches:
    """I7: no power cut brings back what was erased."""
    erased = {mark.key for mark in _seen(marks, Erased)}
    return [
        f"{_name(story.place)}: its card number was erased and is back"
        for story in stories(facts).values()
        if isinstance(story.opened, f.Requested) and story.opened.pan is not None
        if f"card-{story.opened.batch:06d}" in erased
    ]


def _seen(marks: Marks, kind: type[M]) -> Iterator[M]:
    return (mark for mark in marks if isinstance(mark, kind))


def _name(place: Place) -> str:
    return f"batch {place[0]} trace {place[1]}"


def _what(mark: Left) -> str:
    return "a reversal" if mark.asked.reversal else mark.asked.service


Rule = Callable[[Facts, Bookings, Marks], Breaches]
ALWAYS: Mapping[Rule, Harm] = {
    books_agree: Harm.LOST,
    no_cash_on_hope: Harm.LOST,
    paid_cash_stays_paid: Harm.LOST,
    every_request_has_its_fact: Harm.LOST,
    what_was_queued_is_kept: Harm.LOST,
    facts_are_unbroken: Harm.LOST,
    cash_is_handed_once: Harm.DOUBLED,
    traces_are_used_once: Harm.DOUBLED,
    sequence_only_rises: Harm.DOUBLED,
    no_money_while_in_doubt: Harm.DOUBLED,
    silence_is_doubt: Harm.LOST,
    unknown_is_not_declined: Harm.LOST,
    first_copies_come_once: Harm.PAPER,
    reversals_keep_their_card: Harm.LOST,
    erased_stays_erased: Harm.LOST,
}
"""Rules that hold after every event."""
AT_REST: Mapping[Rule, Harm] = {
    cash_is_counted: Harm.LOST,
    doubt_is_tried: Harm.LOST,
    no_doubt_is_left: Harm.LOST,
}
"""Rules that hold once the bank has answered everything that was asked of it."""
