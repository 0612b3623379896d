"""A card looked at without a transaction, for the technician: no cryptogram, no PIN, no secret.

Every application that the terminal accepts is opened, read and, on contacts, authenticated.
"""

from __future__ import annotations

from dataclasses import dataclass

from protocol.emv import oda, select
from protocol.emv.events import Candidate
from protocol.emv.gpo_read import TRACK2, get_processing_options, read_application
from protocol.emv.oda import Method, method_of
from protocol.emv.profile import Profile, Transaction
from protocol.emv.session import Phase, Session
from protocol.errors import PeerMistake
from protocol.values import Pan

# 9F66: qPBOC, contact, online PIN; an online cryptogram is required, so no card approves anything.
CONTACTLESS_QUALIFIERS = bytes.fromhex("34800000")


@dataclass(frozen=True, slots=True)
class Seen:
    """One application. trouble: what kept it from being read. Dates are YYMMDD, "" when not told.

    method: the best both sides know; authenticated: None when it was not tried, or when only its
    certificates were (CDA signs cryptograms, and none is asked for).
    """

    name: bytes
    label: str
    priority: int
    trouble: str = ""
    pan: Pan | None = None
    psn: str = ""
    effective: str = ""
    expires: str = ""
    method: Method | None = None
    authenticated: bool | None = None
    why_not: str = ""


def look(profile: Profile, txn: Transaction) -> Phase[tuple[Seen, ...]]:
    """The applications of a card in the slot. Ended when there is none, or the card goes."""
    found = yield from select.candidates(Session(profile, txn))
    seen: list[Seen] = []
    for one in found:
        seen.append((yield from _opened(Session(profile, txn), one)))  # noqa: PERF401 - asks
    return tuple(seen)


def look_contactless(profile: Profile, txn: Transaction) -> Phase[tuple[Seen, ...]]:
    """The applications of a card on the reader; `profile` with CONTACTLESS_QUALIFIERS."""
    found = yield from select.contactless_candidates(Session(profile, txn))
    seen: list[Seen] = []
    for one in found:
        seen.append((yield from _tapped(Session(profile, txn), one)))  # noqa: PERF401 - asks
    return tuple(seen)


def _opened(s: Session, one: Candidate) -> Phase[Seen]:
    try:
        if not (yield from select.final_select(s, one)):
            return _seen(one, trouble="cannot be selected")
        afl = yield from get_processing_options(s)
        if afl is None:
            return _seen(one, trouble="not allowed now")
        yield from read_application(s, afl)
        yield from oda.authenticate(s)
    except PeerMistake as why:
        return _seen(one, trouble=str(why))
    method = method_of(s.aip, s.profile.capabilities)
    good = None if method in (None, Method.CDA) else True
    return Seen(
        one.name,
        one.shown,
        one.priority,
        pan=s.pan,
        psn=s.psn,
        effective=s.records.get(0x5F25, b"").hex(),
        expires=s.records[0x5F24].hex(),
        method=method,
        authenticated=False if s.oda_trouble else good,
        why_not=s.oda_trouble,
    )


def _tapped(s: Session, one: Candidate) -> Phase[Seen]:
    """Contactless: what the answer to GET PROCESSING OPTIONS tells; records may be unreadable."""
    try:
        if not (yield from select.final_select(s, one)):
            return _seen(one, trouble="cannot be selected")
        if (yield from get_processing_options(s)) is None:
            return _seen(one, trouble="not allowed now")
    except PeerMistake as why:
        return _seen(one, trouble=str(why))
    track = TRACK2.fullmatch(s.records.get(0x57, b"").hex())
    if track is None:
        return _seen(one, trouble="no track 2 in the answer")
    return Seen(
        one.name, one.shown, one.priority, pan=Pan(track[1]), psn=s.psn, expires=track[2][:4]
    )


def _seen(one: Candidate, *, trouble: str) -> Seen:
    return Seen(one.name, one.shown, one.priority, trouble)
