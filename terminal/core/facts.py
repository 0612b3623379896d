"""The facts (`money-safety.md`, "The facts"): what happened, never what is hoped. One class a name.

A fact holds secrets only as the classes of `protocol.values`; the journal seals them on the way to
disk. `Recorded` is a fact in its place. Ours beside the list of the sheet: `NotSent`, a request of
which no byte left, so that nothing is owed for it (ADR 0003); `Posted` and `PostAnswered`, the
signed POSTs that are no ISO 8583 message, since every byte sent has its fact; `TotalsCompared` and
`Differed`, what the bank has said of a batch that is being settled.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from protocol.values import IdNumber, Pan, PersonName
from terminal.core.exchange import Balance, Doubt, Entry, Payer, Service, Verdict


class WhyNoCash(Enum):
    """Why approved cash was not handed over."""

    LEFT = "left"  # the villager has gone
    NO_NOTES = "no_notes"  # no notes in the drawer
    CHANGED_MIND = "changed_mind"
    OTHER = "other"


class SlipKind(Enum):
    """Which paper (`station-day.md`, "Paper")."""

    STORE_COPY = "store_copy"  # 商户存根
    CUSTOMER_COPY = "customer_copy"  # 持卡人联
    VOUCHER = "voucher"  # 缴费凭证
    DECLINED = "declined"
    UNKNOWN = "unknown"  # 结果未知
    REVERSAL = "reversal"  # 冲正
    BALANCE = "balance"
    PROVISIONAL = "provisional"  # 待上传: cash taken, the bank not told yet
    EXCEPTION = "exception"  # 异常: only the bank's statement can answer
    SETTLEMENT = "settlement"  # 结算单
    SHIFT = "shift"  # 交班单


class PostKind(Enum):
    """Signed POSTs beside ISO 8583 (`county-wire.md`)."""

    CHECKPOINT = "checkpoint"
    STATEMENT = "statement"


class PostSays(Enum):
    """What matters of the bank's answer to a signed POST."""

    WITNESSED = "witnessed"  # our checkpoint is stored
    ELSEWHERE = "elsewhere"  # the bank's last checkpoint is another one of ours
    ROLLED_BACK = "rolled_back"  # the bank has seen facts that are not in this journal
    BOOKED = "booked"
    NOT_BOOKED = "not_booked"
    LISTED = "listed"  # a batch's bookings


class WhyCashMoved(Enum):
    """Why cash went into the drawer or out of it beside the villagers' (`station-day.md`)."""

    DELIVERED = "delivered"  # in: the bank has brought it
    BANKED = "banked"  # out: carried to the bank


@dataclass(frozen=True, slots=True)
class StationOpened:
    version: str
    configuration: str  # SHA-256 over the configuration files, hex


@dataclass(frozen=True, slots=True)
class OperatorSignedIn:
    number: str


@dataclass(frozen=True, slots=True)
class OperatorSignedOut:
    number: str


@dataclass(frozen=True, slots=True)
class OperatorLocked:
    number: str
    until_ms: int  # 0: until the account manager unlocks


@dataclass(frozen=True, slots=True)
class OperatorUnlocked:
    """The failures of a number are forgotten, at the word of the account manager `by`."""

    number: str
    by: str


@dataclass(frozen=True, slots=True)
class Refused:
    """Somebody known wanted what their role may not do (权限)."""

    what: str  # value of feed.views.Act
    number: str


@dataclass(frozen=True, slots=True)
class ShiftOpened:
    """开班. notes is a count by denomination, in fen: `10000x80,50x3`; "" where a sum was keyed."""

    float_fen: int
    notes: str = ""


@dataclass(frozen=True, slots=True)
class ShiftHandedOver:
    """交接: `to` goes on with what was counted; expected is derived from the facts, never typed."""

    to: str
    expected_fen: int
    counted_fen: int
    why: str = ""  # of a variance
    notes: str = ""


@dataclass(frozen=True, slots=True)
class ShiftClosed:
    """关班: the drawer is counted and put away."""

    expected_fen: int
    counted_fen: int
    why: str = ""
    notes: str = ""


