"""A fact in plain words: no word of the program is left in a sentence, in either language."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import get_args, get_type_hints

import pytest

from protocol.bank import answers
from terminal.core import facts
from terminal.core.exchange import Doubt, Service
from terminal.core.facts import Fact, PostSays, SlipKind, Trouble, WhyCashMoved, WhyNoCash
from terminal.i18n import LANGUAGES, texts
from terminal.journal import plain
from terminal.journal.words import VALUES


def told(language: str, **values: object) -> str:
    return plain.tell(values, texts(language))


def test_every_fact_has_its_sentence() -> None:
    assert {kind.__name__ for kind in get_args(Fact)} == set(plain.WORDS)


@pytest.mark.parametrize(
    ("place", "kind"),
    [
        (("Requested", "service"), Service),
        (("SlipPrinted", "slip"), SlipKind),
        (("InDoubt", "reason"), Doubt),
        (("CashNotHanded", "why"), WhyNoCash),
        (("CashMoved", "why"), WhyCashMoved),
        (("PostAnswered", "says"), PostSays),
        (("ExceptionOpened", "trouble"), Trouble),
    ],
)
def test_every_value_of_a_closed_set_has_its_word(place: tuple[str, str], kind: type[Enum]) -> None:
    words: Mapping[str, str] = VALUES[place]
    assert [value.value for value in kind if value.value not in words] == []


def test_no_sentence_shows_a_closed_set_without_words() -> None:
    """A field that a sentence shows, and whose type is an enum, stands in `VALUES`."""
    for kind in get_args(Fact):
        for name, hint in get_type_hints(kind, vars(facts)).items():
            shown = f"{{{name}}}" in plain.WORDS[kind.__name__]
            enums = [one for one in (get_args(hint) or (hint,)) if isinstance(one, type)]
            if shown and any(issubclass(one, Enum) for one in enums):
                assert (kind.__name__, name) in VALUES


@pytest.mark.parametrize("row", answers.ROWS, ids=lambda row: row.code)
def test_an_answer_text_of_the_base_table_has_its_english(row: answers.AnswerCode) -> None:
    said = told("en", t="Answered", code=row.code, text=row.text)
    assert f" {row.code} " in said
    assert not any("\u4e00" <= character <= "\u9fff" for character in said)


def test_words_of_a_bank_s_own_are_told_as_they_are() -> None:
    assert "终端未签到" in told("en", t="Answered", code="A8", text="终端未签到")


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_a_fact_does_not_have_leaves_no_gap_in_its_sentence(language: str) -> None:
    asked = told(language, t="Requested", service="balance", trace=101, pan={"mask": "622999***1"})
    assert asked.endswith("622999***1")
    assert "101" in asked
    assert [gap for gap in ("，，", ", ,", "[", "]", "￥") if gap in asked] == []


def test_braces_in_a_bank_s_words_are_only_words() -> None:
    assert "{rrn} [x]" in told("zh", t="Answered", code="55", text="{rrn} [x]", rrn="1")


@pytest.mark.parametrize("language", LANGUAGES)
def test_who_unlocked_whom_and_who_was_refused_what_is_told(language: str) -> None:
    unlocked = told(language, t="OperatorUnlocked", number="03", by="90")
    assert "03" in unlocked
    assert "90" in unlocked
    refused = told(language, t="Refused", number="05", what="withdrawal")
    assert "05" in refused
    assert texts(language)("取款") in refused


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_closed_an_exception_is_told_with_the_reference_and_who_was_there(
    language: str,
) -> None:
    closed = {"t": "ExceptionClosed", "by": "reference", "reference": "90017", "technician": "77"}
    sentence = told(language, **closed)
    assert "90017" in sentence
    assert "77" in sentence
    assert "reference" not in sentence
