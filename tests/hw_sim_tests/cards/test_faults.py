"""Every fault of a card does what its name says (issue: cards to test the kernel)."""

import pytest

from tests.hw_sim.cards.faults import FAULTS, fault
from tests.hw_sim.faults import UnknownFault
from tests.hw_sim_tests.cards.session import PYEMV_WARNS, Transaction, flat, new_card, send, sw

pytestmark = PYEMV_WARNS
PSE = "00A404000E315041592E5359532E444446303100"
SELECT = "00A4040008A00000033301010100"
TRACK = "00B2010C00"
DATA = "00B2011400"


def _started(*faults: str) -> Transaction:
    transaction = Transaction(new_card("dda", *faults))
    transaction.start()
    return transaction


@pytest.mark.parametrize("name", sorted(FAULTS))
def test_a_card_with_that_fault_can_be_made_and_still_answers(name: str) -> None:
    card = new_card("dda", name)
    answer = send(card, PSE)
    assert len(answer) >= 2 or name == "mute"


@pytest.mark.parametrize(("name", "tag", "value"), [
    ("expired", "5F24", "200131"), ("not_yet_effective", "5F25", "490101"),
    ("other_version", "9F08", "0099"), ("no_cash", "9F07", "2900"),
    ("odd_cvm_list", "8E", "0000000000000000420300"), ("malformed_cdol", "8C", "9F02069F"),
])  # fmt: skip
def test_the_data_says_so(name: str, tag: str, value: str) -> None:
    assert flat(send(_started(name).card, DATA))[tag].hex().upper() == value


def test_an_expired_card_says_it_on_its_track_as_well() -> None:
    assert "D2001220" in flat(send(_started("expired").card, TRACK))["57"].hex().upper()


@pytest.mark.parametrize(("name", "tag"), [("no_expiry", "5F24"), ("no_cvm_list", "8E")])
def test_the_object_is_missing(name: str, tag: str) -> None:
    assert tag not in flat(send(_started(name).card, DATA))


def test_the_tracks_pan_is_another() -> None:
    tags = _started("other_track_pan").records()
    assert tags["57"].hex().split("d")[0] != tags["5A"].hex().rstrip("f")


@pytest.mark.parametrize(("name", "start"), [
    ("oversized_record", "7082012C"), ("huge_length", "7084FFFFFFFF"), ("not_a_template", "57"),
])  # fmt: skip
def test_the_record_begins_wrongly(name: str, start: str) -> None:
    assert send(_started(name).card, TRACK).hex().upper().startswith(start)


@pytest.mark.parametrize(("name", "longer"), [("truncated_tlv", -3), ("trailing_bytes", 4)])
def test_the_record_has_another_length_than_it_says(name: str, longer: int) -> None:
    record = send(_started(name).card, TRACK)[:-2]
    assert len(record) == 2 + record[1] + longer


def test_a_tag_stands_in_two_records() -> None:
    card = _started("duplicate_tag").card
    assert all("5A" in flat(send(card, place)) for place in (TRACK, DATA))


@pytest.mark.parametrize(("name", "cid"), [
    ("aac_always", 0x00), ("aac_service_not_allowed", 0x01), ("tc_first", 0x40), ("rfu_cid", 0xC0),
])  # fmt: skip
def test_the_first_cryptogram_is_what_the_fault_says(name: str, cid: int) -> None:
    assert _started(name).first()[2] == cid


@pytest.mark.parametrize(("name", "cid"), [("aac_second", 0x00), ("arqc_second", 0x80)])
def test_the_second_cryptogram_is_what_the_fault_says(name: str, cid: int) -> None:
    transaction = Transaction(new_card("dda", name))
    transaction.online()
    assert transaction.second()[2] == cid


def test_a_right_arpc_is_rejected() -> None:
    transaction = _started("arpc_rejected")
    assert sw(transaction.prove_issuer(transaction.first()[5:13])) == "6300"
    assert transaction.second()[2] == 0x00


@pytest.mark.parametrize("word", ["6985", "6983", "6A82"])
@pytest.mark.parametrize("step", ["select", "gpo"])
def test_a_step_answers_the_status_word(word: str, step: str) -> None:
    answer = Transaction(new_card("dda", f"sw_{word.lower()}_at_{step}")).start()
    assert answer.hex().upper() == word


@pytest.mark.parametrize("word", ["6985", "6983", "6A82"])
def test_either_cryptogram_can_be_refused(word: str) -> None:
    first = Transaction(new_card("dda", f"sw_{word.lower()}_at_ac1"))
    first.start()
    assert first.first().hex().upper() == word
    second = Transaction(new_card("dda", f"sw_{word.lower()}_at_ac2"))
    second.online()
    assert second.second().hex().upper() == word


