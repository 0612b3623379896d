"""Ways to spoil bytes: drawn as small numbers, so that a finding shrinks to the fewest of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Literal

from hypothesis import strategies as st

How = Literal["put", "flip", "cut", "insert", "drop", "repeat", "grow"]
Damage = tuple[How, int, int]  # how, where (taken modulo the length), with what
PLACES, VALUES = 2048, 256


def _repeat(data: bytes, at: int, value: int) -> bytes:
    """The `value` bytes from `at` on come twice."""
    return data[: at + value] + data[at:]


WAYS: Mapping[How, Callable[[bytes, int, int], bytes]] = {
    "put": lambda data, at, value: data[:at] + bytes([value]) + data[at + 1 :],
    "flip": lambda data, at, value: data[:at] + bytes([data[at] ^ 1 << value % 8]) + data[at + 1 :],
    "cut": lambda data, at, value: data[:at],
    "insert": lambda data, at, value: data[:at] + bytes([value]) + data[at:],
    "drop": lambda data, at, value: data[:at] + data[at + 1 + value % 8 :],
    "repeat": _repeat,
    "grow": lambda data, at, value: data + bytes([value]) * (at + 1),
}
DAMAGES: st.SearchStrategy[list[Damage]] = st.lists(
    st.tuples(
        st.sampled_from(sorted(WAYS)), st.integers(0, PLACES - 1), st.integers(0, VALUES - 1)
    ),
    max_size=3,
)


def spoilt(data: bytes, damages: Sequence[Damage]) -> bytes:
    """`data` after every damage in turn; nothing is left to spoil in nothing."""
    for how, where, value in damages:
        if data:
            data = WAYS[how](data, where % len(data), value)
    return data


def with_its_length(frame: bytes) -> bytes:
    """The frame with a LEN that fits again, so that the damage behind it is reached."""
    return max(len(frame) - 2, 0).to_bytes(2, "big", signed=False) + frame[2:]
