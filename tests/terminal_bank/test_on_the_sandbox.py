"""The real link and transport on the running sandbox bank: one line, all that goes over it."""

from __future__ import annotations

import itertools
import os
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from terminal.bank import checkpoints, signing, statement
from terminal.bank.host_keys import read_host_keys
from terminal.bank.https import Https
from terminal.bank.link import BankLink, Chance
from terminal.bank.posts import CHECKPOINT, SEQUENCE_USED, STATEMENT, Posted
from terminal.bank.tls import tls_context
from terminal.core.exchange import Answer, HeadSeen, Service, Unknown, Verdict
from terminal.keys.mac_key import StoredMacKey
from terminal.keys.signer import FileSigner
from terminal.keys.store import KeyStore, Secrets
from tests.bank_sim import journal
from tests.bank_sim.conftest import COUNTY_FILE
from tests.bank_sim.counter import TERMINAL, TMK_M
from tests.bank_sim.terminal import enrol
from tests.hw_sim.bank.county import read_county
from tests.hw_sim.bank.running import RunningBank, running_bank
from tests.hw_sim.people import make_people
from tests.terminal_bank.asks import ASKS, PROFILE, SCHEME

ANSWER_S = 5.0
LIVE = msgspec.structs.replace(PROFILE.link, answer_timeout_s=5, connect_timeout_s=5)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("bank")
    enrol(directory)
    return directory


@pytest.fixture(scope="module")
def bank(folder: Path) -> Iterator[RunningBank]:
    county = read_county(COUNTY_FILE)
    people = make_people(7, 10, county.scheme.townships, county.own_bins)
    with running_bank(folder, people, COUNTY_FILE, seed=7) as running:
        yield running


@pytest.fixture(scope="module")
def device_key(folder: Path) -> EllipticCurvePrivateKey:
    key = load_pem_private_key((folder / "sign.key").read_bytes(), None)
    assert isinstance(key, EllipticCurvePrivateKey)
    return key


@pytest.fixture(scope="module")
def link(
    folder: Path, bank: RunningBank, device_key: EllipticCurvePrivateKey
) -> Iterator[BankLink]:
    url = f"{bank.url}/v1/terminal/exchange"
    profile = msgspec.structs.replace(PROFILE, link=msgspec.structs.replace(LIVE, url=url))
    context = tls_context(
        folder / "ca.pem",
        lambda tls: tls.load_cert_chain(folder / f"{TERMINAL}.tls.pem", folder / "tls.key"),
    )
    transport = Https(url, context, connect_s=ANSWER_S, keep_alive=True)
    store = KeyStore(folder, b"", b"", Secrets(TERMINAL, b"", tmk_m=TMK_M))
    laid = BankLink(
        profile,
        SCHEME,
        transport,
        FileSigner(device_key, TERMINAL),
        StoredMacKey(store, profile.keys.mac),
        read_host_keys(folder / "host_keys.json"),
        Chance(lambda: time.time_ns() // 1_000_000, os.urandom),
    )
    yield laid
    laid.close()


@pytest.fixture(scope="module")
def seq() -> Iterator[int]:
    """HTTP sequence numbers, each once."""
    return itertools.count(1)


def offer(
    link: BankLink, key: EllipticCurvePrivateKey, seq: Iterator[int], old_size: int, size: int
) -> HeadSeen:
    facts = journal.leaves(size)
    note = journal.signed(journal.head(facts), key)
    body = checkpoints.offered(old_size, journal.proof(old_size, facts), note)
    posted = link.post(CHECKPOINT, body, next(seq))
    assert isinstance(posted, Posted)
    return checkpoints.head_seen(posted, size=size, root=journal.root(facts))


def test_the_bank_witnesses_a_journal_that_only_grows(
    link: BankLink, device_key: EllipticCurvePrivateKey, seq: Iterator[int]
) -> None:
    """A disk of yesterday is told what the bank has seen."""
    for old_size, size in ((0, 5), (5, 8), (8, 8)):
        seen = offer(link, device_key, seq, old_size, size)
        assert seen == HeadSeen(True, size, journal.root(journal.leaves(size)))
    yesterday = offer(link, device_key, seq, 5, 6)
    assert yesterday == HeadSeen(False, 8, journal.root(journal.leaves(8)))


def test_after_the_sign_in_the_bank_gives_its_statement(link: BankLink, seq: Iterator[int]) -> None:
    signed_in = link.exchange(replace(ASKS["sign-in"], terminal_seq=next(seq)))
    assert isinstance(signed_in, Answer)
    assert signed_in.verdict is Verdict.APPROVED
    question = statement.OfBatch(signed_in.batch)
    posted = link.post(STATEMENT, statement.asked(question), next(seq))
    assert isinstance(posted, Posted)
    assert statement.bookings(posted.body, question) == ()


def test_a_number_used_twice_is_no_answer_to_anything(link: BankLink, seq: Iterator[int]) -> None:
    used = next(seq)
    echo = replace(ASKS["sign-in"], service=Service.ECHO, trace=2, terminal_seq=used)
    assert isinstance(link.exchange(echo), Answer)
    ends = link.exchange(echo), link.post(STATEMENT, statement.asked(statement.OfBatch(1)), used)
    for end in ends:
        assert isinstance(end, Unknown)
        assert end.why.startswith(SEQUENCE_USED)


def test_the_very_same_request_once_more_is_refused(
    link: BankLink, bank: RunningBank, device_key: EllipticCurvePrivateKey, seq: Iterator[int]
) -> None:
    """A replay: every byte as it was, signature too. The bank's 409 is signed and bound to it."""
    signer = FileSigner(device_key, TERMINAL)
    body = statement.asked(statement.OfBatch(1))
    signed = signing.sign(
        bank.url + STATEMENT.path,
        body,
        content_type=STATEMENT.content_type,
        terminal=TERMINAL,
        seq=next(seq),
        created=int(time.time()),
        nonce=os.urandom(16),
        key_id=signer.key_id,
        alg=signer.alg,
        make=signer.sign,
    )
    statuses = []
    for _ in range(2):
        response = link._transport.post(
            body, dict(signed.headers), answer_s=ANSWER_S, path=STATEMENT.path
        )
        assert signing.verify(
            signed,
            status=response.status,
            headers=response.headers,
            body=response.body,
            host_keys=link._host_keys,
            now=int(time.time()),
        )
        statuses.append(response.status)
    assert statuses == [200, 409]


def test_a_question_the_bank_does_not_understand_is_unknown(
    link: BankLink, seq: Iterator[int]
) -> None:
    assert isinstance(link.post(STATEMENT, b'{"batch": "12"}', next(seq)), Unknown)
