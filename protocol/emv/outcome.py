"""How a chip transaction ends, and what is kept of it (`emv.md` sections 2.2 and 18)."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

from protocol.emv.bits import CID_TYPE, CryptogramType, CvmResults, Tsi, Tvr
from protocol.values import Fen, Pan


class OutcomeKind(Enum):
    CARD_BLOCKED = "card blocked"
    NOT_ACCEPTED = "not accepted"
    CARD_ERROR = "card error"  # malformed data: no fallback
    CARD_MUTE = "card mute"  # try again, then fall back if the bank allows it
    CANCELLED = "cancelled"
    DECLINED_OFFLINE = "declined offline"
    DECLINED = "declined"
    APPROVED = "approved"  # the only one after which cash is given
    REVERSE = "reverse"


class Reversal(Enum):
    """DE39 of a reversal (section 17)."""

    CARD_REFUSED = "06"  # also: an answer that could not be read
    TERMINAL_FAULT = "96"
    NO_ANSWER = "98"
    BAD_MAC = "A0"


class Ended(Exception):
    """A phase found the end of the transaction before anything was sent. Stays in the kernel."""

    def __init__(self, kind: OutcomeKind, reason: str) -> None:
        super().__init__(reason)
        self.kind = kind
        self.reason = reason


@dataclass(frozen=True, slots=True)
class ChipRecord:
    """What journal and slip keep of the chip: no track, no clear PAN, no cryptogram input."""

    aid: bytes
    label: str
    pan: Pan | None
    psn: str
    cdol1_data: bytes = field(repr=False)
    atc: bytes
    tvr: Tvr
    tsi: Tsi
    cvm: CvmResults
    iad: bytes
    cryptogram: bytes
    cid: int | None  # 9F27; None before the first cryptogram
    amount_fen: Fen
    other_fen: Fen
    day: str  # YYMMDD
    clock: str  # HHMMSS
    script_results: bytes

    @property
    def cryptogram_type(self) -> CryptogramType | None:
        return None if self.cid is None else CryptogramType(self.cid & CID_TYPE)


@dataclass(frozen=True, slots=True)
class Outcome:
    """The end. reasons: for the technician, without card data.

    reversal: DE39 of the reversal that is due, with reversal_de55 for its field 55.
    script_upload: field 55 of the 0620 that reports the issuer's scripts, empty when none ran.
    """

    kind: OutcomeKind
    reasons: tuple[str, ...]
    data: ChipRecord
    reversal: Reversal | None = None
    reversal_de55: bytes = field(default=b"", repr=False)
    script_upload: bytes = field(default=b"", repr=False)
