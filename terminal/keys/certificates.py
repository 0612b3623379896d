"""Certificate requests for the bank, and what its certificates say (`security.md` section 5)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import NameOID

from terminal.keys import private_files
from terminal.keys.api import KeyUnavailable
from terminal.keys.signer import spki_der
from terminal.keys.store import DeviceKey, KeyStore

SIGN_REQUEST, TLS_REQUEST = "sign_csr.pem", "tls_csr.pem"
SIGN_CERTIFICATE, TLS_CERTIFICATE = "sign_cert.pem", "tls_cert.pem"


@dataclass(frozen=True, slots=True)
class CertificateDates:
    """First and last day (UTC) of a certificate, and whether it belongs to the station's key."""

    first: date
    last: date
    fits_key: bool


def write_requests(store: KeyStore, hardware_serial: str) -> tuple[Path, Path]:
    """Writes both PKCS#10 requests beside the keys, gives their paths; '' leaves the serial out."""
    requests = ((SIGN_REQUEST, store.sign_key()), (TLS_REQUEST, store.tls_key()))
    for name, key in requests:
        private_files.write(
            store.directory / name, _request(key, store.terminal_id, hardware_serial)
        )
    return store.directory / SIGN_REQUEST, store.directory / TLS_REQUEST


def dates(path: Path, key: DeviceKey) -> CertificateDates | None:
    """None while the bank has not issued it. Raises KeyUnavailable for a file that is none."""
    if not path.exists():
        return None
    try:
        certificate = x509.load_pem_x509_certificate(path.read_bytes())
    except ValueError:
        raise KeyUnavailable(f"{path}: not a certificate; fetch it from the bank again") from None
    spki = certificate.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return CertificateDates(
        certificate.not_valid_before_utc.date(),
        certificate.not_valid_after_utc.date(),
        spki == spki_der(key),
    )


def _request(key: DeviceKey, terminal_id: str, hardware_serial: str) -> bytes:
    subject = [x509.NameAttribute(NameOID.COMMON_NAME, terminal_id)]
    if hardware_serial:
        subject.append(x509.NameAttribute(NameOID.SERIAL_NUMBER, hardware_serial))
    request = x509.CertificateSigningRequestBuilder().subject_name(x509.Name(subject))
    algorithm = None if isinstance(key, Ed25519PrivateKey) else SHA256()
    return request.sign(key, algorithm).public_bytes(Encoding.PEM)
