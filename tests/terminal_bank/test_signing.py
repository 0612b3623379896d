"""The closed signature profile against the published vectors (`security.md` section 4)."""

from __future__ import annotations

import base64
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key

from terminal.bank.signing import BadSignature, Signed, sign, verify
from tests.vectors import rows_of, vectors

CREATED = 1_795_000_000
ROWS = {row["id"]: row for row in vectors("crypto/rfc9421.json")}
REQUEST, RESPONSE = ROWS["profile-request"], ROWS["profile-response"]
KEYS: Any = rows_of("crypto/rfc9421.json", "keys")


def test_the_profile_request_comes_out_byte_for_byte(ed25519: dict[str, str]) -> None:
    signed = _request(ed25519)
    wanted = {name: value for name, value in REQUEST["headers"].items() if name != "Host"}
    assert dict(signed.headers) == wanted


def test_the_profile_response_is_proved_and_bound_to_it(ed25519: dict[str, str]) -> None:
    assert _verify(ed25519) == CREATED


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("huinong-res-v1", "huinong-req-v1"),
        ('"@status" "content-type"', '"content-type" "@status"'),
        (';tag="huinong-res-v1"', ""),
        ("host=", "term="),
        ('keyid="test-key-ed25519"', 'keyid="another"'),
        ("created=1795000000", "created=1795000001"),
    ],
)
def test_any_other_form_of_the_signature_is_refused(
    ed25519: dict[str, str], old: str, new: str
) -> None:
    headers = dict(RESPONSE["headers"])
    assert old in headers["Signature-Input"]
    headers["Signature-Input"] = headers["Signature-Input"].replace(old, new)
    with pytest.raises(BadSignature):
        _verify(ed25519, headers=list(headers.items()))


@pytest.mark.parametrize(
    "other",
    [{"body": b"\x02\x10OL"}, {"status": 201}, {"now": CREATED + 301}, {"now": CREATED - 301}],
    ids=["body", "status", "late", "early"],
)
def test_another_body_status_or_time_is_refused(
    ed25519: dict[str, str], other: dict[str, Any]
) -> None:
    with pytest.raises(BadSignature):
        _verify(ed25519, **other)


def test_the_reply_to_another_request_is_refused(ed25519: dict[str, str]) -> None:
    with pytest.raises(BadSignature):
        _verify(ed25519, request=_request(ed25519, seq=1235))


def test_an_unsigned_reply_is_refused(ed25519: dict[str, str]) -> None:
    with pytest.raises(BadSignature):
        _verify(ed25519, headers=[("Content-Type", "application/octet-stream")])


@pytest.fixture
def ed25519() -> dict[str, str]:
    return KEYS["test-key-ed25519"]


def _request(key: dict[str, str], seq: int = 1234) -> Signed:
    private: Any = load_pem_private_key(key["private_pem"].encode(), None)
    return sign(
        REQUEST["url"],
        bytes.fromhex(REQUEST["body_hex"]),
        content_type="application/octet-stream",
        terminal="44010001",
        seq=seq,
        created=CREATED,
        nonce=base64.urlsafe_b64decode("AAECAwQFBgcICQoLDA0ODw=="),
        key_id="test-key-ed25519",
        alg="ed25519",
        make=private.sign,
    )


def _verify(key: dict[str, str], **other: Any) -> int:
    public: Any = load_pem_public_key(key["public_pem"].encode())
    given: dict[str, Any] = {
        "request": _request(key),
        "status": RESPONSE["status"],
        "headers": list(RESPONSE["headers"].items()),
        "body": bytes.fromhex(RESPONSE["body_hex"]),
        "now": CREATED,
        **other,
    }
    request = given.pop("request")
    return verify(request, host_keys={"test-key-ed25519": public}, **given)
