"""What a key or a message changes, without a screen."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from terminal.feed.client import Lost
from terminal.feed.views import Act, Challenge, Command, Page, Question
from terminal.i18n import LANGUAGES, Language
from terminal.ui.conversation import ANSWER_WAIT_MS, Prove, Talk, hear, older, press, proved
from terminal.ui.pages import sheet_of
from terminal.ui.state import Keyed, UiState, Where
from tests.ui.examples import EVERYTHING, HERE, VIEWS

KEYS = [*"0123456789*.xX", "enter", "escape", "backspace", "up", "down", "pageup", "pagedown"]
LOCKED = Talk(VIEWS[Page.LOCKED], HERE)
CHALLENGE = Challenge(1, "01", "00" * 16, "11" * 16, 64, 1, 1)


def pressed(talk: Talk, *keys: str) -> tuple[Talk, list[object]]:
    orders: list[object] = []
    for key in keys:
        talk, order = press(talk, key)
        orders += [order] if order is not None else []
    return talk, orders


@given(page=st.sampled_from(list(Page)), keys=st.lists(st.sampled_from(KEYS), max_size=30))
def test_any_keys_on_any_page_leave_a_sheet_and_at_most_one_command(
    page: Page, keys: list[str]
) -> None:
    talk, orders = pressed(Talk(VIEWS[page], HERE), *keys)
    sheet_of(talk.view, talk.state)
    assert len([order for order in orders if isinstance(order, Command)]) <= 1


def test_a_command_that_is_not_answered_in_time_may_be_sent_again() -> None:
    talk, orders = pressed(Talk(VIEWS[Page.HOME], HERE), "1", "1")
    talk = older(talk, ANSWER_WAIT_MS + 1)
    talk, again = pressed(talk, "1")
    assert orders == again == [Command(7, Act.WITHDRAWAL)]


def test_a_pin_stays_out_of_every_repr() -> None:
    talk, _orders = pressed(LOCKED, *"01", "enter", *"13572468")
    assert talk.state.where is Where.OPERATOR_PIN
    assert talk.state.typed.reveal() == "13572468"
    talk, orders = pressed(talk, "enter")
    heard, order = hear(talk, CHALLENGE)
    assert isinstance(order, Prove)
    assert "13572468" not in f"{talk}{heard}{orders}{order}{sheet_of(talk.view, talk.state)}"
    assert heard.state.typed.reveal() == ""


def test_an_identity_number_stays_out_of_every_repr() -> None:
    talk = Talk(VIEWS[Page.PERSON], replace(HERE, typed=Keyed("11010519491231002X")))
    sheet = sheet_of(talk.view, talk.state)
    assert "11010519491231002X" not in repr((talk, sheet.keys))


def test_a_proof_for_an_older_pin_is_not_sent() -> None:
    talk, orders = pressed(LOCKED, *"01", "enter", *"13572468", "enter")
    assert orders == [Question(1, "challenge", "01")]
    talk, order = hear(talk, CHALLENGE)
    assert isinstance(order, Prove)
    talk, _orders = pressed(talk, *"13572469", "enter")
    assert proved(talk, order, "ff")[1] is None


@pytest.mark.parametrize("language", LANGUAGES)
def test_today_s_list_is_asked_for_in_the_language_of_the_screen(language: Language) -> None:
    talk = Talk(VIEWS[Page.HOME], replace(HERE, language=language))
    _talk, orders = pressed(talk, "6")
    assert orders == [Question(1, "today", language=language)]


def test_a_short_pin_is_not_asked_about() -> None:
    talk, orders = pressed(LOCKED, *"01", "enter", *"123", "enter")
    assert orders == []
    assert talk.state.problem == "pin_length"


@pytest.mark.parametrize("page", [Page.AMOUNT, Page.PERSON, Page.LOCKED])
def test_a_new_page_forgets_what_was_keyed(page: Page) -> None:
    talk = Talk(VIEWS[page], replace(HERE, typed=Keyed("12"), where=Where.PAGE))
    talk, _order = hear(talk, replace(VIEWS[Page.HOME], serial=8))
    assert talk.state == HERE


def test_a_refused_amount_is_forgotten_and_its_reason_stands() -> None:
    talk, _orders = pressed(Talk(VIEWS[Page.AMOUNT], HERE), *"300", "enter")
    view = VIEWS[Page.AMOUNT]
    assert view.deal is not None
    refused = replace(view, serial=8, deal=replace(view.deal, reason="no_cash"))
    talk, _order = hear(talk, refused)
    assert len(talk.state.typed) == 0
    assert "柜员现金不够付这个金额。" in str(sheet_of(talk.view, talk.state).blocks)


def test_a_technician_proves_who_they_are_beside_the_bank_s_reference() -> None:
    view, state = EVERYTHING["today_one_too_late"]
    talk, orders = pressed(Talk(view, state), *"4", *"90017", "enter", *"77", "enter", *"135724")
    assert orders == []
    talk, orders = pressed(talk, "enter")
    assert orders == [Question(1, "challenge", "77")]
    challenge = replace(CHALLENGE, operator="77")
    talk, order = hear(talk, challenge)
    assert isinstance(order, Prove)
    assert talk.state.typed.reveal() == ""
    _talk, command = proved(talk, order, "ff")
    wanted = f"41 90017 77 {challenge.nonce} ff"
    assert command == Command(7, Act.CLOSE_EXCEPTION, wanted)


@pytest.mark.parametrize("note", ["closed", "wrong 4", "role", "not_open"])
def test_what_became_of_it_stands_on_the_home_page(note: str) -> None:
    view, state = EVERYTHING["closing_technician_pin"]
    talk = Talk(view, replace(state, awaiting=True))
    talk, _order = hear(talk, replace(view, serial=8, note=note))
    assert (talk.state.where, talk.state.today) == (Where.PAGE, None)


def test_a_lost_engine_keeps_language_and_colours_only() -> None:
    keyed = UiState("en", connected=True, typed=Keyed("300"), where=Where.HELP)
    talk, _order = hear(Talk(VIEWS[Page.HOME], keyed), Lost())
    assert talk.state == UiState("en")


def test_an_answer_to_another_question_changes_nothing() -> None:
    talk = Talk(VIEWS[Page.LOCKED], replace(HERE, where=Where.OPERATOR_PIN, asked=2))
    assert hear(talk, CHALLENGE) == (talk, None)
