"""The signed POSTs of county-wire.md: inspection, notices, enrol, renew, and the plain floor."""

from __future__ import annotations

import json
import ssl
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.bank_sim.conftest import COUNTY_FILE, SEED
from tests.bank_sim.counter import TERMINAL, Clock
from tests.bank_sim.teller import Teller
from tests.bank_sim.terminal import Terminal, enrol
from tests.hw_sim.bank.running import RunningBank, running_bank
from tests.hw_sim.bank.signing_keys import keyid

INSPECTION = "/v1/terminal/inspection"
NOTICES = "/v1/terminal/notices"
ACK = "/v1/terminal/notices/ack"
ENROL = "/v1/terminal/enrol"
RENEW = "/v1/terminal/renew"
WEEK_S = 7 * 86_400
Keys = tuple[ec.EllipticCurvePrivateKey, ec.EllipticCurvePrivateKey]


def asked(terminal: Terminal, path: str, told: Any) -> tuple[int, Any]:
    response = terminal.post(json.dumps(told).encode(), path)
    terminal.verify(response)
    return response.status_code, response.json()


# Inspection


def test_a_report_is_kept_and_its_number_told(terminal: Terminal, bank: RunningBank) -> None:
    report = {"station": TERMINAL, "steps": [{"name": "打印机", "ok": True}]}
    status, told = asked(terminal, INSPECTION, report)
    (kept,) = bank.control({"op": "inspections"})["inspections"]
    assert (status, kept["id"], kept["report"]) == (200, told["received"], report)


def test_a_repeated_report_is_kept_once_under_the_same_number(
    terminal: Terminal, bank: RunningBank
) -> None:
    first, second = (asked(terminal, INSPECTION, {"steps": [1]}) for _ in range(2))
    assert first == second
    assert len(bank.control({"op": "inspections"})["inspections"]) == 1


@pytest.mark.parametrize("told", [[], {}, "x", 1])
def test_what_is_no_report_is_400(terminal: Terminal, told: Any) -> None:
    assert asked(terminal, INSPECTION, told) == (400, {})


# Notices


@pytest.fixture
def published(bank: RunningBank) -> list[int]:
    told = {"op": "notice", "text": "明年起按年度缴费", "until": "2026-12-31"}
    return [bank.control(told | {"title": title})["id"] for title in ("缴费通知", "停机通知")]


def test_notices_after_the_last_known_come_oldest_first(
    terminal: Terminal, published: list[int]
) -> None:
    status, told = asked(terminal, NOTICES, {"since": published[0]})
    row = {"id": published[1], "title": "停机通知", "text": "明年起按年度缴费"}
    assert (status, told) == (200, [row | {"until": "2026-12-31"}])
    assert [one["id"] for one in asked(terminal, NOTICES, {"since": 0})[1]] == published


def test_an_acknowledgement_says_how_many_were_told(
    terminal: Terminal, published: list[int], bank: RunningBank
) -> None:
    replies = [asked(terminal, ACK, {"id": published[0], "given": count}) for count in (3, 5)]
    assert replies == [(200, {}), (200, {})]
    given = {"notice": published[0], "terminal": TERMINAL, "given": 5}
    assert bank.control({"op": "notices_given"}) == {"given": [given]}


@pytest.mark.parametrize(
    ("path", "told"),
    [
        (NOTICES, {}),
        (NOTICES, {"since": -1}),
        (NOTICES, {"since": "0"}),
        (NOTICES, {"since": True}),
        (NOTICES, []),
        (ACK, {"id": 99, "given": 1}),
        (ACK, {"id": 1}),
    ],
)
def test_a_bad_question_is_400(
    terminal: Terminal, published: list[int], path: str, told: Any
) -> None:
    assert asked(terminal, path, told) == (400, {})


def test_the_desk_takes_documents_too(teller: Teller) -> None:
    teller.seq += 1
    answer = teller.desk.post(NOTICES, TERMINAL, teller.seq, b'{"since":0}')
    assert answer == b"[]"


def test_a_post_of_another_type_is_400(terminal: Terminal) -> None:
    request = terminal.signed(b'{"since":0}', NOTICES, kind="text/plain")
    assert terminal.http.send(request).status_code == 400


