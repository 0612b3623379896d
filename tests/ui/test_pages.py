"""What stands on the screen for every page, in both languages."""

from __future__ import annotations

from dataclasses import replace

import pytest

from terminal.core.exchange import Payer, Service
from terminal.feed.views import Act, DealView, Page, View
from terminal.i18n import CHINESE, ENGLISH, LANGUAGES
from terminal.ui.conversation import Talk, press
from terminal.ui.layout import Size, lay_out, plain_lines
from terminal.ui.pages import sheet_of
from terminal.ui.pages.table import LOCAL_PAGE_OF, PAGE_OF
from terminal.ui.pages.today import listed
from terminal.ui.pages.top import top
from terminal.ui.sheet import ENTER, ESCAPE, Become, Frame, Send, Tone
from terminal.ui.state import Keyed, UiState, Where
from terminal.ui.width import width
from tests.ui.examples import AT_MS, EVERYTHING, FAMILIES, HERE, MOMENTS, VIEWS, WITHDRAWAL
from tests.ui.golden_text import LARGE, SMALL, family, page, path


def test_every_page_of_the_engine_has_its_sheet() -> None:
    assert set(PAGE_OF) == set(Page) == set(VIEWS)


def test_every_page_of_the_screen_has_its_sheet() -> None:
    assert set(LOCAL_PAGE_OF) == set(Where) - {Where.PAGE}


def test_every_example_stands_in_a_golden_file() -> None:
    begun = tuple(start for starts in FAMILIES.values() for start in starts)
    assert [name for name in EVERYTHING if not name.startswith(begun)] == []


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", FAMILIES)
def test_pages_read_as_they_were_reviewed(name: str, language: str) -> None:
    assert family(name, language) == path(name, language).read_text(encoding="utf-8")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", EVERYTHING)
def test_no_line_is_wider_and_no_page_longer_than_the_screen(name: str, language: str) -> None:
    for size in (SMALL, LARGE):
        lines = page(name, language, size)
        assert len(lines) == size.rows
        assert [line for line in lines if width(line) > size.columns] == []


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", EVERYTHING)
def test_nothing_of_a_page_is_left_out_at_80_by_24(name: str, language: str) -> None:
    view, state = EVERYTHING[name]
    state = replace(state, language=language)
    sheet = sheet_of(view, state)
    tall = Size(SMALL.columns, 60)
    whole = [line for line in lay_out(sheet, top(view, state), tall) if line]
    shown = [line for line in lay_out(sheet, top(view, state), SMALL) if line]
    assert shown == whole


def test_cash_may_be_handed_over_only_where_the_bank_has_approved() -> None:
    go = {name for name, (view, state) in EVERYTHING.items() if Tone.GO in _tones(view, state)}
    assert go == {"approved", "approved_without_paper", "voucher"}


@pytest.mark.parametrize("name", ["unknown", "declined", "not_sent", "cancelled"])
def test_a_withdrawal_that_is_not_approved_says_in_a_frame_that_no_cash_is_handed(
    name: str,
) -> None:
    view, state = EVERYTHING[name]
    framed = [block for block in sheet_of(view, state).blocks if isinstance(block, Frame)]
    assert [frame.tone for frame in framed] == [Tone.STOP]
    assert "请勿付现金" in framed[0].lines[0]


def test_unknown_says_what_the_sheet_says() -> None:
    text = "\n".join(page("unknown", CHINESE, SMALL))
    for words in (
        "结果未知。请勿付现金。",
        "银行没有答复（等了 60 秒）。",
        "钱是安全的：系统正在要求银行取消这笔交易，取消前本站不再办理新的存取。",
        "请告诉客户：卡里若少了钱，会自动退回；凭这张小票可拨打 000-12345 查询。",
        "取消进度：第 2 次，09:34:05 再试",
    ):
        assert words in text


def test_a_cause_that_this_screen_does_not_know_gets_the_general_sentence() -> None:
    """Of the next release, or none at all: after a restart."""
    for cause in ("", "after_restart", "sunspots"):
        unsent = replace(WITHDRAWAL, reason=cause)
        sheet = sheet_of(replace(VIEWS[Page.NOT_SENT], deal=unsent), HERE)
        text = "\n".join(plain_lines(sheet, SMALL.columns))
        assert "请求没有发出去。" in text
        assert "没有发给银行，卡里的钱没有动。" in text


def test_approved_in_english_says_the_same_in_the_same_place() -> None:
    chinese, english = page("approved", CHINESE, SMALL), page("approved", ENGLISH, SMALL)
    row = next(row for row, line in enumerate(chinese) if "请付现金   ￥300.00   叁佰元整" in line)
    assert "Approved. Hand over   ￥300.00" in english[row]


def test_in_flight_no_key_does_anything() -> None:
    sheet = sheet_of(VIEWS[Page.WAIT], HERE)
    assert sheet.every_key() == ()
    assert sheet.input.takes.value == ""


