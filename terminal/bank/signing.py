"""The closed HTTP signature profile (RFC 9421, RFC 9530; `security.md` section 4). Pure.

A request is signed by emitting fixed strings. A reply is verified by rebuilding the one base it may
have: any other component list, order, label or parameter is refused. Time and nonce come in.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import http_sf
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDSA,
    EllipticCurvePublicKey,
)
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

REQUEST_LABEL, REQUEST_TAG = "term", "huinong-req-v1"
RESPONSE_LABEL, RESPONSE_TAG = "host", "huinong-res-v1"
EXPIRES_S = 120
SKEW_S = 300
REQUEST_COMPONENTS = (
    '("@method" "@authority" "@path" "content-type" "content-digest" "terminal-id" "terminal-seq")'
)
RESPONSE_COMPONENTS = (
    '("@status" "content-type" "content-digest" "@method";req "@authority";req "@path";req '
    '"content-digest";req "terminal-id";req "terminal-seq";req "signature";req;key="term")'
)
RESPONSE_PARAMETERS = {"created", "keyid", "alg", "tag"}
ECDSA_P256, ED25519 = "ecdsa-p256-sha256", "ed25519"
RAW_BYTES = 64

PublicKey = EllipticCurvePublicKey | Ed25519PublicKey


class BadSignature(Exception):
    """The reply is not proved; the message says which rule failed."""


@dataclass(frozen=True, slots=True)
class Signed:
    """A request as it is sent: what its reply will be bound to."""

    authority: str
    path: str
    headers: Mapping[str, str]
    created: int


def sign(
    url: str,
    body: bytes,
    *,
    content_type: str,
    terminal: str,
    seq: int,
    created: int,
    nonce: bytes,
    key_id: str,
    alg: str,
    make: Callable[[bytes], bytes],
) -> Signed:
    """The signed headers of a POST: created in unix s, nonce 16 bytes, `make` signs the base."""
    parts = urlsplit(url)
    authority = _authority(parts.hostname or "", parts.port)  # hostname is lower case
    path = parts.path or "/"
    headers = {
        "Content-Type": content_type,
        "Content-Digest": digest(body),
        "Terminal-Id": f'"{terminal}"',
        "Terminal-Seq": str(seq),
    }
    text = base64.urlsafe_b64encode(nonce).rstrip(b"=").decode("ascii")
    params = (
        f'{REQUEST_COMPONENTS};created={created};keyid="{key_id}";alg="{alg}"'
        f';expires={created + EXPIRES_S};nonce="{text}";tag="{REQUEST_TAG}"'
    )
    base = "\n".join(
        (
            '"@method": POST',
            f'"@authority": {authority}',
            f'"@path": {path}',
            *(f'"{name.lower()}": {value}' for name, value in headers.items()),
            f'"@signature-params": {params}',
        )
    )
    signature = base64.b64encode(make(base.encode("ascii"))).decode("ascii")
    headers["Signature-Input"] = f"{REQUEST_LABEL}={params}"
    headers["Signature"] = f"{REQUEST_LABEL}=:{signature}:"
    return Signed(authority, path, headers, created)


def verify(
    request: Signed,
    *,
    status: int,
    headers: Sequence[tuple[str, str]],
    body: bytes,
    host_keys: Mapping[str, PublicKey],
    now: int | None,
) -> int:
    """`created` of a reply that is bound to `request`. Raises BadSignature.

    now is the corrected time in unix seconds; None where the binding stands for the time (sign-in,
    echo). The order of checks is the sheet's.
    """
    params = _parameters(_one(headers, "signature-input"))
    if params["tag"] != RESPONSE_TAG:
        raise BadSignature("another tag")
    key = host_keys.get(str(params["keyid"]))
    if key is None:
        raise BadSignature("a key that is not pinned")
    created = params["created"]
    if not isinstance(created, int):
        raise BadSignature("no created")
    if now is not None and (abs(created - now) > SKEW_S or created < request.created - SKEW_S):
        raise BadSignature("created outside the window")
    base = _response_base(
        request, status, headers, str(params["keyid"]), str(params["alg"]), created
    )
    _check(key, str(params["alg"]), _signature(_one(headers, "signature")), base)
    if not hmac.compare_digest(_one(headers, "content-digest"), digest(body)):
        raise BadSignature("the body is not the signed one")
    return created


def digest(body: bytes) -> str:
    """Content-Digest of exactly these bytes (RFC 9530)."""
    return f"sha-256=:{base64.b64encode(hashlib.sha256(body).digest()).decode('ascii')}:"


def _authority(host: str, port: int | None) -> str:
    """As the Host header has it: no default port, an IPv6 address in brackets."""
    name = f"[{host}]" if ":" in host else host
    return name if port in (None, 443) else f"{name}:{port}"


def _one(headers: Sequence[tuple[str, str]], name: str) -> str:
    """The header's one value, ASCII; a repeated or missing covered header is refused."""
    found = [value for given, value in headers if given.lower() == name]
    if len(found) != 1:
        raise BadSignature(f"{len(found)} headers {name}")
    if not found[0].isascii():
        raise BadSignature(f"header {name} is not ASCII")
    return found[0]


