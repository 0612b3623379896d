"""The signature profile against another reading of RFC 9421: the library http-message-signatures.

It verifies what we sign, and signs what we verify; then it signs what we must refuse.
"""

from __future__ import annotations

import base64
from datetime import UTC, datetime
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from terminal.bank.signing import BadSignature, Signed, sign, verify
from terminal.keys.signer import FileSigner
from tests.hw_sim.bank import http_signatures
from tests.hw_sim.bank.http_signatures import RESPONSE_COMPONENTS, HttpRequest
from tests.terminal_bank.responses import (
    BODY,
    ED25519,
    HOST_KEYS,
    NOW_S,
    P256,
    Reply,
    on_the_wire,
    respond,
)

URL = "https://front.bank.example/v1/terminal/exchange"
DEVICE = FileSigner(P256, "44010001")
OUTSIDE, ORDER = "outside the window", "another list of components"
FORM = "parameters in another form"


def ask(url: str = URL, body: bytes = BODY, *, signer: FileSigner = DEVICE, **other: Any) -> Signed:
    given: dict[str, Any] = {
        "content_type": "application/octet-stream",
        "terminal": "44010001",
        "seq": 1234,
        "created": NOW_S,
        "nonce": bytes(range(16)),
        **other,
    }
    return sign(url, body, key_id=signer.key_id, alg=signer.alg, make=signer.sign, **given)


def judge(signed: Signed, reply: Reply, *, now: int | None = NOW_S, **other: Any) -> int:
    given = {"headers": list(reply.headers.items()), **other}
    return verify(
        signed, status=reply.status_code, body=reply.body, host_keys=HOST_KEYS, now=now, **given
    )


# --- what we sign, the library verifies


@given(
    body=st.binary(max_size=64),
    seq=st.integers(1, 999_999_999_999_999),
    nonce=st.binary(min_size=16, max_size=16),
    key=st.sampled_from([P256, ED25519]),
)
def test_a_request_of_ours_is_good_to_the_library(
    body: bytes, seq: int, nonce: bytes, key: EllipticCurvePrivateKey | Ed25519PrivateKey
) -> None:
    """The sandbox's verifier also holds nonce, expiry and sequence against the sheet's forms."""
    signer = FileSigner(key, "44010001")
    signed = ask(body=body, signer=signer, seq=seq, nonce=nonce)
    seen = http_signatures.verify(on_the_wire(signed, body), {signer.key_id: key.public_key()})
    assert (seen.seq, seen.created, seen.expires) == (seq, NOW_S, NOW_S + 120)
    assert base64.urlsafe_b64decode(seen.nonce + "==") == nonce


@pytest.mark.parametrize(
    ("url", "authority", "path"),
    [
        ("https://FRONT.Bank.example/v1/x", "front.bank.example", "/v1/x"),
        ("https://front.bank.example:443/v1/x", "front.bank.example", "/v1/x"),
        ("https://front.bank.example:8443/v1/x", "front.bank.example:8443", "/v1/x"),
        ("https://10.0.0.1:5000", "10.0.0.1:5000", "/"),
        ("https://[2001:db8::1]:8443/v1/x", "[2001:db8::1]:8443", "/v1/x"),
    ],
)
def test_host_and_path_are_signed_as_they_stand_in_the_request(
    url: str, authority: str, path: str
) -> None:
    """`authority` is what the HTTP client sends as Host: lower case, no default port."""
    signed = ask(url)
    assert (signed.authority, signed.path) == (authority, path)
    http_signatures.verify(
        on_the_wire(signed, authority=authority), {DEVICE.key_id: P256.public_key()}
    )


@pytest.mark.parametrize(
    "name", ["content-type", "content-digest", "terminal-id", "terminal-seq", "signature-input"]
)
def test_a_request_changed_on_the_way_is_refused_by_the_library(name: str) -> None:
    sent = on_the_wire(ask())
    lines = tuple((n, v + "1" if n == name else v) for n, v in sent.lines)
    changed = HttpRequest("POST", sent.target, sent.authority, lines, BODY, "44010001")
    with pytest.raises(http_signatures.BadSignature):
        http_signatures.verify(changed, {DEVICE.key_id: P256.public_key()})


# --- what the library signs, we verify


@pytest.mark.parametrize("key", [P256, ED25519], ids=["P-256", "Ed25519"])
@pytest.mark.parametrize("created", [NOW_S - 300, NOW_S, NOW_S + 300])
def test_a_response_of_the_library_is_good_to_us(
    key: EllipticCurvePrivateKey | Ed25519PrivateKey, created: int
) -> None:
    signed = ask()
    assert judge(signed, respond(signed, key=key, created=created)) == created


def test_a_response_without_a_judge_of_time_may_say_any_time() -> None:
    """Sign-in and echo: the binding stands for the time, and `created` sets the offset."""
    signed = ask()
    assert judge(signed, respond(signed, created=1), now=None) == 1


REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "DER in place of r||s": ({"form": lambda der: der}, "another length"),
    "a final newline in the base": ({"rewrite": lambda base: base + b"\n"}, "wrong signature"),
    "the authority in upper case": (
        {"rewrite": lambda b: b.replace(b"front.bank.example", b"FRONT.BANK.EXAMPLE")},
        "wrong signature",
    ),
    "another order of components": (
        {"covered_component_ids": (*RESPONSE_COMPONENTS[1:], RESPONSE_COMPONENTS[0])},
        ORDER,
    ),
    "one component more": (
        {"covered_component_ids": (*RESPONSE_COMPONENTS, '"content-type";req')},
        ORDER,
    ),
    "one component less": ({"covered_component_ids": RESPONSE_COMPONENTS[:-1]}, ORDER),
    "no tag": ({"tag": None}, FORM),
    "the request's tag": ({"tag": "huinong-req-v1"}, "another tag"),
    "a nonce": ({"nonce": "AAECAwQFBgcICQoLDA0ODw"}, FORM),
    "a padded nonce": ({"nonce": "AAECAwQFBgcICQoLDA0ODw=="}, FORM),
    "an expiry": ({"expires": datetime.fromtimestamp(NOW_S + 9, UTC)}, FORM),
    "no algorithm": ({"include_alg": False}, FORM),
    "the algorithm of another key": (
        {"params": lambda text: text.replace("ecdsa-p256-sha256", "ed25519")},
        "not the key's",
    ),
    "parameters in another order": (
        {"params": lambda text: text.replace(f";created={NOW_S}", "") + f";created={NOW_S}"},
        FORM,
    ),
    "a parameter twice": (
        {"params": lambda text: text.replace(";created", ";created=1;created", 1)},
        FORM,
    ),
    "a time that is no whole number": (
        {"params": lambda text: text.replace(str(NOW_S), f"{NOW_S}.0")},
        FORM,
    ),
    "a text for the time": (
        {"params": lambda text: text.replace(str(NOW_S), f'"{NOW_S}"')},
        FORM,
    ),
    "another label": ({"label": "term"}, "not the host's"),
    "a key that is not pinned": ({"key_id": "host-p257"}, "not pinned"),
    "another key of the bank's": ({"key_id": "host-ed25519"}, "not the key's"),
    "the digest of another body": ({"digest_of": b"\x02\x10KO"}, "not the signed one"),
    "too old": ({"created": NOW_S - 301}, OUTSIDE),
    "from the future": ({"created": NOW_S + 301}, OUTSIDE),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_response_of_any_other_form_is_refused(name: str) -> None:
    how, why = REFUSED[name]
    signed = ask()
    with pytest.raises(BadSignature, match=why):
        judge(signed, respond(signed, **how))


def test_a_response_from_before_the_request_is_refused_though_the_clock_agrees() -> None:
    signed = ask(created=NOW_S + 200)
    with pytest.raises(BadSignature, match=OUTSIDE):
        judge(signed, respond(signed, created=NOW_S - 101), now=NOW_S)


def test_a_response_to_the_same_request_under_another_number_is_refused() -> None:
    signed = ask()
    with pytest.raises(BadSignature, match="wrong signature"):
        judge(ask(seq=1235), respond(signed))


@pytest.mark.parametrize("name", ["Content-Digest", "Content-Type", "Signature", "Signature-Input"])
@pytest.mark.parametrize(("times", "why"), [(0, "no header {}$"), (2, "header {} twice")])
def test_a_covered_header_that_is_missing_or_comes_twice_is_refused(
    name: str, times: int, why: str
) -> None:
    signed = ask()
    reply = respond(signed)
    lines = [line for line in reply.headers.items() if line[0] != name]
    lines += [(name, reply.headers[name])] * times
    with pytest.raises(BadSignature, match=why.format(name.lower())):
        judge(signed, reply, headers=lines)


def test_two_signatures_are_refused() -> None:
    signed = ask()
    reply = respond(signed)
    both = reply.headers["Signature-Input"] + ", " + reply.headers["Signature-Input"][5:]
    reply.headers["Signature-Input"] = both.replace(", ", ", other=")
    with pytest.raises(BadSignature, match=FORM):
        judge(signed, reply)


def test_the_spare_bits_of_the_signatures_base64_are_not_free() -> None:
    """64 bytes end in one letter of which four bits count for nothing: A, Q, g or w, then ==."""
    signed = ask()
    reply = respond(signed)
    letter = reply.headers["Signature"][-4]
    reply.headers["Signature"] = reply.headers["Signature"][:-4] + chr(ord(letter) + 1) + "==:"
    with pytest.raises(BadSignature, match="another form"):
        judge(signed, reply)


def test_a_digest_that_is_no_ascii_is_refused_even_when_it_was_signed() -> None:
    signed = ask()
    true = http_signatures.digest(Reply.body).encode()
    reply = respond(signed, rewrite=lambda base: base.replace(true, "摘要".encode()))
    reply.headers["Content-Digest"] = "摘要"
    with pytest.raises(BadSignature, match="not ASCII"):
        judge(signed, reply)


@given(
    name=st.sampled_from(["Content-Digest", "Content-Type", "Signature", "Signature-Input"]),
    place=st.integers(0, 500),
    letter=st.characters(min_codepoint=0x20, max_codepoint=0x2FF),
)
def test_no_character_of_a_signed_header_can_be_another(name: str, place: int, letter: str) -> None:
    signed = ask()
    reply = respond(signed)
    value = reply.headers[name]
    at = place % len(value)
    if value[at] == letter:
        return
    reply.headers[name] = value[:at] + letter + value[at + 1 :]
    with pytest.raises(BadSignature):
        judge(signed, reply)
