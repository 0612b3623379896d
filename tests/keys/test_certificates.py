"""The requests for the bank and the dates of what it issues (`security.md` section 5)."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from terminal.keys.api import KeyUnavailable
from terminal.keys.certificates import CertificateDates, dates, write_requests


def issued_for(public_key) -> bytes:
    """A certificate of a bank's CA: its own key signs, ours is certified."""
    bank = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "bank")])
    builder = x509.CertificateBuilder(bank, bank, public_key, 7)
    builder = builder.not_valid_before(datetime(2026, 11, 23, tzinfo=UTC))
    builder = builder.not_valid_after(datetime(2027, 11, 23, tzinfo=UTC))
    signed = builder.sign(ec.generate_private_key(ec.SECP256R1()), SHA256())
    return signed.public_bytes(Encoding.PEM)


def test_each_request_is_signed_by_its_own_key_and_names_terminal_and_hardware(fresh_store):
    paths = write_requests(fresh_store, "HW-0042")
    for path, key in zip(paths, (fresh_store.sign_key(), fresh_store.tls_key()), strict=True):
        request = x509.load_pem_x509_csr(path.read_bytes())
        assert request.is_signature_valid
        assert request.public_key() == key.public_key()
        assert request.subject.rfc4514_string() == "2.5.4.5=HW-0042,CN=44010001"


def test_without_a_hardware_serial_the_subject_is_the_terminal_alone(fresh_store):
    sign_request, _ = write_requests(fresh_store, "")
    request = x509.load_pem_x509_csr(sign_request.read_bytes())
    assert request.subject.rfc4514_string() == "CN=44010001"


def test_a_certificate_shows_its_days_and_that_it_fits_the_key(fresh_store):
    path = fresh_store.directory / "sign_cert.pem"
    path.write_bytes(issued_for(fresh_store.sign_key().public_key()))
    expected = CertificateDates(date(2026, 11, 23), date(2027, 11, 23), fits_key=True)
    assert dates(path, fresh_store.sign_key()) == expected


def test_a_certificate_of_another_key_does_not_fit(fresh_store):
    path = fresh_store.directory / "sign_cert.pem"
    path.write_bytes(issued_for(fresh_store.tls_key().public_key()))
    assert dates(path, fresh_store.sign_key()).fits_key is False


def test_before_the_bank_answers_there_are_no_dates(fresh_store):
    assert dates(fresh_store.directory / "sign_cert.pem", fresh_store.sign_key()) is None


def test_a_file_that_is_no_certificate_is_named(fresh_store):
    path = fresh_store.directory / "sign_cert.pem"
    path.write_bytes(b"<html>")
    with pytest.raises(KeyUnavailable, match=r"sign_cert.pem: not a certificate"):
        dates(path, fresh_store.sign_key())
