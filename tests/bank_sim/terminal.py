"""A terminal played over HTTPS with public libraries alone: httpx, http-message-signatures."""

from __future__ import annotations

import base64
import json
import ssl
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import httpx
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from http_message_signatures import (
    HTTPMessageSigner,
    HTTPMessageVerifier,
    MappingKeyResolver,
    algorithms,
)

from tests.bank_sim import frames
from tests.bank_sim.counter import MERCHANT, TERMINAL, TMK_M, TMK_P
from tests.bank_sim.frames import Fields

COVERED = (
    "@method",
    "@authority",
    "@path",
    "content-type",
    "content-digest",
    "terminal-id",
    "terminal-seq",
)
KINDS = {
    "/v1/terminal/exchange": "application/octet-stream",
    "/v1/terminal/checkpoint": "text/plain; charset=utf-8",
}
BOUND = (
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


def enrol(directory: Path) -> None:
    """What a new station brings: two keys, two requests, master keys."""
    for kind in ("sign", "tls"):
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name(
            [
                x509.NameAttribute(NameOID.COMMON_NAME, TERMINAL),
                x509.NameAttribute(NameOID.SERIAL_NUMBER, "HN-0001"),
            ]
        )
        request = x509.CertificateSigningRequestBuilder().subject_name(subject)
        signed = request.sign(key, hashes.SHA256())
        (directory / f"{kind}.csr").write_bytes(signed.public_bytes(serialization.Encoding.PEM))
        (directory / f"{kind}.key").write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
        )
    row = {
        "merchant": MERCHANT,
        "tmk_p": TMK_P.hex(),
        "tmk_m": TMK_M.hex(),
        "sign_csr": "sign.csr",
        "tls_csr": "tls.csr",
    }
    (directory / "terminals.json").write_text(json.dumps({TERMINAL: row}))


class _HostVerifier(HTTPMessageVerifier):
    """The test's clock is not the wall's."""

    def validate_created_and_expires(self, sig_input: object, max_age: object = None) -> None:
        return None


class Terminal:
    """Signs, sends, verifies. Knows the wire from the sheets, not from the bank's code."""

    def __init__(self, url: str, directory: Path, clock: Callable[[], float]) -> None:
        tls = ssl.create_default_context(cafile=str(directory / "ca.pem"))
        tls.load_cert_chain(directory / f"{TERMINAL}.tls.pem", directory / "tls.key")
        self.tls = tls
        self.http = httpx.Client(base_url=url, verify=tls, timeout=5)
        private = serialization.load_pem_private_key((directory / "sign.key").read_bytes(), None)
        assert isinstance(private, ec.EllipticCurvePrivateKey)
        spki = private.public_key().public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        digest = hashes.Hash(hashes.SHA256())
        digest.update(spki)
        self.keyid = f"{TERMINAL}.{digest.finalize().hex()[:16]}"
        self.signing_key = private
        self._host_keys = dict(_host_key(row) for row in _read_json(directory / "host_keys.json"))
        self.clock = clock
        self.seq = 0
        self.trace = 0
        self.pik = self.mak = b""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.http.close()

    def signed(
        self,
        body: bytes,
        path: str = "/v1/terminal/exchange",
        *,
        created_s: float | None = None,
        covered: tuple[str, ...] = COVERED,
        kind: str | None = None,
    ) -> httpx.Request:
        """The next request in sequence, signed as security.md section 4 says."""
        self.seq += 1
        created = int(self.clock() if created_s is None else created_s)
        request = self.http.build_request(
            "POST",
            path,
            content=body,
            headers={
                "Content-Type": kind or KINDS.get(path, "application/json"),
                "Terminal-Id": f'"{TERMINAL}"',
                "Terminal-Seq": str(self.seq),
            },
        )
        nonce = base64.urlsafe_b64encode(self.seq.to_bytes(16, "big")).decode().rstrip("=")
        HTTPMessageSigner(
            signature_algorithm=algorithms.ECDSA_P256_SHA256,
            key_resolver=MappingKeyResolver(
                public_keys={}, private_keys={self.keyid: self.signing_key}
            ),
        ).sign(
            request,
            key_id=self.keyid,
            created=datetime.fromtimestamp(created, UTC),
            expires=datetime.fromtimestamp(created + 120, UTC),
            nonce=nonce,
            label="term",
            tag="huinong-req-v1",
            covered_component_ids=covered,
            body=body,
        )
        return request

    def post(self, body: bytes, path: str = "/v1/terminal/exchange") -> httpx.Response:
        return self.http.send(self.signed(body, path))

    def verify(self, response: httpx.Response) -> None:
        """Raises InvalidSignature unless the answer is the bank's, to this very request."""
        HTTPMessageVerifier.verify(
            _HostVerifier(
                signature_algorithm=algorithms.ECDSA_P256_SHA256,
                key_resolver=MappingKeyResolver(public_keys=self._host_keys, private_keys={}),
            ),
            response,
            expect_tag="huinong-res-v1",
            expect_label="host",
            require_components=BOUND,
            body=response.content,
        )

    def exchange(self, mti: str, fields: Fields) -> Fields:
        """One verified exchange; the fields of the reply."""
        response = self.post(self.frame(mti, fields))
        assert response.status_code == 200
        self.verify(response)
        return frames.fields_of(response.content)

    def frame(self, mti: str, fields: Fields) -> bytes:
        return frames.frame(mti, fields, self.mak)

    def sign_in(self) -> Fields:
        reply = self.exchange("0800", frames.sign_in(self.next_trace()))
        self.pik, self.mak = frames.keys_of(reply)
        return reply

    def balance(self, villager: dict[str, Any]) -> Fields:
        return self.exchange("0200", frames.balance(self.next_trace(), villager, self.pik))

    def withdrawal(self, villager: dict[str, Any], fen: int, pin: str | None = None) -> Fields:
        """The fields of a withdrawal, not sent yet."""
        return frames.withdrawal(self.next_trace(), fen, villager, self.pik, pin)

    def reversal_of(self, fields: Fields) -> Fields:
        return frames.reversal_of(fields)

    def next_trace(self) -> str:
        self.trace += 1
        return f"{self.trace:06d}"


def _host_key(row: dict[str, str]) -> tuple[str, ec.EllipticCurvePublicKey]:
    key = serialization.load_der_public_key(base64.b64decode(row["spki"]))
    assert isinstance(key, ec.EllipticCurvePublicKey)
    return row["keyid"], key


def _read_json(path: Path) -> list[dict[str, str]]:
    rows: list[dict[str, str]] = json.loads(path.read_text("utf-8"))
    return rows
