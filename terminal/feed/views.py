"""What the engine shows and what a screen may ask: the messages of the socket, as frozen values.

A view is the whole truth a screen needs; it never holds a clear PAN, a PIN, a track or an identity
number (I7). A command names the view it answers: the engine drops one that answers an older view,
so a key pressed twice, or on a stale screen, does nothing. Names of participants are in a view
only while the villager confirms them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

from terminal.i18n import CHINESE, Language

VERSION = 4  # of these messages; a screen of another version says so and ends
AFTER_RESTART = "after_restart"  # `DealView.reason` of what a restart has brought back


class Page(Enum):
    """Which question or answer stands on the screen: a total function of the engine's state."""

    LOCKED = "locked"  # nobody signed in: number, then PIN
    UNLOCK = "unlock"  # the account manager: which number is to be let in again
    OPEN_SHIFT = "open_shift"  # count of the opening cash
    HOME = "home"
    BLOCKED = "blocked"  # preflight: what is missing and what to do
    AMOUNT = "amount"
    CARD = "card"
    APPLICATION = "application"  # the chip has several: which one
    PIN = "pin"
    CHIP = "chip"  # the chip is at work: the card must stay in
    LEAVING = "leaving"  # cancelled; waiting for the device to let go
    WAIT = "wait"  # in flight: no key
    APPROVED = "approved"  # withdrawal: hand over the cash
    DECLINED = "declined"
    NOT_SENT = "not_sent"
    UNKNOWN = "unknown"
    STOPPED = "stopped"  # ended before anything was sent
    CANCELLED = "cancelled"  # approved, cash not handed over: being undone
    QUEUED = "queued"  # 待上传: a contribution in cash that the bank will be told of later
    PERSON = "person"  # identity number of the participant
    ECHO = "echo"  # the bank's echo, confirmed by the villager
    YEAR = "year"
    TIER = "tier"
    PAYER = "payer"
    MEANS = "means"  # by card or in cash
    COUNT = "count"  # cash is counted before the request
    VOUCHER = "voucher"  # contribution approved
    BALANCE = "balance"
    SETTLEMENT = "settlement"  # totals here and at the bank


class Act(Enum):
    """What a screen may ask of the engine; in brackets the form of `Command.value`."""

    SIGN_ON = "sign_on"  # ["NN nonce proof"], see terminal.people.proof
    UNLOCK = "unlock"  # ["NN"], the account manager's only act
    LOCK = "lock"
    OPEN_SHIFT = "open_shift"  # [count]: fen, or by denomination as in `10000x80,50x3`
    CLOSE_SHIFT = "close_shift"  # [count] or [count, space, why it differs]
    SETTLEMENT = "settlement"  # look at the batch
    SETTLE = "settle"  # close it with the bank
    HAND_OVER = "hand_over"  # [NN of the next operator, space, as CLOSE_SHIFT]
    CASH_MOVED = "cash_moved"  # [fen, space, value of facts.WhyCashMoved]
    WITHDRAWAL = "withdrawal"
    CONTRIBUTION = "contribution"
    BALANCE = "balance"
    AMOUNT = "amount"  # [fen]
    PERSON = "person"  # [identity number]
    APPLICATION = "application"  # [1 to 9: of those that the card has]
    CONFIRM = "confirm"
    YEAR = "year"  # [YYYY]
    TIER = "tier"  # [fen of the tier] or [fen of the tier, space, fen paid now]
    PAYER = "payer"  # [value of exchange.Payer]
    MEANS = "means"  # ["card" or "cash"]
    COUNTED = "counted"
    CASH_HANDED = "cash_handed"
    CASH_NOT_HANDED = "cash_not_handed"  # [value of facts.WhyNoCash]
    PRINT_AGAIN = "print_again"
    TRY_NOW = "try_now"  # the reversal
    CASH_RETURNED = "cash_returned"  # [tx]: of a queued contribution that the bank has refused
    CLOSE_EXCEPTION = "close_exception"  # [tx, the bank's reference, technician's NN, nonce, proof]
    CANCEL = "cancel"
    DONE = "done"  # an outcome is acknowledged


class Lamp(Enum):
    """State of one part in the top line."""

    GOOD = "good"
    LOW = "low"  # works, but not much longer: the paper's only
    TROUBLE = "trouble"
    OFF = "off"


@dataclass(frozen=True, slots=True)
class Bar:
    """The top line."""

    station: str  # name
    terminal: str  # number
    operator: str  # "01", "" when locked
    operator_name: str
    link: Lamp
    paper: Lamp
    pad: Lamp
    reader: Lamp
    reversals_open: int


@dataclass(frozen=True, slots=True)
class Alert:
    """Something that stays until dealt with. kind names its sentence; the rest fills it in."""

    kind: str  # reversal_open, cash_unconfirmed, signed_out, device_gone, paper_low, clock, …
    at_ms: int = 0
    amount_fen: int = 0
    card: str = ""
    detail: str = ""  # device or code


@dataclass(frozen=True, slots=True)
class Lack:
    """One thing that preflight misses; kind names its sentence and its remedy."""

    kind: (
        str  # paper_out, cover_open, printer, pad, reader, signed_out, reversal_open, cash, disk, …
    )
    detail: str = ""


