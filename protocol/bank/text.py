"""Text of the wire: GB18030 in and out, without control characters (`bank-wire.md` section 2)."""

from __future__ import annotations

from unicodedata import category

CHARSET = "gb18030"
NO_TEXT = frozenset({"Cc", "Cs"})  # a control character could command the slip printer


def bytes_of(text: str) -> bytes:
    """Text as it goes on the wire; every character has its GB18030 bytes."""
    return text.encode("ascii" if text.isascii() else CHARSET)


def text_of(data: bytes) -> str | None:
    """The text, None where the bytes are none or hold a control character."""
    if data.isascii():
        text = data.decode("ascii")
    else:
        try:
            text = data.decode(CHARSET)
        except UnicodeDecodeError:
            return None
    if text.isprintable() or NO_TEXT.isdisjoint(map(category, text)):
        return text
    return None
