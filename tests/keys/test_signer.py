"""K_sig: raw signatures and the key id (`security.md` sections 4 to 6)."""

from __future__ import annotations

import hashlib

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_public_key

from terminal.keys.signer import FileSigner, open_signer
from tests.keys.conftest import vector


def p256_signer(private_hex: str) -> FileSigner:
    return FileSigner(ec.derive_private_key(int(private_hex, 16), ec.SECP256R1()), "44010001")


def test_p256_signature_of_rfc_6979_is_given_raw():
    known = vector("receipt_misc.json", "ecdsa-rfc6979-p256")
    signed = p256_signer(known["private_hex"]).sign(known["message_ascii"].encode())
    assert signed.hex() == known["raw_signature_hex"]


def test_the_receipts_signature_is_that_of_the_vector():
    known = vector("receipt_misc.json", "receipt-2")
    data = bytes.fromhex(known["domain_prefix_hex"] + known["payload_hex"])
    assert p256_signer(known["private_hex"]).sign(data).hex() == known["signature_hex"]


@pytest.mark.parametrize("wanted", ["ed25519-rfc8032-1", "ed25519-rfc8032-2"])
def test_ed25519_signature_of_rfc_8032(wanted):
    known = vector("receipt_misc.json", wanted)
    key = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(known["seed_hex"]))
    signer = FileSigner(key, "44010001")
    assert signer.sign(bytes.fromhex(known["message_hex"])).hex() == known["signature_hex"]
    assert signer.alg == "ed25519"


def test_the_key_id_is_the_terminal_and_16_digits_of_the_public_keys_digest():
    known = vector("receipt_misc.json", "ecdsa-rfc6979-p256")
    signer = p256_signer(known["private_hex"])
    digest = hashlib.sha256(bytes.fromhex(known["spki_der_hex"])).hexdigest()
    assert signer.public_spki_der().hex() == known["spki_der_hex"]
    assert signer.key_id == f"44010001.{digest[:16]}"
    assert signer.alg == "ecdsa-p256-sha256"


def test_the_stores_key_signs_what_its_public_key_verifies(fresh_store):
    signer = open_signer(fresh_store)
    signed = signer.sign(b"data")
    r, s = int.from_bytes(signed[:32], "big"), int.from_bytes(signed[32:], "big")
    public = load_der_public_key(signer.public_spki_der())
    public.verify(encode_dss_signature(r, s), b"data", ec.ECDSA(SHA256()))
    with pytest.raises(InvalidSignature):
        public.verify(encode_dss_signature(r, s), b"other", ec.ECDSA(SHA256()))


def test_every_signature_has_64_bytes_short_numbers_too(fresh_store):
    signer = open_signer(fresh_store)
    assert {len(signer.sign(bytes([n, m]))) for n in range(32) for m in range(32)} == {64}
