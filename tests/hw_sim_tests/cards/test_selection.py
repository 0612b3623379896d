"""SELECT, the directory, partial names and the next one (emv.md section 6, selection.json)."""

import pytest

from tests.hw_sim_tests.cards.session import AID, flat, new_card, send, sw

PSE = "00A404000E315041592E5359532E444446303100"
CREDIT = "A000000333010102"
PARTIAL = "00A4040007A000000333010100"
NEXT = "00A4040207A000000333010100"


def test_the_directory_names_every_application_and_ends() -> None:
    card = new_card("two")
    assert flat(send(card, PSE))["88"] == b"\x01"
    records = [send(card, f"00B2{number:02X}0C00") for number in (1, 2)]
    assert [flat(each)["4F"].hex().upper() for each in records] == [AID, CREDIT]
    assert sw(send(card, "00B2030C00")) == "6A83"


def test_a_label_in_chinese_is_gb18030() -> None:
    card = new_card("dda")
    send(card, PSE)
    assert flat(send(card, "00B2010C00"))["50"].decode("gb18030") == "农信借记卡"


def test_a_card_without_directory_answers_6a82() -> None:
    assert sw(send(new_card("list"), PSE)) == "6A82"


def test_a_partial_name_finds_one_application_after_another() -> None:
    card = new_card("two")
    names = [flat(send(card, each))["84"].hex().upper() for each in (PARTIAL, NEXT)]
    assert names == [AID, CREDIT]
    assert sw(send(card, NEXT)) == "6A82"


@pytest.mark.parametrize(
    ("command", "word"),
    [("00A4040004A000000300", "6A82"), ("00A4040108A00000033301010100", "6A86")],
)
def test_a_name_too_short_or_another_occurrence_is_refused(command: str, word: str) -> None:
    assert sw(send(new_card("dda"), command)) == word


def test_the_directory_is_in_one_file_only() -> None:
    card = new_card("dda")
    send(card, PSE)
    assert sw(send(card, "00B2011400")) == "6A82"


def test_another_schemes_application_is_not_found() -> None:
    assert sw(send(new_card("dda"), "00A4040007A000000003101000")) == "6A82"


def test_the_answer_to_select_lists_what_the_terminal_must_give() -> None:
    answer = send(new_card("cda"), f"00A4040008{AID}00")
    assert flat(answer)["9F38"].hex().upper() == "9F7A019F02065F2A02"


def test_a_blocked_application_is_named_and_refused() -> None:
    card = new_card("dda", "blocked_application")
    answer = send(card, f"00A4040008{AID}00")
    assert sw(answer) == "6283"
    assert flat(answer)["84"].hex().upper() == AID
    assert sw(send(card, "80A8000002830000")) == "6985"


@pytest.mark.parametrize("command", [PSE, f"00A4040008{AID}00", PARTIAL])
def test_a_blocked_card_refuses_every_select_with_6a81(command: str) -> None:
    assert sw(send(new_card("dda", "blocked_card"), command)) == "6A81"


def test_a_select_of_another_kind_is_refused() -> None:
    assert sw(send(new_card("dda"), "00A40000023F0000")) == "6A86"