@dataclass(frozen=True, slots=True)
class CashMoved:
    """Cash brought into the drawer (positive) or taken out of it, and no villager's."""

    amount_fen: int
    why: WhyCashMoved


@dataclass(frozen=True, slots=True)
class SignedIn:
    """签到: the bank's open batch, check values of the working keys, the accounting day (MMDD)."""

    batch: int
    pin_kcv: str
    mac_kcv: str
    bank_day: str
    offset_ms: int  # bank time minus ours


@dataclass(frozen=True, slots=True)
class Requested:
    """A request about to leave: all that its reversal needs, never a track or a PIN block."""

    service: Service
    trace: int
    batch: int
    terminal_seq: int
    entry: Entry = Entry.NONE
    amount_fen: int = 0
    fee_fen: int = 0
    pan: Pan | None = None
    expiry: str = ""
    person: IdNumber | None = None
    name: PersonName | None = None
    township: str = ""
    year: int = 0
    tier_fen: int = 0
    payer: Payer | None = None
    idempotency_key: str = ""
    bank_day: str = ""  # DE15 of the last verified answer before this request
    psn: str = ""  # of a chip card, DE23
    aid: str = ""  # hex, as all that follows
    label: str = ""
    chip: str = ""  # DE55: cryptogram, counters and results, no card number
    chip_undo: str = ""  # DE55 of the reversal, should no answer come


@dataclass(frozen=True, slots=True)
class NotSent:
    why: str


@dataclass(frozen=True, slots=True)
class Queued:
    """待上传: a cash contribution taken while the link is down. It has a trace of its own from here
    on, is forwarded until it is answered, and is never reversed (`money-safety.md`).
    """

    trace: int
    amount_fen: int
    person: IdNumber
    year: int
    tier_fen: int
    payer: Payer
    idempotency_key: str


@dataclass(frozen=True, slots=True)
class Forwarded:
    """A queued contribution is about to leave; the batch is that of the first forwarding, kept."""

    n: int
    batch: int
    terminal_seq: int
    bank_day: str = ""


@dataclass(frozen=True, slots=True)
class Posted:
    """A signed POST beside ISO 8583 is about to leave: its HTTP sequence number is spent (I4)."""

    kind: PostKind
    terminal_seq: int


@dataclass(frozen=True, slots=True)
class PostAnswered:
    """The verified answer to it."""

    kind: PostKind
    says: PostSays
    size: int = 0  # of a checkpoint: facts that the bank has seen


@dataclass(frozen=True, slots=True)
class Answered:
    """A verified answer. A balance is told, never written."""

    code: str
    verdict: Verdict
    text: str
    rrn: str = ""
    authorisation: str = ""
    bank_day: str = ""
    bank_date: str = ""  # MMDD
    bank_time: str = ""  # hhmmss
    receipt_number: str = ""
    subsidy_fen: int = 0
    paid_already: str = ""


@dataclass(frozen=True, slots=True)
class ChipEnded:
    """What the card said to the bank's answer. Only one that agreed (TC) lets an approval count.

    tvr, tsi, cryptogram: hex. undo is DE55 of the reversal, scripts what the notice of the issuer's
    scripts (0620) will carry, "" where none ran.
    """

    agreed: bool
    why: str = ""
    tvr: str = ""
    tsi: str = ""
    cryptogram: str = ""
    undo: str = ""
    scripts: str = ""


@dataclass(frozen=True, slots=True)
class InDoubt:
    """No valid answer: a reversal is owed from here on."""

    reason: Doubt
    why: str


@dataclass(frozen=True, slots=True)
class CashHanded:
    amount_fen: int


@dataclass(frozen=True, slots=True)
class CashNotHanded:
    """The debit stands and must be undone: a reversal is owed from here on."""

    why: WhyNoCash


@dataclass(frozen=True, slots=True)
class CashTaken:
    amount_fen: int


@dataclass(frozen=True, slots=True)
class SlipPrinted:
    slip: SlipKind
    copy: int  # 1 is the first; later ones say 重打印
    whole: bool  # False: sent, but the printer did not confirm


