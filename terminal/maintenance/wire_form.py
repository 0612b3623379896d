"""A message as JSON, with the keys of the published vectors, and the same JSON as bytes again.

layout is `frame`, `frame-without-LEN` or `body`; fields by number: digits without pad nibble, text
as it is, everything else as hex. LEN and bitmap are computed, whatever the JSON says of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from msgspec import Struct

from protocol.bank.codec import BITMAP_AT, FIELDS_AT, Message, Value, pack
from protocol.bank.fields import BASE, Dialect
from protocol.bank.frame import (
    HEADER_BYTES,
    LEN_BYTES,
    TPDU_BYTES,
    TPDU_ID,
    Layout,
    wrap,
)
from protocol.bank.shown import printed, shown
from protocol.errors import OurMistake
from terminal.bank.profile import BankProfile
from terminal.config import load

MAX_FRAME = 2048  # `bank-wire.md` section 1; a profile may say otherwise


class Written(Struct, frozen=True):
    """What `encode` reads. A frame's tpdu and header may also come from the profile."""

    mti: str
    fields: dict[str, str]
    layout: Layout = Layout.FRAME
    tpdu: str | None = None
    header: str | None = None


def profile_of(path: Path | None) -> BankProfile | None:
    """The profile of `--profile`. Raises ConfigError."""
    return load(path, BankProfile) if path else None


def form(
    layout: Layout, data: bytes, message: Message, *, reveal: bool, dialect: Dialect = BASE
) -> dict[str, object]:
    """The JSON of a message that was read from `data`; masked unless `reveal`."""
    at = layout.body_at
    found: dict[str, object] = {"layout": layout.value}
    if layout is Layout.FRAME:
        found["len"] = int.from_bytes(data[:LEN_BYTES], "big")
    if layout is not Layout.BODY:
        header_at = at - HEADER_BYTES
        found["tpdu"] = printed(data[header_at - TPDU_BYTES : header_at])
        found["header"] = printed(data[header_at:at])
    found["mti"] = message.mti
    found["bitmap"] = printed(data[at + BITMAP_AT : at + FIELDS_AT])
    found["fields"] = {
        str(de): printed(value) if reveal else shown(message, de, dialect)
        for de, value in message.fields.items()
    }
    return found


def bytes_of(written: Written, profile: BankProfile | None) -> bytes:
    """The message of a JSON form. Raises OurMistake naming the field that does not fit."""
    dialect = profile.field_table if profile else BASE
    body = pack(written.mti, typed(written.fields, dialect), dialect)
    if written.layout is Layout.BODY:
        return body
    usual_tpdu, usual_header = (profile.frame.tpdu, profile.frame.header) if profile else ("", "")
    tpdu = _exactly("tpdu", written.tpdu or usual_tpdu, TPDU_BYTES)
    header = _exactly("header", written.header or usual_header, HEADER_BYTES)
    if tpdu[0] != TPDU_ID:
        raise OurMistake("tpdu does not begin with 60")
    whole = wrap(body, tpdu=tpdu, header=header)
    return whole if written.layout is Layout.FRAME else whole[LEN_BYTES:]


def typed(fields: Mapping[str, str], dialect: Dialect = BASE) -> dict[int, Value]:
    """Fields by number, those of kind b as bytes. Raises OurMistake."""
    found: dict[int, Value] = {}
    for name, text in fields.items():
        if not (name.isascii() and name.isdigit()):
            raise OurMistake("a field's name is its number")
        de = int(name)
        row = dialect.by_de.get(de)
        if "*" in text and row is not None and row.shown is not row.shown.OPEN:
            raise OurMistake(f"field {de} is masked: decode with --reveal")
        found[de] = _hex(f"field {de}", text) if row is not None and row.kind == "b" else text
    return found


def _exactly(name: str, text: str, size: int) -> bytes:
    data = _hex(name, text)
    if len(data) != size:
        raise OurMistake(f"{name} takes {size * 2} hex digits")
    return data


def _hex(name: str, text: str) -> bytes:
    try:
        return bytes.fromhex(text)
    except ValueError:
        raise OurMistake(f"{name} is not hex, or masked: decode with --reveal") from None
