"""DE48 of settlement and batch upload (`bank-wire.md` section 10): totals, flags, detail records.

Domestic and foreign cards have five fields each: debit amount n12, debit count n3, credit amount
n12, credit count n3, flag n1. Every card of this terminal's is a domestic one (内卡): the foreign
half is sent as zeros.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from protocol.errors import OurMistake, PeerMistake

RECORDS_MAX = 8  # 8 x 40 + 2 = 322 digits, all that DE48 holds
AMOUNT_MAX, COUNT_MAX, RECORDS_IN_BATCH_MAX = 10**12 - 1, 999, 9_999
DOMESTIC = "00"
PAN_DIGITS = 20
NO_FLAG = "0"
HALF = re.compile(r"([0-9]{12})([0-9]{3})([0-9]{12})([0-9]{3})([0-9])")
HALF_DIGITS = 31


class Sums(NamedTuple):
    """One half: fen and counts by side, and the bank's flag (1 balanced, 2 not, 3 error)."""

    debit_fen: int
    debit_count: int
    credit_fen: int
    credit_count: int
    flag: str = NO_FLAG


NOTHING = Sums(0, 0, 0, 0)


def totals(domestic: Sums) -> str:
    """DE48 of the 0500. Raises OurMistake for what its digits cannot hold."""
    return _half(domestic) + _half(NOTHING)


def flagged(digits: str) -> tuple[Sums, Sums]:
    """DE48 of the 0510: domestic and foreign half with their flags. Raises PeerMistake."""
    halves = [HALF.fullmatch(digits, at, at + HALF_DIGITS) for at in (0, HALF_DIGITS)]
    if len(digits) != 2 * HALF_DIGITS or None in halves:
        raise PeerMistake("bad_length", 48, 0, "totals of a settlement")
    domestic, foreign = (_sums(half) for half in halves if half)
    return domestic, foreign


def records(rows: Sequence[tuple[int, str, int]]) -> str:
    """DE48 of a 0320: (trace, PAN or "" where there was no card, fen) of each booking."""
    if not 0 < len(rows) <= RECORDS_MAX:
        raise OurMistake(f"{len(rows)} records in one message: 1 to {RECORDS_MAX}")
    return f"{len(rows):02d}" + "".join(
        f"{DOMESTIC}{trace:06d}{pan.rjust(PAN_DIGITS, '0')}{fen:012d}" for trace, pan, fen in rows
    )


def end(count: int) -> str:
    """DE48 of the end message: how many records were uploaded in all."""
    if not 0 <= count <= RECORDS_IN_BATCH_MAX:
        raise OurMistake(f"{count} records in one batch")
    return f"{count:04d}"


def _sums(half: re.Match[str]) -> Sums:
    debit_fen, debits, credit_fen, credits_, flag = half.groups()
    return Sums(int(debit_fen), int(debits), int(credit_fen), int(credits_), flag)


def _half(sums: Sums) -> str:
    if max(sums.debit_count, sums.credit_count) > COUNT_MAX:
        raise OurMistake("a side of more than 999 bookings: the batch must be settled earlier")
    if max(sums.debit_fen, sums.credit_fen) > AMOUNT_MAX:
        raise OurMistake("a total of more than 12 digits")
    return (
        f"{sums.debit_fen:012d}{sums.debit_count:03d}"
        f"{sums.credit_fen:012d}{sums.credit_count:03d}{sums.flag}"
    )
