"""One row a message: its codes, its fields asked and answered, and what it does to the books.

Sources: `county-wire.md`, table of services; `bank-wire.md` sections 4, 4.1 and 13. A new message
is a new row; which fields a word like `26.pin` means is told in `presence.py`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import TypedDict

from protocol.bank import presence
from protocol.bank.presence import Fields, When
from protocol.errors import OurMistake

REVERSAL_MTI = "0400"
NOT_IN_REVERSAL = (26, 35, 36, 37, 52, 53)


class Side(Enum):
    """Where a booking counts in the totals of DE48 (`bank-wire.md` section 10)."""

    NONE = "none"
    DEBIT = "debit"
    CREDIT = "credit"


class Origin(Enum):
    """Who computes a field's value."""

    ROW = "the message's row"
    PROFILE = "bank.toml"
    COUNTER = "the journal's counters"
    ENTRY = "how the card was read and whether a PIN was asked"
    CARD = "the card, through its reader"
    PAD = "the PIN pad"
    REQUEST = "what the villager and the operator want"
    RECORD = "the journal's facts of an earlier message"
    MAC_KEY = "the MacKey port, over all that stands before"
    BANK = "the bank"


# fmt: off
ORIGIN: Mapping[int, Origin] = {
    **dict.fromkeys((3, 25, 49), Origin.ROW),
    **dict.fromkeys((41, 42, 46, 63), Origin.PROFILE),
    **dict.fromkeys((11, 60), Origin.COUNTER),
    **dict.fromkeys((22, 26, 53), Origin.ENTRY),
    **dict.fromkeys((2, 14, 23, 35, 36, 55), Origin.CARD),
    52: Origin.PAD,
    **dict.fromkeys((4, 62), Origin.REQUEST),
    **dict.fromkeys((48, 61), Origin.RECORD),
    64: Origin.MAC_KEY,
    **dict.fromkeys((12, 13, 15, 32, 37, 38, 39, 43, 44, 54, 56), Origin.BANK),
}
"""By data element. What comes from the bank and is asked again (12, 13, 32, 37, 38) is kept as a
fact; DE39 of a reversal is the engine's reason (`bank-wire.md` section 13).
"""

# Fields asked. `county-wire.md` "Messages": by stripe no 2, 14, 23; by chip those and 55.
COUNTER  = "3 11 22 25 41 42 49 60 64"
CARD     = COUNTER + " 2.chip 14.chip 23? 35.card 36? 53.card 55.chip"
WITH_PIN = CARD + " 26.pin 52.pin"
MANAGED  = "11 41 42 60"
DOWNLOAD = "11? 41 42 60 62?"
RECORDS  = "11 41 42 48 60"
CHIP_LOG = "2 4 11 22 23 41 42 55 60 62"
# Fields answered. DE64 is judged by the profile's rule on declines, not by presence.
TOLD     = "3? 11 12? 13? 15 25? 32? 37? 39 41 42 49? 55? 60 64?"
TOLD_OLD = TOLD + " 2? 14? 15? 23? 38? 43? 44? 56? 63?"  # `cup-classic`
MANAGED_TOLD  = "11 12? 13? 15? 32? 37? 39 41 42 60"
DOWNLOAD_TOLD = "11? 12? 13? 39 41 42 60 62?"
RECORDS_TOLD  = MANAGED_TOLD + " 48?"
# fmt: on


class Booked(TypedDict):
    """What the columns "reversible" and "totals side" of the sheet say together."""

    reversible: bool
    side: Side


@dataclass(frozen=True, slots=True)
class Row:
    """kind and network are 60.1 and 60.3. elements are the DE62 tags asked, queued those that
    follow when it was accepted while the link was down, told those answered; instead names a tag
    that may stand for another.
    """

    name: str
    mti: str
    de3: str
    kind: str
    network: str
    asked: Fields
    answered: Fields
    elements: tuple[str, ...] = ()
    queued: tuple[str, ...] = ()
    told: tuple[str, ...] = ()
    instead: tuple[tuple[str, str], ...] = ()
    reversible: bool = False
    side: Side = Side.NONE

    @property
    def financial(self) -> bool:
        """It has a processing code, tells how the card was read, and carries a MAC."""
        return 64 in self.asked

    @property
    def by_card(self) -> bool:
        """The card is read at the counter."""
        return self.asked.get(35) is When.CARD

    @property
    def amount(self) -> bool:
        """DE4 is sent and echoed."""
        return self.asked.get(4) is When.ALWAYS


