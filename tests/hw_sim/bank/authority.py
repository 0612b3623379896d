"""The bank's own certificate authority, its host key, and the terminals it has enrolled.

Files in DIR: ca.pem, authority/ (private keys, the server's certificate), host_keys.json,
<terminal>.tls.pem and <terminal>.sign.pem. A second start finds CA and host key again.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

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
from tests.hw_sim.bank.signing_keys import PublicKey, keyid
from tests.hw_sim.bank.state import Terminal

CA_DAYS = 3650
TERMINAL_DAYS = 365  # security.md section 5, rotation
SKEW = timedelta(days=1)  # a station's clock may be behind


@dataclass(frozen=True)
class Authority:
    """Everything that says who is who."""

    ca_file: Path
    server_file: Path  # certificate and key of localhost, PEM
    host_key: HostKey
    terminal_keys: Mapping[str, PublicKey] = field(repr=False)  # by keyid

    def signing_keys(self) -> dict[str, tuple[PublicKey, ...]]:
        """The same keys by terminal: a checkpoint names its key in its own way."""
        found: dict[str, tuple[PublicKey, ...]] = {}
        for name, key in self.terminal_keys.items():
            terminal = name.partition(".")[0]
            found[terminal] = (*found.get(terminal, ()), key)
        return found


@dataclass(frozen=True)
class Enrolment:
    """One entry of terminals.json."""

    terminal: Terminal
    sign_csr: Path
    tls_csr: Path
    batch: int


def open_authority(directory: Path, enrolments: tuple[Enrolment, ...], now_s: float) -> Authority:
    """Makes or finds the CA, and issues what the enrolled terminals asked for."""
    now = datetime.fromtimestamp(now_s, UTC)
    secret = directory / "authority"
    secret.mkdir(mode=0o700, exist_ok=True)
    ca_key = _key_at(secret / "ca.key")
    ca_file = directory / "ca.pem"
    if not ca_file.exists():
        ca_file.write_bytes(_ca(ca_key, now).public_bytes(Encoding.PEM))
    ca = x509.load_pem_x509_certificate(ca_file.read_bytes())
    server_file = secret / "server.pem"
    if not server_file.exists():
        _write_server(server_file, ca, ca_key, now)
    host_private = _key_at(secret / "host.key")
    host_key = HostKey(keyid("host", host_private.public_key()), host_private)
    _write_host_keys(directory / "host_keys.json", host_key)
    registry = {}
    for enrolment in enrolments:
        public = _enrol(directory, enrolment, ca, ca_key, now)
        registry[keyid(enrolment.terminal.id, public)] = public
    return Authority(ca_file, server_file, host_key, registry)


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
            directory / row["sign_csr"],
            directory / row["tls_csr"],
            row.get("batch", 1),
        )
        for number, row in raw.items()
    )


def _enrol(
    directory: Path,
    enrolment: Enrolment,
    ca: x509.Certificate,
    ca_key: ec.EllipticCurvePrivateKey,
    now: datetime,
) -> PublicKey:
    """Issues both certificates; the signing key for the registry."""
    number = enrolment.terminal.id
    signing = _request(enrolment.sign_csr, number)
    tls = _request(enrolment.tls_csr, number)
    for kind, request, usage in (
        ("sign", signing, None),
        ("tls", tls, ExtendedKeyUsageOID.CLIENT_AUTH),
    ):
        builder = _builder(request.subject, ca.subject, request.public_key(), now, TERMINAL_DAYS)
        if usage:
            builder = builder.add_extension(x509.ExtendedKeyUsage([usage]), critical=False)
        issued = _issue(builder, ca_key)
        (directory / f"{number}.{kind}.pem").write_bytes(issued.public_bytes(Encoding.PEM))
    public = signing.public_key()
    assert isinstance(public, ec.EllipticCurvePublicKey | ed25519.Ed25519PublicKey)
    return public


def _request(path: Path, terminal: str) -> x509.CertificateSigningRequest:
    request = x509.load_pem_x509_csr(path.read_bytes())
    names = request.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    if not request.is_signature_valid or [name.value for name in names] != [terminal]:
        raise ValueError(f"{path.name} is no valid request of {terminal}")
    return request


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
    path: Path, ca: x509.Certificate, ca_key: ec.EllipticCurvePrivateKey, now: datetime
) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    places = [x509.DNSName("localhost")] + [
        x509.IPAddress(ip_address(text)) for text in ("127.0.0.1", "::1")
    ]
    builder = (
        _builder(name, ca.subject, key.public_key(), now, CA_DAYS)
        .add_extension(x509.SubjectAlternativeName(places), critical=False)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
    )
    certificate = _issue(builder, ca_key).public_bytes(Encoding.PEM)
    _write_secret(path, certificate + _pem(key))


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


def _write_host_keys(path: Path, key: HostKey) -> None:
    spki = key.private.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    path.write_text(json.dumps([{"keyid": key.keyid, "spki": base64.b64encode(spki).decode()}]))


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
