"""Signed notes and the checkpoint inside one (C2SP signed-note, tlog-checkpoint).

As security.md section 7 has them: the text, an empty line, signature lines; a signature covers
the text with its last LF. ECDSA signatures are DER over SHA-256, Ed25519 ones are plain.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterable
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from tests.hw_sim.bank.signing_keys import PublicKey, note_keyid

SIGNATURE_LINE = re.compile("\u2014 (?P<name>[^ +]+) (?P<base64>[A-Za-z0-9+/]+={0,2})")
SIZE_FORM = r"0|[1-9]\d{0,17}"
KEYID_BYTES = 4
ROOT_BYTES = 32


class BadNote(Exception):
    """The text is not a signed note, or its text is not a checkpoint."""


@dataclass(frozen=True)
class NoteSignature:
    name: str
    keyid: bytes
    signature: bytes


@dataclass(frozen=True)
class Note:
    text: str  # with its last LF
    signatures: tuple[NoteSignature, ...]


@dataclass(frozen=True)
class Checkpoint:
    """What a log says of itself."""

    origin: str
    size: int
    root: bytes


def read_note(raw: str) -> Note:
    """Raises BadNote naming the part, never its contents."""
    text, gap, signed = raw.rpartition("\n\n")
    if not gap or not signed.endswith("\n"):
        raise BadNote("text, empty line and signatures")
    lines = signed[:-1].split("\n")
    return Note(text + "\n", tuple(_signature(line) for line in lines))


def signed_by(note: Note, name: str, keys: Iterable[PublicKey]) -> bool:
    """Whether one of `keys` signed the note under this name."""
    return any(
        signature.name == name
        and signature.keyid == note_keyid(name, key)
        and _verifies(key, signature.signature, note.text.encode())
        for key in keys
        for signature in note.signatures
    )


def read_checkpoint(note: Note) -> Checkpoint:
    """Raises BadNote; lines after the root are extensions and must not be empty."""
    lines = note.text[:-1].split("\n")
    if len(lines) < 3 or "" in lines or not re.fullmatch(SIZE_FORM, lines[1], re.ASCII):
        raise BadNote("origin, size and root")
    return Checkpoint(lines[0], int(lines[1]), read_hash(lines[2]))


def read_hash(line: str) -> bytes:
    """32 bytes from one line of base64. Raises BadNote."""
    try:
        found = base64.b64decode(line, validate=True)
    except ValueError:  # binascii.Error is one, and so is a letter that is not ASCII
        raise BadNote("a hash is not base64") from None
    if len(found) != ROOT_BYTES or base64.b64encode(found).decode() != line:
        raise BadNote("a hash has another length")
    return found


def _signature(line: str) -> NoteSignature:
    match = SIGNATURE_LINE.fullmatch(line)
    try:
        raw = base64.b64decode(match["base64"], validate=True) if match else b""
    except binascii.Error:
        raw = b""
    if match is None or len(raw) <= KEYID_BYTES:
        raise BadNote("signature line")
    return NoteSignature(match["name"], raw[:KEYID_BYTES], raw[KEYID_BYTES:])


def _verifies(key: PublicKey, signature: bytes, data: bytes) -> bool:
    try:
        if isinstance(key, ec.EllipticCurvePublicKey):
            key.verify(signature, data, ec.ECDSA(hashes.SHA256()))
        else:
            key.verify(signature, data)
    except InvalidSignature:
        return False
    return True