def _parameters(value: str) -> Mapping[str, object]:
    """Parameters of the one member `host`, with exactly our components in our order."""
    try:
        members: Any = http_sf.parse(value.encode("ascii"), tltype="dictionary")
    except (ValueError, http_sf.StructuredFieldError):
        raise BadSignature("Signature-Input is no dictionary") from None
    if not isinstance(members, dict) or list(members) != [RESPONSE_LABEL]:
        raise BadSignature("not exactly one signature of the host")
    if not value.startswith(f"{RESPONSE_LABEL}={RESPONSE_COMPONENTS};"):
        raise BadSignature("another list of components")
    params = members[RESPONSE_LABEL][1]
    if set(params) != RESPONSE_PARAMETERS:
        raise BadSignature("other parameters")
    return dict(params)


def _response_base(
    request: Signed,
    status: int,
    headers: Sequence[tuple[str, str]],
    key_id: str,
    alg: str,
    created: int,
) -> bytes:
    asked = request.headers
    signature = asked["Signature"].removeprefix(f"{REQUEST_LABEL}=")
    params = _one(headers, "signature-input").removeprefix(f"{RESPONSE_LABEL}=")
    expected = (
        f'{RESPONSE_COMPONENTS};created={created};keyid="{key_id}";alg="{alg}";tag="{RESPONSE_TAG}"'
    )
    if params != expected:
        raise BadSignature("parameters in another form")
    return "\n".join(
        (
            f'"@status": {status}',
            f'"content-type": {_one(headers, "content-type")}',
            f'"content-digest": {_one(headers, "content-digest")}',
            '"@method";req: POST',
            f'"@authority";req: {request.authority}',
            f'"@path";req: {request.path}',
            f'"content-digest";req: {asked["Content-Digest"]}',
            f'"terminal-id";req: {asked["Terminal-Id"]}',
            f'"terminal-seq";req: {asked["Terminal-Seq"]}',
            f'"signature";req;key="{REQUEST_LABEL}": {signature}',
            f'"@signature-params": {params}',
        )
    ).encode("ascii")


def _signature(value: str) -> bytes:
    """The bytes of the one signature, whose text has no second spelling."""
    try:
        text = value.removeprefix(f"{RESPONSE_LABEL}=:").removesuffix(":")
        signature = base64.b64decode(text, validate=True)
    except ValueError:
        raise BadSignature("Signature is no base64") from None
    if value != f"{RESPONSE_LABEL}=:{base64.b64encode(signature).decode('ascii')}:":
        raise BadSignature("Signature has another form")
    return signature


def _check(key: PublicKey, alg: str, signature: bytes, base: bytes) -> None:
    """Raw r||s for P-256, never DER (RFC 9421 section 3.3.4)."""
    if len(signature) != RAW_BYTES:
        raise BadSignature("a signature of another length")
    try:
        if isinstance(key, EllipticCurvePublicKey) and alg == ECDSA_P256:
            r, s = (int.from_bytes(half, "big") for half in (signature[:32], signature[32:]))
            key.verify(encode_dss_signature(r, s), base, ECDSA(SHA256()))
        elif isinstance(key, Ed25519PublicKey) and alg == ED25519:
            key.verify(signature, base)
        else:
            raise BadSignature("an algorithm that is not the key's")
    except InvalidSignature:
        raise BadSignature("wrong signature") from None
