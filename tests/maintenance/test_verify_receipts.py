"""`huinong journal verify --receipt`: the facts that villagers have on paper are in the journal."""

from __future__ import annotations

import hashlib
import struct
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, SECP256R1, derive_private_key
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from terminal.keys.store import KeyStore
from terminal.receipts.proof import base45
from tests.journal.shop import AT, columns


def slip(file: Path, store: KeyStore, **changes) -> str:
    """The code of the first slip, about fact 2: laid out by hand from `security.md` section 6."""
    key, chain = store.sign_key(), list(columns(file))[1][3]
    said = {"seq": 2, "fen": 20_000, "chain": chain[:8], "key": key, "claimed": key} | changes
    public = said["claimed"].public_key()
    spki = public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    payload = struct.pack(
        ">BB4s8sIIIB5s12s8s",
        *(1, 1, hashlib.sha256(spki).digest()[:4], b"44010001", said["seq"], AT // 1000),
        *(said["fen"], 0, bytes.fromhex("6229992343"), b"326112312345", said["chain"]),
    )
    der = said["key"].sign(b"huinong-receipt-v1\0" + payload, ECDSA(SHA256()))
    r, s = decode_dss_signature(der)
    return "HN1:" + base45(payload + r.to_bytes(32, "big") + s.to_bytes(32, "big"))


def test_a_receipt_is_found_in_the_journal(huinong, kept, store, station_key) -> None:
    text = slip(kept, store)
    said = huinong("journal", "verify", kept, "--keys", station_key, "--receipt", text)
    assert said.code == 0
    assert "receipt of fact 2: it is here, and its signature holds" in said.out


def test_without_keys_a_receipt_is_found_by_its_chain_hash_alone(huinong, kept, store) -> None:
    said = huinong("journal", "verify", kept, "--receipt", slip(kept, store))
    assert said.code == 0
    assert "receipt of fact 2: it is here; its signature was not judged (--keys)" in said.out


def test_every_receipt_is_looked_for(huinong, kept, store, station_key) -> None:
    rows = list(columns(kept))
    texts = [slip(kept, store, seq=seq, chain=rows[seq - 1][3][:8]) for seq in (2, 7, 24)]
    options = [word for text in texts for word in ("--receipt", text)]
    said = huinong("journal", "verify", kept, "--keys", station_key, *options)
    assert said.code == 0
    assert [n for n in (2, 7, 24) if f"receipt of fact {n}: it is here" in said.out] == [2, 7, 24]


@pytest.mark.parametrize("place", [0, 1])
def test_a_receipt_of_a_fact_that_was_rewritten_is_told(
    huinong, kept, store, station_key, place: int
) -> None:
    texts = [slip(kept, store), slip(kept, store, chain=bytes(8))]
    first, second = texts if place else reversed(texts)
    said = huinong(
        *("journal", "verify", kept, "--keys", station_key),
        *("--receipt", first, "--receipt", second),
    )
    assert (said.code, said.err.count("\n")) == (1, 1)
    assert "receipt of fact 2: another fact is here" in said.err


def test_a_receipt_of_a_fact_that_is_not_there_is_told(huinong, kept, store, station_key) -> None:
    text = slip(kept, store, seq=28)
    said = huinong("journal", "verify", kept, "--keys", station_key, "--receipt", text)
    assert said.code == 1
    assert "receipt of fact 28: it is not here, the last is 27" in said.err


@pytest.mark.parametrize(("named", "verdict"), [(False, "INVALID"), (True, "UNKNOWN KEY")])
def test_a_receipt_that_somebody_else_has_signed_is_told(
    huinong, kept, store, station_key, named: bool, verdict: str
) -> None:
    stranger = derive_private_key(1, SECP256R1())
    claimed = stranger if named else store.sign_key()
    text = slip(kept, store, fen=90_000, key=stranger, claimed=claimed)
    said = huinong("journal", "verify", kept, "--keys", station_key, "--receipt", text)
    assert said.code == 1
    assert f"receipt of fact 2: {verdict} by the keys given" in said.err


def test_a_text_that_is_no_receipt_is_one_plain_line(huinong, kept) -> None:
    said = huinong("journal", "verify", kept, "--receipt", "HN1:BB8")
    assert (said.code, said.out, said.err.count("\n")) == (1, "", 1)
    assert "holds 2 bytes" in said.err
