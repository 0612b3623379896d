"""Identity documents as the SAM_V reader gives them out (idcard-sam.md section 4).

Whoever they describe is invented. Nothing personal shows in a repr.
"""

from dataclasses import dataclass, field

TEXT_BYTES = 256
RESERVED_AT, RESERVED_BYTES = 220, 36
ADDRESS_BYTES = 70
PHOTO_BYTES = 1024
PREAMBLE = bytes.fromhex("AAAAAA9669")
# No picture of anybody; the preamble stands in it because a parser must not look for it there.
PHOTO = (b"WLf\0" + PREAMBLE + bytes(range(256)) * 4)[:PHOTO_BYTES]
TYPE_MARK_AT = 248
# Section 4: field, bytes. They lie side by side from offset 0.
CITIZEN = (
    ("name", 30),
    ("sex", 2),
    ("nation", 4),
    ("birth", 16),
    ("address", 70),
    ("number", 36),
    ("issuer", 30),
    ("valid_from", 16),
    ("valid_to", 16),
)
RESIDENT = (("travel_permit", 18), ("issue_count", 4))  # type J, in the reserved bytes
FOREIGNER = (
    ("english_name", 120),
    ("sex", 2),
    ("number", 30),
    ("nationality", 6),
    ("name", 30),
    ("valid_from", 16),
    ("valid_to", 16),
    ("birth", 16),
    ("version", 4),
    ("authority", 8),
)
assert sum(size for _, size in CITIZEN) == RESERVED_AT
assert sum(size for _, size in FOREIGNER) == TYPE_MARK_AT


@dataclass(frozen=True)
class IdentityDocument:
    """One document; `kind` is the type mark: space, `J` or `I`."""

    name: str = field(repr=False)
    number: str = field(repr=False)
    sex: str = field(default="1", repr=False)
    birth: str = field(default="", repr=False)
    nation: str = field(default="01", repr=False)
    address: str = field(default="", repr=False)
    issuer: str = field(default="某县公安局", repr=False)
    valid_from: str = "20200101"
    valid_to: str = "20400101"
    kind: str = " "
    travel_permit: str = field(default="", repr=False)
    issue_count: str = "01"
    english_name: str = field(default="", repr=False)
    nationality: str = ""
    version: str = "01"
    authority: str = "1500"
    newest_address: str | None = field(default=None, repr=False)
    photo: bytes = field(default=PHOTO, repr=False)


def citizen(name: str, number: str, address: str = "某省某县某镇某村1组1号") -> IdentityDocument:
    """A valid citizen card whose sex and birth date are those of the number (GB 11643)."""
    sex = "1" if int(number[16]) % 2 else "2"
    return IdentityDocument(name, number, sex, number[6:14], address=address)


def text_block(document: IdentityDocument) -> bytes:
    """The 256 bytes of UTF-16LE text; every field padded with spaces."""
    if document.kind == "I":
        body = _fields(document, FOREIGNER)
    else:
        body = _fields(document, CITIZEN)
    if document.kind == "J":
        body = body[:32] + _padded("", 4) + body[36:] + _fields(document, RESIDENT)
    block = body + _padded("", TYPE_MARK_AT - len(body))
    return block + _padded(document.kind, 2) + _padded("", TEXT_BYTES - TYPE_MARK_AT - 2)


def newest_address(document: IdentityDocument) -> bytes | None:
    """The 70 bytes of the additional address, None where nothing is stored."""
    text = document.newest_address
    return None if text is None else _padded(text, ADDRESS_BYTES)


def _fields(document: IdentityDocument, rows: tuple[tuple[str, int], ...]) -> bytes:
    return b"".join(_padded(getattr(document, name), size) for name, size in rows)


def _padded(text: str, size: int) -> bytes:
    data = text.encode("utf-16-le")
    assert len(data) <= size, "text longer than its field"
    return data + b"\x20\x00" * ((size - len(data)) // 2)
