"""Cryptograms, issuer authentication and what the card decides (emv.md sections 14, 15, 18)."""

import json

import pytest
from pyemv import mac

from tests.hw_sim_tests.cards.session import (
    OK,
    PYEMV_WARNS,
    Transaction,
    arpc,
    arqc_by_pyemv,
    atc,
    bank,
    flat,
    new_card,
    send,
    session_key,
    sw,
)
from tests.hw_sim_tests.vectors import ROOT

pytestmark = PYEMV_WARNS
CASES = json.loads((ROOT / "emv" / "arqc_arpc.json").read_text(encoding="utf-8"))["cases"]
AAC, TC, ARQC = 0x00, 0x40, 0x80
CID_AT = 2
CHIP_PROFILES = ("dda", "sda", "t1", "two", "list")


def _started(profile: str = "dda", *faults: str) -> Transaction:
    transaction = Transaction(new_card(profile, *faults))
    transaction.start()
    return transaction


@pytest.mark.parametrize("profile", CHIP_PROFILES)
def test_the_arqc_is_the_one_pyemv_works_out(profile: str) -> None:
    transaction = _started(profile)
    answer = transaction.first()
    cryptogram, iad = answer[5:13], answer[13:-2]
    card, aip = transaction.card, transaction.application.aip
    assert cryptogram == arqc_by_pyemv(card, transaction.values, iad, aip)