@dataclass(frozen=True, slots=True)
class ReversalSent:
    n: int
    terminal_seq: int


@dataclass(frozen=True, slots=True)
class ReversalAnswered:
    code: str  # "" when no byte left or nothing valid came
    text: str
    bank_day: str = ""


@dataclass(frozen=True, slots=True)
class Reversed:
    """The debit is undone, or there was nothing to undo."""


@dataclass(frozen=True, slots=True)
class LateReply:
    code: str


class Trouble(Enum):
    """What an exception is about."""

    REVERSAL_UNANSWERED = "reversal_unanswered"  # still tried
    REVERSAL_TOO_LATE = "reversal_too_late"  # the bank's day has changed: the statement must answer
    QUEUED_REFUSED = "queued_refused"  # cash was taken, and the bank will not book it


@dataclass(frozen=True, slots=True)
class ExceptionOpened:
    trouble: Trouble


@dataclass(frozen=True, slots=True)
class ExceptionClosed:
    """by is what closed it; of a bank's reference the number, and the technician who was there."""

    by: str
    reference: str = ""
    technician: str = ""


@dataclass(frozen=True, slots=True)
class SettlementStarted:
    """批结算: the batch is frozen with our totals, before the bank is asked. Its own sequence is
    the tx of all that follows.
    """

    batch: int
    debit_fen: int
    debit_count: int
    credit_fen: int
    credit_count: int


@dataclass(frozen=True, slots=True)
class TotalsCompared:
    """对账: the bank's flag, and its totals."""

    balance: Balance
    debit_fen: int
    debit_count: int
    credit_fen: int
    credit_count: int


@dataclass(frozen=True, slots=True)
class Differed:
    """A booking that the bank's statement has otherwise; 0: one side does not have it."""

    trace: int
    ours_fen: int
    bank_fen: int


@dataclass(frozen=True, slots=True)
class BatchUploaded:
    """批上送: the bank has had these transactions' details (sequences as in `DayHead.book`)."""

    deals: str
    code: str


@dataclass(frozen=True, slots=True)
class Settled:
    """The batch is over, with both totals; what follows belongs to next_batch."""

    batch: int
    next_batch: int
    balanced: bool
    debit_fen: int
    debit_count: int
    credit_fen: int
    credit_count: int
    bank_debit_fen: int
    bank_debit_count: int
    bank_credit_fen: int
    bank_credit_count: int


@dataclass(frozen=True, slots=True)
class ClockMoved:
    from_ms: int
    to_ms: int


@dataclass(frozen=True, slots=True)
class DayHead:
    """A signed head over the `size` facts before it, and what a restart goes on from.

    note is the checkpoint (`security.md` section 7). frontier: roots of the perfect subtrees, hex,
    joined by commas. carried: the ledger's counters. book: sequences of the facts of transactions
    that are still in the book, e.g. `12-15,40,41`.
    """

    size: int
    root: str
    note: str
    frontier: str
    carried: str
    book: str


Fact = (
    StationOpened
    | OperatorSignedIn
    | OperatorSignedOut
    | OperatorLocked
    | OperatorUnlocked
    | Refused
    | ShiftOpened
    | ShiftHandedOver
    | ShiftClosed
    | CashMoved
    | SignedIn
    | Requested
    | NotSent
    | Queued
    | Forwarded
    | Posted
    | PostAnswered
    | Answered
    | ChipEnded
    | InDoubt
    | CashHanded
    | CashNotHanded
    | CashTaken
    | SlipPrinted
    | ReversalSent
    | ReversalAnswered
    | Reversed
    | LateReply
    | ExceptionOpened
    | ExceptionClosed
    | SettlementStarted
    | TotalsCompared
    | Differed
    | BatchUploaded
    | Settled
    | ClockMoved
    | DayHead
)


@dataclass(frozen=True, slots=True)
class Recorded:
    """A fact in its place: journal sequence, UTC ms, who, and the transaction it belongs to.

    A transaction's id is the journal sequence of its `Requested`; 0 where there is none.
    """

    seq: int
    at_ms: int
    operator: str
    tx: int
    fact: Fact
