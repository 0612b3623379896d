"""The screen in a terminal, by number keys alone, against an engine that only talks."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from textual.pilot import Pilot

from terminal.feed.views import Act, Challenge, Command, Page, Question, Reprint, View
from terminal.people.proof import Cost, proof_of, stretched
from terminal.ui.app import SETTLE_S, StationScreen
from terminal.ui.state import Theme, UiState
from tests.ui.examples import TODAY, VIEWS
from tests.ui.fake_engine import FakeEngine
from tests.ui.golden_text import text_of

WAIT_S = 5.0
COST = Cost(memory_kib=64, passes=1, lanes=1)
SALT, NONCE = bytes(range(16)), bytes(range(16, 32))


@dataclass
class Shop:
    """A screen and its engine."""

    engine: FakeEngine
    screen: StationScreen
    pilot: Pilot[int]
    serial: int = 0

    async def show(self, view: View) -> int:
        """The engine shows `view`; returns its serial when the screen stands there."""
        self.serial += 1
        self.engine.say(replace(view, serial=self.serial))
        await self.until(lambda: self.screen.counter.serial == self.serial)
        return self.serial

    async def until(self, holds: Callable[[], bool]) -> None:
        async with asyncio.timeout(WAIT_S):
            while not holds():
                await self.pilot.pause()

    async def press(self, keys: str) -> None:
        """`keys` one by one; a blank is Enter."""
        await self.pilot.press(*("enter" if key == " " else key for key in keys))

    @property
    def text(self) -> str:
        return "\n".join(text_of(line) for line in self.screen.face.lines)


@asynccontextmanager
async def opened(path: Path, *, settle_s: float = 0.0, leave_key: str = "") -> AsyncIterator[Shop]:
    screen = StationScreen(path, UiState(), settle_s=settle_s, leave_key=leave_key)
    async with FakeEngine(path) as engine, screen.run_test(size=(80, 24)) as pilot:
        yield Shop(engine, screen, pilot)


Scenario = Callable[[Shop], Awaitable[None]]


@pytest.fixture
def shop(tmp_path: Path) -> Callable[[Scenario], None]:
    """Runs a scenario with a screen that takes a key at once."""

    def play(scenario: Scenario) -> None:
        async def run() -> None:
            async with opened(tmp_path / "s") as opened_shop:
                await scenario(opened_shop)

        asyncio.run(run())

    return play


def test_a_withdrawal_needs_digits_and_enter_only(shop: Callable[[Scenario], None]) -> None:
    async def scenario(shop: Shop) -> None:
        home = await shop.show(VIEWS[Page.HOME])
        await shop.press("1")
        assert await shop.engine.next() == Command(home, Act.WITHDRAWAL)
        amount = await shop.show(VIEWS[Page.AMOUNT])
        await shop.press("300")
        assert "￥ 300.00" in shop.text
        assert "叁佰元整" in shop.text
        await shop.press(" ")
        assert await shop.engine.next() == Command(amount, Act.AMOUNT, "30000")
        approved = await shop.show(VIEWS[Page.APPROVED])
        assert "请付现金   ￥300.00" in shop.text
        await shop.press("1")
        assert await shop.engine.next() == Command(approved, Act.CASH_HANDED)

    shop(scenario)


def test_a_key_pressed_twice_sends_one_command_for_one_view(
    shop: Callable[[Scenario], None],
) -> None:
    async def scenario(shop: Shop) -> None:
        home = await shop.show(VIEWS[Page.HOME])
        await shop.press("1111")
        after = await shop.show(VIEWS[Page.HOME])
        await shop.press("3")
        assert await shop.engine.next() == Command(home, Act.WITHDRAWAL)
        assert await shop.engine.next() == Command(after, Act.BALANCE)

    shop(scenario)


def test_in_flight_every_key_is_dead(shop: Callable[[Scenario], None]) -> None:
    async def scenario(shop: Shop) -> None:
        await shop.show(VIEWS[Page.WAIT])
        await shop.pilot.press("1", "2", "3", "enter", "escape", "0", "9")
        approved = await shop.show(VIEWS[Page.APPROVED])
        await shop.press("2")
        assert await shop.engine.next() == Command(approved, Act.PRINT_AGAIN)

    shop(scenario)


def test_cash_not_handed_over_asks_why_before_it_undoes_anything(
    shop: Callable[[Scenario], None],
) -> None:
    async def scenario(shop: Shop) -> None:
        approved = await shop.show(VIEWS[Page.APPROVED])
        await shop.press("3")
        assert "为什么没有付现金？" in shop.text
        await shop.pilot.press("escape")
        assert "请付现金" in shop.text
        await shop.press("31")
        assert await shop.engine.next() == Command(approved, Act.CASH_NOT_HANDED, "left")

    shop(scenario)


def test_the_pin_becomes_a_proof_and_never_leaves(shop: Callable[[Scenario], None]) -> None:
    async def scenario(shop: Shop) -> None:
        locked = await shop.show(VIEWS[Page.LOCKED])
        await shop.press("01 13572468 ")
        asked = await shop.engine.next()
        assert asked == Question(1, "challenge", "01")
        assert "13572468" not in repr(shop.screen.counter.talk)
        assert "13572468" not in shop.text
        cost = (COST.memory_kib, COST.passes, COST.lanes)
        shop.engine.say(Challenge(1, "01", SALT.hex(), NONCE.hex(), *cost))
        proof = proof_of(stretched("13572468", SALT, COST), NONCE, "01").hex()
        wanted = Command(locked, Act.SIGN_ON, f"01 {NONCE.hex()} {proof}")
        assert await shop.engine.next() == wanted

    shop(scenario)


def test_an_identity_number_that_ends_in_x_is_keyed_without_letters(
    shop: Callable[[Scenario], None],
) -> None:
    async def scenario(shop: Shop) -> None:
        person = await shop.show(VIEWS[Page.PERSON])
        await shop.press("1101051949123100")
        await shop.pilot.press("2", "asterisk", "enter")
        assert await shop.engine.next() == Command(person, Act.PERSON, "11010519491231002X")

    shop(scenario)


def test_what_is_keyed_survives_a_lamp_that_changes(shop: Callable[[Scenario], None]) -> None:
    async def scenario(shop: Shop) -> None:
        await shop.show(VIEWS[Page.AMOUNT])
        await shop.press("30")
        later = await shop.show(VIEWS[Page.AMOUNT])
        await shop.press("0 ")
        assert await shop.engine.next() == Command(later, Act.AMOUNT, "30000")

    shop(scenario)


def test_the_list_of_today_prints_a_slip_again(shop: Callable[[Scenario], None]) -> None:
    async def scenario(shop: Shop) -> None:
        home = await shop.show(VIEWS[Page.HOME])
        await shop.press("6")
        assert await shop.engine.next() == Question(1, "today")
        shop.engine.say(TODAY)
        await shop.until(lambda: "09:16" in shop.text)
        await shop.press("3")
        assert "现金已付" in shop.text
        await shop.press("2")
        assert await shop.engine.next() == Reprint(home, 18)

    shop(scenario)


def test_an_engine_that_vanishes_is_waited_for_and_its_page_comes_back(tmp_path: Path) -> None:
    async def scenario() -> None:
        path = tmp_path / "s"
        async with opened(path) as shop:
            await shop.show(VIEWS[Page.APPROVED])
            await shop.engine.__aexit__()
            await shop.until(lambda: "正在连接服务…" in shop.text)
            assert "钱的状态由服务保存" in shop.text
            await shop.press("1")
            async with FakeEngine(path) as again:
                again.say(replace(VIEWS[Page.APPROVED], serial=1))
                await shop.until(lambda: "请付现金   ￥300.00" in shop.text)
                await shop.press("1")
                assert await again.next() == Command(1, Act.CASH_HANDED)

    asyncio.run(scenario())


def test_a_screen_that_is_killed_is_no_trouble_and_the_next_one_stands_where_it_stood(
    tmp_path: Path,
) -> None:
    async def scenario() -> None:
        path = tmp_path / "s"
        async with FakeEngine(path) as engine:
            engine.say(VIEWS[Page.UNKNOWN])
            for _screen in range(2):
                screen = StationScreen(path, UiState(), settle_s=0)
                async with screen.run_test(size=(80, 24)) as pilot:
                    shop = Shop(engine, screen, pilot)
                    await shop.until(lambda shop=shop: "结果未知。请勿付现金。" in shop.text)
                await engine.all_gone()

    asyncio.run(scenario())


def test_an_engine_of_another_release_ends_the_screen_with_one_sentence(tmp_path: Path) -> None:
    async def scenario() -> StationScreen:
        async with opened(tmp_path / "s") as shop:
            shop.engine.say_line(b'{"v":1,"kind":"view","body":{}}\n')
            await shop.until(lambda: bool(shop.screen.sentence))
            return shop.screen

    screen = asyncio.run(scenario())
    assert screen.return_value == 1
    assert screen.sentence == "屏幕与服务的版本不同，请重新启动站点。"


def test_a_key_meant_for_the_page_before_is_not_taken_for_the_new_page(tmp_path: Path) -> None:
    """Typing ahead in the wait must not say that the cash was handed over."""

    async def scenario() -> None:
        assert SETTLE_S > 0
        async with opened(tmp_path / "s", settle_s=3600) as shop:
            amount = await shop.show(VIEWS[Page.AMOUNT])
            await shop.press("300 ")
            assert await shop.engine.next() == Command(amount, Act.AMOUNT, "30000")
            await shop.show(VIEWS[Page.WAIT])
            await shop.show(VIEWS[Page.APPROVED])
            await shop.press("1")
            assert not shop.screen.counter.awaiting

    asyncio.run(scenario())


def test_in_a_kiosk_no_key_ends_the_screen(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with opened(tmp_path / "s") as shop:
            await shop.show(VIEWS[Page.HOME])
            await shop.pilot.press("ctrl+q", "ctrl+c", "ctrl+z", "ctrl+p", "ctrl+d", "f1")
            assert shop.screen.is_running
            assert "按数字选择" in shop.text

    asyncio.run(scenario())


def test_the_leave_key_ends_the_screen_only(tmp_path: Path) -> None:
    async def scenario() -> StationScreen:
        async with opened(tmp_path / "s", leave_key="ctrl+q") as shop:
            await shop.show(VIEWS[Page.HOME])
            await shop.pilot.press("ctrl+q")
            await shop.engine.all_gone()
            return shop.screen

    assert asyncio.run(scenario()).return_value == 0


def test_f2_changes_the_colours_and_8_the_language(shop: Callable[[Scenario], None]) -> None:
    async def scenario(shop: Shop) -> None:
        await shop.show(VIEWS[Page.HOME])
        await shop.pilot.press("f2")
        assert shop.screen.counter.talk.state.theme is Theme.NIGHT
        await shop.press("81")
        assert "Hand over cash only when the screen says so" in shop.text

    shop(scenario)


def test_a_touch_presses_the_key_whose_words_it_hits(shop: Callable[[Scenario], None]) -> None:
    async def scenario(shop: Shop) -> None:
        home = await shop.show(VIEWS[Page.HOME])
        lines = shop.text.split("\n")
        row = next(row for row, line in enumerate(lines) if "查询余额" in line)
        await shop.pilot.click(offset=(14, row))
        assert await shop.engine.next() == Command(home, Act.BALANCE)

    shop(scenario)


def test_a_larger_terminal_is_used_at_once(shop: Callable[[Scenario], None]) -> None:
    async def scenario(shop: Shop) -> None:
        await shop.show(VIEWS[Page.AMOUNT])
        await shop.pilot.resize_terminal(120, 40)
        await shop.until(lambda: len(shop.screen.face.lines) == 40)
        assert "######" in shop.text

    shop(scenario)


def test_only_lines_that_changed_are_painted_again(shop: Callable[[Scenario], None]) -> None:
    async def scenario(shop: Shop) -> None:
        await shop.show(VIEWS[Page.WAIT])
        before = shop.screen.face.lines
        older = replace(shop.screen.counter.talk.state, age_ms=1000)
        shop.screen.counter.become(older)
        changed = [a for a, b in zip(before, shop.screen.face.lines, strict=True) if a != b]
        assert ["第" in text_of(line) for line in changed] == [True]

    shop(scenario)
