"""I1 to I8 (`money-safety.md`) as named checks. Pure: what is held against what comes in.

The rules over facts, bookings and marks are those of the crash enumeration (`tests.crash.rules`);
here are those that need more of the world: true cash, paper that is read, totals, secrets. A rule
returns the breaches in words.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from terminal.core import spans
from terminal.core.exchange import Totals, Verdict
from terminal.core.totals import CREDIT, DEBIT
from tests.crash import rules
from tests.crash.rules import Breaches
from tests.crash.stories import Facts, Place, Story, stories
from tests.sim.paper import Slip

DOMESTIC_DIGITS = 30  # of DE48, without the flag
APPROVAL_SLIPS = rules.APPROVAL_SLIPS
CONFIRMED = frozenset({"reversal"})  # says that the bank has confirmed that nothing is booked
Row = Mapping[str, Any]


class Violation(BaseException):
    """An invariant does not hold. No handler of the product's may take it for its own fault."""

    def __init__(self, rule: str, what: str) -> None:
        super().__init__(f"{rule}: {what}")
        self.rule, self.what = rule, what


@dataclass(frozen=True)
class Seen:
    """All that is there at one moment. requests are the bank's list of what came or was lost."""

    facts: Facts
    bookings: Sequence[Any]
    marks: Sequence[Any]
    requests: Sequence[Row] = ()
    accounts: Mapping[str, int] = field(default_factory=dict)
    totals: Mapping[int, Totals] = field(default_factory=dict)
    settlements: Sequence[Row] = ()  # both DE48 of each batch that was asked to be settled
    differences: Mapping[str, Sequence[Row]] = field(default_factory=dict)  # of uploaded batches
    miscounts: int = 0  # bookings that the bank has left out of its totals


def books_balance(seen: Seen) -> Breaches:
    """I1: the bank's own books sum to nothing."""
    off_fen = sum(seen.accounts.values())
    return [f"the bank's books are off by {off_fen}"] if off_fen else []


def the_bank_hears_once(seen: Seen) -> Breaches:
    """I3: no 0200 comes twice but one that was queued; every number that came has its fact."""
    told = stories(seen.facts)
    queued = {(s.place, True) for s in told.values() if s.queued}
    came = Counter(_place_of_row(row) for row in seen.requests if row["mti"] == "0200")
    known = set(rules.numbers(seen.facts))
    return [
        f"batch {place[0]} trace {place[1]}: sent {count} times"
        for place, count in came.items()
        if count > 1 and (place, True) not in queued
    ] + [
        f"sequence {row['seq']} came to the bank, and no fact of it"
        for row in seen.requests
        if row["seq"] not in known
    ]


def a_decline_is_the_banks(seen: Seen) -> Breaches:
    """I8: what is written as declined the bank has refused, on the terminal or in this message."""
    refused = {
        _place_of_row(row)
        for row in seen.requests
        if row["rc"] not in (None, "00") and row["mti"] == "0200"
    } | {(m.asked.batch, m.asked.trace) for m in seen.marks if isinstance(m, rules.Reached)}
    written = [story for story in stories(seen.facts).values() if _refused(story)]
    return [
        f"batch {story.place[0]} trace {story.place[1]}: taken for a decline"
        for story in written
        if story.place not in refused
    ]


def _refused(story: Story) -> bool:
    signs_in = not story.queued and story.opened.service.value == "sign_in"
    return story.declined and not signs_in


