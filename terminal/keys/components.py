"""Keys that persons bring as hex lines, and the check values they compare (`security.md` 1).

No message here repeats anything that was typed.
"""

from __future__ import annotations

import hmac

from protocol.bank.keys import Family
from terminal.keys.store import PERSON_KEY_BYTES

# A single DES key falls to a search of days: it may live for a day, not be a station's master key.
MASTER_BYTES = {Family.DES: frozenset({16, 24}), Family.SM4: frozenset({16})}


class ComponentRefused(Exception):
    """What is wrong with a typed key or component."""


def tmk_from(first: str, second: str, family: Family = Family.DES) -> bytes:
    """The XOR of two components, so that neither person knows the key. Raises ComponentRefused."""
    one = _key_bytes(first, MASTER_BYTES[family])
    two = _key_bytes(second, frozenset({len(one)}))
    if one == two:
        raise ComponentRefused("the two components are the same: that is no key")
    return bytes(a ^ b for a, b in zip(one, two, strict=True))


def person_key_from(line: str) -> bytes:
    """Raises ComponentRefused."""
    key = _key_bytes(line, frozenset({PERSON_KEY_BYTES}))
    if not any(key):
        raise ComponentRefused("all zeros: that is no key")
    return key


def person_check_value(key: bytes) -> bytes:
    """4 bytes of HMAC-SHA-256 over nothing: our own choice, no sheet gives one for an HMAC key."""
    return hmac.digest(key, b"", "sha256")[:4]


def _key_bytes(line: str, wanted: frozenset[int]) -> bytes:
    try:
        key = bytes.fromhex(line)
    except ValueError:
        raise ComponentRefused("only the digits 0-9 and A-F, please") from None
    if len(key) not in wanted:
        digits = " or ".join(str(size * 2) for size in sorted(wanted))
        raise ComponentRefused(f"{digits} hex digits are needed, {len(key) * 2} were given")
    return key
