"""Judges the text of magnetic tracks: character set, lengths, LRC, PANs, date (`magstripe.md` 4).

The Luhn digit is no condition here (`Pan.luhn_ok` tells): some Chinese cards from before 2004 fail
it. Whether a card has expired is the engine's question: only it knows the business date.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum
from functools import reduce
from operator import xor

from protocol.values import Pan, Track2, Track3


class Flaw(Enum):
    """Why a swipe gives no card. MISSING: no track 2 was read; else what was read is wrong."""

    MISSING = "missing"
    LAYOUT = "layout"
    CHARSET = "character set"
    LENGTH = "length"
    LRC = "LRC"
    PAN_MISMATCH = "tracks of two cards"
    MONTH = "expiry month"


@dataclass(frozen=True, slots=True)
class Card:
    """What a good swipe says. expiry YYMM and service_code are "" where the card has none."""

    pan: Pan
    expiry: str
    service_code: str
    track2: Track2
    track3: Track3 | None


@dataclass(frozen=True, slots=True)
class Format:
    """One track's coding: characters are `zero` + value; lengths count sentinels and LRC."""

    starts: str
    zero: int
    value_max: int
    characters_max: int


TRACK1 = Format("%", 0x20, 0x3F, 79)  # ISO/IEC 7813, 7 bits
TRACK2 = Format(";", 0x30, 0x0F, 40)  # ISO/IEC 7813, 5 bits
TRACK3 = Format("+;_#", 0x30, 0x0F, 107)  # ISO/IEC 4909; readers differ in the start sentinel

BODY1 = re.compile(r"B([0-9]{13,19})\^")
BODY2 = re.compile(r"([0-9]{13,19})=([0-9]{4}|=)([0-9]{3}|=).*", re.DOTALL)
BODY3 = re.compile(
    r"[0-9]{2}([0-9]{13,19})=.*", re.DOTALL
)  # format code, PAN; then forwarded as is
UNREAD = re.compile(r"[%;+_#]?E?\??")  # nothing, sentinels only, or the `%E?` of swipe readers


def judge(track1: str, track2: str, track3: str) -> Card | Flaw:
    """The card of one swipe. Texts come with their sentinels; "" is a track not read."""
    if UNREAD.fullmatch(track2):
        return Flaw.MISSING
    body2 = _body(track2, TRACK2)
    if isinstance(body2, Flaw):
        return body2
    found = BODY2.fullmatch(body2)
    if found is None:
        return Flaw.LAYOUT
    pan, expiry, service_code = found[1], found[2].strip("="), found[3].strip("=")
    if expiry and not "01" <= expiry[2:] <= "12":
        return Flaw.MONTH
    if flaw := _flaw_of_track1(track1, pan):
        return flaw
    body3 = _body_of_track3(track3, pan)
    if isinstance(body3, Flaw):
        return body3
    return Card(Pan(pan), expiry, service_code, Track2(body2), Track3(body3) if body3 else None)


def _flaw_of_track1(text: str, pan: str) -> Flaw | None:
    """Many Chinese debit cards have no track 1, and other formats than B are private."""
    if UNREAD.fullmatch(text):
        return None
    body = _body(text, TRACK1)
    if isinstance(body, Flaw):
        return body
    if not body.startswith("B"):
        return None
    found = BODY1.match(body)
    if found is None:
        return Flaw.LAYOUT
    return None if found[1] == pan else Flaw.PAN_MISMATCH


def _body_of_track3(text: str, pan: str) -> str | Flaw:
    if UNREAD.fullmatch(text):
        return ""
    body = _body(text, TRACK3)
    if isinstance(body, Flaw):
        return body
    found = BODY3.fullmatch(body)
    if found is None:
        return Flaw.LAYOUT
    return body if found[1] == pan else Flaw.PAN_MISMATCH


def _body(text: str, form: Format) -> str | Flaw:
    """What stands between the sentinels, when the track as a whole is sound."""
    body, end, rest = text[1:].partition("?")
    if text[0] not in form.starts or not end or len(rest) > 1:
        return Flaw.LAYOUT
    if any(not 0 <= ord(char) - form.zero <= form.value_max for char in body + rest):
        return Flaw.CHARSET
    if len(body) + 3 > form.characters_max:  # two sentinels and the LRC, sent or not
        return Flaw.LENGTH
    # Whatever a reader shows as start sentinel of track 3, on the stripe it is coded as `;`.
    start = text[0] if form is TRACK1 else ";"
    if rest and ord(rest) != _lrc(start + body + end, form):
        return Flaw.LRC
    return body


def _lrc(text: str, form: Format) -> int:
    """The LRC character: even parity of each data bit over all characters (section 4, LRC)."""
    return form.zero + reduce(xor, (ord(char) - form.zero for char in text))
