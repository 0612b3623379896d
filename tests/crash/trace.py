"""What the shim recorded, as values: all changes of a run's files, in order, marks between them.

The file is the shim's (`shim.c` tells its form). A record of something that the disk model does
not know ends the reading: a run with a hole in it would prove nothing.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Iterator
from dataclasses import dataclass

HEADER = struct.Struct("=ciqqII")  # kind, fd, two numbers, two lengths


class Unrecorded(Exception):
    """The run did something that the shim can only name."""


@dataclass(frozen=True, slots=True)
class Opened:
    """fd now means path; new when the flags created or emptied it."""

    fd: int
    path: str
    mode: int  # st_mode
    creates: bool
    truncates: bool


@dataclass(frozen=True, slots=True)
class Closed:
    fd: int


@dataclass(frozen=True, slots=True)
class Written:
    fd: int
    offset: int
    data: bytes


@dataclass(frozen=True, slots=True)
class Resized:
    """By handle; path is "" then. By path: fd is -1."""

    fd: int
    path: str
    size: int


@dataclass(frozen=True, slots=True)
class Allocated:
    """At least so many bytes, zeros where there was nothing (posix_fallocate)."""

    fd: int
    size: int


@dataclass(frozen=True, slots=True)
class Synced:
    """fsync or fdatasync of a file or a directory. fdatasync writes the size too (POSIX)."""

    fd: int


@dataclass(frozen=True, slots=True)
class Renamed:
    path: str
    to: str


@dataclass(frozen=True, slots=True)
class Linked:
    path: str
    to: str


@dataclass(frozen=True, slots=True)
class Removed:
    path: str


@dataclass(frozen=True, slots=True)
class MadeDirectory:
    path: str
    mode: int


@dataclass(frozen=True, slots=True)
class Mapped:
    """Shared memory over a file: from here on its bytes change unseen."""

    fd: int


@dataclass(frozen=True, slots=True)
class Marked:
    """Not a change: what the world has seen by now, in the words of `marks.py`."""

    text: str


Operation = (
    Opened
    | Closed
    | Written
    | Resized
    | Allocated
    | Synced
    | Renamed
    | Linked
    | Removed
    | MadeDirectory
    | Mapped
    | Marked
)


def read(recorded: bytes) -> Iterator[Operation]:
    """The operations in order. Raises Unrecorded."""
    at = 0
    while at < len(recorded):
        kind, fd, a, b, one, two = HEADER.unpack_from(recorded, at)
        at += HEADER.size
        first, second = recorded[at : at + one], recorded[at + one : at + one + two]
        at += one + two
        yield _operation(kind, fd, a, b, first, os.fsdecode(second))


def _operation(kind: bytes, fd: int, a: int, b: int, first: bytes, second: str) -> Operation:
    match kind:
        case b"O":
            path = os.fsdecode(first)
            return Opened(fd, path, b, bool(a & os.O_CREAT), bool(a & os.O_TRUNC))
        case b"C":
            return Closed(fd)
        case b"W":
            return Written(fd, a, first)
        case b"T" | b"t":
            return Resized(fd, os.fsdecode(first), a)
        case b"A":
            return Allocated(fd, a)
        case b"S":
            return Synced(fd)
        case b"R":
            return Renamed(os.fsdecode(first), second)
        case b"L":
            return Linked(os.fsdecode(first), second)
        case b"U":
            return Removed(os.fsdecode(first))
        case b"M":
            return MadeDirectory(os.fsdecode(first), a)
        case b"P":
            return Mapped(fd)
        case b"K":
            return Marked(first.decode("utf-8"))
    raise Unrecorded(f"{os.fsdecode(first)}: the shim cannot record this call")
