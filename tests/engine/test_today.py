"""Today's list: each screen is told the facts of a transaction in its own language."""

from __future__ import annotations

from pathlib import Path

import pytest

from terminal.feed.views import Act, Challenge, Question, Today
from terminal.i18n import CHINESE, ENGLISH, Language
from terminal.inputs import ScreenAsked
from terminal.keys.api import Vault
from tests.engine.counter import PAN, WRONG_PIN, YES, Counter
from tests.engine.test_beside import SILENCE

DAY_MS = 86_400_000


@pytest.fixture
def counter(tmp_path: Path, vault: Vault) -> Counter:
    """One withdrawal paid, one declined for a wrong PIN."""
    counter = Counter(tmp_path / "journal.sqlite", vault)
    counter.open_for_business()
    counter.ask_for(300)
    counter.bank(YES)
    counter.press(Act.CASH_HANDED)
    counter.ask_for(100)
    counter.bank(WRONG_PIN)
    counter.press(Act.DONE)
    return counter


def stories(counter: Counter, language: Language) -> tuple[tuple[str, ...], ...]:
    """The facts of each transaction, newest first, without their times."""
    heard: list[Today | Challenge] = []
    question = Question(1, "today", language=language)
    counter.engine.handle(ScreenAsked(question, heard.append))
    (today,) = heard
    assert isinstance(today, Today)
    return tuple(tuple(fact.partition("  ")[2] for fact in item.facts) for item in today.items)


def is_chinese(text: str) -> bool:
    return any("\u4e00" <= character <= "\u9fff" for character in text)


def test_a_chinese_screen_is_told_in_chinese(counter: Counter) -> None:
    declined, paid = stories(counter, CHINESE)
    assert "密码错" in declined[-1]
    assert paid[-1] == "现金已付 ￥300.00"
    assert all(is_chinese(fact) for story in (declined, paid) for fact in story)


def test_an_english_screen_beside_it_is_told_in_english(counter: Counter) -> None:
    declined, paid = stories(counter, ENGLISH)
    assert "wrong PIN" in declined[-1]
    assert "￥300.00" in paid[-1]
    assert not any(is_chinese(fact) for story in (declined, paid) for fact in story)


def test_no_card_number_stands_in_a_story(counter: Counter) -> None:
    assert PAN not in str(stories(counter, CHINESE) + stories(counter, ENGLISH))


def listed(counter: Counter) -> list[tuple[str, bool]]:
    heard: list[Today | Challenge] = []
    counter.engine.handle(ScreenAsked(Question(1, "today"), heard.append))
    (today,) = heard
    assert isinstance(today, Today)
    return [(item.outcome, item.open) for item in today.items]


def test_what_is_open_from_yesterday_stands_in_the_list_too(counter: Counter) -> None:
    """Its alert says "press 6"; a key that shows nothing would leave it open for ever."""
    counter.ask_for(200)
    counter.bank(SILENCE)
    counter.press(Act.DONE)
    assert listed(counter) == [("unknown", True), ("declined", False), ("approved", False)]
    counter.pass_time(DAY_MS)
    counter.press(Act.SIGN_ON, "01 aa bb")
    assert listed(counter) == [("unknown", True)]
