"""Records made wrong after personalisation: an edit of the file a name stands for."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from tests.hw_sim.cards.files import (
    AUTHENTICATED,
    ICC_RECORD,
    ISSUER_RECORD,
    STATIC_SIGNATURE,
    Records,
)
from tests.hw_sim.cards.personalise import LoadedApplication
from tests.hw_sim.cards.signing import spoil
from tests.hw_sim.cards.tlv import parse, tlv

TRACK_RECORD = (1, 1)
LARGEST_RECORD_BYTES = 255  # a short answer holds 256 with one to spare
OVERSIZED_VALUE_BYTES = 300
FILLER = "9F7F"
DROPPED_BYTES = 3


@dataclass(frozen=True, slots=True)
class Edit:
    """What is wrong, in which record, and how the record becomes so."""

    about: str
    place: tuple[int, int]
    change: Callable[[bytes], bytes]


def edited(of: LoadedApplication, names: tuple[str, ...]) -> LoadedApplication:
    files: Records = of.files
    for name in names:
        edit = EDITS[name]
        files = {**files, edit.place: edit.change(files[edit.place])}
    return replace(of, files=files)


def objects(record: bytes) -> dict[str, bytes]:
    """The objects of a record template, in order."""
    ((_, body),) = parse(record)
    return dict(parse(body))


def template(held: dict[str, bytes]) -> bytes:
    return tlv("70", b"".join(tlv(tag, value) for tag, value in held.items()))


def _with(tag: str, change: Callable[[bytes], bytes]) -> Callable[[bytes], bytes]:
    def edit(record: bytes) -> bytes:
        held = objects(record)
        return template({**held, tag: change(held[tag])})

    return edit


def _without(*tags: str) -> Callable[[bytes], bytes]:
    return lambda record: template(
        {tag: value for tag, value in objects(record).items() if tag not in tags}
    )


def _filled(record: bytes) -> bytes:
    """The largest record a short answer carries."""
    room = LARGEST_RECORD_BYTES - len(record) - len(tlv(FILLER, bytes(0x80))) + 0x80
    return template({**objects(record), FILLER: bytes(room - 1)})


def _other_pan(track: bytes) -> bytes:
    return bytes((track[0] ^ 0x10,)) + track[1:]


EDITS = {
    "wrong_issuer_certificate": Edit(
        "issuer certificate wrong by a bit", ISSUER_RECORD, _with("90", spoil)
    ),
    "short_certificate": Edit(
        "issuer certificate lost a byte", ISSUER_RECORD, _with("90", lambda value: value[:-1])
    ),
    "wrong_icc_certificate": Edit(
        "card certificate wrong by a bit", ICC_RECORD, _with("9F46", spoil)
    ),
    "wrong_static_signature": Edit(
        "static signature wrong by a bit", STATIC_SIGNATURE, _with("93", spoil)
    ),
    "no_ca_index": Edit("no CA index (8F)", ISSUER_RECORD, _without("8F")),
    "no_cdol": Edit("no CDOL1 or CDOL2", AUTHENTICATED, _without("8C", "8D")),
    "no_expiry": Edit("no expiry date (5F24)", AUTHENTICATED, _without("5F24")),
    "no_cvm_list": Edit("no CVM list (8E)", AUTHENTICATED, _without("8E")),
    "changed_static_data": Edit(
        "signed data was changed",
        AUTHENTICATED,
        _with("9F07", lambda value: bytes((value[0], value[1] ^ 1))),
    ),
    "other_track_pan": Edit("the track's PAN is not 5A", TRACK_RECORD, _with("57", _other_pan)),
    "largest_record": Edit("a record as long as an answer can be", TRACK_RECORD, _filled),
    "oversized_record": Edit(
        "a record whose length is beyond its answer",
        TRACK_RECORD,
        lambda record: b"\x70\x82\x01\x2c" + record[2:],
    ),
    "huge_length": Edit(
        "a length of four bytes",
        TRACK_RECORD,
        lambda record: b"\x70\x84\xff\xff\xff\xff" + record[2:],
    ),
    "truncated_tlv": Edit(
        "a record that ends inside a value", TRACK_RECORD, lambda record: record[:-DROPPED_BYTES]
    ),
    "duplicate_tag": Edit(
        "the PAN a second time, in another record",
        TRACK_RECORD,
        lambda record: template({**objects(record), "5A": bytes(10)}),
    ),
    "trailing_bytes": Edit(
        "bytes after the template", TRACK_RECORD, lambda record: record + tlv("9F7F", "00")
    ),
    "not_a_template": Edit("a record without template 70", TRACK_RECORD, lambda record: record[2:]),
}
