"""Responses signed by http-message-signatures as the bank, rightly or as another bank errs."""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDSA,
    SECP256R1,
    EllipticCurvePrivateKey,
    generate_private_key,
)
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from http_message_signatures import HTTPMessageSigner, algorithms

from terminal.bank.signing import Signed
from tests.hw_sim.bank import http_signatures
from tests.hw_sim.bank.http_signatures import RESPONSE_COMPONENTS, HttpRequest

NOW_S = 1_795_000_000
BODY = b"\x00\x15" + bytes(21)
P256, ED25519 = generate_private_key(SECP256R1()), Ed25519PrivateKey.generate()
HOST_KEYS: dict[str, Any] = {"host-p256": P256.public_key(), "host-ed25519": ED25519.public_key()}


def on_the_wire(signed: Signed, body: bytes = BODY, authority: str = "") -> HttpRequest:
    lines = tuple((name.lower(), value) for name, value in signed.headers.items())
    return HttpRequest(
        "POST", signed.path, authority or signed.authority, lines, body, peer="44010001"
    )


@dataclass
class Reply:
    """A response in the library's shape."""

    request: HttpRequest
    body: bytes = b"\x02\x10OK"
    status_code: int = 200
    headers: dict[str, str] = field(default_factory=dict)


def raw(der: bytes) -> bytes:
    return b"".join(number.to_bytes(32, "big") for number in decode_dss_signature(der))


def respond(
    signed: Signed,
    *,
    key: EllipticCurvePrivateKey | Ed25519PrivateKey = P256,
    created: int = NOW_S,
    label: str = "host",
    digest_of: bytes = Reply.body,
    rewrite: Callable[[bytes], bytes] = lambda base: base,
    params: Callable[[str], str] = lambda text: text,
    form: Callable[[bytes], bytes] = raw,
    **other: Any,
) -> Reply:
    """What the library signs as the bank; `rewrite`, `params`, `form` are how another bank errs."""
    reply = Reply(on_the_wire(signed))
    reply.headers |= {
        "Content-Type": "application/octet-stream",
        "Content-Digest": http_signatures.digest(digest_of),
    }
    edwards = isinstance(key, Ed25519PrivateKey)
    algorithm = algorithms.ED25519 if edwards else algorithms.ECDSA_P256_SHA256
    prepared = HTTPMessageSigner(signature_algorithm=algorithm).prepare(
        reply,
        label=label,
        created=datetime.fromtimestamp(created, UTC),
        use_existing_digest=True,
        **{
            "key_id": "host-ed25519" if edwards else "host-p256",
            "tag": "huinong-res-v1",
            "covered_component_ids": RESPONSE_COMPONENTS,
            **other,
        },
    )
    told = params(prepared.signature_params)
    base = rewrite(
        prepared.signature_base.removesuffix(prepared.signature_params.encode()) + told.encode()
    )
    if isinstance(key, Ed25519PrivateKey):
        made = key.sign(base)
    else:
        made = form(key.sign(base, ECDSA(hashes.SHA256())))
    reply.headers["Signature-Input"] = f"{label}={told}"
    reply.headers["Signature"] = f"{label}=:{base64.b64encode(made).decode()}:"
    return reply
