"""Processing restrictions (`emv.md` section 10): is this card, here and today, meant for this?"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from protocol.emv.bits import Tvr, UsageControl
from protocol.emv.certificates import CENTURY_TURNS
from protocol.emv.profile import CASH_TYPE, CASHBACK_TYPE, GOODS_TYPE, Profile, Transaction
from protocol.errors import PeerMistake

# Transaction type: what the card's issuer must allow (either bit), at home and abroad.
ALLOWED = {
    CASH_TYPE: (UsageControl.DOMESTIC_CASH, UsageControl.INTERNATIONAL_CASH),
    GOODS_TYPE: (
        UsageControl.DOMESTIC_GOODS | UsageControl.DOMESTIC_SERVICES,
        UsageControl.INTERNATIONAL_GOODS | UsageControl.INTERNATIONAL_SERVICES,
    ),
    CASHBACK_TYPE: (UsageControl.DOMESTIC_CASHBACK, UsageControl.INTERNATIONAL_CASHBACK),
}


def restrict(card: Mapping[int, bytes], profile: Profile, txn: Transaction, version: bytes) -> Tvr:
    """The bits of TVR byte 2, but for "new card". version: 9F09 of the application's row."""
    found = Tvr(0)
    if card.get(0x9F08, version) != version:
        found |= Tvr.VERSIONS_DIFFER
    if 0x5F25 in card and _day(card[0x5F25]) > txn.day:
        found |= Tvr.NOT_YET_EFFECTIVE
    if _day(card[0x5F24]) < txn.day:
        found |= Tvr.EXPIRED
    if 0x9F07 in card and not _service_allowed(card, profile, txn):
        found |= Tvr.SERVICE_NOT_ALLOWED
    return found


def _service_allowed(card: Mapping[int, bytes], profile: Profile, txn: Transaction) -> bool:
    control = UsageControl(int.from_bytes(card[0x9F07], "big"))
    if not control & (UsageControl.ATM if profile.atm else UsageControl.NOT_ATM):
        return False
    if 0x5F28 not in card or txn.type not in ALLOWED:
        return True
    domestic, international = ALLOWED[txn.type]
    return bool(control & (domestic if card[0x5F28] == profile.country else international))


def _day(yymmdd: bytes) -> date:
    """The day; 00 as day of month is not one. PeerMistake("format")."""
    digits = yymmdd.hex()
    century = 2000 if int(digits[:2]) < CENTURY_TURNS else 1900
    try:
        return date(century + int(digits[:2]), int(digits[2:4]), int(digits[4:]))
    except ValueError:
        raise PeerMistake("format", detail="date") from None