# Enrolment


def new_keys() -> Keys:
    return ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())


def csr(key: ec.EllipticCurvePrivateKey, name: str = TERMINAL) -> str:
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    built = x509.CertificateSigningRequestBuilder().subject_name(subject)
    return built.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM).decode()


def application(keys: Keys, **more: str) -> bytes:
    return json.dumps({"sign_csr": csr(keys[0]), "tls_csr": csr(keys[1])} | more).encode()


def signs_with(terminal: Terminal, key: ec.EllipticCurvePrivateKey) -> None:
    terminal.signing_key, terminal.keyid = key, keyid(TERMINAL, key.public_key())


Newcomer = Callable[[], Terminal]


@pytest.fixture
def newcomer(terminal: Terminal, bank: RunningBank) -> Iterator[Terminal]:
    """A terminal that has no certificate; its sequence begins at 1 again."""
    context = ssl.create_default_context(cafile=str(bank.ca_file))
    with httpx.Client(base_url=bank.url, verify=context, timeout=5) as client:
        terminal.http.close()
        terminal.http, terminal.seq = client, 0
        yield terminal


def test_a_code_and_two_requests_bring_certificates_and_trust(
    newcomer: Terminal, bank: RunningBank
) -> None:
    keys = new_keys()
    signs_with(newcomer, keys[0])
    code = bank.control({"op": "invite"})["code"]
    response = newcomer.post(application(keys, code=code), ENROL)
    newcomer.verify(response)
    told = response.json()
    certificate = x509.load_pem_x509_certificate(told["tls_cert"].encode())
    authority = x509.load_pem_x509_certificate(told["ca"].encode())
    certificate.verify_directly_issued_by(authority)
    assert certificate.public_key() == keys[1].public_key()
    assert set(told) == {"sign_cert", "tls_cert", "ca", "host_keys", "update_root"}
    assert told["host_keys"][0]["keyid"].startswith("host.")


def test_who_enrolled_is_known_from_then_on(
    newcomer: Terminal, bank: RunningBank, tmp_path: Path
) -> None:
    keys = new_keys()
    old_key = newcomer.signing_key
    signs_with(newcomer, keys[0])
    code = bank.control({"op": "invite"})["code"]
    told = newcomer.post(application(keys, code=code), ENROL).json()
    (tmp_path / "new.pem").write_text(told["tls_cert"] + pem_of(keys[1]))
    newcomer.tls.load_cert_chain(tmp_path / "new.pem")
    with httpx.Client(base_url=bank.url, verify=newcomer.tls, timeout=5) as client:
        newcomer.http = client
        new_one = asked(newcomer, NOTICES, {"since": 0})
        signs_with(newcomer, old_key)
        old_one = newcomer.post(b'{"since":0}', NOTICES).status_code
    assert (new_one, old_one) == ((200, []), 401)


def pem_of(key: ec.EllipticCurvePrivateKey) -> str:
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    ).decode()


def test_a_code_is_good_once(newcomer: Terminal, bank: RunningBank) -> None:
    code = bank.control({"op": "invite"})["code"]
    statuses = []
    for _ in range(2):
        keys = new_keys()
        signs_with(newcomer, keys[0])
        statuses.append(newcomer.post(application(keys, code=code), ENROL).status_code)
    assert statuses == [200, 403]


@pytest.mark.parametrize(("late_s", "status"), [(1_800, 200), (1_801, 403)])
def test_a_code_is_good_for_half_an_hour(
    newcomer: Terminal, bank: RunningBank, clock: Clock, late_s: int, status: int
) -> None:
    keys = new_keys()
    signs_with(newcomer, keys[0])
    code = bank.control({"op": "invite"})["code"]
    clock.now_s += late_s
    response = newcomer.post(application(keys, code=code), ENROL)
    newcomer.verify(response)
    assert response.status_code == status


def test_a_wrong_code_is_403_and_signed(newcomer: Terminal, bank: RunningBank) -> None:
    keys = new_keys()
    signs_with(newcomer, keys[0])
    bank.control({"op": "invite"})
    response = newcomer.post(application(keys, code="00" * 16), ENROL)
    newcomer.verify(response)
    assert response.status_code == 403


