"""The ISO 8583 codec: good messages against pyiso8583, everything else against its own errors."""

from __future__ import annotations

from collections.abc import Callable, Container
from random import Random

import iso8583
from hypothesis import strategies as st

from protocol.bank import downloads, elements, keys, settlement
from protocol.bank.codec import Message, pack, unpack
from protocol.bank.fields import LENIENT
from protocol.bank.frame import KINDS, layout_of, open_as, open_frame, wrap
from protocol.bank.shown import shown
from protocol.bank.subfields import parts
from protocol.errors import PeerMistake
from tests.fuzz import drawn_messages
from tests.fuzz.damage import DAMAGES, Damage, spoilt, with_its_length
from tests.fuzz.target import Target
from tests.protocol.bank import vectors

SPEC = vectors.iso8583_spec()
SEEDS = st.integers(0, 2**64 - 1)
TPDU, HEADER = bytes.fromhex("6000030000"), bytes.fromhex("603100311000")
MAX_FRAME = 65_535
NOISE_BYTES_MAX = 65_536
WORKED = tuple(sorted(vectors.bodies()))


def agrees(seed: int) -> None:
    """Both codecs write the same bytes and read the same values."""
    mti, fields = drawn_messages.message(Random(seed))
    ours = pack(mti, fields)
    told = {str(de): v.hex().upper() if isinstance(v, bytes) else v for de, v in fields.items()}
    theirs, _ = iso8583.encode({"t": mti, **told}, SPEC)
    assert ours == bytes(theirs)
    read, _ = iso8583.decode(ours, SPEC)
    assert {key: value for key, value in read.items() if key.isdigit() and key != "1"} == told
    assert unpack(bytes(theirs)) == Message(mti, fields)


def spoilt_frame(drawn: tuple[int, list[Damage], bool]) -> None:
    """A frame after damage; in half of them LEN fits again."""
    seed, damages, mended = drawn
    chance = Random(seed)
    if seed % 2:
        body = pack(*drawn_messages.message(chance))
    else:
        body = vectors.bodies_once()[chance.choice(WORKED)][0]
    frame = spoilt(wrap(body, tpdu=TPDU, header=HEADER), damages)
    ends_well(with_its_length(frame) if mended and len(frame) <= MAX_FRAME else frame)


def noise(drawn: tuple[bytes, int, int]) -> None:
    """Bytes that were never a message, up to 64 KiB of them, behind a plausible beginning."""
    begins, seed, size = drawn
    ends_well((begins + Random(seed).randbytes(size))[:NOISE_BYTES_MAX])


def ends_well(data: bytes) -> None:
    """Read strictly it is refused by kind or gives the same bytes again; lenient reading, masking
    and sub-fields never end in anything but a refusal either.
    """
    try:
        message, body = open_frame(data, max_frame=MAX_FRAME)
        assert pack(message.mti, message.fields) == body
    except PeerMistake as why:
        refused_by_kind(why, len(data))
    try:
        layout = layout_of(data, max_frame=MAX_FRAME)
        excused: list[PeerMistake] = []
        read = open_as(layout, data, max_frame=MAX_FRAME, dialect=LENIENT, excused=excused)
    except PeerMistake as why:
        refused_by_kind(why, len(data))
        return
    for de in read.fields:
        assert shown(read, de, LENIENT) is not None
        refusable_parts(read, de)


def refusable_parts(message: Message, de: int) -> None:
    try:
        found = parts(message, de)
    except PeerMistake as why:
        refused_by_kind(why, len(message.fields[de]), of=(de,))
        return
    assert all(0 <= part.start <= part.end <= len(message.fields[de]) for part in found)


def refused_by_kind(why: PeerMistake, size: int, of: Container[int] = range(65)) -> None:
    assert why.kind in KINDS
    assert why.field in of
    assert 0 <= why.offset <= size


def told_elements(drawn: tuple[int, list[Damage]]) -> None:
    """DE62 of the county's services, spoilt: what is read is written again as it was."""
    seed, damages = drawn
    asked = [body for body in PAYLOADS if body]
    payload = spoilt(asked[seed % len(asked)], damages)
    try:
        told = elements.unpack(payload)
    except PeerMistake as why:
        refused_by_kind(why, len(payload), of=(62,))
        return
    if len(payload) <= elements.BYTES_MAX:
        assert elements.pack(list(told.items())) == payload


def downloaded(payload: bytes) -> None:
    """DE62 of a download or DE48 of a settlement: whatever comes is read or refused by field."""
    readers: tuple[tuple[int, Callable[[], object]], ...] = (
        (62, lambda: downloads.page(payload)),
        (62, lambda: downloads.one(payload)),
        (62, lambda: downloads.parameters(payload)),
        (62, lambda: keys.split(payload, SIGN_IN_KEYS)),
        (48, lambda: settlement.flagged(payload.decode("latin-1"))),
    )
    for de, read in readers:
        try:
            read()
        except PeerMistake as why:
            refused_by_kind(why, len(payload) + 1, of=(de,))


SIGN_IN_KEYS = (("pik", 16, 4, 0), ("mak", 16, 4, 0))
OBJECTS = bytes.fromhex("319F0605A0000003339F2201029F0605A0000003339F220103")
DOWNLOADS = st.one_of(
    st.binary(max_size=80),
    st.builds(lambda damages: spoilt(OBJECTS, damages), DAMAGES),
    st.builds(lambda damages: spoilt(b"1160126013317" + b"0" * 14, damages), DAMAGES),
    st.builds(lambda damages: spoilt(b"0" * 62, damages), DAMAGES),
)
PAYLOADS = tuple(
    fields[62]
    for name, (_, _, fields) in vectors.bodies().items()
    if name not in ("sign-in answered",) and " " in name and isinstance(fields.get(62), bytes)
)
BEGINNINGS = st.one_of(
    st.binary(max_size=24),
    st.builds(lambda size: size.to_bytes(2, "big") + TPDU + HEADER, st.integers(0, 65_535)),
    st.sampled_from(
        [b"", bytes.fromhex("0210"), TPDU, b"<html>", bytes.fromhex("0210703E02810AD08213")]
    ),
)
SIZES = st.one_of(st.integers(0, 300), st.integers(0, NOISE_BYTES_MAX))
TARGETS = (
    Target("iso8583", SEEDS, agrees, 100_000),
    Target("iso8583_spoilt", st.tuples(SEEDS, DAMAGES, st.booleans()), spoilt_frame, 60_000),
    Target("iso8583_noise", st.tuples(BEGINNINGS, SEEDS, SIZES), noise, 20_000),
    Target("iso8583_downloads", DOWNLOADS, downloaded, 10_000),
    Target("iso8583_elements", st.tuples(SEEDS, DAMAGES), told_elements, 20_000),
)
