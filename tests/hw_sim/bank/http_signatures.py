"""The signature profile of security.md section 4, the bank's side.

The library builds the bases and checks the signatures; what it lacks stands beside it: the exact
component list and parameters, one signature alone, no repeated field. Clock, sequence and nonce
are judged in `admission`.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from http_message_signatures import (
    ContentDigest,
    HTTPMessageSigner,
    HTTPMessageVerifier,
    InvalidSignature,
    MappingKeyResolver,
    algorithms,
)

from tests.hw_sim.bank.admission import LIFETIME_S, Verified
from tests.hw_sim.bank.signing_keys import PublicKey

HeaderLines = tuple[tuple[str, str], ...]

REQUEST_LABEL = "term"
REQUEST_TAG = "huinong-req-v1"
REQUEST_COMPONENTS = (
    "@method",
    "@authority",
    "@path",
    "content-type",
    "content-digest",
    "terminal-id",
    "terminal-seq",
)
REQUEST_PARAMETERS = {"created", "keyid", "alg", "expires", "nonce", "tag"}
NONCE_FORM = r"[A-Za-z0-9_-]{22}"  # 16 bytes in base64url without padding
SEQ_FORM = r"[1-9]\d{0,14}"  # 1 to 999999999999999
RESPONSE_LABEL = "host"
RESPONSE_TAG = "huinong-res-v1"
RESPONSE_COMPONENTS = (
    "@status",
    "content-type",
    "content-digest",
    '"@method";req',
    '"@authority";req',
    '"@path";req',
    '"content-digest";req',
    '"terminal-id";req',
    '"terminal-seq";req',
    '"signature";req;key="term"',
)
SIGNED_FIELDS = {"signature", "signature-input"} | set(REQUEST_COMPONENTS[3:])


class BadSignature(Exception):
    """The request is not one that the profile admits."""


@dataclass(frozen=True)
class HttpRequest:
    """A request as it came; `peer` is the subject of the TLS client certificate."""

    method: str
    target: str
    authority: str
    lines: HeaderLines = field(repr=False)
    body: bytes = field(repr=False)
    peer: str

    @property
    def url(self) -> str:
        return f"https://{self.authority}{self.target}"

    @property
    def headers(self) -> dict[str, str]:
        return dict(self.lines)


@dataclass
class HttpAnswer:
    """A response; `sign` adds its signature to `headers`."""

    status_code: int
    headers: dict[str, str]
    body: bytes = field(repr=False)
    request: HttpRequest | None = field(default=None, repr=False)


@dataclass(frozen=True)
class HostKey:
    keyid: str
    private: ec.EllipticCurvePrivateKey = field(repr=False)


class _TimelessVerifier(HTTPMessageVerifier):
    """The library reads the wall clock itself; the bank's clock is handed in (admission)."""

    def validate_created_and_expires(self, sig_input: object, max_age: object = None) -> None:
        return None


def is_signed(request: HttpRequest) -> bool:
    return "signature-input" in request.headers


def verify(request: HttpRequest, keys: Mapping[str, PublicKey]) -> Verified:
    """Raises BadSignature with a reason that holds no value of the request."""
    names = [name for name, _ in request.lines if name in SIGNED_FIELDS]
    if sorted(names) != sorted(SIGNED_FIELDS):
        raise BadSignature("a signed field is missing or repeated")
    algorithm = _algorithm(request, keys)
    verifier = _TimelessVerifier(
        signature_algorithm=algorithm,
        key_resolver=MappingKeyResolver(public_keys=keys, private_keys={}),
    )
    try:
        results = verifier.verify(
            request,
            max_age=None,
            expect_tag=REQUEST_TAG,
            expect_label=REQUEST_LABEL,
            body=request.body,
        )
    except InvalidSignature as why:
        raise BadSignature(f"signature: {why}") from None
    covered = tuple(name.strip('"') for name in results[0].covered_components)
    if covered != (*REQUEST_COMPONENTS, "@signature-params"):
        raise BadSignature("component list")
    return _read(request, results[0].parameters)


def sign(answer: HttpAnswer, request: HttpRequest, key: HostKey, now_s: float) -> None:
    """Adds digest and signature, bound to the request by its own signature."""
    answer.request = request
    answer.headers["Content-Digest"] = digest(answer.body)
    prepared = HTTPMessageSigner(signature_algorithm=algorithms.ECDSA_P256_SHA256).prepare(
        answer,
        key_id=key.keyid,
        created=datetime.fromtimestamp(int(now_s), UTC),
        label=RESPONSE_LABEL,
        tag=RESPONSE_TAG,
        covered_component_ids=RESPONSE_COMPONENTS,
        use_existing_digest=True,
    )
    # the library's own apply() would build the base a second time: a millisecond an answer
    der = key.private.sign(prepared.signature_base, ec.ECDSA(hashes.SHA256()))
    raw = algorithms.ECDSA_P256_SHA256.signature_from_der(der)
    answer.headers["Signature-Input"] = f"{RESPONSE_LABEL}={prepared.signature_params}"
    answer.headers["Signature"] = f"{RESPONSE_LABEL}=:{b64encode(raw).decode()}:"


def digest(body: bytes) -> str:
    """Content-Digest, sha-256 (RFC 9530)."""
    headers: dict[str, str] = {}
    ContentDigest.prepare(headers, body, use_existing_digest=False)
    return headers["Content-Digest"]


def _algorithm(
    request: HttpRequest, keys: Mapping[str, PublicKey]
) -> type[algorithms.HTTPSignatureAlgorithm]:
    found = re.search(r'keyid="([^"]*)"', request.headers["signature-input"])
    key = keys.get(found.group(1)) if found else None
    if key is None:
        raise BadSignature("key not registered")
    if isinstance(key, ed25519.Ed25519PublicKey):
        return algorithms.ED25519
    return algorithms.ECDSA_P256_SHA256


def _read(request: HttpRequest, parameters: Mapping[str, int | str]) -> Verified:
    if set(parameters) != REQUEST_PARAMETERS:
        raise BadSignature("parameters")
    created, expires = int(parameters["created"]), int(parameters["expires"])
    nonce, headers = str(parameters["nonce"]), request.headers
    terminal = headers["terminal-id"].strip('"')
    if expires != created + LIFETIME_S or not re.fullmatch(NONCE_FORM, nonce):
        raise BadSignature("expires or nonce")
    if not re.fullmatch(SEQ_FORM, headers["terminal-seq"]):
        raise BadSignature("terminal-seq")
    if headers["terminal-id"] != f'"{terminal}"' or not str(parameters["keyid"]).startswith(
        f"{terminal}."
    ):
        raise BadSignature("terminal-id does not own the key")
    return Verified(terminal, int(headers["terminal-seq"]), nonce, created, expires)
