"""Any message that the sheet's field table (`fields.json`) admits, drawn from a seed.

Nothing here is taken from the product: sizes and kinds are the published table's.
"""

from __future__ import annotations

import string
from random import Random
from typing import Any

from tests.vectors import rows_of

ROWS: dict[int, dict[str, Any]] = {
    row["de"]: row for row in rows_of("iso8583/fields.json", "fields")
}
MTIS = tuple(
    f"{asked + answered:04d}"
    for asked in (100, 200, 220, 320, 400, 500, 620, 800, 820)  # `bank-wire.md` section 4
    for answered in (0, 10)
)
FIELDS_MAX = 16
ASCII = string.ascii_letters + string.digits + " .-/&"
HAN = range(0x4E00, 0x9FA6)  # two bytes each in GB18030
Drawn = tuple[str, dict[int, str | bytes]]


def message(chance: Random) -> Drawn:
    """MTI, and up to 16 fields with values of every length that a row admits."""
    chosen = chance.sample(sorted(ROWS), chance.randint(0, FIELDS_MAX))
    return chance.choice(MTIS), {de: _value(ROWS[de], chance) for de in sorted(chosen)}


def _value(row: dict[str, Any], chance: Random) -> str | bytes:
    size = row["size"] if row["fixed"] else chance.randint(0, row["size"])
    match row["kind"]:
        case "b":
            return chance.randbytes(size)
        case "n":
            return _digits("0123456789", size, chance)
        case "z":
            return _digits("0123456789ABCDEF", size, chance)
    if chance.random() < 0.5 or row["kind"] != "ans":
        return "".join(chance.choices(ASCII, k=size))
    text = "".join(chr(chance.choice(HAN)) for _ in range(size // 2))
    return text + " " * (size % 2)


def _digits(alphabet: str, size: int, chance: Random) -> str:
    return "".join(chance.choices(alphabet, k=size))
