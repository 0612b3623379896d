"""`bank.toml`: a bank's dialect as data (`bank-wire.md` section 15, `county-wire.md`). Strict.

Only what is read stands here: a key that nothing honours would be a promise.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal

from msgspec import Meta, Struct, field

from protocol.bank import answers, mac

Seconds = Annotated[int, Meta(ge=1, le=600)]
Name = Annotated[str, Meta(min_length=1)]

# What is signed must be what the HTTP client sends: nothing in it that a client would rewrite.
PLACE = r"([0-9A-Za-z.-]+|\[[0-9A-Fa-f:.]+\])"
HTTPS_URL = re.compile(
    rf"https://{PLACE}(:(?P<port>[0-9]{{1,5}}))?(?P<path>(/[0-9A-Za-z._~-]+)*/?)"
)
FRAMES_URL = re.compile(rf"(tcp|tls)://{PLACE}:(?P<port>[0-9]{{1,5}})")
HEADER_TEXT = re.compile("[ -~]{1,80}")
CONTENT_TYPE = re.compile(r"[0-9A-Za-z.+-]+/[0-9A-Za-z.+-]+(; ?charset=[0-9A-Za-z-]+)?")
PORT_MAX = 65_535
MAK_KINDS = sorted(mac.KINDS.keys() - mac.UNDER_SM4)


class Bank(Struct, frozen=True, forbid_unknown_fields=True):
    id: Name
    name: Name


class Link(Struct, frozen=True, forbid_unknown_fields=True):
    """How the bank is reached. File names are relative to the folder of `bank.toml`.

    url: https://, or bare frames over tls:// or tcp://. other_urls: tried in order, each only when
    nobody was reached at the one before. signed: requests and replies carry RFC 9421 signatures.
    Time-outs in seconds.
    """

    url: Name
    signed: bool = True
    other_urls: tuple[str, ...] = ()
    ca_file: str = ""
    host_keys_file: str = ""
    tls_certificate_file: str = ""
    content_type: str = "application/octet-stream"
    user_agent: str = "huinong"
    keep_alive: bool = True
    max_frame: Annotated[int, Meta(ge=256, le=65535)] = 2048
    connect_timeout_s: Seconds = 20
    answer_timeout_s: Seconds = 60
    reversal_timeout_s: Seconds = 60

    @property
    def scheme(self) -> str:
        return self.url.partition(":")[0]

    def __post_init__(self) -> None:
        for url in (self.url, *self.other_urls):
            _check_url(url)
            if url.partition(":")[0] != self.scheme:
                raise ValueError("other_urls must be of the scheme of url")
        _check_files(self)
        if not CONTENT_TYPE.fullmatch(self.content_type):
            raise ValueError(
                f"content_type is {self.content_type!r}, not like application/octet-stream"
            )
        if not HEADER_TEXT.fullmatch(self.user_agent):
            raise ValueError("user_agent must be 1 to 80 printable ASCII characters")


def _check_url(url: str) -> None:
    found = HTTPS_URL.fullmatch(url) or FRAMES_URL.fullmatch(url)
    if found is None:
        raise ValueError(
            "url must be https://host[:port]/path, tls://host:port or tcp://host:port: no user, no"
            " query (the signature does not cover it), no escapes"
        )
    port = found["port"]
    if port and not 0 < int(port) <= PORT_MAX:
        raise ValueError(f"url has the port {port}, not 1 to {PORT_MAX}")
    if {".", ".."} & set(found.groupdict().get("path", "").split("/")):
        raise ValueError("url must name its path straight, without . or ..")


def _check_files(link: Link) -> None:
    """Each file that the line needs, and none that nothing would read."""
    if link.signed and link.scheme != "https":
        raise ValueError(f"signed must be false for {link.scheme}://: bare frames carry no headers")
    if link.signed and link.other_urls:
        raise ValueError("other_urls must be empty where signed: the signature covers the host")
    needed = {
        "ca_file": link.scheme != "tcp",
        "host_keys_file": link.signed,
        "tls_certificate_file": link.signed,
    }
    for name, is_needed in needed.items():
        if is_needed and not getattr(link, name):
            raise ValueError(f"{name} must name a file")
    unread = [] if link.signed else ["host_keys_file"]
    unread += ["ca_file", "tls_certificate_file"] if link.scheme == "tcp" else []
    for name in unread:
        if getattr(link, name):
            raise ValueError(f"{name} is named, but this line reads none")


class Frame(Struct, frozen=True, forbid_unknown_fields=True):
    """Both in hex digits."""

    tpdu: str = "6000030000"
    header: str = "603100311000"

    def __post_init__(self) -> None:
        if not re.fullmatch("60[0-9A-Fa-f]{8}", self.tpdu):
            raise ValueError("tpdu must be 10 hex digits and begin with 60")
        if not re.fullmatch("[0-9A-Fa-f]{12}", self.header):
            raise ValueError("header must be 12 hex digits")


class Terminal(Struct, frozen=True, forbid_unknown_fields=True):
    """tid and mid are DE41 and DE42; operator is DE63 of management messages."""

    tid: str
    mid: str
    operator: str = "01 "

    def __post_init__(self) -> None:
        if not re.fullmatch("[0-9A-Za-z]{8}", self.tid):
            raise ValueError("tid must be 8 letters or digits")
        if not re.fullmatch("[0-9A-Za-z]{15}", self.mid):
            raise ValueError("mid must be 15 letters or digits")
        if not re.fullmatch("[0-9A-Za-z]{2}[0-9A-Za-z ]", self.operator):
            raise ValueError("operator must be 3 letters or digits, or 2 and a blank")


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
        if self.mac in mac.UNDER_SM4:
            raise ValueError(
                f"mac is {self.mac!r}: its key is an SM4 key, and the key store opens 3DES keys"
                f" only; usable are {', '.join(MAK_KINDS)}"
            )
        if self.mac not in mac.KINDS:
            raise ValueError(f"mac is {self.mac!r}; known are {', '.join(MAK_KINDS)}")
        if sorted((name, master) for name, _, _, master in self.layout) != [
            ("mak", "TMK-M"),
            ("pik", "TMK-P"),
        ]:
            raise ValueError(
                "layout needs one pik under TMK-P and one mak under TMK-M: one key for both"
                " would let the key store open PIN keys"
            )
        if not all(key in (8, 16) and check in (3, 4) for _, key, check, _ in self.layout):
            raise ValueError("layout takes keys of 8 or 16 bytes, check values of 3 or 4")


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
    codes: Mapping[str, Code] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for code in self.codes:
            if not re.fullmatch("[0-9A-Z]{2}", code):
                raise ValueError(f"codes.{code} is no answer code: 2 digits or capital letters")
        if "00" in self.codes:
            raise ValueError("codes.00 can not be given another meaning: money has moved")

    def meaning_of(self, code: str) -> answers.AnswerCode:
        """The row of an answer code; this file's own rows go before the base table."""
        own = self.codes.get(code)
        if own is None:
            return answers.meaning_of(code)
        return answers.AnswerCode(code, own.text, answers.Meaning(own.action))


def beside(profile_file: Path, name: str) -> Path:
    """Where a file named in `bank.toml` lies."""
    return profile_file.parent / name
