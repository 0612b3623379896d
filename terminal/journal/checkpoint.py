"""A signed head of the journal: a C2SP tlog-checkpoint in a signed note (`security.md` section 7).

    origin LF size LF base64(root) LF, LF, then lines `U+2014 name base64(keyid4 || signature)` LF

The signature covers the text with its last LF, without the empty line. Ed25519 is type 01, ECDSA
P-256 is type 02 with a DER signature over SHA-256; they differ in how the key is named. Lines of
keys that nobody gave are passed over, as the format wants; a bad signature of a given key is not.
Pure.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, SECP256R1, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_der_public_key,
)

from terminal.journal.tree import HASH_BYTES
from terminal.keys.api import Signer

DASH = "\u2014"
KEY_ID_BYTES = 4
ED25519_TYPE = b"\x01"
COORDINATE_BYTES = 32  # of the raw r||s that a `Signer` gives
NOTE_BYTES_MAX = 4096  # three lines and a signature are 250; a note comes from outside
SIZE = re.compile(r"0|[1-9][0-9]{0,17}")  # no leading zero: one text for one size


class BadCheckpoint(Exception):
    """No checkpoint, or one that proves nothing; the message says what is wrong."""


class UnknownKey(BadCheckpoint):
    """Well formed, but signed by none of the keys at hand."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What a head says: whose journal, how many facts, which root."""

    origin: str
    size: int
    root: bytes


def text(origin: str, size: int, root: bytes) -> str:
    """The three lines that are signed."""
    assert origin
    assert "\n" not in origin
    assert size >= 0
    assert len(root) == HASH_BYTES
    return f"{origin}\n{size}\n{_base64(root)}\n"


def sign(signed: str, name: str, signer: Signer) -> str:
    """The full note. `name` is the key's: for a station its origin."""
    assert name
    assert not re.search(r"[\s+]", name)
    signature = signer.sign(signed.encode("utf-8"))
    if signer.alg != "ed25519":
        r, s = signature[:COORDINATE_BYTES], signature[COORDINATE_BYTES:]
        signature = encode_dss_signature(int.from_bytes(r, "big"), int.from_bytes(s, "big"))
    key_id = key_id_of(name, signer.public_spki_der())
    return f"{signed}\n{DASH} {name} {_base64(key_id + signature)}\n"


def key_id_of(name: str, spki_der: bytes) -> bytes:
    """The four bytes in front of a signature. Raises BadCheckpoint for a key that cannot sign."""
    key = _public_key(spki_der)
    if isinstance(key, Ed25519PublicKey):
        raw = key.public_bytes(Encoding.Raw, PublicFormat.Raw)
        spki_der = name.encode("utf-8") + b"\n" + ED25519_TYPE + raw
    return hashlib.sha256(spki_der).digest()[:KEY_ID_BYTES]


def opened(note: str, keys: Iterable[bytes]) -> Checkpoint:
    """What a note proves by one of `keys` (SPKI DER). Raises BadCheckpoint, UnknownKey."""
    signed, names = signed_text(note, keys)
    found = read(signed)
    if found.origin not in names:
        raise BadCheckpoint(f"the head of {found.origin} is signed as {', '.join(names)}")
    return found


def read(signed: str) -> Checkpoint:
    """The three lines, no signature judged. Raises BadCheckpoint."""
    lines = signed.split("\n")
    if len(lines) != 4 or lines[3]:
        raise BadCheckpoint("a checkpoint is three lines: origin, size, root")
    origin, size, root_text, _ = lines
    if not origin:
        raise BadCheckpoint("the origin is empty")
    if not SIZE.fullmatch(size):
        raise BadCheckpoint("the size is no number")
    root = _from_base64(root_text, "root")
    if len(root) != HASH_BYTES:
        raise BadCheckpoint(f"the root has {len(root)} bytes, not {HASH_BYTES}")
    return Checkpoint(origin, int(size), root)


def signed_text(note: str, keys: Iterable[bytes]) -> tuple[str, tuple[str, ...]]:
    """The text of any signed note, and the names whose signatures by `keys` hold.

    Raises BadCheckpoint, UnknownKey when none of the keys has signed.
    """
    signed, lines = _parts(note)
    known, names = list(keys), list[str]()
    for name, key_id, signature in lines:
        for spki_der in known:
            if key_id_of(name, spki_der) == key_id:
                _verify(spki_der, signature, signed.encode("utf-8"), name)
                names.append(name)
    if not names:
        raise UnknownKey(f"signed by {', '.join(name for name, _, _ in lines)}: no key given fits")
    return signed, tuple(names)


def signed_part(note: str) -> str:
    """The text of a note, no signature judged. Raises BadCheckpoint."""
    return _parts(note)[0]


def _parts(note: str) -> tuple[str, Sequence[tuple[str, bytes, bytes]]]:
    if len(note.encode("utf-8", "replace")) > NOTE_BYTES_MAX:
        raise BadCheckpoint(f"more than {NOTE_BYTES_MAX} bytes")
    head, gap, tail = note.rpartition("\n\n")
    if not gap or not head:
        raise BadCheckpoint("no empty line before the signatures")
    if not tail.endswith("\n"):
        raise BadCheckpoint("the last line is cut")
    return f"{head}\n", [_signature_line(line) for line in tail[:-1].split("\n")]


def _signature_line(line: str) -> tuple[str, bytes, bytes]:
    words = line.split(" ")
    if len(words) != 3 or words[0] != DASH or not words[1]:
        raise BadCheckpoint("a signature line is: dash, name, base64")
    raw = _from_base64(words[2], "signature")
    if len(raw) <= KEY_ID_BYTES:
        raise BadCheckpoint("a signature is too short")
    return words[1], raw[:KEY_ID_BYTES], raw[KEY_ID_BYTES:]


def _verify(spki_der: bytes, signature: bytes, signed: bytes, name: str) -> None:
    key = _public_key(spki_der)
    try:
        if isinstance(key, Ed25519PublicKey):
            key.verify(signature, signed)
        else:
            key.verify(signature, signed, ECDSA(SHA256()))
    except InvalidSignature:
        raise BadCheckpoint(f"the signature of {name} does not fit the text") from None


def _public_key(spki_der: bytes) -> Ed25519PublicKey | EllipticCurvePublicKey:
    try:
        key = load_der_public_key(spki_der)
    except (ValueError, UnsupportedAlgorithm):
        raise BadCheckpoint("a key given is no public key") from None
    if isinstance(key, Ed25519PublicKey):
        return key
    if isinstance(key, EllipticCurvePublicKey) and isinstance(key.curve, SECP256R1):
        return key
    raise BadCheckpoint("a key given is neither P-256 nor Ed25519")


def _base64(raw: bytes) -> str:
    return base64.b64encode(raw).decode("ascii")


def _from_base64(value: str, what: str) -> bytes:
    """Canonical base64 only: one text for one value."""
    try:
        raw = base64.b64decode(value.encode("ascii"), validate=True)
    except (binascii.Error, UnicodeEncodeError):
        raise BadCheckpoint(f"the {what} is not base64") from None
    if _base64(raw) != value:
        raise BadCheckpoint(f"the {what} is not base64 as it is written here")
    return raw
