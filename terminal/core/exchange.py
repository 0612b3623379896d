"""What the core says to the bank and hears from it, in words of the trade and not of the dialect.

`protocol.bank` turns an `Ask` into a frame and a frame into an `Answer`; `terminal.bank` carries
them. The three ends of an exchange are kept apart (I8): `NotSent` (no byte of the request left),
`Answer` (verified), `Unknown` (everything else; never a decline).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple

from protocol.values import IdNumber, Pan, PersonName, PinBlock, Track2, Track3
from terminal.core.particulars import NO_PARTICULARS, NOTHING_TOLD, Particulars, Told


class Service(Enum):
    """What is asked for; the rows of `county-wire.md` "Messages"."""

    SIGN_IN = "sign_in"
    ECHO = "echo"
    WITHDRAWAL = "withdrawal"
    BALANCE = "balance"
    CONTRIBUTION_QUERY = "contribution_query"
    CONTRIBUTION_CARD = "contribution_card"
    CONTRIBUTION_CASH = "contribution_cash"
    SETTLEMENT = "settlement"
    BATCH_UPLOAD = "batch_upload"
    BATCH_END = "batch_end"
    BATCH_END_BALANCED = "batch_end_balanced"
    BATCH_CHIP = "batch_chip"
    BATCH_CHIP_UNBALANCED = "batch_chip_unbalanced"
    SIGN_OUT = "sign_out"
    PENSION_ARRIVALS = "pension_arrivals"
    PAYEE_QUERY = "payee_query"
    TRANSFER = "transfer"
    REMITTANCE = "remittance"
    LOSS_REPORT = "loss_report"
    CARD_COLLECTION = "card_collection"
    SMS_NOTICE = "sms_notice"
    PIN_CHANGE = "pin_change"
    IDENTITY_CHECK = "identity_check"
    VOID = "void"
    SCRIPT_RESULT = "script_result"
    FEE_TABLE = "fee_table"
    PARAMETERS = "parameters"
    PARAMETERS_END = "parameters_end"
    STATUS = "status"
    CA_KEYS_QUERY = "ca_keys_query"
    CA_KEY = "ca_key"
    CA_KEYS_END = "ca_keys_end"
    AIDS_QUERY = "aids_query"
    AID = "aid"
    AIDS_END = "aids_end"


SETTLES = frozenset(
    {
        *(Service.SETTLEMENT, Service.BATCH_UPLOAD, Service.BATCH_END),
        *(Service.BATCH_END_BALANCED, Service.BATCH_CHIP, Service.BATCH_CHIP_UNBALANCED),
    }
)
"""What closes a batch (批结算): no money moves by it."""
MOVES_MONEY = frozenset({Service.WITHDRAWAL, Service.CONTRIBUTION_CARD, Service.CONTRIBUTION_CASH})
"""Services whose missing answer owes a reversal."""


class Totals(NamedTuple):
    """What a batch comes to by side, in fen and in bookings."""

    debit_fen: int = 0
    debit_count: int = 0
    credit_fen: int = 0
    credit_count: int = 0


class Entry(Enum):
    """How the card number came in (DE22)."""

    STRIPE = "stripe"
    CHIP = "chip"
    NONE = "none"


class Payer(Enum):
    """Who pays a contribution (PR, 缴费人与参保人关系)."""

    SELF = "1"
    SPOUSE = "2"
    CHILD = "3"
    PARENT = "4"
    OTHER = "9"


@dataclass(frozen=True, slots=True)
class Arqc:
    """What a chip says for the request, no secret in it: DE55, DE55 of the reversal should no
    answer come, the application's AID and label (`emv.md` section 17).
    """

    de55: bytes
    undo: bytes
    aid: bytes
    label: str


@dataclass(frozen=True, slots=True)
class Card:
    """A card at the counter. A reversal has the PAN only, never tracks (`bank-wire.md` section
    13). psn: two digits of a chip card, "" where it has none. arqc: once the chip has signed.
    """

    pan: Pan
    expiry: str = ""
    track2: Track2 | None = None
    track3: Track3 | None = None
    entry: Entry = Entry.STRIPE
    psn: str = ""
    arqc: Arqc | None = None


@dataclass(frozen=True, slots=True)
class Detail:
    """One booking in a batch upload; pan None where there was no card."""

    trace: int
    amount_fen: int
    pan: Pan | None = None


@dataclass(frozen=True, slots=True)
class Ask:
    """One request. reversal_reason (98, A0, 96, 06) makes it the reversal of the request it
    repeats.

    terminal_seq is the HTTP sequence (RFC 9421 profile); trace and batch are DE11 and 60.2.
    """

    service: Service
    trace: int
    batch: int
    terminal_seq: int
    operator: str
    entry: Entry = Entry.NONE
    amount_fen: int | None = None
    fee_fen: int | None = None
    card: Card | None = None
    pin: PinBlock | None = None
    person: IdNumber | None = None
    year: int | None = None
    tier_fen: int | None = None
    payer: Payer | None = None
    idempotency_key: str | None = None  # IK, 16 hex digits
    queued_at: str | None = None  # QD, YYYYMMDDhhmmss in the county's time
    reversal_reason: str | None = None
    totals: Totals | None = None  # of a settlement
    details: tuple[Detail, ...] = ()  # of one message of a batch upload
    details_sent: int = 0  # of its end message: how many went before
    particulars: Particulars = NO_PARTICULARS


class Verdict(Enum):
    """What an answer code means for us (`bank-wire.md` section 12, column action)."""

    APPROVED = "approved"
    DECLINED = "declined"
    CAPTURE = "capture"  # declined; the rules would keep the card: ask, never force
    SIGN_IN_AGAIN = "sign_in_again"  # declined; keys or batch are stale
    WAIT = "wait"  # declined; try later


@dataclass(frozen=True, slots=True)
class Participant:
    """A participant as the bank knows them (缴费查询). paid is (year, fen) pairs."""

    id_number: IdNumber
    name: PersonName
    status: str  # A contributing, P paused, R receiving, D deceased, N not known
    township: str
    paid: tuple[tuple[int, int], ...] = ()
    years_open: tuple[int, ...] = ()
    account_fen: int = 0
    tiers_fen: tuple[int, ...] = ()
    subsidy_fen: int = 0
    household: tuple[tuple[IdNumber, PersonName, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Paid:
    """What a station has collected of one person for one year; at_ms is the first payment's."""

    fen: int
    at_ms: int
    terminal: str