def test_the_seconds_of_the_wait_are_counted_from_the_station_s_time() -> None:
    assert any("第 4 秒" in line for line in page("wait", CHINESE, SMALL))
    assert any("第 24 秒" in line for line in page("wait_later", CHINESE, SMALL))


def test_the_seconds_stop_at_the_limit() -> None:
    late = replace(VIEWS[Page.WAIT], at_ms=AT_MS + 500_000)
    text = str(sheet_of(late, HERE).blocks)
    assert "第 60 秒" in text


def test_an_approval_knows_three_keys_and_the_dangerous_one_is_last() -> None:
    keys = sheet_of(VIEWS[Page.APPROVED], HERE).keys
    assert [key.name for key in keys] == ["1", "2", "3"]
    assert [key.move for key in keys[:2]] == [Send(Act.CASH_HANDED), Send(Act.PRINT_AGAIN)]
    assert isinstance(keys[2].move, Become)
    assert keys[2].move.state.where is Where.WHY_NOT_HANDED


@pytest.mark.parametrize(
    ("yuan", "problem"),
    [("", "empty"), ("0", "empty"), ("305", "amount_step"), ("2010", "amount_max")],
)
def test_a_wrong_amount_names_its_rule(yuan: str, problem: str) -> None:
    sheet = sheet_of(VIEWS[Page.AMOUNT], replace(HERE, typed=Keyed(yuan)))
    move = sheet.move(ENTER)
    assert isinstance(move, Become)
    assert move.state.problem == problem


def test_an_amount_beyond_the_drawer_is_not_asked_for() -> None:
    poor = replace(VIEWS[Page.AMOUNT], drawer_fen=20000)
    move = sheet_of(poor, replace(HERE, typed=Keyed("300"))).move(ENTER)
    assert isinstance(move, Become)
    assert move.state.problem == "amount_cash"


def test_a_right_amount_goes_out_in_fen() -> None:
    move = sheet_of(VIEWS[Page.AMOUNT], replace(HERE, typed=Keyed("300"))).move(ENTER)
    assert move == Send(Act.AMOUNT, "30000")


def test_enter_alone_pays_the_whole_tier() -> None:
    view, state = EVERYTHING["part_of_tier"]
    assert sheet_of(view, state).move(ENTER) == Send(Act.TIER, "20000")


def test_a_part_of_a_tier_goes_out_beside_the_tier() -> None:
    view, state = EVERYTHING["part_keyed"]
    assert sheet_of(view, state).move(ENTER) == Send(Act.TIER, "20000 12000")


def test_the_payer_s_digit_is_the_code_of_the_wire() -> None:
    sheet = sheet_of(VIEWS[Page.PAYER], HERE)
    assert [sheet.move(p.value) for p in Payer] == [Send(Act.PAYER, p.value) for p in Payer]


@pytest.mark.parametrize("service", ["contribution_cash", "contribution_card"])
def test_a_doubtful_contribution_says_what_becomes_of_the_villager_s_cash(service: str) -> None:
    view = replace(VIEWS[Page.UNKNOWN], deal=replace(WITHDRAWAL, service=service))
    frame = next(b for b in sheet_of(view, HERE).blocks if isinstance(b, Frame))
    wanted = "请把现金退还客户" if service == Service.CONTRIBUTION_CASH.value else "请勿收现金"
    assert wanted in frame.lines[0]


def test_escape_cancels_every_question_and_leaves_every_outcome() -> None:
    for name in ("amount", "card", "pin", "person", "echo", "year", "tier", "payer", "means"):
        assert sheet_of(VIEWS[Page(name)], HERE).move(ESCAPE) == Send(Act.CANCEL)
    for name in ("declined", "not_sent", "unknown", "stopped", "voucher", "balance", "blocked"):
        assert sheet_of(VIEWS[Page(name)], HERE).move(ESCAPE) == Send(Act.DONE)


def keyed(view: View, state: UiState, *keys: str) -> UiState:
    """The state of the screen after keys that the engine does not hear of."""
    talk = Talk(view, state)
    for key in keys:
        talk, order = press(talk, key)
        assert order is None
    return talk.state


def test_what_should_be_in_the_drawer_is_not_shown_before_the_last_kind_is_counted() -> None:
    """`station-day.md`: count and variance; a count that knows its result is none."""
    state = keyed(VIEWS[Page.HOME], HERE, "7", "2")
    for number in ("39", "2", "5", "6", "", "", ""):
        assert "4,260" not in str(sheet_of(VIEWS[Page.HOME], state).blocks)
        state = keyed(VIEWS[Page.HOME], state, *number, ENTER)
    assert "应有" in str(sheet_of(VIEWS[Page.HOME], state).blocks)
    assert "4,260" in str(sheet_of(VIEWS[Page.HOME], state).blocks)