@dataclass(frozen=True, slots=True)
class PersonView:
    """A participant while the villager confirms; number is masked."""

    number: str
    name: str
    status: str
    township: str  # name
    paid: tuple[tuple[int, int], ...]  # (year, fen)
    account_fen: int
    subsidy_fen: int


@dataclass(frozen=True, slots=True)
class TierView:
    """A tier that may be chosen: what is left to pay for the year, and what it yields at 60."""

    tier_fen: int
    left_fen: int
    monthly_fen: int  # estimate of the monthly pension by the scheme's formula


@dataclass(frozen=True, slots=True)
class DealView:
    """The transaction on the screen, as far as it has come; what is not known yet is empty."""

    service: str  # exchange.Service
    amount_fen: int = 0
    fee_fen: int = 0
    card: str = ""  # masked
    trace: int = 0
    notes: tuple[tuple[int, int], ...] = ()  # banknotes to hand over: (fen, count)
    min_fen: int = 0
    max_fen: int = 0
    step_fen: int = 0
    tries: int = 0  # swipes and insertions so far
    apps: tuple[str, ...] = ()  # of the chip, to choose from
    reason: str = ""  # why it stopped, or why the last input was refused: names a sentence
    code: str = ""  # DE39
    code_text: str = ""  # in Chinese, as the profile has it
    rrn: str = ""
    since_ms: int = 0  # in flight since (station time)
    wait_s: int = 0  # at most
    waited_s: int = 0  # in vain, to the end; 0 when it did not come to that
    reversal_tries: int = 0
    reversal_next_ms: int = 0  # 0: being tried now
    reversal_code: str = ""  # the bank's last answer to the reversal
    reversed: bool = False
    person: PersonView | None = None
    years: tuple[int, ...] = ()
    tiers: tuple[TierView, ...] = ()
    year: int = 0
    tier_fen: int = 0
    payer: str = ""  # value of exchange.Payer
    in_cash: bool = False
    receipt_number: str = ""
    paid_already: str = ""
    balance_fen: int | None = None
    slip: str = ""  # "", printing, printed, uncertain, or the name of a drivers.api.Fault


@dataclass(frozen=True, slots=True)
class SideView:
    """Totals of a batch on one side: fen and bookings."""

    debit_fen: int
    debit_count: int
    credit_fen: int
    credit_count: int


@dataclass(frozen=True, slots=True)
class BatchView:
    """The batch that may be settled, or that of the last settlement while it is looked at.

    stage is that of the message under way (flow.Stage), "ended" for none; differences are
    (trace, fen here, fen at the bank).
    """

    batch: int
    ours: SideView
    stage: str = "ended"
    theirs: SideView | None = None
    over: bool = False
    next_batch: int = 0
    differences: tuple[tuple[int, int, int], ...] = ()
    uploaded: int = 0
    next_try_ms: int = 0
    slip: str = ""  # as in `DealView.slip`


@dataclass(frozen=True, slots=True)
class View:
    serial: int
    page: Page
    at_ms: int = field(compare=False)  # the station's corrected time (UTC): no news by itself
    bar: Bar
    alerts: tuple[Alert, ...] = ()
    lacks: tuple[Lack, ...] = ()
    deal: DealView | None = None
    batch: BatchView | None = None  # on SETTLEMENT
    drawer_fen: int = 0
    withdrawals: int = 0  # today
    contributions: int = 0
    phone: str = ""  # consult phone of the profile
    note: str = ""  # what became of a sign-on, an unlocking, a count or a closing; then the detail
    others: tuple[tuple[str, str], ...] = ()  # on HOME: who may take over, number and name


@dataclass(frozen=True, slots=True)
class Command:
    view: int
    act: Act
    value: str = ""


@dataclass(frozen=True, slots=True)
class Question:
    """A query that changes nothing: "today", or "challenge" with the operator's number."""

    number: int  # comes back with the reply
    about: str
    value: str = ""
    language: Language = CHINESE  # of the screen: today's facts are told in it


@dataclass(frozen=True, slots=True)
class TodayItem:
    tx: int
    at_ms: int
    operator: str
    service: str
    amount_fen: int
    card: str  # masked card or masked identity number
    trace: int
    outcome: str  # deal.Outcome
    code: str
    cash: str  # "", handed, not_handed, taken, unconfirmed
    facts: tuple[str, ...] = ()  # in plain words, oldest first
    open: bool = False  # something about it is not settled yet
    trouble: str = ""  # facts.Trouble of an exception that is open
    closed: str = ""  # what closed it


@dataclass(frozen=True, slots=True)
class Today:
    """Today's transactions, and what is still open from the days before."""

    number: int
    items: tuple[TodayItem, ...]  # newest first


@dataclass(frozen=True, slots=True)
class Challenge:
    """What a screen needs to prove that it was given the operator's PIN."""

    number: int
    operator: str
    salt: str  # hex
    nonce: str  # hex
    memory_kib: int
    passes: int
    lanes: int


@dataclass(frozen=True, slots=True)
class Reprint:
    """A reprint of a transaction of today's list."""

    view: int
    tx: int


FromScreen = Command | Question | Reprint
FromEngine = View | Today | Challenge
