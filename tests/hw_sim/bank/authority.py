"""The bank's own certificate authority, its host key, and the terminals it has enrolled.

Files in DIR: ca.pem, authority/ (private keys, the server's certificate), host_keys.json,
<terminal>.tls.pem and <terminal>.sign.pem. A second start finds CA and host key again.
"""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from tests.hw_sim.bank.http_signatures import HostKey
from tests.hw_sim.bank.key_registry import KeyRegistry
from tests.hw_sim.bank.signing_keys import PublicKey, keyid
from tests.hw_sim.bank.state import Terminal

CA_DAYS = 3650
TERMINAL_DAYS = 365  # security.md section 5, rotation
SKEW = timedelta(days=1)  # a station's clock may be behind


@dataclass(frozen=True)
class Authority:
    """Everything that says who is who."""

    directory: Path
    server_file: Path  # certificate and key of localhost, PEM
    host_key: HostKey
    registry: KeyRegistry = field(repr=False)
    ca: x509.Certificate = field(repr=False)
    ca_key: ec.EllipticCurvePrivateKey = field(repr=False)

    @property
    def ca_file(self) -> Path:
        return self.directory / "ca.pem"

    def issue(
        self,
        terminal: str,
        sign: x509.CertificateSigningRequest,
        tls: x509.CertificateSigningRequest,
    ) -> tuple[x509.Certificate, x509.Certificate]:
        """Both certificates of a terminal, valid for a year from this machine's now."""
        now = datetime.now(UTC)
        issued = []
        for kind, request, usage in (
            ("sign", sign, None),
            ("tls", tls, ExtendedKeyUsageOID.CLIENT_AUTH),
        ):
            builder = _builder(
                request.subject, self.ca.subject, request.public_key(), now, TERMINAL_DAYS
            )
            if usage:
                builder = builder.add_extension(x509.ExtendedKeyUsage([usage]), critical=False)
            issued.append(_issue(builder, self.ca_key))
            path = self.directory / f"{terminal}.{kind}.pem"
            path.write_bytes(issued[-1].public_bytes(Encoding.PEM))
        return issued[0], issued[1]

    def host_keys(self) -> list[dict[str, str]]:
        """What a terminal pins: keyid and SPKI of every key that may sign answers."""
        public = self.host_key.private.public_key()
        spki = public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        return [{"keyid": self.host_key.keyid, "spki": base64.b64encode(spki).decode()}]

    def update_root(self) -> Any:
        """The update root metadata in update_root.json; None where there is none."""
        path = self.directory / "update_root.json"
        return json.loads(path.read_text("utf-8")) if path.exists() else None


@dataclass(frozen=True)
class Enrolment:
    """One entry of terminals.json."""

    terminal: Terminal
    sign_csr: Path | None  # None: it will enrol over the line, with a code
    tls_csr: Path | None
    batch: int


@dataclass(frozen=True)
class Request:
    """A request for a certificate and the key that it is for."""

    csr: x509.CertificateSigningRequest
    key: PublicKey


class BadRequest(Exception):
    """Not a valid request of this terminal."""


def open_authority(
    directory: Path,
    enrolments: tuple[Enrolment, ...],
    registry: KeyRegistry,
    names: tuple[str, ...],
    now_s: float,
) -> Authority:
    """Makes or finds the CA, and issues what the enrolled terminals asked for.

    `names` are names and addresses, beside localhost, under which the bank is called.
    """
    now = datetime.fromtimestamp(now_s, UTC)
    secret = directory / "authority"
    secret.mkdir(mode=0o700, exist_ok=True)
    ca_key = _key_at(secret / "ca.key")
    ca_file = directory / "ca.pem"
    if not ca_file.exists():
        ca_file.write_bytes(_ca(ca_key, now).public_bytes(Encoding.PEM))
    ca = x509.load_pem_x509_certificate(ca_file.read_bytes())
    server_file = secret / "server.pem"
    if names or not server_file.exists():
        _write_server(server_file, ca, ca_key, names, now)
    host_private = _key_at(secret / "host.key")
    host_key = HostKey(keyid("host", host_private.public_key()), host_private)
    authority = Authority(directory, server_file, host_key, registry, ca, ca_key)
    (directory / "host_keys.json").write_text(json.dumps(authority.host_keys()))
    for enrolment in enrolments:
        _enrol(authority, enrolment)
    return authority


