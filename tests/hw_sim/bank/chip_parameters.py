"""CA keys and chip applications that the bank hands to terminals (bank-wire.md section 7).

`ca_keys.json` in the bank's folder: {"keys": [{"raw_tlv": hex}, …]}, as the public lists have it;
whatever else a row says is for people. `aids.json`: [{"9F06": hex, "DF01": hex, …}], tags in the
order in which they are sent. Either may be missing: then there is no CA key, and the applications
are those below.
"""

from __future__ import annotations

import json
from pathlib import Path

from tests.hw_sim.bank import tlv

Objects = tuple[tuple[tuple[str, bytes], ...], ...]

CAPK_KEY = ("9F06", "9F22")
AID_KEY = ("9F06",)

# 借记 and 贷记 of UnionPay, limits of a test terminal: floor 0, everything online
_COMMON = (
    ("DF01", "00"),
    ("9F08", "0020"),
    ("DF11", "D84000A800"),
    ("DF12", "D84004F800"),
    ("DF13", "0010000000"),
    ("9F1B", "00000000"),
    ("DF15", "00000000"),
    ("DF16", "99"),
    ("DF17", "99"),
    ("DF14", "9F3704"),
    ("DF18", "01"),
    ("9F7B", "000000000000"),
    ("DF19", "000000000000"),
    ("DF20", "000000100000"),
    ("DF21", "000000000000"),
)
DEFAULT_AIDS = ("A000000333010101", "A000000333010102")


def read_chip_objects(directory: Path) -> dict[str, Objects]:
    """What the two files of a folder say. Raises BadTlv, KeyError, ValueError for bad ones."""
    ca_keys, aids = directory / "ca_keys.json", directory / "aids.json"
    found = dict(DEFAULT_OBJECTS)
    if ca_keys.exists():
        rows = json.loads(ca_keys.read_text("utf-8"))["keys"]
        found["ca_keys"] = tuple(
            tuple(tlv.read(bytes.fromhex(row["raw_tlv"])).items()) for row in rows
        )
    if aids.exists():
        found["aids"] = tuple(
            tuple((tag, bytes.fromhex(text)) for tag, text in row.items())
            for row in json.loads(aids.read_text("utf-8"))
        )
    return found


def key_of(known: tuple[tuple[str, bytes], ...]) -> dict[str, bytes]:
    """What a terminal names to get this object."""
    key = CAPK_KEY if known[1][0] == CAPK_KEY[1] else AID_KEY
    return {tag: value for tag, value in known if tag in key}


DEFAULT_OBJECTS: dict[str, Objects] = {
    "ca_keys": (),
    "aids": tuple(
        tuple((tag, bytes.fromhex(text)) for tag, text in (("9F06", aid), *_COMMON))
        for aid in DEFAULT_AIDS
    ),
}
