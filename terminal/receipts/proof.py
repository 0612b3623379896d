"""The code on a slip: what this terminal says happened, signed, to be checked without a line.

52 bytes and a signature of 64, in base45 behind `HN1:` (`security.md` section 6). It proves that
this terminal issued the slip, not that the bank booked it; no name, no full PAN is in it.
"""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

VERSION = 1
PAYLOAD = struct.Struct(">BB4s8sIIIB5s12s8s")
SIGNATURE_BYTES = 64
KEY_ID_BYTES, CHAIN_BYTES = 4, 8
DOMAIN = b"huinong-receipt-v1\x00"  # keeps a receipt's signature apart from the key's other uses
PREFIX = "HN1:"
NO_PAN = bytes(5)
BASE45 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"  # RFC 9285 table 1
PAIRS = tuple(low + high for high in BASE45 for low in BASE45)
assert PAYLOAD.size == 52
assert len(BASE45) == 45

Sign = Callable[[bytes], bytes]


class Kind(Enum):
    """What the slip is about; byte 1."""

    WITHDRAWAL = 1
    CONTRIBUTION_CARD = 2
    REVERSAL = 3
    BALANCE = 4
    TRANSFER = 5
    REMITTANCE = 6
    CONTRIBUTION_CASH = 7


class Result(Enum):
    """How it ended, as far as the facts say; byte 26."""

    APPROVED = 0
    REVERSED = 1
    UNKNOWN = 2
    DECLINED = 3


class BadProof(Exception):
    """The text is not a receipt's code; the message says what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Proof:
    """seq and chain are the `Answered` or `InDoubt` fact's; pan is first 6 + last 4, or ""."""

    kind: Kind
    key_id: bytes
    terminal: str
    seq: int
    at_s: int
    amount_fen: int
    result: Result
    pan: str
    rrn: str
    chain: bytes


@dataclass(frozen=True, slots=True)
class Sealed:
    """A code as read from paper; whoever has the key checks `signature` over `signed`."""

    proof: Proof
    signed: bytes
    signature: bytes


def key_id(spki_der: bytes) -> bytes:
    """How a P-256 key is named in its codes."""
    return hashlib.sha256(spki_der).digest()[:KEY_ID_BYTES]


def seal(proof: Proof, sign: Sign) -> str:
    """The text of the QR code."""
    payload = encode(proof)
    signature = sign(DOMAIN + payload)
    assert len(signature) == SIGNATURE_BYTES
    return PREFIX + base45(payload + signature)


def read(text: str) -> Sealed:
    """What a code says, its signature not judged yet. Raises BadProof."""
    if not text.startswith(PREFIX):
        raise BadProof(f"the code does not begin with {PREFIX}")
    raw = from_base45(text.removeprefix(PREFIX))
    if len(raw) != PAYLOAD.size + SIGNATURE_BYTES:
        raise BadProof(f"the code holds {len(raw)} bytes, not {PAYLOAD.size + SIGNATURE_BYTES}")
    payload, signature = raw[: PAYLOAD.size], raw[PAYLOAD.size :]
    return Sealed(decode(payload), DOMAIN + payload, signature)


def encode(proof: Proof) -> bytes:
    """The 52 bytes that are signed."""
    assert len(proof.key_id) == KEY_ID_BYTES
    assert len(proof.chain) == CHAIN_BYTES
    assert len(proof.terminal) == 8
    assert len(proof.rrn) <= 12
    assert len(proof.pan) in (0, 10)
    return PAYLOAD.pack(
        VERSION,
        proof.kind.value,
        proof.key_id,
        proof.terminal.encode("ascii"),
        proof.seq,
        proof.at_s,
        proof.amount_fen,
        proof.result.value,
        bytes.fromhex(proof.pan) or NO_PAN,
        proof.rrn.ljust(12).encode("ascii"),
        proof.chain,
    )


def decode(payload: bytes) -> Proof:
    """The inverse of `encode`. Raises BadProof."""
    if len(payload) != PAYLOAD.size:
        raise BadProof(f"the payload has {len(payload)} bytes, not {PAYLOAD.size}")
    version, kind, key, terminal, seq, at_s, amount_fen, result, pan, rrn, chain = PAYLOAD.unpack(
        payload
    )
    if version != VERSION:
        raise BadProof(f"version {version} is not known here")
    try:
        return Proof(
            Kind(kind),
            key,
            terminal.decode("ascii"),
            seq,
            at_s,
            amount_fen,
            Result(result),
            "" if pan == NO_PAN else _digits(pan.hex()),
            rrn.decode("ascii").rstrip(" "),
            chain,
        )
    except ValueError as why:
        raise BadProof(f"a field of the code is out of its range: {why}") from why


def _digits(text: str) -> str:
    if not text.isdigit():
        raise ValueError("the card number is not decimal")
    return text


def base45(data: bytes) -> str:
    """RFC 9285 section 4.1: two bytes as three characters, a last single byte as two."""
    text = []
    for at in range(0, len(data) - 1, 2):
        high, low = divmod(data[at] << 8 | data[at + 1], 45 * 45)
        text.append(PAIRS[low] + BASE45[high])
    if len(data) % 2:
        text.append(BASE45[data[-1] % 45] + BASE45[data[-1] // 45])
    return "".join(text)


def from_base45(text: str) -> bytes:
    """RFC 9285 section 4.2. Raises BadProof for what no encoder gives."""
    data = bytearray()
    for at in range(0, len(text), 3):
        chunk = text[at : at + 3]
        places = [BASE45.find(character) for character in chunk]
        number = sum(place * 45**power for power, place in enumerate(places))
        if -1 in places or len(chunk) == 1 or number >= 256 ** (len(chunk) - 1):
            raise BadProof("the code is not base45")
        data += number.to_bytes(len(chunk) - 1, "big")
    return bytes(data)
