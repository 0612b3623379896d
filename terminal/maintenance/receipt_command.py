"""`huinong receipt verify --keys FILE TEXT`: whether a slip's code was issued by that terminal.

Exit code 0 VALID, 1 INVALID, 2 UNKNOWN KEY, 3 where nothing could be judged. No line is needed.
"""

from __future__ import annotations

import argparse
import hashlib
import sys
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, SECP256R1, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_der_public_key,
)

from terminal.core.local_time import SHANGHAI
from terminal.maintenance import public_keys
from terminal.maintenance.public_keys import NoKeys
from terminal.receipts import proof
from terminal.receipts.amounts import yuan
from terminal.receipts.proof import BadProof, Proof, Sealed

VALID, INVALID, UNKNOWN_KEY, NOT_JUDGED = 0, 1, 2, 3
COORDINATE_BYTES = 32  # r and s of P-256
WHAT_IT_PROVES = (
    "A valid signature proves that this terminal issued the slip, not that the bank booked it."
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    what = parser.add_subparsers(dest="what", metavar="WHAT", required=True)
    verify = what.add_parser("verify", help="exit 0 VALID, 1 INVALID, 2 UNKNOWN KEY")
    verify.add_argument(
        "--keys",
        type=Path,
        metavar="FILE",
        required=True,
        help="the station's certificate, or a list of keys",
    )
    verify.add_argument("text", metavar="TEXT", help="what the code holds, HN1:…; - reads a line")


def run(args: argparse.Namespace) -> int:
    try:
        keys = public_keys.read(args.keys)
    except NoKeys as why:
        print(f"huinong receipt: {why}", file=sys.stderr)
        return NOT_JUDGED
    text = sys.stdin.readline() if args.text == "-" else args.text
    try:
        sealed = proof.read(text.rstrip("\r\n"))
    except BadProof as why:
        print(f"INVALID: {why}")
        return INVALID
    for line in fields(sealed.proof):
        print(line)
    found = judge(sealed, keys)
    print({VALID: "VALID", INVALID: "INVALID", UNKNOWN_KEY: "UNKNOWN KEY"}[found])
    if found == VALID:
        print(WHAT_IT_PROVES)
    return found


def judge(sealed: Sealed, keys: Sequence[bytes]) -> int:
    """VALID, INVALID or UNKNOWN_KEY, by the keys at hand (SPKI DER)."""
    fitting = [spki_der for spki_der in keys if key_id(spki_der) == sealed.proof.key_id]
    if not fitting:
        return UNKNOWN_KEY
    return VALID if any(_signed(sealed, spki_der) for spki_der in fitting) else INVALID


def key_id(spki_der: bytes) -> bytes:
    """How a code names its key: the hash of the SPKI, of Ed25519 that of the raw key."""
    key = load_der_public_key(spki_der)
    if isinstance(key, Ed25519PublicKey):
        raw = key.public_bytes(Encoding.Raw, PublicFormat.Raw)
        return hashlib.sha256(raw).digest()[: proof.KEY_ID_BYTES]
    return proof.key_id(spki_der)


def fields(shown: Proof) -> Iterator[str]:
    """The code's content, a line a field."""
    at = datetime.fromtimestamp(shown.at_s, SHANGHAI)
    yield f"terminal   {shown.terminal}"
    yield f"kind       {shown.kind.name.lower().replace('_', ' ')}"
    yield f"result     {shown.result.name.lower()}"
    yield f"amount     {yuan(shown.amount_fen)}"
    yield f"time       {at:%Y-%m-%d %H:%M:%S}"
    yield f"card       {shown.pan[:6]}…{shown.pan[6:]}" if shown.pan else "card       none"
    yield f"reference  {shown.rrn or 'none'}"
    yield f"fact       {shown.seq}, chain {shown.chain.hex()}"
    yield f"key        {shown.key_id.hex()}"


def _signed(sealed: Sealed, spki_der: bytes) -> bool:
    key = load_der_public_key(spki_der)
    try:
        if isinstance(key, Ed25519PublicKey):
            key.verify(sealed.signature, sealed.signed)
            return True
        if isinstance(key, EllipticCurvePublicKey) and isinstance(key.curve, SECP256R1):
            r = int.from_bytes(sealed.signature[:COORDINATE_BYTES], "big")
            s = int.from_bytes(sealed.signature[COORDINATE_BYTES:], "big")
            key.verify(encode_dss_signature(r, s), sealed.signed, ECDSA(SHA256()))
            return True
    except InvalidSignature:
        pass
    return False
