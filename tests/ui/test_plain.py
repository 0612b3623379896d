"""`huinong ui --plain`: sheets on stdout, lines of stdin as keys."""

from __future__ import annotations

import asyncio
import io
import subprocess
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from pathlib import Path

from terminal.feed.views import Act, Alert, Command, Page, Question, View
from terminal.ui.plain import Echo, PlainFace
from terminal.ui.state import UiState
from tests.ui.examples import TODAY, VIEWS
from tests.ui.fake_engine import FakeEngine

WAIT_S = 5.0


class Paper(io.StringIO):
    """What was printed; a test waits for a text on it."""

    def __init__(self) -> None:
        super().__init__()
        self.printed = asyncio.Event()

    def write(self, text: str) -> int:
        self.printed.set()
        return super().write(text)

    async def until(self, text: str, times: int = 1) -> None:
        async with asyncio.timeout(WAIT_S):
            while self.getvalue().count(text) < times:
                self.printed.clear()
                await self.printed.wait()


@dataclass
class Run:
    engine: FakeEngine
    paper: Paper
    lines: asyncio.Queue[str | None]

    def type(self, *lines: str | None) -> None:
        for line in lines:
            self.lines.put_nowait(line)

    async def show(self, view: View, serial: int) -> None:
        self.engine.say(replace(view, serial=serial))
        await self.paper.until(f"== {view.page.value} #{serial} ==")


def play(path: Path, scenario: Callable[[Run], Awaitable[None]]) -> str:
    """What stands on the paper after `scenario` and the end of the input."""

    async def whole() -> str:
        async with FakeEngine(path) as engine:
            run = Run(engine, Paper(), asyncio.Queue())
            face = PlainFace(path, UiState(), run.paper, Echo(io.StringIO()))
            running = asyncio.create_task(face.run(run.lines))
            await scenario(run)
            engine.say(replace(VIEWS[Page.LOCKED], serial=99))  # the answer to what is still open
            run.type(None)
            assert await asyncio.wait_for(running, WAIT_S) == 0
            return run.paper.getvalue()

    return asyncio.run(whole())


def test_a_sheet_is_its_head_its_lines_and_its_keys(tmp_path: Path) -> None:
    async def scenario(run: Run) -> None:
        await run.show(VIEWS[Page.APPROVED], 9)

    text = play(tmp_path / "s", scenario)
    sheet = text[text.index("== approved #9 ==") :].split("\n")
    assert sheet[1] == "取款  ￥300.00  流水 000104"
    assert "请付现金   ￥300.00   叁佰元整" in sheet[3]
    ends = sheet.index("== locked #99 ==")
    assert sheet[ends - 1] == "1 现金已付 2 重打小票 3 没有付现金 …"


def test_the_same_serial_is_not_printed_again(tmp_path: Path) -> None:
    async def scenario(run: Run) -> None:
        await run.show(VIEWS[Page.WAIT], 3)
        run.engine.say(replace(VIEWS[Page.WAIT], serial=3, drawer_fen=1))
        await run.show(VIEWS[Page.APPROVED], 4)

    assert play(tmp_path / "s", scenario).count("== wait #3 ==") == 1


def test_an_alert_that_comes_up_on_a_sheet_already_printed_is_said_once(tmp_path: Path) -> None:
    home, said = replace(VIEWS[Page.HOME], alerts=()), "▲ 设备没有连接：打印机\n"
    pulled = replace(home, serial=1, alerts=(Alert("device_gone", detail="printer"),))

    async def scenario(run: Run) -> None:
        await run.show(home, 1)
        run.engine.say(pulled)
        await run.paper.until(said)
        run.engine.say(replace(pulled, drawer_fen=1))
        run.engine.say(replace(home, serial=1))  # plugged in
        run.engine.say(pulled)
        await run.paper.until(said, times=2)

    text = play(tmp_path / "s", scenario)
    assert text.count(said) == 2
    assert text.count("== home #1 ==") == 1