def read_enrolments(directory: Path) -> tuple[Enrolment, ...]:
    """terminals.json of DIR; paths in it are relative to DIR."""
    raw = json.loads((directory / "terminals.json").read_text("utf-8"))
    return tuple(
        Enrolment(
            Terminal(
                number,
                row["merchant"],
                bytes.fromhex(row["tmk_p"]),
                bytes.fromhex(row["tmk_m"]),
                row.get("mac", "cup-ecb"),
            ),
            directory / row["sign_csr"] if "sign_csr" in row else None,
            directory / row["tls_csr"] if "tls_csr" in row else None,
            row.get("batch", 1),
        )
        for number, row in raw.items()
    )


def read_request(pem: bytes, terminal: str) -> Request:
    """The request in PEM. Raises BadRequest, ValueError."""
    csr = x509.load_pem_x509_csr(pem)
    names = csr.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    if not csr.is_signature_valid or [name.value for name in names] != [terminal]:
        raise BadRequest(f"no valid request of {terminal}")
    key = csr.public_key()
    if not isinstance(key, ec.EllipticCurvePublicKey | ed25519.Ed25519PublicKey):
        raise BadRequest("a key of another kind")
    return Request(csr, key)


def _enrol(authority: Authority, enrolment: Enrolment) -> None:
    """What terminals.json asks for: certificates, and the signing key for the registry."""
    if enrolment.sign_csr is None or enrolment.tls_csr is None:
        return
    terminal = enrolment.terminal.id
    sign = read_request(enrolment.sign_csr.read_bytes(), terminal)
    tls = read_request(enrolment.tls_csr.read_bytes(), terminal)
    if authority.registry.introduce(terminal, sign.key):
        authority.issue(terminal, sign.csr, tls.csr)


def _ca(key: ec.EllipticCurvePrivateKey, now: datetime) -> x509.Certificate:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Sandbox bank CA")])
    usage = x509.KeyUsage(
        digital_signature=True,
        key_cert_sign=True,
        crl_sign=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )
    builder = (
        _builder(name, name, key.public_key(), now, CA_DAYS)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )
    return builder.sign(key, hashes.SHA256())


def _write_server(
    path: Path,
    ca: x509.Certificate,
    ca_key: ec.EllipticCurvePrivateKey,
    names: tuple[str, ...],
    now: datetime,
) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    places = [_place(text) for text in ("localhost", "127.0.0.1", "::1", *names)]
    builder = (
        _builder(name, ca.subject, key.public_key(), now, CA_DAYS)
        .add_extension(x509.SubjectAlternativeName(places), critical=False)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
    )
    certificate = _issue(builder, ca_key).public_bytes(Encoding.PEM)
    _write_secret(path, certificate + _pem(key))


def _place(text: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_address(text))
    except ValueError:
        return x509.DNSName(text)


def _builder(
    subject: x509.Name, issuer: x509.Name, public: object, now: datetime, days: int
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(public)  # type: ignore[arg-type]  # whatever kind the request holds
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - SKEW)
        .not_valid_after(now + timedelta(days=days))
    )


def _issue(
    builder: x509.CertificateBuilder, ca_key: ec.EllipticCurvePrivateKey
) -> x509.Certificate:
    issuer = x509.AuthorityKeyIdentifier.from_issuer_public_key(ca_key.public_key())
    return (
        builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(issuer, critical=False)
        .sign(ca_key, hashes.SHA256())
    )


def _key_at(path: Path) -> ec.EllipticCurvePrivateKey:
    if not path.exists():
        _write_secret(path, _pem(ec.generate_private_key(ec.SECP256R1())))
    key = load_pem_private_key(path.read_bytes(), None)
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    return key


def _pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def _write_secret(path: Path, content: bytes) -> None:
    path.touch(mode=0o600)
    path.write_bytes(content)
