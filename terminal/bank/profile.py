"""`bank.toml`: a bank's dialect as data (`bank-wire.md` section 15, `county-wire.md`). Strict.

Only what is read stands here: a key that nothing honours would be a promise.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Literal

from msgspec import Meta, Struct, field

from protocol.bank import answers, messages
from protocol.bank.fields import BASE, Align, Dialect
from protocol.bank.messages import Row
from terminal.bank.key_profile import Keys
from terminal.bank.line_profile import Link, Name


class Bank(Struct, frozen=True, forbid_unknown_fields=True):
    """Whose profile this is."""

    id: Annotated[
        Name,
        Meta(description="a short name of this profile"),
    ]
    name: Annotated[
        Name,
        Meta(description="of the bank"),
    ]


class Frame(Struct, frozen=True, forbid_unknown_fields=True):
    """What stands around a message (`bank-wire.md` section 1)."""

    tpdu: Annotated[
        str,
        Meta(description="10 hex digits, 60 first"),
    ] = "6000030000"
    header: Annotated[
        str,
        Meta(description="报文头, 12 hex digits"),
    ] = "603100311000"
    tpdu_check: Annotated[
        Literal["off", "swap"],
        Meta(description="swap: a reply must carry our TPDU with its two addresses exchanged"),
    ] = "off"

    @property
    def swapped_tpdu(self) -> bytes:
        sent = bytes.fromhex(self.tpdu)
        return sent[:1] + sent[3:] + sent[1:3]

    def __post_init__(self) -> None:
        if not re.fullmatch("60[0-9A-Fa-f]{8}", self.tpdu):
            raise ValueError("tpdu must be 10 hex digits and begin with 60")
        if not re.fullmatch("[0-9A-Fa-f]{12}", self.header):
            raise ValueError("header must be 12 hex digits")


class Terminal(Struct, frozen=True, forbid_unknown_fields=True):
    """What the terminal says of itself."""

    tid: Annotated[
        str,
        Meta(description="DE41, 8 letters or digits"),
    ]
    mid: Annotated[
        str,
        Meta(description="DE42, 15 letters or digits"),
    ]
    operator: Annotated[
        str,
        Meta(description="DE63 of sign-in and settlement, 3 characters"),
    ] = "01 "
    pin_capture: Annotated[
        Literal["12", "06"],
        Meta(description="DE26, the longest PIN"),
    ] = "12"
    reads: Annotated[
        Literal["0", "2", "5", "6"],
        Meta(description="60.4: 0 unknown, 2 stripe, 5 and contact chip, 6 and contactless"),
    ] = "6"
    serial: Annotated[
        str, Meta(description="the terminal's serial number for DE62 of sign-in; none: not sent")
    ] = ""

    def __post_init__(self) -> None:
        if not re.fullmatch("[0-9A-Za-z]{8}", self.tid):
            raise ValueError("tid must be 8 letters or digits")
        if not re.fullmatch("[0-9A-Za-z]{15}", self.mid):
            raise ValueError("mid must be 15 letters or digits")
        if not re.fullmatch("[0-9A-Za-z]{2}[0-9A-Za-z ]", self.operator):
            raise ValueError("operator must be 3 letters or digits, or 2 and a blank")
        if not re.fullmatch("[!-~]{0,99}", self.serial):
            raise ValueError("serial must be at most 99 ASCII characters without blanks")


class Reversal(Struct, frozen=True, forbid_unknown_fields=True):
    """How often an open reversal is sent (`bank-wire.md` section 13)."""

    attempts: Annotated[
        int,
        Meta(ge=1, le=10, description="tries of one occasion"),
    ] = 3
    interval_s: Annotated[
        int,
        Meta(ge=1, le=60, description="seconds between two tries"),
    ] = 2
    final_codes: Annotated[
        tuple[str, ...],
        Meta(description="beside 00, what ends one on the accounting day of the original"),
    ] = ("12", "25")

    def __post_init__(self) -> None:
        if not all(re.fullmatch("[0-9A-Z]{2}", code) for code in self.final_codes):
            raise ValueError("final_codes must be answer codes: 2 digits or capital letters")


class Batch(Struct, frozen=True, forbid_unknown_fields=True):
    """When and how patiently a batch is settled (`bank-wire.md` section 10)."""

    max_count: Annotated[
        int,
        Meta(ge=1, le=999, description="bookings after which a batch is settled by itself"),
    ] = 500
    retries: Annotated[
        int,
        Meta(ge=1, le=10, description="tries of one message before the settlement waits"),
    ] = 3


class FieldChange(Struct, frozen=True, forbid_unknown_fields=True):
    """Where a bank's data element differs from the field table (`bank-wire.md` section 2)."""

    max: Annotated[
        int | None,
        Meta(description="the longest value"),
    ] = None
    align: Annotated[
        Align | None,
        Meta(description="of an odd number of digits"),
    ] = None


