"""GPO, READ RECORD, GET DATA and bad commands (emv.md sections 5 and 8)."""

import pytest

from tests.hw_sim.cards.memory import ApplicationMemory, CardMemory
from tests.hw_sim_tests.cards.session import AID, Transaction, flat, new_card, send, sw

SELECT = f"00A4040008{AID}00"


def test_every_record_of_the_afl_can_be_read() -> None:
    transaction = Transaction(new_card("dda"))
    answer = transaction.start()
    assert answer[4:-2].hex() == "080101001001040118010100"
    tags = transaction.records()
    assert {"57", "5A", "5F24", "8C", "8D", "8E", "8F", "90", "9F46", "93"} <= set(tags)


def test_the_track_on_the_chip_says_chip() -> None:
    transaction = Transaction(new_card("dda"))
    transaction.start()
    track = transaction.records()["57"].hex().upper()
    assert track.startswith("6229990000000000017D3012220")


def test_pan_of_track_and_record_agree() -> None:
    transaction = Transaction(new_card("dda"))
    transaction.start()
    tags = transaction.records()
    assert tags["57"].hex().split("d")[0] == tags["5A"].hex().rstrip("f")


@pytest.mark.parametrize(
    ("place", "word"), [("020C", "6A83"), ("0124", "6A82"), ("000C", "6A86"), ("0108", "6A86")]
)
def test_a_record_that_is_not_there_is_refused(place: str, word: str) -> None:
    transaction = Transaction(new_card("dda"))
    transaction.start()
    assert sw(send(transaction.card, f"00B2{place}00")) == word


def test_no_record_before_the_processing_options() -> None:
    card = new_card("dda")
    send(card, SELECT)
    assert sw(send(card, "00B2010C00")) == "6985"


def test_processing_options_are_given_once_a_selection() -> None:
    card = new_card("dda")
    send(card, SELECT)
    answers = [sw(send(card, "80A8000002830000")) for _ in range(2)]
    assert answers == ["9000", "6985"]


@pytest.mark.parametrize(
    ("command", "word"), [("80A8010002830000", "6A86"), ("80A8000002840000", "6700")]
)
def test_processing_options_asked_wrongly_are_refused(command: str, word: str) -> None:
    card = new_card("dda")
    send(card, SELECT)
    assert sw(send(card, command)) == word


def test_a_card_whose_counter_is_used_up_gives_no_options() -> None:
    card = new_card("dda", memory=CardMemory(applications={AID: ApplicationMemory(atc=0xFFFF)}))
    send(card, SELECT)
    assert sw(send(card, "80A8000002830000")) == "6985"


def test_dda_is_asked_for_before_the_first_cryptogram_only() -> None:
    transaction = Transaction(new_card("dda"))
    transaction.start()
    transaction.first()
    assert sw(send(transaction.card, "00880000045A17C3E900")) == "6985"


@pytest.mark.parametrize(
    ("profile", "data", "word"), [("sda", "0411223344", "6D00"), ("dda", "0111", "6700")]
)
def test_dda_is_refused(profile: str, data: str, word: str) -> None:
    transaction = Transaction(new_card(profile))
    transaction.start()
    assert sw(send(transaction.card, f"00880000{data}00")) == word


def test_pdol_data_of_another_length_is_refused() -> None:
    card = new_card("cda")
    send(card, SELECT)
    assert sw(send(card, "80A8000002830000")) == "6700"


def test_counters_are_data() -> None:
    transaction = Transaction(new_card("dda"))
    transaction.start()
    values = [flat(send(transaction.card, f"80CA{tag}00")) for tag in ("9F36", "9F13", "9F17")]
    assert values == [{"9F36": b"\0\1"}, {"9F13": b"\0\0"}, {"9F17": b"\3"}]


def test_a_product_identifier_is_data_of_sixteen_bytes() -> None:
    transaction = Transaction(new_card("product"))
    transaction.start()
    assert len(flat(send(transaction.card, "80CA9F6300"))["9F63"]) == 16


def test_offline_limits_stand_in_the_signed_record() -> None:
    transaction = Transaction(new_card("velocity"))
    transaction.start()
    tags = transaction.records()
    assert (tags["9F14"], tags["9F23"]) == (b"\x03", b"\x05")


def test_data_that_is_not_there_is_refused() -> None:
    card = new_card("dda")
    send(card, SELECT)
    assert sw(send(card, "80CA9F5100")) == "6A88"


@pytest.mark.parametrize(
    ("command", "word"),
    [
        ("00A404", "6700"),
        ("00A4040008A0", "6700"),
        ("00B2010C0000", "6700"),
        ("0070000000", "6D00"),
        ("FF00000000", "6E00"),
    ],
)
def test_a_command_that_is_none_has_its_status_word(command: str, word: str) -> None:
    assert sw(send(new_card("dda"), command)) == word


def test_a_command_with_data_may_come_without_its_le() -> None:
    card = new_card("dda")
    assert send(card, SELECT) == send(card, SELECT[:-2])


def test_no_answer_is_longer_than_a_short_answer_may_be() -> None:
    transaction = Transaction(new_card("dda", "largest_record"))
    transaction.start()
    places = ("010C", "0114", "0214", "0314", "0414", "011C")
    sizes = [len(send(transaction.card, f"00B2{place}00")) for place in places]
    assert max(sizes) == 257
