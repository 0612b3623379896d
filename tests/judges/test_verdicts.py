"""How `make judges` turns what a judge said into a verdict; no judge is needed for that."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.hw_sim_tests.vectors import device_vectors
from tests.judges import smart_card
from tests.judges.__main__ import JUDGES, main, verdict
from tests.judges.ruling import CannotJudge, Claim, Heard, Judge, hear

DUMP = """Using reader with a card: GemPC 00 00
Sending: 00 A4 04 00 0E 31 50 41 59 2E 53 59 53 2E 44 44 46 30 31 00
Received (SW1=0x90, SW2=0x00):
6F 1A 84 0E 31 50 41 59 2E 53 59 53 2E 44 44 46 o...1PAY.SYS.DDF
30 31 A5 08 88 01 01 5F 2D 02 7A 68             01....._-.zh"""


def judge(*agrees: bool, programs: tuple[str, ...] = ()) -> Judge:
    def ask(_: Path) -> Iterator[Claim]:
        yield from (Claim(f"question {at}?", "words", each) for at, each in enumerate(agrees))

    return Judge("somebody", "anything", programs, ask)


def test_a_judge_who_agrees_with_everything_agrees() -> None:
    assert verdict(judge(True, True)) == "AGREES     somebody: 2 questions"


def test_one_no_is_a_disagreement_and_names_the_question() -> None:
    assert verdict(judge(True, False)) == "DISAGREES  somebody: question 1?"


def test_a_judge_who_is_not_installed_is_skipped_loudly() -> None:
    row = judge(True, programs=("no-such-program-here",))
    assert verdict(row) == "SKIPPED    somebody: not installed: no-such-program-here"


def test_a_judge_who_asks_nothing_has_not_agreed() -> None:
    assert verdict(judge()).startswith("SKIPPED")


def test_a_judges_own_words_are_printed(capsys: pytest.CaptureFixture[str]) -> None:
    verdict(judge(True))
    assert "      | words" in capsys.readouterr().out


def test_every_judge_has_a_name_of_its_own() -> None:
    assert len({row.name for row in JUDGES}) == len(JUDGES)


def test_an_unknown_judge_is_refused() -> None:
    with pytest.raises(SystemExit):
        main(["nobody"])


def test_a_missing_program_cannot_judge() -> None:
    with pytest.raises(CannotJudge):
        hear("no-such-program-here")


def test_opensc_tools_dump_is_read_as_data_and_status() -> None:
    answer = device_vectors("gempc-serial")["t0-get-response"].decoded
    wanted = answer["data"].replace(" ", "") + answer["sw"]
    assert smart_card.answered(Heard(DUMP, 0)) == wanted


def test_no_answer_in_opensc_tools_words_is_no_answer() -> None:
    assert smart_card.answered(Heard("APDU transmit failed: Card removed", 1)) == ""