class Operation(Struct, frozen=True, forbid_unknown_fields=True):
    """Another bank's codes for one of our services; what is not given stays as the sheet has it."""

    de3: Annotated[
        str | None,
        Meta(description="processing code, 6 digits"),
    ] = None
    de25: Annotated[
        str,
        Meta(description="condition code, 2 digits"),
    ] = "00"
    de60_1: Annotated[
        str | None,
        Meta(description="transaction type, 2 digits"),
    ] = None
    de60_3: Annotated[
        str | None,
        Meta(description="network management code, 3 digits"),
    ] = None

    def __post_init__(self) -> None:
        for name, digits in (("de3", 6), ("de25", 2), ("de60_1", 2), ("de60_3", 3)):
            given = getattr(self, name)
            if given is not None and not re.fullmatch(f"[0-9]{{{digits}}}", given):
                raise ValueError(f"{name} must be {digits} digits")

    def on(self, row: Row) -> Row:
        return replace(
            row,
            de3=self.de3 or row.de3,
            kind=self.de60_1 or row.kind,
            network=self.de60_3 or row.network,
        )


class Code(Struct, frozen=True, forbid_unknown_fields=True):
    """An answer code of this bank's own, or another meaning for one of the base table."""

    text: Annotated[
        Name,
        Meta(description="what the screen and the slip say"),
    ]
    action: Annotated[
        Literal["approved", "declined", "capture", "sign_in_again", "wait"],
        Meta(description="what the terminal does"),
    ]


class Chip(Struct, frozen=True, forbid_unknown_fields=True):
    """Chip cards (`emv.md` section 1)."""

    ca_keys_file: Annotated[
        str,
        Meta(
            description="the records of the bank's CA-key download, in hex, one a line; empty:"
            " no chip cards"
        ),
    ] = ""
    ifd_serial: Annotated[
        str,
        Meta(description="tag 9F1E, 8 characters: the device number that the bank registered"),
    ] = "00000000"
    applications: Annotated[
        tuple[str, ...],
        Meta(description="AIDs in hex, each also as the beginning of a longer name"),
    ] = ("A0000003330101",)

    def __post_init__(self) -> None:
        if not re.fullmatch("[0-9A-Za-z]{8}", self.ifd_serial):
            raise ValueError("ifd_serial must be 8 letters or digits")
        if not all(re.fullmatch("([0-9A-Fa-f]{2}){5,16}", aid) for aid in self.applications):
            raise ValueError("applications must be AIDs of 5 to 16 bytes in hex digits")


class BankProfile(Struct, frozen=True, forbid_unknown_fields=True):
    """The whole file."""

    bank: Bank
    link: Link
    terminal: Terminal
    frame: Frame = Frame()
    keys: Keys = Keys()
    reversal: Reversal = Reversal()
    batch: Batch = Batch()
    fields: Mapping[str, FieldChange] = field(default_factory=dict)
    operations: Mapping[str, Operation] = field(default_factory=dict)
    chip: Chip = Chip()
    codes: Mapping[str, Code] = field(default_factory=dict)

    def __post_init__(self) -> None:
        _ = self.field_table
        _check_operations(self)
        for code in self.codes:
            if not re.fullmatch("[0-9A-Z]{2}", code):
                raise ValueError(f"codes.{code} is no answer code: 2 digits or capital letters")
        if "00" in self.codes:
            raise ValueError("codes.00 can not be given another meaning: money has moved")

    @property
    def field_table(self) -> Dialect:
        """The data elements by this bank's changes; the same object for the same changes."""
        changes = tuple((de, change.max, change.align) for de, change in self.fields.items())
        return _changed(changes)

    def row_of(self, name: str) -> Row:
        """The message of a service, by this bank's codes."""
        own = self.operations.get(name)
        return messages.BY_NAME[name] if own is None else own.on(messages.BY_NAME[name])

    def condition_of(self, name: str) -> str:
        """DE25 of a service."""
        own = self.operations.get(name)
        return "00" if own is None else own.de25

    def meaning_of(self, code: str) -> answers.AnswerCode:
        """The row of an answer code; this file's own rows go before the base table."""
        own = self.codes.get(code)
        if own is None:
            return answers.meaning_of(code)
        return answers.AnswerCode(code, own.text, answers.Meaning(own.action))


@lru_cache(maxsize=4)  # one profile a process; the codec keeps its plans by the table itself
def _changed(changes: tuple[tuple[str, int | None, Align | None], ...]) -> Dialect:
    table = BASE
    for de, size, align in changes:
        if not re.fullmatch("[1-9][0-9]?", de):
            raise ValueError(f"fields.{de} is no data element")
        table = table.changed(int(de), size=size, align=align)
    return table


def _check_operations(profile: BankProfile) -> None:
    """Services there are, and no two messages that nobody could tell apart."""
    for name, own in profile.operations.items():
        if name not in messages.BY_NAME:
            raise ValueError(f"operations.{name} is no service of this terminal")
        if not messages.BY_NAME[name].de3 and (own.de3 or own.de25 != "00"):
            raise ValueError(f"operations.{name} is a message without DE3 and DE25")
    seen: dict[tuple[str, str, str, str], str] = {}
    for name in messages.BY_NAME:
        row = profile.row_of(name)
        other = seen.setdefault((row.mti, row.de3, row.kind, row.network), name)
        if other != name:
            raise ValueError(f"operations.{name} has the codes of {other}: MTI, DE3, 60.1, 60.3")


def beside(profile_file: Path, name: str) -> Path:
    """Where a file named in `bank.toml` lies."""
    return profile_file.parent / name