def test_an_enrolment_signed_by_another_key_is_401(newcomer: Terminal, bank: RunningBank) -> None:
    code = bank.control({"op": "invite"})["code"]
    assert newcomer.post(application(new_keys(), code=code), ENROL).status_code == 401


def test_one_key_for_both_certificates_is_401(newcomer: Terminal, bank: RunningBank) -> None:
    key = new_keys()[0]
    signs_with(newcomer, key)
    code = bank.control({"op": "invite"})["code"]
    assert newcomer.post(application((key, key), code=code), ENROL).status_code == 401


def test_a_station_with_a_wrong_clock_can_enrol(
    newcomer: Terminal, bank: RunningBank, clock: Clock
) -> None:
    keys = new_keys()
    signs_with(newcomer, keys[0])
    code = bank.control({"op": "invite"})["code"]
    body = application(keys, code=code)
    request = newcomer.signed(body, ENROL, created_s=clock() - 365 * 86_400)
    assert newcomer.http.send(request).status_code == 200


# Renewal


def test_after_a_renewal_both_keys_sign_for_seven_days(terminal: Terminal, clock: Clock) -> None:
    keys, old_key = new_keys(), terminal.signing_key
    response = terminal.post(application(keys), RENEW)
    terminal.verify(response)
    assert response.status_code == 200

    def answered(key: ec.EllipticCurvePrivateKey) -> int:
        signs_with(terminal, key)
        return terminal.post(b'{"since":0}', NOTICES).status_code

    before = (answered(old_key), answered(keys[0]))
    clock.now_s += WEEK_S
    on_the_last = (answered(old_key), answered(keys[0]))
    clock.now_s += 1
    after = (answered(old_key), answered(keys[0]))
    assert (before, on_the_last, after) == ((200, 200), (200, 200), (401, 200))


def test_a_renewal_with_the_old_key_again_is_400(terminal: Terminal) -> None:
    keys = (terminal.signing_key, new_keys()[1])
    assert asked(terminal, RENEW, json.loads(application(keys))) == (400, {})


def test_a_renewal_with_a_code_is_400(terminal: Terminal) -> None:
    told = json.loads(application(new_keys(), code="00" * 16))
    assert asked(terminal, RENEW, told) == (400, {})


def test_a_renewal_in_another_name_is_400(terminal: Terminal) -> None:
    keys = new_keys()
    told = {"sign_csr": csr(keys[0], "44010009"), "tls_csr": csr(keys[1])}
    assert asked(terminal, RENEW, told) == (400, {})


def test_a_renewed_key_outlives_a_restart_of_the_bank(
    tmp_path: Path, people: dict[str, Any], clock: Clock
) -> None:
    enrol(tmp_path)
    keys = new_keys()
    with (
        running_bank(tmp_path, people, COUNTY_FILE, seed=SEED, clock=clock) as first,
        Terminal(first.url, tmp_path, clock) as terminal,
    ):
        terminal.post(application(keys), RENEW)
    clock.now_s += WEEK_S + 1
    (tmp_path / "tls.key").write_text(pem_of(keys[1]))
    with (
        running_bank(tmp_path, people, COUNTY_FILE, seed=SEED, clock=clock) as second,
        Terminal(second.url, tmp_path, clock) as terminal,
    ):
        terminal.seq = 10
        old = terminal.post(b'{"since":0}', NOTICES).status_code
        signs_with(terminal, keys[0])
        new = terminal.post(b'{"since":0}', NOTICES).status_code
    assert (old, new) == (401, 200)


# The floor of a benchmark


@pytest.mark.parametrize("size", [0, 1, 187, 65_536])
def test_a_plain_post_is_answered_with_so_many_bytes(terminal: Terminal, size: int) -> None:
    response = terminal.http.post(f"/plain/{size}", content=b"x" * 187)
    assert (response.status_code, len(response.content)) == (200, size)
    assert "signature" not in response.headers


def test_a_plain_post_without_a_certificate_gets_no_answer(bank: RunningBank) -> None:
    context = ssl.create_default_context(cafile=str(bank.ca_file))
    with pytest.raises(httpx.TransportError):
        httpx.post(f"{bank.url}/plain/10", content=b"x", verify=context)