def test_a_count_that_fits_closes_with_enter_and_goes_out_by_denomination() -> None:
    view, state = EVERYTHING["shift_count_fits"]
    assert sheet_of(view, state).move(ENTER) == Send(
        Act.CLOSE_SHIFT, "10000x40,5000x2,2000x5,1000x6"
    )


def test_a_variance_closes_only_with_its_reason() -> None:
    view, state = EVERYTHING["shift_count_too_little"]
    sheet = sheet_of(view, state)
    assert sheet.move(ENTER) is None
    assert sheet.move("3") == Send(Act.CLOSE_SHIFT, "10000x39,5000x2,2000x5,1000x6 counterfeit")


def test_a_count_that_differs_is_counted_again_from_the_first_note() -> None:
    """Seeing the difference and mending one line of it would be no count."""
    view, state = EVERYTHING["shift_count_too_little"]
    again = keyed(view, state, ESCAPE)
    assert (again.where, again.counts) == (Where.SHIFT_COUNT, ())


def test_a_shift_is_handed_to_the_operator_that_was_keyed() -> None:
    state = keyed(VIEWS[Page.HOME], HERE, "7", "1", "0", "5", ENTER)
    for number in ("40", "2", "5", "6", "", "", ""):
        state = keyed(VIEWS[Page.HOME], state, *number, ENTER)
    assert sheet_of(VIEWS[Page.HOME], state).move(ENTER) == Send(
        Act.HAND_OVER, "05 10000x40,5000x2,2000x5,1000x6"
    )


@pytest.mark.parametrize("number", ["01", "09", "5", ""])  # 01 is who hands over
def test_a_shift_goes_to_nobody_who_is_not_admitted(number: str) -> None:
    state = keyed(VIEWS[Page.HOME], HERE, "7", "1", *number, ENTER)
    assert (state.where, state.problem) == (Where.SHIFT_TO, "nobody")


def test_a_kind_that_was_miscounted_is_counted_again() -> None:
    state = keyed(VIEWS[Page.OPEN_SHIFT], HERE, "8", "0", ENTER, "3", ENTER, ESCAPE)
    assert (state.counts, state.typed.reveal()) == ((80,), "3")


def test_an_empty_drawer_is_a_count_too() -> None:
    state = keyed(VIEWS[Page.OPEN_SHIFT], HERE, *[ENTER] * 7)
    assert sheet_of(VIEWS[Page.OPEN_SHIFT], state).move(ENTER) == Send(Act.OPEN_SHIFT, "0")


def test_cash_that_comes_and_goes_is_keyed_in_yuan() -> None:
    view, state = EVERYTHING["shift_cash_delivered"]
    assert sheet_of(view, state).move(ENTER) == Send(Act.CASH_MOVED, "500000 delivered")
    more, beyond = EVERYTHING["shift_cash_banked_too_much"]
    assert isinstance(sheet_of(more, beyond).move(ENTER), Become)


def test_cash_is_given_back_only_after_a_question_of_its_own() -> None:
    view, state = EVERYTHING["today_one_refused"]
    move = sheet_of(view, state).move("3")
    assert isinstance(move, Become)
    asked = sheet_of(view, move.state)
    assert asked.move("1") == Send(Act.CASH_RETURNED, "42")
    assert asked.move(ENTER) is None


@pytest.mark.parametrize(
    ("name", "keys"),
    [
        ("today_one_refused", {"2", "3", "4", ESCAPE}),
        ("today_one_too_late", {"2", "4", ESCAPE}),
        ("today_one_unknown", {"2", ESCAPE}),  # the reversal itself ends it
        ("today_one_closed_by_letter", {"2", ESCAPE}),
        ("today_one_given_back", {"2", ESCAPE}),
    ],
)
def test_a_transaction_offers_what_can_be_done_about_it(name: str, keys: set[str]) -> None:
    view, state = EVERYTHING[name]
    assert {key.name for key in sheet_of(view, state).every_key()} == keys


def test_one_key_leaves_of_the_list_what_is_not_settled() -> None:
    view, state = EVERYTHING["today_with_open_matters"]
    move = sheet_of(view, state).move("8")
    assert isinstance(move, Become)
    assert [item.open for item in listed(move.state)] == [True, True, True]
    assert [key.name for key in sheet_of(view, move.state).every_key()].count("4") == 0


def test_kinds_of_a_later_release_get_a_safe_sentence_with_the_kind() -> None:
    later = replace(MOMENTS["stopped_balance_without_answer"], deal=DealView("loan", reason="moon"))
    text = str(sheet_of(later, HERE).blocks)
    assert "（moon）" in text
    assert "没有扣款，钱是安全的。" in text


def _tones(view: object, state: object) -> set[Tone]:
    sheet = sheet_of(view, state)  # type: ignore[arg-type]
    return {block.tone for block in sheet.blocks if isinstance(block, Frame)}
