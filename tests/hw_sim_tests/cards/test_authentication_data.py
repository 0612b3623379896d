"""SDA, DDA and CDA of cards made here, opened by the sheet's tables (emv.md section 9)."""

from hashlib import sha1

import pytest

from tests.hw_sim.cards.authority import CA_ROWS, ca_key, ca_keys, issuer
from tests.hw_sim.cards.certificates import issuer_certificate
from tests.hw_sim.cards.faults import FAULTS
from tests.hw_sim.cards.rsa_keys import rsa_key
from tests.hw_sim_tests.cards.recovery import PublicKey, icc_key, issuer_key, opened
from tests.hw_sim_tests.cards.session import (
    ORDER,
    PYEMV_WARNS,
    SEED,
    UN,
    VALUES,
    Transaction,
    flat,
    new_card,
    send,
)

pytestmark = PYEMV_WARNS
CARRYING_KEYS = ("dda", "cda", "e65537", "t1", "list")


def _ca(index: str = "FE") -> PublicKey:
    (key,) = [each.key for each in ca_keys(SEED) if each.index == index]
    return PublicKey(key.modulus_bytes, key.exponent_bytes)


def _static(transaction: Transaction) -> bytes:
    record = send(transaction.card, "00B2011400")[:-2]
    return record[3:] + bytes.fromhex(transaction.application.aip)


def _keys(transaction: Transaction) -> tuple[PublicKey | None, PublicKey | None]:
    tags = transaction.records()
    issuer_public = issuer_key(_ca(tags["8F"].hex().upper()), tags)
    if issuer_public is None:
        return None, None
    return issuer_public, icc_key(issuer_public, tags, _static(transaction))


@pytest.mark.parametrize("profile", CARRYING_KEYS)
def test_both_certificates_open_to_keys(profile: str) -> None:
    transaction = Transaction(new_card(profile))
    transaction.start()
    issuer_public, icc_public = _keys(transaction)
    assert issuer_public is not None
    assert icc_public is not None


def test_the_static_signature_opens_to_the_authentication_code() -> None:
    transaction = Transaction(new_card("sda"))
    transaction.start()
    tags, (issuer_public, _) = transaction.records(), _keys(transaction)
    assert issuer_public is not None
    block = opened(issuer_public, tags["93"], 3, _static(transaction))
    assert block is not None
    assert block[3:5].hex().upper() == "DAC1"


def test_a_dynamic_signature_covers_the_unpredictable_number() -> None:
    transaction = Transaction(new_card("dda"))
    transaction.start()
    _, icc_public = _keys(transaction)
    answer = send(transaction.card, f"0088000004{UN}00")
    assert icc_public is not None
    assert opened(icc_public, answer[3:-2], 5, bytes.fromhex(UN)) is not None


@pytest.mark.parametrize("profile", ["cda", "e65537"])
def test_a_combined_signature_covers_all_that_was_said(profile: str) -> None:
    transaction = Transaction(new_card(profile))
    transaction.start()
    _, icc_public = _keys(transaction)
    first = flat(transaction.first(0x90))
    assert icc_public is not None
    block = opened(icc_public, first["9F4B"], 5, bytes.fromhex(UN))
    assert block is not None
    said = _pdol_data() + _cdol1_data() + _listed(first)
    assert block[4 : 4 + block[3]][-20:] == sha1(said).digest()
    assert block[13] == first["9F27"][0] == 0x80


def test_the_second_combined_signature_covers_both_commands() -> None:
    transaction = Transaction(new_card("cda"))
    transaction.start()
    _, icc_public = _keys(transaction)
    assert icc_public is not None
    block = opened(icc_public, flat(transaction.first(0x90))["9F4B"], 5, bytes.fromhex(UN))
    assert block is not None
    transaction.prove_issuer(block[14:22])
    second = flat(transaction.second(0x50))
    block = opened(icc_public, second["9F4B"], 5, bytes.fromhex(UN))
    assert block is not None
    said = _pdol_data() + _cdol1_data() + b"00" + _cdol1_data() + _listed(second)
    assert block[4 : 4 + block[3]][-20:] == sha1(said).digest()


