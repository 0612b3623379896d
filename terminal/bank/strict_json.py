"""A JSON answer of the bank as exactly the type it should be, or refused. Pure."""

from __future__ import annotations

import json
from typing import Any, TypeVar

import msgspec

T = TypeVar("T")


class UnreadableAnswer(Exception):
    """A verified answer that is not what the sheet says: nothing in it counts.

    The message says where, never what stood there.
    """


def read(body: bytes, kind: type[T]) -> T:
    """Raises UnreadableAnswer, also for a key given twice: msgspec would keep the last one."""
    try:
        found = msgspec.json.decode(body, type=kind)
        json.loads(body, object_pairs_hook=_once)  # its depth is that of `kind` by now
    except (msgspec.DecodeError, ValueError) as why:
        place = str(why).rpartition(" - at ")[2] if " - at " in str(why) else "the whole"
        raise UnreadableAnswer(f"not as agreed: {place}") from None
    return found


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key twice")
    return found
