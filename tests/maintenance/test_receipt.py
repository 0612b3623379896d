"""`huinong receipt verify`: a slip's code is judged offline, by the station's key alone."""

from __future__ import annotations

import base64
import io
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, derive_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding

from terminal.receipts.proof import base45
from tests.maintenance.conftest import pem
from tests.vectors import vectors

RECEIPT = next(v for v in vectors("crypto/receipt_misc.json") if v["id"] == "receipt-2")
KEY = derive_private_key(int(RECEIPT["private_hex"], 16), SECP256R1())


@pytest.fixture
def keys(tmp_path: Path) -> Path:
    return pem(tmp_path / "keys.pem", KEY)


def forged(payload: bytes | None = None, signature: bytes | None = None) -> str:
    """The published code with another content."""
    raw = payload or bytes.fromhex(RECEIPT["payload_hex"])
    return "HN1:" + base45(raw + (signature or bytes.fromhex(RECEIPT["signature_hex"])))


def test_the_published_code_is_valid_and_its_fields_are_shown(huinong, keys) -> None:
    said = huinong("receipt", "verify", "--keys", keys, RECEIPT["qr_text"])
    assert said.code == 0
    shown = dict(line.split(None, 1) for line in said.out.splitlines()[:9])
    assert shown == {
        "terminal": "44010001",
        "kind": "withdrawal",
        "result": "approved",
        "amount": "￥1,000.00",
        "time": "2026-11-18 19:06:40",  # 1795000000 in the county
        "card": "621700…1234",
        "reference": "326112312345",
        "fact": "1234, chain 5dc9da79a70659a9",
        "key": "5a7a78cc",
    }
    assert said.out.splitlines()[9] == "VALID"


def test_it_says_what_a_valid_signature_does_not_prove(huinong, keys) -> None:
    said = huinong("receipt", "verify", "--keys", keys, RECEIPT["qr_text"])
    assert "this terminal issued the slip, not that the bank booked it" in said.out


def test_a_changed_amount_is_invalid(huinong, keys) -> None:
    payload = bytearray.fromhex(RECEIPT["payload_hex"])
    payload[25] ^= 1
    said = huinong("receipt", "verify", "--keys", keys, forged(bytes(payload)))
    assert (said.code, said.out.splitlines()[-1]) == (1, "INVALID")


@pytest.mark.parametrize("at", range(64))
def test_a_changed_signature_is_invalid(huinong, keys, at: int) -> None:
    signature = bytearray.fromhex(RECEIPT["signature_hex"])
    signature[at] ^= 0x80
    said = huinong("receipt", "verify", "--keys", keys, forged(signature=bytes(signature)))
    assert said.code == 1


def test_a_code_of_another_station_is_of_an_unknown_key(huinong, other_key) -> None:
    said = huinong("receipt", "verify", "--keys", other_key, RECEIPT["qr_text"])
    assert (said.code, said.out.splitlines()[-1]) == (2, "UNKNOWN KEY")


def test_keys_come_as_a_list_in_json_too(huinong, tmp_path) -> None:
    spki = base64.b64encode(bytes.fromhex(RECEIPT["spki_der_hex"])).decode()
    path = tmp_path / "keys.json"
    path.write_text(json.dumps([{"keyid": "44010001.0", "spki": spki}]))
    assert huinong("receipt", "verify", "--keys", path, RECEIPT["qr_text"]).code == 0


def test_keys_come_as_the_certificate_that_the_bank_issued(huinong, tmp_path) -> None:
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "44010001")])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(KEY.public_key())
        .serial_number(1)
        .not_valid_before(datetime(2026, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2027, 1, 1, tzinfo=UTC))
        .sign(KEY, SHA256())
    )
    path = tmp_path / "sign_cert.pem"
    path.write_bytes(certificate.public_bytes(Encoding.PEM))
    assert huinong("receipt", "verify", "--keys", path, RECEIPT["qr_text"]).code == 0


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "does not begin with HN1:"),
        ("https://example.org", "does not begin with HN1:"),
        ("HN1:abc", "not base45"),
        ("HN1:BB8", "holds 2 bytes"),
        (forged(b"\x02" + bytes.fromhex(RECEIPT["payload_hex"])[1:]), "version 2"),
    ],
)
def test_what_is_no_code_is_invalid_and_says_why(huinong, keys, text: str, why: str) -> None:
    said = huinong("receipt", "verify", "--keys", keys, text)
    assert (said.code, said.out.count("\n")) == (1, 1)
    assert "INVALID: " in said.out
    assert why in said.out


@pytest.mark.parametrize("content", [b"", b"{}", b"[]", b"[{}]", b"a letter", b"\xff\xfe"])
def test_without_usable_keys_nothing_is_judged(huinong, tmp_path, content: bytes) -> None:
    path = tmp_path / "keys"
    path.write_bytes(content)
    said = huinong("receipt", "verify", "--keys", path, RECEIPT["qr_text"])
    assert (said.code, said.out, said.err.count("\n")) == (3, "", 1)


def test_a_code_is_read_from_standard_input(huinong, keys, monkeypatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{RECEIPT['qr_text']}\n"))
    assert huinong("receipt", "verify", "--keys", keys, "-").code == 0
