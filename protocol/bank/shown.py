"""Values as they may be shown: what names a card, a person or a key is masked (`security.md` 8).

The printed form of a value is that of `valid.json`: digits and text as they are, bytes as
upper-case hex. A mask keeps the length.
"""

from __future__ import annotations

from protocol.bank.codec import Message, Value
from protocol.bank.fields import BASE, Dialect, Sensitivity
from protocol.bank.subfields import parts
from protocol.errors import PeerMistake

KEPT_FIRST, KEPT_LAST = 6, 4  # of a card number


def printed(value: Value) -> str:
    """A value in clear."""
    return value if isinstance(value, str) else value.hex().upper()


def shown(message: Message, de: int, dialect: Dialect = BASE) -> str:
    """One field of a message, masked by its row, or part by part where its sub-fields are known."""
    value = message.fields[de]
    text, width = printed(value), 1 if isinstance(value, str) else 2
    try:
        found = parts(message, de)
    except PeerMistake:
        found = []
    if not found:
        return masked(text, dialect.by_de[de].shown)
    for part in found:
        start, end = part.start * width, part.end * width
        text = text[:start] + masked(text[start:end], part.shown) + text[end:]
    return text


def masked(text: str, sensitivity: Sensitivity) -> str:
    """`6229990100000012343` as `622999*********2343`; zeros that fill up a number stay."""
    if sensitivity is Sensitivity.OPEN:
        return text
    number = text.lstrip("0")
    hidden = len(number) - KEPT_FIRST - KEPT_LAST
    if sensitivity is Sensitivity.WIPED or hidden <= 0:
        return "*" * len(text)
    fill = "0" * (len(text) - len(number))
    return f"{fill}{number[:KEPT_FIRST]}{'*' * hidden}{number[-KEPT_LAST:]}"
