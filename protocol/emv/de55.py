"""Field 55: which tags go where, in which order (`emv.md` section 17)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from protocol.emv.tlv import encode

# fmt: off
REQUEST = (
    0x9F26, 0x9F27, 0x9F10, 0x9F37, 0x9F36, 0x95, 0x9A, 0x9C, 0x9F02, 0x5F2A, 0x82, 0x9F1A, 0x9F03,
    0x9F33, 0x9F34, 0x9F35, 0x9F1E, 0x84, 0x9F09, 0x9F41, 0x9F63,
)
REVERSAL_CARD_REFUSED = (0x95, 0x9F1E, 0x9F10, 0x9F36, 0xDF31)
# The card did not answer: it has nothing to say, so 9F10 and 9F36 stay out.
REVERSAL_CARD_SILENT = (0x95, 0x9F1E, 0xDF31)
SCRIPT_UPLOAD = (
    0x9F33, 0x95, 0x9F37, 0x9F1E, 0x9F10, 0x9F26, 0x9F36, 0x82, 0xDF31, 0x9F1A, 0x9A,
)
# fmt: on
# No track, no PAN, no dates of the card: they have fields of their own.
KEPT_OUT = frozenset({0x57, 0x5A, 0x5F20, 0x5F24, 0x5F34})
assert not KEPT_OUT & {*REQUEST, *REVERSAL_CARD_REFUSED, *REVERSAL_CARD_SILENT, *SCRIPT_UPLOAD}
OTHER_AMOUNT = 0x9F03


def collect(tags: Iterable[int], values: Mapping[int, bytes]) -> bytes:
    """The tags that have a value, in this order. An absent 9F03 goes as six zero bytes."""
    known = {OTHER_AMOUNT: bytes(6), **values}
    return encode((tag, known[tag]) for tag in tags if known.get(tag))
