"""What can happen to a flow: already judged input, with all it needs in it. Nothing here knows a
clock.
"""

from __future__ import annotations

from dataclasses import dataclass

from protocol.values import IdNumber, PinBlock
from terminal.core.exchange import Answer, Booking, Card, Doubt, Participant, Payer, Totals
from terminal.core.facts import ChipEnded, WhyNoCash


@dataclass(frozen=True, slots=True)
class Moment:
    """What only the outside knows when an event happens.

    at_ms is the station's time: ours and offset_ms, what the bank's is ahead as far as it is known.
    seq is the journal sequence that the next fact will get; trace, batch and terminal_seq are
    those of the next request; operator is who is signed in; bank_day (MMDD) that of the last
    verified answer.
    """

    at_ms: int
    seq: int
    trace: int
    batch: int
    terminal_seq: int
    operator: str
    terminal: str
    bank_day: str = ""
    offset_ms: int = 0


# --- the operator


@dataclass(frozen=True, slots=True)
class AmountChosen:
    amount_fen: int


@dataclass(frozen=True, slots=True)
class InputRefused:
    """The last input breaks a rule; reason names the sentence and the question stays. paid_already
    says when and where, in the form of the bank's PA.
    """

    reason: str
    paid_already: str = ""


@dataclass(frozen=True, slots=True)
class PersonKeyed:
    number: IdNumber


@dataclass(frozen=True, slots=True)
class PersonKept:
    """Keyed while the bank can not be asked; the participant is what the county's rules allow, and
    the contribution will be queued.
    """

    participant: Participant


@dataclass(frozen=True, slots=True)
class UnsentButKept:
    """The query did not leave, and the county lets a cash contribution be queued."""

    why: str
    participant: Participant


@dataclass(frozen=True, slots=True)
class Confirmed:
    """The villager says that the bank's echo is right."""


@dataclass(frozen=True, slots=True)
class YearChosen:
    year: int


@dataclass(frozen=True, slots=True)
class TierChosen:
    """amount_fen is what is paid now: the rest of the tier, or less where that is allowed."""

    tier_fen: int
    amount_fen: int


@dataclass(frozen=True, slots=True)
class PayerChosen:
    payer: Payer


@dataclass(frozen=True, slots=True)
class ByCard:
    """The contribution is paid by the villager's card."""


@dataclass(frozen=True, slots=True)
class InCash:
    """The contribution is paid in cash."""


@dataclass(frozen=True, slots=True)
class CashCounted:
    """The operator has counted the villager's cash and it lies on the counter."""


@dataclass(frozen=True, slots=True)
class CashKept:
    """The cash is counted, and the bank will be told when the link is back (待上传)."""


@dataclass(frozen=True, slots=True)
class CashConfirmed:
    """The operator has handed the cash over."""


@dataclass(frozen=True, slots=True)
class CashRefused:
    why: WhyNoCash


@dataclass(frozen=True, slots=True)
class SlipAsked:
    """Print (again) what belongs to this outcome."""


@dataclass(frozen=True, slots=True)
class Cancel:
    """Esc: nothing has been sent, nothing will be."""


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """The outcome has been read."""


# --- devices


@dataclass(frozen=True, slots=True)
class CardRead:
    card: Card
    fee_fen: int


@dataclass(frozen=True, slots=True)
class SwipeFailed:
    """A bad swipe; another one may follow."""

    reason: str


@dataclass(frozen=True, slots=True)
class PinEntered:
    block: PinBlock


# --- the chip


@dataclass(frozen=True, slots=True)
class AppsFound:
    """The card has several applications, or one that wants a yes; names as the card writes them."""

    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AppChosen:
    index: int


@dataclass(frozen=True, slots=True)
class PinForChip:
    """The PIN is in; the card makes its cryptogram before the request can leave."""

    block: PinBlock


@dataclass(frozen=True, slots=True)
class ChipReady:
    """The card asks to go online (ARQC); card has all that the request needs."""

    card: Card


@dataclass(frozen=True, slots=True)
class ChipAgreed:
    """TC: the card takes the bank's approval."""

    ended: ChipEnded


@dataclass(frozen=True, slots=True)
class ChipRefused:
    """The card does not, is gone, or is mute: the approval must be undone (`emv.md` section 18)."""

    ended: ChipEnded
    doubt: Doubt


@dataclass(frozen=True, slots=True)
class DeviceEnded:
    """A device came back with nothing to go on with: cancelled, timed out, broken, or a card
    refused.
    """

    reason: str


# --- the bank


@dataclass(frozen=True, slots=True)
class Approved:
    answer: Answer


@dataclass(frozen=True, slots=True)
class ApprovedForChip:
    """Approved by the bank; the card has the last word."""

    answer: Answer


@dataclass(frozen=True, slots=True)
class Found:
    """The contribution query answered with a participant who may pay."""

    answer: Answer
    participant: Participant


@dataclass(frozen=True, slots=True)
class NotPayable:
    """The contribution query answered with somebody who has nothing to pay; reason says why."""

    answer: Answer
    reason: str


@dataclass(frozen=True, slots=True)
class Declined:
    answer: Answer