def _row(
    name: str,
    codes: str,
    asked: str,
    answered: str,
    elements: str = "",
    told: str = "",
    *,
    queued: tuple[str, ...] = (),
    instead: tuple[tuple[str, str], ...] = (),
    reversible: bool = False,
    side: Side = Side.NONE,
) -> Row:
    """codes: MTI, DE3 or `-`, 60.1, 60.3. DE62 stands where the row names elements."""
    mti, de3, kind, network = codes.split()
    return Row(
        *(name, mti, de3.strip("-"), kind, network),
        presence.fields(asked + (" 62" if elements else "")),
        presence.fields(answered + (" 62?" if told else "")),
        elements=tuple(elements.split()),
        told=tuple(told.split()),
        queued=queued,
        instead=instead,
        reversible=reversible,
        side=side,
    )


DEBIT: Booked = {"reversible": True, "side": Side.DEBIT}
CREDIT: Booked = {"reversible": True, "side": Side.CREDIT}
CARD4, COUNTER4, TOLD4 = WITH_PIN + " 4", COUNTER + " 4", TOLD + " 4"

# fmt: off
ROWS = (
    # the county's services; DE62 asked, then answered
    _row("withdrawal", "0200 010000 01 111", CARD4, TOLD4 + " 2? 38?", "FE", "FE", **DEBIT),
    _row("balance", "0200 310000 01 000", WITH_PIN, TOLD + " 54.ok"),
    _row("pension_arrivals", "0200 380000 85 000", WITH_PIN, TOLD, "", "AL"),
    _row("contribution_query", "0200 390000 80 000", COUNTER, TOLD,
         "ID SC", "ID NM ST TW PD YS BL TL SB HN", instead=(("ID", "HB"),)),
    _row("contribution_card", "0200 500000 81 000", CARD4, TOLD4,
         "ID YR TR PR IK", "RN SB PA", **DEBIT),
    _row("contribution_cash", "0200 500000 82 000", COUNTER4, TOLD4,
         "ID YR TR PR IK", "RN SB PA", queued=("QD",), **CREDIT),
    _row("payee_query", "0200 390000 83 000", COUNTER4, TOLD4, "AC", "NM BN FE"),
    _row("transfer", "0200 400000 47 000", CARD4, TOLD4, "AC NM FE", "FE", **DEBIT),
    _row("remittance", "0200 210000 84 000", COUNTER4, TOLD4, "AC NM PH FE", "FE", **CREDIT),
    _row("loss_report", "0200 900000 87 000", COUNTER, TOLD, "ID PH", "CR RN"),
    _row("card_collection", "0200 910000 88 000", CARD, TOLD, "ID CN", "RN"),
    _row("sms_notice", "0200 920000 89 000", WITH_PIN, TOLD, "PH"),
    _row("pin_change", "0200 700000 90 000", WITH_PIN, TOLD, "NP"),
    _row("identity_check", "0200 930000 91 000", COUNTER, TOLD, "ID NM HB", "ST"),
    _row("fee_table", "0800 - 00 901", MANAGED, MANAGED_TOLD, "FV", "FV FT"),
    # keys, batch and day
    _row("sign_in", "0800 - 00 003", MANAGED + " 46? 53? 62? 63",
         MANAGED_TOLD + " 12.ok 13.ok 37.ok 46? 56? 62.ok"),
    _row("sign_out", "0820 - 00 002", MANAGED + " 63?", MANAGED_TOLD),
    _row("echo", "0820 - 00 301", "11? 41 42 60", DOWNLOAD_TOLD),
    _row("settlement", "0500 - 00 201", MANAGED + " 48 49 63", MANAGED_TOLD + " 39? 48? 49?"),
    _row("batch_upload", "0320 - 00 201", RECORDS, RECORDS_TOLD),
    _row("batch_end", "0320 - 00 202", RECORDS, RECORDS_TOLD),
    _row("batch_end_balanced", "0320 - 00 207", RECORDS, RECORDS_TOLD),
    _row("batch_chip", "0320 - 00 203", CHIP_LOG, RECORDS_TOLD),
    _row("batch_chip_failed", "0320 - 00 204", CHIP_LOG, RECORDS_TOLD),
    _row("batch_chip_unbalanced", "0320 - 00 205", CHIP_LOG, RECORDS_TOLD),
    _row("batch_chip_risk", "0320 - 00 206", CHIP_LOG, RECORDS_TOLD),
    # what the terminal fetches
    _row("parameters", "0800 - 00 360", DOWNLOAD, DOWNLOAD_TOLD),
    _row("parameters_end", "0800 - 00 361", DOWNLOAD, DOWNLOAD_TOLD),
    _row("status", "0820 - 00 362", DOWNLOAD, DOWNLOAD_TOLD),
    _row("ca_keys_query", "0820 - 00 372", DOWNLOAD, DOWNLOAD_TOLD),
    _row("ca_key", "0800 - 00 370", DOWNLOAD, DOWNLOAD_TOLD),
    _row("ca_keys_end", "0800 - 00 371", DOWNLOAD, DOWNLOAD_TOLD),
    _row("aids_query", "0820 - 00 382", DOWNLOAD, DOWNLOAD_TOLD),
    _row("aid", "0800 - 00 380", DOWNLOAD, DOWNLOAD_TOLD),
    _row("aids_end", "0800 - 00 381", DOWNLOAD, DOWNLOAD_TOLD),
    _row("blocked_cards", "0800 - 00 390", DOWNLOAD, DOWNLOAD_TOLD),
    _row("blocked_cards_end", "0800 - 00 391", DOWNLOAD, DOWNLOAD_TOLD),
    # the CUP sheet's own services
    _row("sale", "0200 000000 22 000", CARD4, TOLD_OLD + " 4", **DEBIT),
    _row("void", "0200 200000 23 000",
         COUNTER4 + " 2? 14? 23? 26.pin 35? 36? 37 38? 52.pin 53? 61", TOLD_OLD + " 4", **CREDIT),
    _row("refund", "0220 200000 25 000",
         COUNTER4 + " 2? 14? 23? 26? 35? 36? 37 52? 53? 55? 61 63", TOLD_OLD + " 4",
         side=Side.CREDIT),
    _row("offline_sale", "0220 000000 30 000", COUNTER4 + " 2 12 13 14 38? 61 63",
         TOLD_OLD + " 4", side=Side.DEBIT),
    # DE3 and DE25 are the original's; a balance had no DE4, only some answers have DE32 and DE38
    _row("script_result", "0620 - 00 951", COUNTER + " 2 4? 23? 32? 37 38? 55 61",
         MANAGED_TOLD + " 64?"),
)
# fmt: on
BY_NAME: Mapping[str, Row] = {row.name: row for row in ROWS}
BY_CODES: Mapping[tuple[str, str, str, str], Row] = {
    (row.mti, row.de3, row.kind, row.network): row for row in ROWS
}
assert len(BY_NAME) == len(BY_CODES) == len(ROWS)


