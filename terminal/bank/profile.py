"""`bank.toml`: a bank's dialect as data (`bank-wire.md` section 15, `county-wire.md`). Strict.

Only what is read stands here: a key that nothing honours would be a promise.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from msgspec import Meta, Struct, field

from protocol.bank import answers, mac

Seconds = Annotated[int, Meta(ge=1, le=600)]
Name = Annotated[str, Meta(min_length=1)]


class Bank(Struct, frozen=True, forbid_unknown_fields=True):
    id: Name
    name: Name


class Link(Struct, frozen=True, forbid_unknown_fields=True):
    """File names are relative to the folder of `bank.toml`. Time-outs in seconds."""

    url: Name
    ca_file: Name
    host_keys_file: Name
    tls_certificate_file: Name
    content_type: Name = "application/octet-stream"
    keep_alive: bool = True
    max_frame: Annotated[int, Meta(ge=256, le=65535)] = 2048
    connect_timeout_s: Seconds = 20
    answer_timeout_s: Seconds = 60
    reversal_timeout_s: Seconds = 60

    def __post_init__(self) -> None:
        parts = urlsplit(self.url)
        if parts.scheme != "https" or not parts.hostname:
            raise ValueError(f"url is {self.url!r}, not https://host[:port]/path")
        if parts.query or parts.fragment:
            raise ValueError("url must not have a query: the signature does not cover it")


class Frame(Struct, frozen=True, forbid_unknown_fields=True):
    tpdu: Annotated[str, Meta(pattern="^60[0-9A-Fa-f]{8}$")] = "6000030000"
    header: Annotated[str, Meta(pattern="^[0-9A-Fa-f]{12}$")] = "603100311000"


class Terminal(Struct, frozen=True, forbid_unknown_fields=True):
    """tid and mid are DE41 and DE42; operator is DE63 of management messages, 3 characters."""

    tid: Annotated[str, Meta(pattern="^[0-9A-Za-z]{8}$")]
    mid: Annotated[str, Meta(pattern="^[0-9A-Za-z]{15}$")]
    operator: Annotated[str, Meta(min_length=3, max_length=3)] = "01 "


class Keys(Struct, frozen=True, forbid_unknown_fields=True):
    """layout: name, key bytes, KCV bytes, master key, in the order of the sign-in's DE62."""

    layout: tuple[tuple[Literal["pik", "mak"], int, int, Literal["TMK-P", "TMK-M"]], ...] = (
        ("pik", 16, 4, "TMK-P"),
        ("mak", 16, 4, "TMK-M"),
    )
    tmk_index: Annotated[int, Meta(ge=0, le=9)] = 0
    mac: str = "cup-ecb"
    mac_required_on_decline: bool = True

    def __post_init__(self) -> None:
        if self.mac not in mac.KINDS:
            raise ValueError(f"mac is {self.mac!r}; known are {', '.join(sorted(mac.KINDS))}")
        masters = {name: master for name, _, _, master in self.layout}
        if masters != {"pik": "TMK-P", "mak": "TMK-M"}:
            raise ValueError(
                "layout needs pik under TMK-P and mak under TMK-M: one key for both"
                " would let the key store open PIN keys"
            )


class Reversal(Struct, frozen=True, forbid_unknown_fields=True):
    attempts: Annotated[int, Meta(ge=1, le=10)] = 3
    interval_s: Annotated[int, Meta(ge=1, le=60)] = 2


class Code(Struct, frozen=True, forbid_unknown_fields=True):
    """An answer code of this bank's own, or another meaning for one of the base table."""

    text: Name
    action: Literal["approved", "declined", "capture", "sign_in_again", "wait"]


class BankProfile(Struct, frozen=True, forbid_unknown_fields=True):
    """The whole file."""

    bank: Bank
    link: Link
    terminal: Terminal
    frame: Frame = Frame()
    keys: Keys = Keys()
    reversal: Reversal = Reversal()
    codes: Mapping[Annotated[str, Meta(pattern="^[0-9A-Z]{2}$")], Code] = field(
        default_factory=dict
    )

    def meaning_of(self, code: str) -> answers.AnswerCode:
        """The row of an answer code; this file's own rows go before the base table."""
        own = self.codes.get(code)
        if own is None:
            return answers.meaning_of(code)
        return answers.AnswerCode(code, own.text, answers.Meaning(own.action))


def beside(profile_file: Path, name: str) -> Path:
    """Where a file named in `bank.toml` lies."""
    return profile_file.parent / name
