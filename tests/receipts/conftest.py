"""Fixtures of the shop: its slips' key, its two papers, transactions as their facts tell them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

from terminal import i18n
from terminal.i18n import N_, Translate
from terminal.receipts.proof import Sign
from terminal.receipts.shop import Extras, Shop
from tests.receipts.counter import shop_of_columns

VECTORS = Path(__file__).parents[1] / "vectors" / "crypto" / "receipt_misc.json"


@pytest.fixture(scope="session")
def vectors() -> dict[str, dict]:
    rows = json.loads(VECTORS.read_text("utf-8"))["vectors"]
    return {row["id"]: row for row in rows}


@pytest.fixture(scope="session")
def device_key(vectors: dict[str, dict]) -> ec.EllipticCurvePrivateKey:
    """The key of vector receipt-2 (RFC 6979 A.2.5)."""
    return ec.derive_private_key(int(vectors["receipt-2"]["private_hex"], 16), ec.SECP256R1())


@pytest.fixture(scope="session")
def sign(device_key: ec.EllipticCurvePrivateKey) -> Sign:
    def sign_raw(data: bytes) -> bytes:
        der = device_key.sign(data, ec.ECDSA(SHA256(), deterministic_signing=True))
        r, s = decode_dss_signature(der)
        return r.to_bytes(32, "big") + s.to_bytes(32, "big")

    return sign_raw


@pytest.fixture(scope="session")
def extras(sign: Sign) -> Extras:
    return Extras(sign, bytes.fromhex("5a7a78cc"), bytes.fromhex("5dc9da79a70659a9" + "00" * 24))


@pytest.fixture(scope="session")
def english() -> Translate:
    """The catalogue as it is written, not as it was compiled last."""
    with (i18n.FOLDER / "en" / "LC_MESSAGES" / "huinong.po").open("rb") as file:
        catalogue = read_po(file)
    table = {message.id: message.string for message in catalogue}
    return lambda text: table.get(text) or text


@pytest.fixture(params=[32, 48], ids=["58mm", "80mm"])
def shop(request: pytest.FixtureRequest) -> Shop:
    return shop_of_columns(request.param)


@pytest.fixture(params=["zh", "en"])
def language(request: pytest.FixtureRequest, english: Translate) -> Translate:
    return N_ if request.param == "zh" else english