def totals_agree(seen: Seen) -> Breaches:
    """The station's totals of a batch are the bank's own sums; what is in doubt is in neither."""
    told = {story.place: story for story in stories(seen.facts).values()}
    sums: dict[int, list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    for row in seen.bookings:
        story = told.get((int(row.batch), int(row.trace)))
        if row.state != "booked" or story is None or not _counted(story):
            continue
        at = 0 if row.service in {s.value for s in DEBIT} else 2
        assert at == 0 or row.service in {s.value for s in CREDIT}
        sums[int(row.batch)][at] += row.amount_fen
        sums[int(row.batch)][at + 1] += 1
    return [
        f"batch {batch}: totals {tuple(ours)}, by the bank {tuple(sums[batch])}"
        for batch, ours in seen.totals.items()
        if list(ours) != sums[batch]
    ]


def settlements_agree(seen: Seen) -> Breaches:
    """I1, at rest: the totals asked are the bank's, but where it has miscounted, or has booked what
    is an exception here.
    """
    excepted = any(_too_late(one) for one in seen.facts)
    if seen.miscounts or excepted:
        return []
    return [
        f"batch {row['batch']}: totals {row['asked']}, by the bank {row['told']}"
        for row in seen.settlements
        if row["asked"][:DOMESTIC_DIGITS] != row["told"][:DOMESTIC_DIGITS]
    ]


def details_agree(seen: Seen) -> Breaches:
    """I4, at rest: whatever is approved here went up with an upload as the bank has booked it.

    Details that the bank answered with another code than 00 are its own to find
    (`bank-wire.md` section 10: log, continue).
    """
    refused = {
        tx
        for one in seen.facts
        if isinstance(one.fact, rules.f.BatchUploaded) and one.fact.code != "00"
        for tx in spans.numbers(one.fact.deals)
    }
    told = {story.place: story for tx, story in stories(seen.facts).items() if tx not in refused}
    return [
        f"batch {batch} trace {line['trace']}: {line['what']}"
        for batch, lines in seen.differences.items()
        for line in lines
        if line["what"] != "reversed at the bank"  # since then
        and (story := told.get((int(batch), int(line["trace"])))) is not None
        and _counted(story)
    ]


def batches_are_settled_once(seen: Seen) -> Breaches:
    """I3: each batch begins and ends once; what is begun is over at rest."""
    closed = [one.fact.batch for one in seen.facts if isinstance(one.fact, rules.f.Settled)]
    begun = [one for one in seen.facts if isinstance(one.fact, rules.f.SettlementStarted)]
    found = [f"batch {batch} settled {n} times" for batch, n in Counter(closed).items() if n > 1]
    ended = max((one.seq for one in seen.facts if isinstance(one.fact, rules.f.Settled)), default=0)
    if begun and begun[-1].seq > ended:
        found.append("the last settlement is not over")
    return found


def _too_late(one: Any) -> bool:
    opened = isinstance(one.fact, rules.f.ExceptionOpened)
    return opened and one.fact.trouble is rules.f.Trouble.REVERSAL_TOO_LATE


def _counted(story: Story) -> bool:
    return Verdict.APPROVED in story.verdicts


def drawer_holds(
    true_fen: int, counter_fen: int, facts_fen: int, on_the_counter: Iterable[int]
) -> Breaches:
    """The notes in the drawer are what the facts say, give or take the one transaction at the
    counter: cash handed and the key not pressed yet, or cash approved and not put in yet.
    """
    off_fen = true_fen - facts_fen
    if off_fen == 0 or off_fen in (-counter_fen, *(-fen for fen in on_the_counter)):
        return []
    return [f"drawer {true_fen} fen, by the facts {facts_fen}, on the counter {counter_fen}"]


def paper_tells_the_truth(slip: Slip, story: Story | None) -> Breaches:
    """I6, I2: what a slip says is what the facts say when it is made."""
    name = f"slip {slip.kind} of trace {slip.trace}"
    if story is None:
        return [f"{name}: of no transaction"]
    found = []
    if slip.kind in APPROVAL_SLIPS and not story.approved:
        found.append(f"{name}: no approval stands")
    if slip.kind == "declined" and not story.declined:
        found.append(f"{name}: the bank has not declined it")
    if slip.kind == "provisional" and not story.queued:
        found.append(f"{name}: it was not queued")
    if slip.kind in CONFIRMED and not _undone(story):
        found.append(f"{name}: nothing says that it was undone")
    if slip.code and slip.kind != "balance":
        coded, fen = slip.coded
        if (coded, fen) != (_stands(story), story.opened.amount_fen):
            found.append(f"{name}: its code says {coded}, {fen} fen")
    if slip.kind != "balance" and slip.amount_fen not in (None, story.opened.amount_fen):
        found.append(f"{name}: says {slip.amount_fen} fen, asked were {story.opened.amount_fen}")
    return found


def _stands(story: Story) -> str:
    """How it stands, in the words of a slip's code."""
    if story.approved:
        return "approved"
    if story.declined:
        return "declined"
    return "undone" if _undone(story) else "unknown"


def doubt_stays_in_sight(alerts: Sequence[str], owed: int, excepted: int, queued: int) -> Breaches:
    """I5: every screen tells of whatever is still open."""
    told = (
        alerts.count("reversal_open"),
        alerts.count("exception") + alerts.count("queued_refused"),
        alerts.count("queued"),
    )
    if told == (owed, excepted, queued):
        return []
    return [f"reversals, exceptions, queued: shown {told}, open {(owed, excepted, queued)}"]


def the_bank_has_our_head(facts: Facts, size: int, root: str) -> Breaches:
    """I4, at rest: the bank keeps a head of this journal, no older than the last sign-in's."""
    heads = {one.fact.size: one.fact.root for one in facts if isinstance(one.fact, rules.f.DayHead)}
    last = max((one.seq for one in facts if isinstance(one.fact, rules.f.SignedIn)), default=0)
    wanted = max((size for size in heads if size < last), default=0)
    if size >= wanted and (not size or heads.get(size) == root):
        return []
    return [f"the bank has {size} facts, a sign-in brought {wanted}"]


def copies_say_so(slip: Slip, earlier: int) -> Breaches:
    """I6: every copy after the first says 重打印, even if the first is torn."""
    if not earlier or slip.again:
        return []
    return [f"slip {slip.kind} of trace {slip.trace}: copy {earlier + 1} looks like the first"]


def _undone(story: Story) -> bool:
    return story.has(rules.f.Reversed, rules.f.ExceptionClosed)


def secrets_stay_home(where: str, text: bytes, secrets: Iterable[bytes]) -> Breaches:
    """I7: no card number, track, identity number or PIN block."""
    return [f"{where} holds a secret" for secret in secrets if secret in text]


def of_a_day(seen: Seen, since: int) -> Seen:
    """The same, of what has come since fact `since`, with the whole of each transaction in it."""
    touched = {one.tx for one in seen.facts[since:] if one.tx}
    facts = [one for one in seen.facts[:since] if one.tx in touched] + [*seen.facts[since:]]
    places = {story.place for story in stories(facts).values()}
    return replace(
        seen,
        facts=facts,
        bookings=[row for row in seen.bookings if (row.batch, row.trace) in places],
        marks=[mark for mark in seen.marks if _place_of(mark) in places],
        requests=[row for row in seen.requests if _place_of_row(row) in places],
        totals={},
    )


def _place_of(mark: Any) -> Place:
    named = getattr(mark, "asked", mark)
    return named.batch, named.trace


def _place_of_row(row: Row) -> Place:
    return int(row["batch"] or 0), int(row["trace"] or 0)


def _by_marks(rule: rules.Rule) -> Callable[[Seen], Breaches]:
    def check(seen: Seen) -> Breaches:
        return rule(seen.facts, seen.bookings, seen.marks)

    check.__name__ = rule.__name__
    return check


# a decline is judged by the bank's own list here, not by marks of what reached it
SHARED = tuple(rule for rule in rules.ALWAYS if rule is not rules.unknown_is_not_declined)
ALWAYS: tuple[Callable[[Seen], Breaches], ...] = (
    *(_by_marks(rule) for rule in SHARED),
    books_balance,
    the_bank_hears_once,
    a_decline_is_the_banks,
    totals_agree,
)
OF_A_DAY = tuple(check for check in ALWAYS if check.__name__ != "facts_are_unbroken")


def cash_is_counted(seen: Seen) -> Breaches:
    """I1, at rest. Cash of a refused contribution that was given back has no mark: `drawer_holds`
    sees the notes go.
    """
    refused = {
        one.tx
        for one in seen.facts
        if isinstance(one.fact, rules.f.ExceptionOpened)
        and one.fact.trouble is rules.f.Trouble.QUEUED_REFUSED
    }
    facts = [one for one in seen.facts if one.tx not in refused]
    return rules.cash_is_counted(facts, seen.bookings, seen.marks)


AT_REST: tuple[Callable[[Seen], Breaches], ...] = (
    *(_by_marks(rule) for rule in rules.AT_REST if rule is not rules.cash_is_counted),
    cash_is_counted,
    settlements_agree,
    details_agree,
    batches_are_settled_once,
)


def hold(seen: Seen, checks: Iterable[Callable[[Seen], Breaches]]) -> None:
    """Raises Violation at the first that does not hold."""
    for check in checks:
        breaches = check(seen)
        if breaches:
            raise Violation(check.__name__, "; ".join(breaches[:3]))
