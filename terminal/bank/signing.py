"""The closed HTTP signature profile (RFC 9421, RFC 9530; `security.md` section 4). Pure.

A request is signed by emitting fixed strings. A reply is verified by rebuilding the one base it may
have: any other component list, order, label or parameter is refused, so nothing else needs parsing.
Time and nonce come in.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import urlsplit

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
TEXT = r'"([ !#-\[\]-~]+)"'  # a structured field's string without escapes, which ours never need
RESPONSE_PARAMETERS = re.compile(
    rf";created=([1-9][0-9]{{0,14}});keyid={TEXT};alg={TEXT};tag={TEXT}"
)
COVERED_HEADERS = ("content-type", "content-digest", "signature-input", "signature")
ECDSA_P256, ED25519 = "ecdsa-p256-sha256", "ed25519"
P256_SHA256 = ECDSA(SHA256())
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
    authority, path = _place(url)
    content_digest, terminal_id = digest(body), f'"{terminal}"'
    text = base64.urlsafe_b64encode(nonce).rstrip(b"=").decode("ascii")
    params = (
        f'{REQUEST_COMPONENTS};created={created};keyid="{key_id}";alg="{alg}"'
        f';expires={created + EXPIRES_S};nonce="{text}";tag="{REQUEST_TAG}"'
    )
    base = (
        '"@method": POST\n'
        f'"@authority": {authority}\n'
        f'"@path": {path}\n'
        f'"content-type": {content_type}\n'
        f'"content-digest": {content_digest}\n'
        f'"terminal-id": {terminal_id}\n'
        f'"terminal-seq": {seq}\n'
        f'"@signature-params": {params}'
    )
    signature = base64.b64encode(make(base.encode("ascii"))).decode("ascii")
    headers = {
        "Content-Type": content_type,
        "Content-Digest": content_digest,
        "Terminal-Id": terminal_id,
        "Terminal-Seq": str(seq),
        "Signature-Input": f"{REQUEST_LABEL}={params}",
        "Signature": f"{REQUEST_LABEL}=:{signature}:",
    }
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
    covered = _covered(headers)
    params = _of_host(covered["signature-input"])
    created, key_id, alg = _parameters(params)
    key = host_keys.get(key_id)
    if key is None:
        raise BadSignature("a key that is not pinned")
    if now is not None and (abs(created - now) > SKEW_S or created < request.created - SKEW_S):
        raise BadSignature("created outside the window")
    base = _response_base(request, status, covered, params)
    _check(key, alg, _signature(covered["signature"]), base)
    if not hmac.compare_digest(covered["content-digest"], digest(body)):
        raise BadSignature("the body is not the signed one")
    return created


def digest(body: bytes) -> str:
    """Content-Digest of exactly these bytes (RFC 9530)."""
    return f"sha-256=:{base64.b64encode(hashlib.sha256(body).digest()).decode('ascii')}:"


@lru_cache(maxsize=8)  # the exchange and the few paths beside it
def _place(url: str) -> tuple[str, str]:
    """Authority and path, as they stand in the request that the HTTP client sends."""
    parts = urlsplit(url)
    return _authority(parts.hostname or "", parts.port), parts.path or "/"  # hostname: lower case


def _authority(host: str, port: int | None) -> str:
    """As the Host header has it: no default port, an IPv6 address in brackets."""
    name = f"[{host}]" if ":" in host else host
    return name if port in (None, 443) else f"{name}:{port}"


def _covered(headers: Sequence[tuple[str, str]]) -> Mapping[str, str]:
    """The headers a signature stands on, ASCII; one that is repeated or missing is refused."""
    found: dict[str, str] = {}
    for given, value in headers:
        name = given.lower()
        if name not in COVERED_HEADERS:
            continue
        if name in found:
            raise BadSignature(f"header {name} twice")
        if not value.isascii():
            raise BadSignature(f"header {name} is not ASCII")
        found[name] = value
    for name in COVERED_HEADERS:
        if name not in found:
            raise BadSignature(f"no header {name}")
    return found


def _of_host(value: str) -> str:
    """Signature-Input behind its label, with exactly our components in our order."""
    label, _, params = value.partition("=")
    if label != RESPONSE_LABEL:
        raise BadSignature("not the host's signature")
    if not params.startswith(f"{RESPONSE_COMPONENTS};"):
        raise BadSignature("another list of components")
    return params


def _parameters(params: str) -> tuple[int, str, str]:
    """created, keyid and alg; what follows the one signature of the host is another form too."""
    found = RESPONSE_PARAMETERS.fullmatch(params, len(RESPONSE_COMPONENTS))
    if found is None:
        raise BadSignature("parameters in another form")
    created, key_id, alg, tag = found.groups()
    if tag != RESPONSE_TAG:
        raise BadSignature("another tag")
    return int(created), key_id, alg


def _response_base(request: Signed, status: int, covered: Mapping[str, str], params: str) -> bytes:
    asked = request.headers
    signature = asked["Signature"].removeprefix(f"{REQUEST_LABEL}=")
    return (
        f'"@status": {status}\n'
        f'"content-type": {covered["content-type"]}\n'
        f'"content-digest": {covered["content-digest"]}\n'
        '"@method";req: POST\n'
        f'"@authority";req: {request.authority}\n'
        f'"@path";req: {request.path}\n'
        f'"content-digest";req: {asked["Content-Digest"]}\n'
        f'"terminal-id";req: {asked["Terminal-Id"]}\n'
        f'"terminal-seq";req: {asked["Terminal-Seq"]}\n'
        f'"signature";req;key="{REQUEST_LABEL}": {signature}\n'
        f'"@signature-params": {params}'
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
            key.verify(encode_dss_signature(r, s), base, P256_SHA256)
        elif isinstance(key, Ed25519PublicKey) and alg == ED25519:
            key.verify(signature, base)
        else:
            raise BadSignature("an algorithm that is not the key's")
    except InvalidSignature:
        raise BadSignature("wrong signature") from None
