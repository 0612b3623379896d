"""Which PINs an operator may choose: 6 to 12 digits, not all the same, no straight run."""

from __future__ import annotations

from itertools import pairwise

DIGITS_MIN, DIGITS_MAX = 6, 12  # `security.md` section 8


class PinRefused(Exception):
    """The rule that a chosen PIN breaks; never the PIN."""


def check(pin: str) -> None:
    """Raises PinRefused. A run goes up or down by one and on from 9 to 0, as on the key row."""
    if not (pin.isascii() and pin.isdigit() and DIGITS_MIN <= len(pin) <= DIGITS_MAX):
        raise PinRefused(f"a PIN has {DIGITS_MIN} to {DIGITS_MAX} digits")
    digits = [int(digit) for digit in pin]
    steps = {(after - before) % 10 for before, after in pairwise(digits)}
    if steps == {0}:
        raise PinRefused("a PIN is not one digit repeated")
    if steps in ({1}, {9}):
        raise PinRefused("a PIN is not a straight run such as 123456")
