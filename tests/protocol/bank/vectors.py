"""The sheet's worked messages, and the sheet's field table as pyiso8583 understands it."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parents[2] / "vectors" / "iso8583"
PREFIX_BYTES = {"frame": 13, "frame-without-LEN": 11, "body": 0}
TEXT_FIELDS = frozenset({37, 38, 39, 41, 42, 43, 44, 49, 54})
DIGIT_KINDS = ("n", "z")


def read(name: str) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((FOLDER / name).read_text("utf-8"))
    return content


def bodies() -> dict[str, tuple[bytes, str, dict[int, str | bytes]]]:
    """id -> body, MTI and fields of every message of valid.json and county.json."""
    found = {}
    for message in read("valid.json")["messages"]:
        frame = bytes.fromhex(message["hex"])
        found[message["id"]] = _worked(message, frame[PREFIX_BYTES[message["layout"]] :])
    for case in read("county.json")["cases"]:
        for name, message in zip(("asked", "answered"), case["messages"], strict=True):
            frame = bytes.fromhex(message["hex"])
            found[f"{case['id']} {name}"] = _worked(message, frame[PREFIX_BYTES["frame"] :])
    return found


@cache
def bodies_once() -> dict[str, tuple[bytes, str, dict[int, str | bytes]]]:
    """`bodies`, read from disk once."""
    return bodies()


def _worked(message: dict[str, Any], body: bytes) -> tuple[bytes, str, dict[int, str | bytes]]:
    return body, message["mti"], typed(message["fields"])


def typed(fields: dict[str, str]) -> dict[int, str | bytes]:
    """The vectors' hex of byte fields as bytes (`format` of valid.json)."""
    kinds = {row["de"]: row["kind"] for row in read("fields.json")["fields"]}
    return {
        int(de): bytes.fromhex(value) if kinds[int(de)] == "b" else value
        for de, value in fields.items()
    }


def iso8583_spec() -> dict[str, dict[str, Any]]:
    """fields.json for pyiso8583: the oracle reads the sheet, not our table."""
    spec: dict[str, dict[str, Any]] = {
        "h": {"data_enc": "b", "len_enc": "ascii", "len_type": 0, "max_len": 0, "desc": ""},
        "t": {"data_enc": "b", "len_enc": "ascii", "len_type": 0, "max_len": 2, "desc": ""},
        "p": {"data_enc": "b", "len_enc": "ascii", "len_type": 0, "max_len": 8, "desc": ""},
        "1": {"data_enc": "b", "len_enc": "ascii", "len_type": 0, "max_len": 8, "desc": ""},
    }
    for row in read("fields.json")["fields"]:
        spec[str(row["de"])] = _spec_row(row)
    return spec


def _spec_row(row: dict[str, Any]) -> dict[str, Any]:
    made = {
        "data_enc": "gb18030" if row["kind"] == "ans" else "b",
        "len_enc": "bcd",
        "len_type": row["prefix_bytes"],
        "max_len": row["size"],
        "desc": row["name"],
    }
    if row["kind"] in DIGIT_KINDS:
        made["len_count"] = "nibbles"
        made["left_pad" if row["align"] == "right" else "right_pad"] = "0"
    return made
