"""A head is a signed note that others can check, and whatever else comes is refused with a name."""

from __future__ import annotations

import base64
import hashlib

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, SECP256R1, derive_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from terminal.journal import checkpoint
from terminal.journal.checkpoint import BadCheckpoint, Checkpoint, UnknownKey
from terminal.keys.signer import FileSigner
from tests.vectors import vectors

PROFILE = next(v for v in vectors("crypto/journal.json") if v["id"] == "checkpoint-profile")
GO_NOTE = next(v for v in vectors("crypto/journal.json") if v["id"] == "signed-note-go")
P256 = next(v for v in vectors("crypto/receipt_misc.json") if v["id"] == "ecdsa-rfc6979-p256")
ORIGIN, ROOT = "huinong.example/44010001", base64.b64decode(PROFILE["note"].split("\n")[2])
ED_KEY = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(PROFILE["seed_hex"]))
EC_KEY = derive_private_key(int(P256["private_hex"], 16), SECP256R1())
ED, EC = FileSigner(ED_KEY, "44010001"), FileSigner(EC_KEY, "44010001")


def spki_of(vkey: str) -> bytes:
    """`name+keyid+base64(type || key)`, the type being Ed25519's."""
    kind_and_key = base64.b64decode(vkey.split("+", 2)[2])
    assert kind_and_key[0] == 1
    key = Ed25519PublicKey.from_public_bytes(kind_and_key[1:])
    return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def head(signer: FileSigner = EC, size: int = 8) -> str:
    return checkpoint.sign(checkpoint.text(ORIGIN, size, ROOT), ORIGIN, signer)


def test_the_note_is_that_of_the_published_profile() -> None:
    assert head(ED) == PROFILE["note"]


def test_the_published_note_is_opened_by_its_verifier_key() -> None:
    found = checkpoint.opened(PROFILE["note"], [spki_of(PROFILE["vkey"])])
    assert found == Checkpoint(ORIGIN, 8, ROOT)


def test_the_key_id_is_that_of_the_verifier_key() -> None:
    key_id = checkpoint.key_id_of(ORIGIN, spki_of(PROFILE["vkey"]))
    assert key_id.hex() == PROFILE["vkey"].split("+")[1]


def test_a_note_of_the_go_package_is_accepted() -> None:
    note = f"{GO_NOTE['text']}\n{GO_NOTE['signature_line']}\n"
    signed, names = checkpoint.signed_text(note, [spki_of(GO_NOTE["vkey"])])
    assert (signed, names) == (GO_NOTE["text"], ("PeterNeumann",))


def test_a_p256_note_carries_the_spki_hash_and_a_der_signature_over_the_text() -> None:
    signed, _, line = head().partition("\n\n")
    raw = base64.b64decode(line.split(" ")[2])
    assert raw[:4] == hashlib.sha256(bytes.fromhex(P256["spki_der_hex"])).digest()[:4]
    EC_KEY.public_key().verify(raw[4:], f"{signed}\n".encode(), ECDSA(SHA256()))


def test_one_of_several_keys_is_enough() -> None:
    assert checkpoint.opened(head(), [ED.public_spki_der(), EC.public_spki_der()]).size == 8


def test_a_second_signature_of_an_unknown_key_is_passed_over() -> None:
    witnessed = head() + head(ED).rpartition("\n\n")[2]
    assert checkpoint.opened(witnessed, [EC.public_spki_der()]).size == 8


def test_a_head_signed_by_none_of_the_keys_is_told_apart() -> None:
    with pytest.raises(UnknownKey, match=f"signed by {ORIGIN}: no key given fits"):
        checkpoint.opened(head(), [ED.public_spki_der()])


@pytest.mark.parametrize("signer", [ED, EC], ids=["ed25519", "p256"])
def test_a_changed_size_does_not_fit_the_signature(signer: FileSigner) -> None:
    forged = head(signer).replace("\n8\n", "\n9\n")
    with pytest.raises(BadCheckpoint, match="does not fit the text"):
        checkpoint.opened(forged, [signer.public_spki_der()])


def test_a_head_of_one_journal_signed_as_another_is_refused() -> None:
    note = checkpoint.sign(checkpoint.text(ORIGIN, 8, ROOT), "huinong.example/44010002", EC)
    with pytest.raises(BadCheckpoint, match="is signed as huinong\\.example/44010002"):
        checkpoint.opened(note, [EC.public_spki_der()])


@pytest.mark.parametrize(
    ("note", "why"),
    [
        ("", "no empty line"),
        (PROFILE["note"][:-1], "last line is cut"),
        (PROFILE["note"].replace("\u2014", "-"), "a signature line is"),
        (PROFILE["note"].replace("\u2014 ", "\u2014  "), "a signature line is"),
        (PROFILE["note"].replace("8A6V", "*A6V"), "signature is not base64"),
        (PROFILE["note"].replace("IA0=", "IA1="), "signature is not base64 as it is written"),
        (f"{ORIGIN}\n\n\u2014 {ORIGIN} AAAA\n", "too short"),
        ("x" * 5000, "more than 4096 bytes"),
    ],
)
def test_what_is_no_signed_note_is_refused_with_the_reason(note: str, why: str) -> None:
    with pytest.raises(BadCheckpoint, match=why):
        checkpoint.opened(note, [ED.public_spki_der()])


@pytest.mark.parametrize(
    ("signed", "why"),
    [
        (f"{ORIGIN}\n8\n", "three lines"),
        (f"{ORIGIN}\n8\n{base64.b64encode(ROOT).decode()}\nmore\n", "three lines"),
        (f"\n8\n{base64.b64encode(ROOT).decode()}\n", "origin is empty"),
        (f"{ORIGIN}\n08\n{base64.b64encode(ROOT).decode()}\n", "size is no number"),
        (f"{ORIGIN}\n-1\n{base64.b64encode(ROOT).decode()}\n", "size is no number"),
        (f"{ORIGIN}\n8\n{base64.b64encode(ROOT[:31]).decode()}\n", "root has 31 bytes"),
        (f"{ORIGIN}\n8\n=\n", "root is not base64"),
    ],
)
def test_a_well_signed_text_that_is_no_checkpoint_is_refused(signed: str, why: str) -> None:
    with pytest.raises(BadCheckpoint, match=why):
        checkpoint.opened(checkpoint.sign(signed, ORIGIN, ED), [ED.public_spki_der()])


def test_what_is_no_key_is_said_to_be_none() -> None:
    with pytest.raises(BadCheckpoint, match="no public key"):
        checkpoint.opened(head(), [b"no key"])
