"""Terminal risk management (`emv.md` section 12). With a floor limit of 0 all goes online."""

from __future__ import annotations

from protocol.emv import commands
from protocol.emv.bits import Aip, Tsi, Tvr
from protocol.emv.session import Phase, Session, send
from protocol.emv.tlv import only
from protocol.errors import PeerMistake

OK = 0x9000
ATC, LAST_ONLINE_ATC = 0x9F36, 0x9F13
LOWER_LIMIT, UPPER_LIMIT = 0x9F14, 0x9F23
BOTH_LIMITS = Tvr.LOWER_OFFLINE_LIMIT_EXCEEDED | Tvr.UPPER_OFFLINE_LIMIT_EXCEEDED


def manage_risk(s: Session) -> Phase[None]:
    """Exception file, floor limit, velocity: TVR bits, and the TSI."""
    if not s.aip & Aip.TERMINAL_RISK_MANAGEMENT:
        return
    s.tsi |= Tsi.TERMINAL_RISK_MANAGED
    if s.pan in s.profile.exception_file:
        s.tvr |= Tvr.ON_EXCEPTION_FILE
    if s.txn.amount_fen >= s.chosen.floor_limit_fen:
        s.tvr |= Tvr.FLOOR_LIMIT_EXCEEDED
    if LOWER_LIMIT in s.records and UPPER_LIMIT in s.records:
        counter = yield from _counter(s, ATC)
        last_online = yield from _counter(s, LAST_ONLINE_ATC)
        lower, upper = s.records[LOWER_LIMIT][0], s.records[UPPER_LIMIT][0]
        s.tvr |= velocity(counter, last_online, lower, upper)


def velocity(counter: int | None, last_online: int | None, lower: int, upper: int) -> Tvr:
    """The bits that the counters set. None: the card did not tell."""
    found = Tvr.NEW_CARD if last_online == 0 else Tvr(0)
    if counter is None or last_online is None or counter <= last_online:
        return found | BOTH_LIMITS
    if counter - last_online > lower:
        found |= Tvr.LOWER_OFFLINE_LIMIT_EXCEEDED
    if counter - last_online > upper:
        found |= Tvr.UPPER_OFFLINE_LIMIT_EXCEEDED
    return found


def _counter(s: Session, tag: int) -> Phase[int | None]:
    answer = yield from send(s, commands.get_data(tag))
    try:
        told, value = only(answer.data)
    except PeerMistake:
        return None
    if answer.sw != OK or told != tag or len(value) != 2:
        return None
    return int.from_bytes(value, "big")