@pytest.mark.parametrize("tag", ["9F02", "95", "9A", "9C", "9F37"])
def test_another_value_gives_another_arqc(tag: str) -> None:
    transaction = _started()
    transaction.values[tag] = "11" * (len(transaction.values[tag]) // 2)
    answer = transaction.first()
    as_before = Transaction(transaction.card).values
    aip = transaction.application.aip
    assert answer[5:13] != arqc_by_pyemv(transaction.card, as_before, answer[13:-2], aip)


def test_results_of_a_first_arqc_are_as_printed() -> None:
    """Byte 2 of the CVR in arqc_arpc.json, pboc_1: an ARQC given, a second not yet asked for."""
    printed = next(case for case in CASES if case["name"] == "pboc_1")["components"]["CVR"]
    assert _started().first()[13:-2][4] == bytes.fromhex(printed)[1] == 0xA0


@pytest.mark.parametrize(("p1", "results"), [(TC, 0x60), (AAC, 0x20)])
def test_results_of_the_second_say_what_it_was(p1: int, results: int) -> None:
    transaction = _started()
    transaction.prove_issuer(transaction.first()[5:13])
    assert transaction.second(p1)[13:-2][4] == results


def test_results_after_a_wrong_arpc_say_so_now_and_next_time() -> None:
    transaction = _started()
    transaction.first()
    send(transaction.card, "008200000A" + "11" * 8 + "3030")
    assert transaction.second()[13:-2][4] & 0x08
    after = Transaction(transaction.card)
    after.start()
    assert after.first()[13:-2][5] & 0x08


def test_results_say_that_dda_was_done() -> None:
    transaction = _started()
    send(transaction.card, "00880000045A17C3E900")
    assert transaction.first()[13:-2][6] & 0x02


def test_the_issuers_own_data_are_under_a_mac_of_the_transaction() -> None:
    """Our reading of 0A‖data‖MAC in the printed IAD: the counter makes it another each time."""
    transaction = _started()
    iad = transaction.first()[13:-2]
    key = session_key(bank().masters.ac, atc(transaction.card))
    covered = atc(transaction.card) + iad[7:15]
    assert iad[15:] == mac.mac_iso9797_3(key[:8], key[8:], covered, 2, 4)


@pytest.mark.parametrize("size", [0, 7, 17])
def test_an_issuers_proof_of_another_length_is_refused(size: int) -> None:
    transaction = _started()
    transaction.first()
    assert sw(send(transaction.card, f"00820000{size:02X}{'11' * size}")) == "6700"


def test_results_tell_of_pin_tries_wrong_and_used_up() -> None:
    transaction = _started()
    for _ in range(3):
        send(transaction.card, "002000800826111111FFFFFFFF")
    results = transaction.first()[13:-2]
    assert (results[4] & 0x06, results[5] & 0x40) == (0x06, 0x40)


def test_a_right_pin_is_told_and_gives_the_tries_back() -> None:
    transaction = _started()
    send(transaction.card, "002000800826111111FFFFFFFF")
    assert send(transaction.card, "002000800826123456FFFFFFFF") == OK
    assert flat(send(transaction.card, "80CA9F1700"))["9F17"] == b"\3"
    assert transaction.first()[13:-2][4] & 0x06 == 0x04


def test_scripts_are_counted_for_one_transaction_only() -> None:
    transaction = _started()
    transaction.prove_issuer(transaction.first()[5:13])
    transaction.second()
    transaction.script("04DA9F58", b"\x07")
    for scripts_told in (1, 0):
        after = Transaction(transaction.card)
        after.start()
        answer = after.first()
        assert answer[13:-2][6] >> 4 == scripts_told
        after.prove_issuer(answer[5:13])
        after.second()


def test_a_right_arpc_ends_what_a_wrong_one_left() -> None:
    card = new_card("dda")
    wrong = Transaction(card)
    wrong.start()
    wrong.first()
    send(card, "008200000A" + "11" * 8 + "3030")
    wrong.second()
    right = Transaction(card)
    right.online()
    right.second()
    after = Transaction(card)
    after.start()
    assert not after.first()[13:-2][5] & 0x88


def test_an_arqc_asked_for_at_the_second_is_against_the_sheet() -> None:
    transaction = Transaction(new_card("dda"))
    transaction.online()
    transaction.second(ARQC)
    assert transaction.card.violations


def test_a_new_card_says_so_until_it_was_online() -> None:
    transaction = _started()
    answer = transaction.first()
    assert answer[13:-2][5] & 0x10
    transaction.prove_issuer(answer[5:13])
    transaction.second()
    after = Transaction(transaction.card)
    after.start()
    results = after.first()[13:-2]
    assert not results[5] & 0x90


def test_the_issuer_data_begins_as_unionpays_does() -> None:
    iad = _started().first()[13:-2]
    assert iad[:4].hex() == "07010103"
    assert iad[7:9].hex() == "010a"
    assert len(iad) == 19


@pytest.mark.parametrize("asked", [TC, ARQC])
def test_a_card_that_is_online_only_gives_an_arqc(asked: int) -> None:
    assert _started().first(asked)[CID_AT] == ARQC


def test_asked_to_decline_it_declines() -> None:
    assert _started().first(AAC)[CID_AT] == AAC


def test_a_proven_issuer_gets_a_tc() -> None:
    transaction = _started()
    assert transaction.prove_issuer(transaction.first()[5:13]) == OK
    assert transaction.second()[CID_AT] == TC


def test_a_wrong_arpc_is_6300_and_ends_in_an_aac() -> None:
    transaction = _started()
    transaction.first()
    assert sw(send(transaction.card, "008200000A" + "11" * 8 + "3030")) == "6300"
    assert transaction.second()[CID_AT] == AAC


def test_an_arpc_for_another_answer_is_wrong() -> None:
    transaction = _started()
    arqc = transaction.first()[5:13]
    proof = arpc(transaction.card, arqc, b"51") + b"00"
    assert sw(send(transaction.card, f"008200000A{proof.hex()}")) == "6300"


def test_without_an_arpc_the_card_declines_what_the_bank_approved() -> None:
    transaction = _started()
    transaction.first()
    assert transaction.second()[CID_AT] == AAC


def test_a_card_without_issuer_authentication_takes_the_banks_word() -> None:
    transaction = _started("dda", "no_issuer_authentication")
    transaction.first()
    assert transaction.second()[CID_AT] == TC


@pytest.mark.parametrize("arc", [b"Y3", b"Z3"])
def test_a_terminal_that_could_not_go_online_gets_an_aac(arc: bytes) -> None:
    transaction = _started()
    transaction.prove_issuer(transaction.first()[5:13])
    assert transaction.second(TC, arc)[CID_AT] == AAC


def test_a_declined_transaction_ends_in_an_aac() -> None:
    transaction = _started()
    transaction.prove_issuer(transaction.first()[5:13], b"51")
    assert transaction.second(AAC, b"51")[CID_AT] == AAC


def test_the_issuer_is_proven_once() -> None:
    transaction = _started()
    arqc = transaction.first()[5:13]
    transaction.prove_issuer(arqc)
    assert sw(transaction.prove_issuer(arqc)) == "6985"


def test_no_issuer_is_proven_before_an_arqc_or_after_the_end() -> None:
    transaction = _started()
    early = send(transaction.card, "008200000A" + "11" * 10)
    arqc = transaction.first()[5:13]
    transaction.second()
    assert (sw(early), sw(transaction.prove_issuer(arqc))) == ("6985", "6985")


def test_a_third_cryptogram_is_refused() -> None:
    transaction = _started()
    transaction.first()
    transaction.second()
    assert sw(transaction.second()) == "6985"


def test_a_cryptogram_after_an_aac_is_refused() -> None:
    transaction = _started()
    transaction.first(AAC)
    assert sw(transaction.second()) == "6985"


def test_no_cryptogram_before_the_processing_options() -> None:
    card = new_card("dda")
    send(card, "00A4040008A00000033301010100")
    assert sw(Transaction(card).first()) == "6985"


def test_cdol_data_of_another_length_is_refused() -> None:
    assert sw(send(_started().card, "80AE80000411223344" + "00")) == "6700"


@pytest.mark.parametrize("p1", ["C0", "81"])
def test_a_kind_of_cryptogram_that_is_none_is_refused(p1: str) -> None:
    assert sw(send(_started().card, f"80AE{p1}000411223344")) == "6A86"


def test_every_transaction_has_its_own_counter() -> None:
    card = new_card("dda")
    counters: list[str] = []
    for _ in range(3):
        transaction = Transaction(card)
        transaction.start()
        counters.append(transaction.first()[3:5].hex())
        card.reset()
    assert counters == ["0001", "0002", "0003"]


def test_the_last_online_counter_moves_with_a_proven_issuer() -> None:
    transaction = _started()
    transaction.prove_issuer(transaction.first()[5:13])
    transaction.second()
    assert flat(send(transaction.card, "80CA9F1300"))["9F13"] == b"\0\1"


def test_a_transaction_cut_off_shows_in_the_next_ones_results() -> None:
    card = new_card("dda")
    cut = Transaction(card)
    cut.start()
    cut.first()
    card.reset()
    after = Transaction(card)
    after.start()
    assert after.first()[13:-2][5] & 0x80


@pytest.mark.parametrize("profile", ["cda", "e65537"])
def test_a_signed_answer_has_its_cryptogram_inside(profile: str) -> None:
    tags = flat(_started(profile).first(0x90))
    assert set(tags) == {"9F27", "9F36", "9F4B", "9F10"}
