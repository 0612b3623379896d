"""HTTP signatures without the arithmetic: a keyed hash in place of ECDSA, all texts as ever.

The station builds and proves the profile's texts with its own code; the bank's side is read from
the sheet a second time here (`security.md` section 4), in the few lines that a fixed profile needs.
Every hundredth transaction has real signatures on both sides, by `tests.hw_sim.bank`.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from base64 import b64decode, b64encode
from collections.abc import Mapping
from typing import Any, NoReturn

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from terminal.bank.signing import PublicKey
from tests.hw_sim.bank import http_signatures
from tests.hw_sim.bank.http_signatures import (
    REQUEST_COMPONENTS,
    RESPONSE_COMPONENTS,
    HttpAnswer,
    HttpRequest,
)
from tests.sim.studio import DEVICE_KEY, HOST_KEY, SIGNER, TERMINAL

AUTHORITY = "front.bank.example"
TAG_KEYS = {"terminal": b"keyed hash of the terminal", "host": b"keyed hash of the host"}
TAG_ID, HOST_TAG_ID = f"{TERMINAL}.tag", "front.tag"
ALG = "ed25519"  # its signatures have 64 bytes, as BLAKE2b has
FULL_EVERY = 100  # transactions
FIELDS = ("content-type", "content-digest", "terminal-id", "terminal-seq")
COVERED = "(" + " ".join(f'"{name}"' for name in REQUEST_COMPONENTS) + ")"
ANSWER_COVERED = (
    "(" + " ".join(n if n.startswith('"') else f'"{n}"' for n in RESPONSE_COMPONENTS) + ")"
)
PARAMETERS = re.compile(
    re.escape(COVERED) + r';created=(\d+);keyid="([^"]+)";alg="([^"]+)";expires=(\d+)'
    r';nonce="[A-Za-z0-9_-]{22}";tag="huinong-req-v1"'
)


class NotAdmitted(Exception):
    """The bank does not know who has sent this."""


def tag(whose: str, text: bytes) -> bytes:
    return hashlib.blake2b(text, key=TAG_KEYS[whose]).digest()


class TagKey(Ed25519PublicKey):
    """The bank's key as the station pins it."""

    def verify(self, signature: Any, data: Any) -> None:
        if not hmac.compare_digest(tag("host", bytes(data)), bytes(signature)):
            raise InvalidSignature

    def public_bytes(self, encoding: Any, format: Any) -> NoReturn:
        raise NotImplementedError

    def public_bytes_raw(self) -> NoReturn:
        raise NotImplementedError

    def __eq__(self, other: object) -> bool:
        return self is other

    def __copy__(self) -> TagKey:
        return self

    def __deepcopy__(self, memo: object) -> TagKey:
        return self


class Pen:
    """The station's `Signer` on the line: the keyed hash, or `full` its real key."""

    def __init__(self) -> None:
        self.full = False

    @property
    def alg(self) -> str:
        return SIGNER.alg if self.full else ALG

    @property
    def key_id(self) -> str:
        return SIGNER.key_id if self.full else TAG_ID

    def public_spki_der(self) -> bytes:
        return SIGNER.public_spki_der()

    def sign(self, data: bytes) -> bytes:
        return SIGNER.sign(data) if self.full else tag("terminal", data)


HOST_KEYS: Mapping[str, PublicKey] = {
    HOST_TAG_ID: TagKey(),
    HOST_KEY.keyid: HOST_KEY.private.public_key(),
}
TERMINAL_KEYS: Mapping[str, PublicKey] = {SIGNER.key_id: DEVICE_KEY.public_key()}

Headers = list[tuple[str, str]]


class Envelope:
    """One request as the bank's front has read it: seq and created (unix s), and how to answer."""

    def __init__(self, path: str, headers: Mapping[str, str], body: bytes) -> None:
        """Raises NotAdmitted."""
        self._path, self._headers = path, {name.lower(): v for name, v in headers.items()}
        given = self._headers["signature-input"].removeprefix("term=")
        found = PARAMETERS.fullmatch(given)
        if found is None or int(found[4]) != int(found[1]) + 120:
            raise NotAdmitted("parameters")
        self.full = found[2] != TAG_ID
        if self.full:
            self._admit_in_full(body)
        else:
            self._admit(given, body)
        self.created_s = int(found[1])
        self.seq = int(self._headers["terminal-seq"])

    def _admit(self, given: str, body: bytes) -> None:
        told = self._headers
        if told["content-digest"] != _digest(body) or told["terminal-id"] != f'"{TERMINAL}"':
            raise NotAdmitted("digest or terminal")
        lines = [
            '"@method": POST',
            f'"@authority": {AUTHORITY}',
            f'"@path": {self._path}',
            *(f'"{name}": {told[name]}' for name in FIELDS),
            f'"@signature-params": {given}',
        ]
        expected = b64encode(tag("terminal", "\n".join(lines).encode())).decode()
        if told["signature"] != f"term=:{expected}:":
            raise NotAdmitted("signature")

    def _admit_in_full(self, body: bytes) -> None:
        lines = tuple(self._headers.items())
        self._request = HttpRequest("POST", self._path, AUTHORITY, lines, body, TERMINAL)
        http_signatures.verify(self._request, TERMINAL_KEYS)

    def answer(self, status: int, kind: str, body: bytes, now_s: int) -> Headers:
        """The signed headers of the answer, bound to this request."""
        if self.full:
            answer = HttpAnswer(status, {"Content-Type": kind}, body)
            http_signatures.sign(answer, self._request, HOST_KEY, now_s)
            return list(answer.headers.items())
        told, digest = self._headers, _digest(body)
        given = (
            f'{ANSWER_COVERED};created={now_s};keyid="{HOST_TAG_ID}";alg="{ALG}"'
            ';tag="huinong-res-v1"'
        )
        lines = (
            f'"@status": {status}',
            f'"content-type": {kind}',
            f'"content-digest": {digest}',
            '"@method";req: POST',
            f'"@authority";req: {AUTHORITY}',
            f'"@path";req: {self._path}',
            f'"content-digest";req: {told["content-digest"]}',
            f'"terminal-id";req: {told["terminal-id"]}',
            f'"terminal-seq";req: {told["terminal-seq"]}',
            f'"signature";req;key="term": {told["signature"].removeprefix("term=")}',
            f'"@signature-params": {given}',
        )
        signature = b64encode(tag("host", "\n".join(lines).encode())).decode()
        return [
            ("Content-Type", kind),
            ("Content-Digest", digest),
            ("Signature-Input", f"host={given}"),
            ("Signature", f"host=:{signature}:"),
        ]


def spoilt(headers: Headers) -> Headers:
    """The same with another signature."""
    return [(name, _other(value) if name == "Signature" else value) for name, value in headers]


def _other(value: str) -> str:
    raw = bytearray(b64decode(value.removeprefix("host=:").removesuffix(":")))
    raw[0] ^= 1
    return f"host=:{b64encode(raw).decode()}:"


def _digest(body: bytes) -> str:
    return f"sha-256=:{b64encode(hashlib.sha256(body).digest()).decode()}:"
