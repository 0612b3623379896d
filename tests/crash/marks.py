"""Marks: what the world outside the station has seen, in the order in which it saw it.

A recorded run writes them between its file operations; the rules hold what the disk still knows
against them. A transaction is named by batch and trace, as at the bank.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec


class Asked(msgspec.Struct, frozen=True, tag=True):
    """A request as the bank sees it, or a signed POST beside ISO 8583 (trace 0)."""

    service: str
    batch: int
    trace: int
    terminal_seq: int
    amount_fen: int = 0
    fee_fen: int = 0
    reversal: bool = False
    queued: bool = False  # taken without the bank: the only request that is ever repeated
    card: str = ""  # SHA-256 of the card number: a reversal must name the card of its request
    totals: tuple[int, ...] = ()  # of a settlement: fen and count of each side
    details: tuple[tuple[int, int], ...] = ()  # of a batch upload: trace and fen
    details_sent: int = 0


class Began(msgspec.Struct, frozen=True, tag=True):
    """The run of this name starts here."""

    run: str


class Settled(msgspec.Struct, frozen=True, tag=True):
    """All that was written so far has reached the disk; the power may be cut from here on."""


class Ended(msgspec.Struct, frozen=True, tag=True):
    """What the process does from here on is no part of the run."""

    run: str


class Time(msgspec.Struct, frozen=True, tag=True):
    """The clock on the wall, UTC ms."""

    ms: int


class Left(msgspec.Struct, frozen=True, tag=True):
    """The first byte of a request may be on the line."""

    asked: Asked


class Reached(msgspec.Struct, frozen=True, tag=True):
    """The bank has acted on a request and answers with the code; wish is a code it was told to
    give."""

    asked: Asked
    code: str
    wish: str = ""


class BankMoved(msgspec.Struct, frozen=True, tag=True):
    """The bank's accounting day (MMDD) or its open batch is another from here on."""

    day: str
    batch: int


class Witnessed(msgspec.Struct, frozen=True, tag=True):
    """The bank keeps this head of the journal: so many facts, and the root over them, hex."""

    size: int
    root: str


class Told(msgspec.Struct, frozen=True, tag=True):
    """The screen showed how a transaction stands; page is that of the view."""

    page: str
    batch: int
    trace: int


class Paper(msgspec.Struct, frozen=True, tag=True):
    """A slip came out of the printer."""

    slip: str
    copy: int
    batch: int
    trace: int


class CashOut(msgspec.Struct, frozen=True, tag=True):
    """The villager has the notes."""

    batch: int
    trace: int
    fen: int


class PinTried(msgspec.Struct, frozen=True, tag=True):
    """The screen told of wrong PINs, so many in a row; 0: the right one has been keyed."""

    number: str
    failures: int


class Erased(msgspec.Struct, frozen=True, tag=True):
    """An erasable key was destroyed, and whoever asked for it knows."""

    key: str


Mark = (
    Began
    | Settled
    | Ended
    | Time
    | Left
    | Reached
    | BankMoved
    | Witnessed
    | Told
    | Paper
    | CashOut
    | PinTried
    | Erased
)
Note = Callable[[Mark], None]


def writer(file: Path) -> Note:
    """Each mark in one write, so that the shim sees it whole and at once."""
    handle = os.open(file, os.O_WRONLY | os.O_APPEND)
    return lambda mark: _write(handle, msgspec.json.encode(mark))


def read(text: str) -> Mark:
    mark: Mark = msgspec.json.decode(text, type=Mark)
    return mark


def write_all(file: Path, marks: Sequence[Mark]) -> None:
    file.write_bytes(msgspec.json.encode(list(marks)))


def read_all(file: Path) -> list[Mark]:
    return msgspec.json.decode(file.read_bytes(), type=list[Mark])


def _write(handle: int, line: bytes) -> None:
    assert os.write(handle, line) == len(line)
