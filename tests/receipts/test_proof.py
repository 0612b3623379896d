"""The code on a slip (`security.md` section 6)."""

from __future__ import annotations

from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from hypothesis import given
from hypothesis import strategies as st

from terminal.receipts import proof
from terminal.receipts.proof import BadProof, Kind, Proof, Result, Sign

Vectors = dict[str, dict[str, Any]]
digits = st.text("0123456789", min_size=10, max_size=10)
u32 = st.integers(0, 2**32 - 1)
proofs = st.builds(
    Proof,
    kind=st.sampled_from(Kind),
    key_id=st.binary(min_size=4, max_size=4),
    terminal=st.text("0123456789ABCDEF", min_size=8, max_size=8),
    seq=u32,
    at_s=u32,
    amount_fen=u32,
    result=st.sampled_from(Result),
    pan=st.just("") | digits.filter(lambda pan: pan.strip("0") != ""),
    rrn=st.just("") | st.text("0123456789", min_size=12, max_size=12),
    chain=st.binary(min_size=8, max_size=8),
)


def stated(vector: dict[str, Any]) -> Proof:
    """The fields of a vector as a Proof."""
    fields = vector["fields"]
    return Proof(
        kind=Kind(fields["type"]),
        key_id=bytes.fromhex(fields["key_id"]),
        terminal=fields["terminal_id"],
        seq=fields["seq"],
        at_s=fields["unix_time"],
        amount_fen=fields["amount_fen"],
        result=Result(fields["result"]),
        pan=fields["pan_masked_bcd"],
        rrn=fields["rrn"],
        chain=bytes.fromhex(fields["journal"]),
    )


@pytest.fixture
def hundred_yuan(vectors: Vectors) -> Proof:
    return stated({**vectors["receipt-1"]})


def test_every_receipt_and_base45_vector_of_the_file_is_known_here(vectors: Vectors) -> None:
    ours = {name for name in vectors if name.startswith(("receipt", "base45"))}
    assert ours == {
        "receipt-1",
        "receipt-2",
        "base45-AB",
        "base45-Hello!!",
        "base45-base-45",
        "base45-ietf!",
    }


@pytest.mark.parametrize("name", ["AB", "Hello!!", "base-45", "ietf!"])
def test_base45_is_that_of_rfc_9285(vectors: Vectors, name: str) -> None:
    vector = vectors[f"base45-{name}"]
    plain = vector["plain_ascii"].encode("ascii")
    assert proof.base45(plain) == vector["base45"]
    assert proof.from_base45(vector["base45"]) == plain


def test_the_payload_is_that_of_vector_receipt_1(vectors: Vectors) -> None:
    vector = vectors["receipt-1"]
    assert proof.encode(stated(vector)).hex() == vector["payload_hex"]


def test_the_bare_payload_of_receipt_1_is_signed_with_ed25519(vectors: Vectors) -> None:
    vector = vectors["receipt-1"]
    sealed = proof.read(vector["qr_text"])
    key = ed25519.Ed25519PublicKey.from_public_bytes(bytes.fromhex(vector["public_hex"]))
    key.verify(sealed.signature, bytes.fromhex(vector["payload_hex"]))
    assert sealed.proof == stated(vector)


def test_the_code_is_that_of_vector_receipt_2(vectors: Vectors, sign: Sign) -> None:
    vector = vectors["receipt-2"]
    body = bytes.fromhex(vector["payload_hex"])
    assert proof.seal(proof.decode(body), sign) == vector["qr_text"]
    assert len(vector["qr_text"]) == 178  # the table of section 6


def test_the_key_id_is_that_of_vector_receipt_2(vectors: Vectors) -> None:
    vector = vectors["receipt-2"]
    said = proof.read(vector["qr_text"]).proof
    assert proof.key_id(bytes.fromhex(vector["spki_der_hex"])) == said.key_id


def test_the_signature_stands_over_the_receipt_prefix_and_the_payload(
    vectors: Vectors, device_key: ec.EllipticCurvePrivateKey
) -> None:
    vector = vectors["receipt-2"]
    sealed = proof.read(vector["qr_text"])
    r, s = (int.from_bytes(half, "big") for half in _halves(sealed.signature))
    signed = bytes.fromhex(vector["domain_prefix_hex"] + vector["payload_hex"])
    device_key.public_key().verify(encode_dss_signature(r, s), signed, ec.ECDSA(SHA256()))
    assert sealed.signed == signed


def test_a_slip_without_card_and_reference_has_zeros_and_spaces(hundred_yuan: Proof) -> None:
    bare = Proof(
        Kind.CONTRIBUTION_CASH, b"key1", "44010001", 1, 2, 3, Result.UNKNOWN, "", "", bytes(8)
    )
    assert proof.encode(bare)[27:44] == bytes(5) + b" " * 12


@given(proofs)
def test_what_is_read_is_what_was_sealed(stated: Proof) -> None:
    text = proof.seal(stated, lambda data: bytes(64))
    assert proof.read(text).proof == stated


@given(st.binary(max_size=120))
def test_base45_gives_back_every_byte(data: bytes) -> None:
    assert proof.from_base45(proof.base45(data)) == data


@given(st.text(max_size=200))
def test_what_is_no_code_is_a_bad_proof_and_nothing_else(text: str) -> None:
    with pytest.raises(BadProof):
        proof.read("HN1:" + text)


@pytest.mark.parametrize("text", ["GGW", ":::", "a00", "A"])
def test_base45_refuses_what_no_encoder_gives(text: str) -> None:
    with pytest.raises(BadProof):  # RFC 9285 section 6: GGW is 65536
        proof.from_base45(text)


@pytest.mark.parametrize(
    ("at", "value"), [(0, 2), (1, 0), (1, 8), (6, 0xFF), (26, 4), (27, 0x6A), (32, 0x80)]
)
def test_a_field_out_of_its_range_is_refused(vectors: Vectors, at: int, value: int) -> None:
    body = bytearray.fromhex(vectors["receipt-2"]["payload_hex"])
    body[at] = value
    with pytest.raises(BadProof):
        proof.decode(bytes(body))


def _halves(signature: bytes) -> tuple[bytes, bytes]:
    return signature[:32], signature[32:]