def test_an_alert_that_the_sheet_shows_is_not_said_again(tmp_path: Path) -> None:
    async def scenario(run: Run) -> None:
        await run.show(VIEWS[Page.HOME], 1)
        run.engine.say(replace(VIEWS[Page.HOME], serial=1, drawer_fen=1))

    shown = play(tmp_path / "s", scenario)
    assert shown.count("冲正未完成") == shown.count("== home #1 ==") == 1


def test_a_line_is_a_choice_a_number_enter_or_escape(tmp_path: Path) -> None:
    async def scenario(run: Run) -> None:
        await run.show(VIEWS[Page.HOME], 1)
        run.type("1")
        assert await run.engine.next() == Command(1, Act.WITHDRAWAL)
        await run.show(VIEWS[Page.AMOUNT], 2)
        run.type("300")
        assert await run.engine.next() == Command(2, Act.AMOUNT, "30000")
        await run.show(VIEWS[Page.CARD], 3)
        run.type("c")
        assert await run.engine.next() == Command(3, Act.CANCEL)
        await run.show(VIEWS[Page.STOPPED], 4)
        run.type("")
        assert await run.engine.next() == Command(4, Act.DONE)

    play(tmp_path / "s", scenario)


def test_lines_typed_ahead_wait_for_the_answer_to_the_line_before(tmp_path: Path) -> None:
    async def scenario(run: Run) -> None:
        run.type("1", "300")
        run.engine.say(replace(VIEWS[Page.HOME], serial=1))
        assert await run.engine.next() == Command(1, Act.WITHDRAWAL)
        run.engine.say(replace(VIEWS[Page.AMOUNT], serial=2))
        assert await run.engine.next() == Command(2, Act.AMOUNT, "30000")

    play(tmp_path / "s", scenario)


def test_a_line_in_flight_is_not_kept_for_the_page_after(tmp_path: Path) -> None:
    async def scenario(run: Run) -> None:
        await run.show(VIEWS[Page.WAIT], 1)
        run.type("1")
        await run.paper.until("? 这里没有这个键")
        await run.show(VIEWS[Page.APPROVED], 2)
        run.type("2")
        assert await run.engine.next() == Command(2, Act.PRINT_AGAIN)

    play(tmp_path / "s", scenario)


def test_a_wrong_amount_is_answered_with_its_rule(tmp_path: Path) -> None:
    async def scenario(run: Run) -> None:
        await run.show(VIEWS[Page.AMOUNT], 1)
        run.type("305")
        await run.paper.until("! 要输入 10 元的整数倍。")

    play(tmp_path / "s", scenario)


def test_the_list_of_today_is_printed_when_it_has_come(tmp_path: Path) -> None:
    async def scenario(run: Run) -> None:
        await run.show(VIEWS[Page.HOME], 1)
        run.type("6", "3")
        assert await run.engine.next() == Question(1, "today")
        run.engine.say(TODAY)
        await run.paper.until("== today_one #1 ==")

    assert "09:16:40  现金已付" in play(tmp_path / "s", scenario)


def test_an_engine_of_another_release_is_one_sentence_and_exit_code_1(tmp_path: Path) -> None:
    async def scenario() -> tuple[int, str]:
        async with FakeEngine(tmp_path / "s") as engine:
            engine.say_line(b'{"v":7,"kind":"view","body":{}}\n')
            paper = Paper()
            face = PlainFace(tmp_path / "s", UiState(), paper, Echo(io.StringIO()))
            code = await asyncio.wait_for(face.run(asyncio.Queue()), WAIT_S)
            return code, paper.getvalue()

    code, text = asyncio.run(scenario())
    assert code == 1
    assert text.endswith("屏幕与服务的版本不同，请重新启动站点。\n")


def test_without_a_socket_the_waiting_page_stands_and_the_end_of_input_is_0(
    tmp_path: Path,
) -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "terminal", "ui", "--plain", "--socket", str(tmp_path / "none")],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
    )
    assert (ran.returncode, ran.stderr) == (0, "")
    assert ran.stdout.startswith("== connecting #0 ==\n")
    assert "正在连接服务…" in ran.stdout
