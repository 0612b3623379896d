"""Bytes cut anywhere, as a serial line may deliver them."""

from __future__ import annotations

from hypothesis import strategies as st


@st.composite
def cuts(draw: st.DrawFn, data: bytes) -> list[bytes]:
    """`data` in portions, empty ones included."""
    places = sorted(draw(st.lists(st.integers(0, len(data)), max_size=8)))
    ends = [*places, len(data)]
    return [data[start:end] for start, end in zip([0, *places], ends, strict=True)]
