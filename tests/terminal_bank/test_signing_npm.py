"""The signature profile against a second library in another language: http-message-signatures, npm.

`make npm` installs it where node is. It verifies what we sign, by the machine's clock, for it takes
no other; we verify what it signs.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from terminal.bank.signing import BadSignature, Signed, digest, verify
from terminal.keys.signer import FileSigner
from tests.terminal_bank.responses import BODY, ED25519, HOST_KEYS, NOW_S, P256
from tests.terminal_bank.test_signing_both_ways import ask

FOLDER = Path(__file__).parent / "npm"
NODE = shutil.which("node")
pytestmark = pytest.mark.skipif(
    NODE is None or not (FOLDER / "node_modules" / "http-message-signatures").is_dir(),
    reason="NOT JUDGED: the npm library of RFC 9421 is not installed (node, then `make npm`)",
)
Judge = Callable[..., dict[str, Any]]
Key = EllipticCurvePrivateKey | Ed25519PrivateKey
KEYS = pytest.mark.parametrize("key", [P256, ED25519], ids=["P-256", "Ed25519"])


@pytest.fixture(scope="module")
def judge() -> Iterator[Judge]:
    assert NODE is not None
    with subprocess.Popen(
        [NODE, "judge.mjs"], cwd=FOLDER, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None

        def ask_it(do: str, **more: Any) -> dict[str, Any]:
            assert process.stdin is not None
            assert process.stdout is not None
            process.stdin.write(json.dumps({"do": do, **more}) + "\n")
            process.stdin.flush()
            told: dict[str, Any] = json.loads(process.stdout.readline())
            return told

        yield ask_it
        process.stdin.close()


def request(signed: Signed) -> dict[str, Any]:
    return {
        "method": "POST",
        "url": f"https://{signed.authority}{signed.path}",
        "headers": {name.lower(): value for name, value in signed.headers.items()},
    }


def public(key: Key) -> str:
    pem = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    return pem.decode("ascii")


def judged(judge: Judge, asked: dict[str, Any], key: Key, keyid: str) -> dict[str, Any]:
    return judge("verify", request=asked, key=public(key), keyid=keyid)


@KEYS
def test_a_request_of_ours_is_good_to_it(judge: Judge, key: Key) -> None:
    signer = FileSigner(key, "44010001")
    signed = ask(signer=signer, created=int(time.time()))
    assert judged(judge, request(signed), key, signer.key_id) == {"good": True}


@pytest.mark.parametrize("name", ["content-digest", "terminal-id", "terminal-seq", "content-type"])
def test_a_request_changed_on_the_way_is_refused_by_it(judge: Judge, name: str) -> None:
    signer = FileSigner(P256, "44010001")
    asked = request(ask(signer=signer, created=int(time.time())))
    asked["headers"][name] += "1"
    assert judged(judge, asked, P256, signer.key_id) == {"good": False}


@pytest.mark.parametrize("url", ["https://other.example/v1/x", "https://front.bank.example/v1/x"])
def test_a_request_for_another_place_is_refused_by_it(judge: Judge, url: str) -> None:
    signer = FileSigner(P256, "44010001")
    asked = request(ask(signer=signer, created=int(time.time()))) | {"url": url}
    assert judged(judge, asked, P256, signer.key_id) == {"good": False}


def responded(judge: Judge, signed: Signed, key: Key, body: bytes) -> dict[str, str]:
    """Content-Digest is ours: the library signs it and does not make it."""
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode("ascii")
    told = judge(
        "respond",
        request=request(signed),
        status=200,
        headers={"content-type": "application/octet-stream", "content-digest": digest(body)},
        key=pem,
        keyid="host-p256" if key is P256 else "host-ed25519",
        created=NOW_S,
    )
    headers: dict[str, str] = told["headers"]
    return headers


def proved(signed: Signed, headers: dict[str, str], body: bytes) -> int:
    return verify(
        signed,
        status=200,
        headers=list(headers.items()),
        body=body,
        host_keys=HOST_KEYS,
        now=NOW_S,
    )


@KEYS
def test_a_response_that_it_signs_is_good_to_us(judge: Judge, key: Key) -> None:
    signed = ask()
    assert proved(signed, responded(judge, signed, key, BODY), BODY) == NOW_S


@KEYS
def test_a_response_that_it_signs_for_another_request_is_refused_by_us(
    judge: Judge, key: Key
) -> None:
    """Bound by the request's own signature (RFC 9421 section 2.4)."""
    headers = responded(judge, ask(seq=1234), key, BODY)
    with pytest.raises(BadSignature, match="wrong signature"):
        proved(ask(seq=1235), headers, BODY)


def test_a_response_with_another_body_is_refused_by_us(judge: Judge) -> None:
    signed = ask()
    with pytest.raises(BadSignature, match="body"):
        proved(signed, responded(judge, signed, P256, BODY), BODY + b"\0")