@dataclass(frozen=True, slots=True)
class Unsent:
    """No byte of the request left. why is for the log: a word, and after a colon what lies
    behind it.
    """

    why: str

    @property
    def word(self) -> str:
        """Names the sentence on the screen; of a closed set where the bank link said it."""
        return self.why.partition(":")[0]


@dataclass(frozen=True, slots=True)
class NoAnswer:
    doubt: Doubt
    why: str


@dataclass(frozen=True, slots=True)
class PowerRestored:
    """The engine has started again and resumed this flow from its facts."""


# --- sign-in and reversal


@dataclass(frozen=True, slots=True)
class SignInDue:
    """At start, on a stale key or batch, on a new day, or when the operator asks."""


@dataclass(frozen=True, slots=True)
class SignInFailed:
    """No answer, nothing sent, or a refusal (answer)."""

    answer: Answer | None


@dataclass(frozen=True, slots=True)
class Occasion:
    """A time to try a reversal: link up, sign-in, before another request, a timer, the operator."""


@dataclass(frozen=True, slots=True)
class PauseOver:
    """The pause between two tries of one occasion is over."""


@dataclass(frozen=True, slots=True)
class Undone:
    """The bank says that nothing is booked any more."""

    answer: Answer


@dataclass(frozen=True, slots=True)
class TooLate:
    """12 or 25 on what may be another accounting day: only the statement can answer."""

    answer: Answer


@dataclass(frozen=True, slots=True)
class KeysStale:
    """99, A0 or 77, or a reply whose MAC does not fit: sign in again, then repeat."""

    answer: Answer | None


@dataclass(frozen=True, slots=True)
class NotBooked:
    """The bank's statement does not list the trace, or lists it as reversed: nothing is debited."""


@dataclass(frozen=True, slots=True)
class StillBooked:
    """The bank's statement lists it: the debit stands until people settle it."""


@dataclass(frozen=True, slots=True)
class NoStatement:
    """The statement did not come."""


@dataclass(frozen=True, slots=True)
class Witnessed:
    """The bank has taken our checkpoint: it vouches for the first `size` facts from here on."""

    size: int


@dataclass(frozen=True, slots=True)
class WitnessElsewhere:
    """The bank's last checkpoint is another one of ours, at `size`: once more, from there."""

    size: int


@dataclass(frozen=True, slots=True)
class RolledBack:
    """The bank has seen facts that are not in this journal: an old disk, or a changed one."""

    size: int


@dataclass(frozen=True, slots=True)
class NotWitnessed:
    """No verified answer to our checkpoint."""


@dataclass(frozen=True, slots=True)
class TryFailed:
    """This try brought nothing final; another one of this occasion follows."""

    answer: Answer | None


@dataclass(frozen=True, slots=True)
class OccasionFailed:
    """The last try of this occasion brought nothing final."""

    answer: Answer | None


# --- settlement


@dataclass(frozen=True, slots=True)
class SettlementDue:
    """By the operator, on a new accounting day, on a full batch, or on a batch of the bank's that
    is not ours; batch is the bank's open one.
    """

    batch: int


@dataclass(frozen=True, slots=True)
class Balanced:
    """对账平: the batch is over on both sides."""

    totals: Totals


@dataclass(frozen=True, slots=True)
class BalancedButChips:
    """对账平, and the details of the chip bookings are still to go up."""

    totals: Totals


@dataclass(frozen=True, slots=True)
class NotBalanced:
    """对账不平: the details must go up."""

    totals: Totals


@dataclass(frozen=True, slots=True)
class BalanceUnknown:
    """The bank could not say; the batch stays as it is."""

    totals: Totals


@dataclass(frozen=True, slots=True)
class StatementListed:
    bookings: tuple[Booking, ...]


@dataclass(frozen=True, slots=True)
class DetailsTaken:
    """The bank has had the details of one message, whatever it makes of them (DE39)."""

    code: str


@dataclass(frozen=True, slots=True)
class BatchClosed:
    """The end message is answered."""


@dataclass(frozen=True, slots=True)
class BankMovedOn:
    """A sign-in names the next batch: the bank has settled this one."""


Event = (
    SignInDue
    | SignInFailed
    | Occasion
    | PauseOver
    | Undone
    | TooLate
    | KeysStale
    | NotBooked
    | StillBooked
    | NoStatement
    | Witnessed
    | WitnessElsewhere
    | RolledBack
    | NotWitnessed
    | SettlementDue
    | Balanced
    | BalancedButChips
    | NotBalanced
    | BalanceUnknown
    | StatementListed
    | DetailsTaken
    | BatchClosed
    | BankMovedOn
    | TryFailed
    | OccasionFailed
    | AmountChosen
    | InputRefused
    | PersonKeyed
    | PersonKept
    | UnsentButKept
    | Confirmed
    | YearChosen
    | TierChosen
    | PayerChosen
    | ByCard
    | InCash
    | CashCounted
    | CashKept
    | CashConfirmed
    | CashRefused
    | SlipAsked
    | Cancel
    | Acknowledged
    | CardRead
    | SwipeFailed
    | PinEntered
    | AppsFound
    | AppChosen
    | PinForChip
    | ChipReady
    | ChipAgreed
    | ChipRefused
    | DeviceEnded
    | Approved
    | ApprovedForChip
    | Found
    | NotPayable
    | Declined
    | Unsent
    | NoAnswer
    | PowerRestored
)