def answer_mti(mti: str) -> str:
    """The reply's message type: request + 10."""
    return f"{int(mti) + 10:04d}"


def reversal_of(row: Row) -> Fields:
    """The fields of a 0400 that undoes `row` (`bank-wire.md` section 4.1): as asked, with the
    reason, and a card's number instead of its tracks.
    """
    kept = {de: when for de, when in row.asked.items() if de not in NOT_IN_REVERSAL}
    if row.by_card:
        kept |= dict.fromkeys((14, 23, 38, 55), When.MAY_BE)
        kept[2] = When.CARD
    return dict(sorted({**kept, 39: When.ALWAYS, 61: When.MAY_BE}.items()))


def check(name: str, row: Fields, present: Collection[int], holds: Collection[When]) -> None:
    """A message of ours has what its row says. Raises OurMistake naming the field."""
    lacking = presence.missing(row, present, holds)
    if lacking is not None:
        raise OurMistake(f"{name}: field {lacking} is missing")
    alien = presence.out_of_place(row, present, holds)
    if alien is not None:
        raise OurMistake(f"{name}: field {alien} does not belong in it")


def asking_mti(mti: str) -> str:
    """The request's message type of a request or an answer: 0210 gives 0200, 0830 gives 0820."""
    return f"{mti[:2]}{int(mti[2]) // 2 * 2}{mti[3]}"


def row_of(mti: str, de3: str, custom: str) -> Row | None:
    """The row that a request, an answer or a reversal is of; custom is DE60. None: no row.

    A script result has the original's DE3, a management message has none.
    """
    asked = asking_mti(mti)
    codes = ("0200" if asked == REVERSAL_MTI else asked, custom[:2], custom[8:11])
    for processing in (de3, ""):
        if row := BY_CODES.get((codes[0], processing, *codes[1:])):
            return row
    return None