@dataclass(frozen=True, slots=True)
class WorkingKeys:
    """PIK and MAK of a sign-in as they came: encrypted, with their announced check values."""

    pin_key: bytes
    pin_kcv: bytes
    mac_key: bytes
    mac_kcv: bytes

    def __repr__(self) -> str:
        return f"<WorkingKeys pin {self.pin_kcv.hex()} mac {self.mac_kcv.hex()}>"


class Balance(Enum):
    """What the bank says of a batch's totals (对账), the worse of its two flags."""

    BALANCED = "1"
    NOT_BALANCED = "2"
    ERROR = "3"  # or no statement at all: the batch stays as it is


@dataclass(frozen=True, slots=True)
class Answer:
    """A verified answer. code is DE39; bank_day is the accounting day, DE15 (MMDD), "" without.

    bank_at_ms: the bank's own time (UTC ms) of the signed reply, None where the profile has none.
    text is the code in Chinese.
    """

    verdict: Verdict
    code: str
    text: str
    rrn: str = ""
    authorisation: str = ""
    bank_day: str = ""
    bank_date: str = ""  # DE13 MMDD
    bank_time: str = ""  # DE12 hhmmss
    batch: int = 0
    bank_at_ms: int | None = None
    balance_fen: int | None = None
    fee_fen: int | None = None
    receipt_number: str = ""
    subsidy_fen: int | None = None
    paid_already: str = ""  # PA: when and where
    participant: Participant | None = None
    keys: WorkingKeys | None = None
    totals: Totals | None = None  # the bank's own, in the answer to a settlement
    balance: Balance | None = None
    told: Told = NOTHING_TOLD


@dataclass(frozen=True, slots=True)
class NotSent:
    """No byte of the request left: nothing happened at the bank. why is for the log."""

    why: str


class Doubt(Enum):
    """Why an answer is missing; the value is the reversal's DE39 (`bank-wire.md` section 13)."""

    NO_ANSWER = (
        "98"  # nothing valid before the timer, cut short, unreadable, unsigned, wrong signature
    )
    WRONG_MAC = "A0"
    OUR_FAULT = "96"  # power, a fault of ours after a good answer
    OTHER = "06"


@dataclass(frozen=True, slots=True)
class Unknown:
    """The request may have been booked. why is for the log and carries no card data."""

    doubt: Doubt
    why: str


Reply = Answer | NotSent | Unknown


@dataclass(frozen=True, slots=True)
class HeadSeen:
    """The bank's answer to our checkpoint: taken, or not, and what it has (root: 32 bytes)."""

    accepted: bool
    size: int
    root: bytes


@dataclass(frozen=True, slots=True)
class Booking:
    """A line of the bank's statement."""

    trace: int
    batch: int
    date: str  # YYYY-MM-DD, accounting day
    service: str
    amount_fen: int
    fee_fen: int
    reversed: bool
    rrn: str


PostReply = HeadSeen | tuple[Booking, ...] | NotSent | Unknown