def test_an_aac_carries_no_signature() -> None:
    transaction = Transaction(new_card("cda"))
    transaction.start()
    assert transaction.first(0x10)[0] == 0x80


DAMAGED_CERTIFICATES = ("wrong_certificate", "wrong_issuer_certificate", "short_certificate")


@pytest.mark.parametrize("fault", DAMAGED_CERTIFICATES)
def test_a_wrong_issuer_certificate_does_not_open(fault: str) -> None:
    assert fault in FAULTS
    transaction = Transaction(new_card("dda", fault))
    transaction.start()
    assert issuer_key(_ca(), transaction.records()) is None


@pytest.mark.parametrize("fault", ["wrong_icc_certificate", "changed_static_data"])
def test_a_wrong_card_certificate_does_not_open(fault: str) -> None:
    transaction = Transaction(new_card("dda", fault))
    transaction.start()
    issuer_public, icc_public = _keys(transaction)
    assert issuer_public is not None
    assert icc_public is None


@pytest.mark.parametrize("fault", ["wrong_static_signature", "changed_static_data"])
def test_a_wrong_static_signature_does_not_open(fault: str) -> None:
    transaction = Transaction(new_card("sda", fault))
    transaction.start()
    tags, (issuer_public, _) = transaction.records(), _keys(transaction)
    assert issuer_public is not None
    assert opened(issuer_public, tags["93"], 3, _static(transaction)) is None


def test_a_wrong_dynamic_signature_does_not_open() -> None:
    transaction = Transaction(new_card("dda", "wrong_signature"))
    transaction.start()
    _, icc_public = _keys(transaction)
    answer = send(transaction.card, f"0088000004{UN}00")
    assert icc_public is not None
    assert opened(icc_public, answer[3:-2], 5, bytes.fromhex(UN)) is None


@pytest.mark.parametrize(
    ("fault", "steps_wrong"),
    [("wrong_cda_first", (True, False)), ("wrong_cda_second", (False, True))],
)
def test_a_wrong_combined_signature_is_wrong_at_its_step(
    fault: str, steps_wrong: list[bool]
) -> None:
    transaction = Transaction(new_card("cda", fault))
    transaction.start()
    _, icc_public = _keys(transaction)
    assert icc_public is not None
    first = flat(transaction.first(0x90))["9F4B"]
    transaction.prove_issuer(transaction.card.state.session.arqc)
    second = flat(transaction.second(0x50))["9F4B"]
    wrong = tuple(
        opened(icc_public, each, 5, bytes.fromhex(UN)) is None for each in (first, second)
    )
    assert wrong == steps_wrong


def test_an_expired_certificate_says_so() -> None:
    transaction = Transaction(new_card("dda", "certificate_expired"))
    transaction.start()
    block = _ca().open(transaction.records()["90"])
    assert block[6:8].hex() == "0120"


def test_the_second_authority_has_the_other_exponent() -> None:
    other = ca_key(SEED, CA_ROWS[1])
    assert other.key.exponent_bytes.hex() == "010001"
    assert issuer(SEED, CA_ROWS[1]).certificate("6229990000000000017")


def _pdol_data() -> bytes:
    return bytes.fromhex(VALUES["9F7A"] + VALUES["9F02"] + VALUES["5F2A"])


def _cdol1_data() -> bytes:
    return bytes.fromhex("".join(VALUES[tag] for tag in ORDER))


def _listed(tags: dict[str, bytes]) -> bytes:
    rows = ((tag, tags[tag]) for tag in ("9F27", "9F36", "9F10"))
    return b"".join(bytes.fromhex(tag) + bytes((len(value),)) + value for tag, value in rows)


def test_a_short_key_is_padded_in_its_certificate() -> None:
    ca, short = rsa_key("ca", 1408), rsa_key("short", 1024)
    made = issuer_certificate(ca, short, "6229990000000000017", "1235", "000001")
    block = PublicKey(ca.modulus_bytes, ca.exponent_bytes).open(made)
    assert block[15 : 176 - 21] == short.modulus_bytes + b"\xbb" * 12