def test_a_card_pulled_at_a_command_answers_no_more_until_reset() -> None:
    card = new_card("dda", "pulled_at_2")
    answers = [send(card, PSE), send(card, TRACK), send(card, PSE)]
    assert [bool(answer) for answer in answers] == [True, False, False]
    assert not card.present
    card.reset()
    assert sw(send(card, PSE)) == "9000"


def test_a_card_mute_at_a_command_is_there_and_speaks_after_a_reset() -> None:
    card = new_card("dda", "mute_at_2")
    assert [bool(send(card, PSE)) for _ in range(3)] == [True, False, False]
    assert card.present
    card.reset()
    assert sw(send(card, PSE)) == "9000"


@pytest.mark.parametrize(
    ("name", "start"), [("wrong_atr", "3C"), ("not_emv_atr", "3B6725"), ("fast", "3B7713")]
)
def test_the_answer_to_reset_is_what_the_fault_says(name: str, start: str) -> None:
    assert new_card("dda", name).atr.hex().upper().startswith(start)


def test_a_mute_card_gives_no_answer_to_reset() -> None:
    assert new_card("dda", "mute").reset() == b""


@pytest.mark.parametrize(("name", "wait_s"), [("slow", 2.0), ("late", 11.0)])
def test_a_slow_card_says_how_slow(name: str, wait_s: float) -> None:
    assert new_card("dda", name).delay_s == wait_s


@pytest.mark.parametrize(("name", "answer"), [
    ("gpo_format2", "771282027C00940C080101001001040118010100"),
    ("gpo_short", "80027C00"), ("gpo_odd_afl", "80057C00080101"),
    ("gpo_wrong_sfi", "80067C00F8010101"), ("gpo_backwards", "80067C0008030200"),
])  # fmt: skip
def test_the_processing_options_are_what_the_fault_says(name: str, answer: str) -> None:
    assert Transaction(new_card("dda", name)).start()[:-2].hex().upper() == answer


def test_the_longest_processing_options_fit_an_answer() -> None:
    assert 240 < len(Transaction(new_card("dda", "gpo_long")).start()) <= 258


def test_a_cryptogram_in_format_2_is_the_same_cryptogram() -> None:
    plain, other = _started().first(), flat(_started("ac_format2").first())
    assert other["9F27"] + other["9F36"] + other["9F26"] + other["9F10"] == plain[2:-2]


@pytest.mark.parametrize(("name", "missing"), [("ac_no_cid", "9F27"), ("ac_empty", "9F26")])
def test_the_cryptograms_answer_lacks_something(name: str, missing: str) -> None:
    answer = _started(name).first()
    assert sw(answer) == "9000"
    assert missing not in flat(answer)


@pytest.mark.parametrize(("name", "found"), [
    ("fci_other_name", "A00000033301010E"), ("fci_no_name", None),
])  # fmt: skip
def test_the_answer_to_select_has_another_name(name: str, found: str | None) -> None:
    tags = flat(send(new_card("dda", name), SELECT))
    assert (tags["84"].hex().upper() if "84" in tags else None) == found


def test_the_directory_does_not_say_where_it_is() -> None:
    tags = flat(send(new_card("dda", "directory_no_sfi"), PSE))
    assert "88" not in tags
    assert "84" in tags


@pytest.mark.parametrize(("name", "words"), [
    ("directory_empty", ["6A83", "6A83", "6A83"]), ("directory_endless", ["9000"] * 3),
    ("directory_ddf_first", ["9000", "9000", "6A83"]),
])  # fmt: skip
def test_the_directory_has_the_records_the_fault_says(name: str, words: list[str]) -> None:
    card = new_card("dda", name)
    send(card, PSE)
    assert [sw(send(card, f"00B2{number:02X}0C00")) for number in (1, 2, 30)] == words


def test_a_malformed_directory_ends_inside_its_entry() -> None:
    card = new_card("dda", "directory_malformed")
    send(card, PSE)
    record = send(card, "00B2010C00")[:-2]
    assert record[1] == len(record) - 1


def test_faults_add_up() -> None:
    card = new_card("dda", "expired", "truncated_tlv", "sw_6985_at_ac1")
    transaction = Transaction(card)
    transaction.start()
    assert flat(send(card, DATA))["5F24"].hex() == "200131"
    assert sw(transaction.first()) == "6985"


@pytest.mark.parametrize("name", ["nonsense", "pulled_at_0", "pulled_at_x", "sw_6985_at_lunch"])
def test_a_fault_of_no_table_is_named_in_the_error(name: str) -> None:
    with pytest.raises(UnknownFault, match=name):
        fault(name)


def test_a_fault_may_be_written_with_hyphens() -> None:
    assert fault("no-pse") is FAULTS["no_pse"]
