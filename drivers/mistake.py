"""A mistake of ours in words that may be logged: its type and its place, never what it says (I7).

The message of an exception quotes what could not be dealt with: a track, a number, a PIN block.
"""

from __future__ import annotations

import traceback
from pathlib import Path

PLACES_MAX = 4  # the innermost: enough to find the call, and a recursion has a thousand


def named(why: BaseException) -> str:
    """`KeyError at uic.py:88 pin_answer, pin_pad_uic.py:160 _await_entry`, innermost first."""
    calls = [(frame.f_code, line) for frame, line in traceback.walk_tb(why.__traceback__)]
    places = ", ".join(
        f"{Path(code.co_filename).name}:{line} {code.co_name}"
        for code, line in reversed(calls[-PLACES_MAX:])
    )
    return f"{type(why).__name__} at {places or 'no place'}"
