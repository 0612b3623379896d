"""The engine's end of the socket: no screen ends it, and none holds up the engine or another."""

from __future__ import annotations

import os
import resource
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from queue import Queue

import pytest

from terminal.feed.codec import ENGINE_LINE_BYTES_MAX, decode_from_engine, encode
from terminal.feed.server import QUEUE_BYTES_MAX, SCREENS_MAX, FeedServer
from terminal.feed.views import (
    Act,
    Command,
    FromEngine,
    Page,
    Question,
    Reprint,
    Today,
    TodayItem,
    View,
)
from tests.ui.examples import VIEWS

WAIT_S = 5.0
HOME = VIEWS[Page.HOME]
LOCK = Command(1, Act.LOCK)
TODAY = Question(1, "today")
LONG = "长" * 100_000  # more than a socket takes at once, and seven of them more than a queue
ITEM = TodayItem(1, 1, "01", "withdrawal", 1, "", 1, "open", "", "", ("x" * 90,) * 8)
PIPE_BYTES = 64 * 1024  # pipe(7): what a pipe holds before a writer has to wait

Said = Command | Reprint
Reply = Callable[[FromEngine], None]


class Engine:
    """The engine's side: keys and questions come out of queues, or meet a mistake, or an answer."""

    def __init__(self, path: Path) -> None:
        self.said: Queue[Said] = Queue()
        self.asked: Queue[tuple[Question, Reply]] = Queue()
        self.ends: Queue[None] = Queue()
        self.mistake: BaseException | None = None
        self.answer: Callable[[Reply], None] | None = None
        self.server = FeedServer(path, self._said, self._asked, lambda: self.ends.put(None))

    def _said(self, said: Said) -> None:
        if self.mistake is not None:
            raise self.mistake
        self.said.put(said)

    def _asked(self, question: Question, reply: Reply) -> None:
        if self.answer is not None:
            self.answer(reply)
        else:
            self.asked.put((question, reply))


class Screen:
    """A real connection; it reads only when it is told to."""

    def __init__(self, path: Path) -> None:
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(WAIT_S)
        self.path = path
        self._lines = self.socket.makefile("rb")

    def connect(self) -> Screen:
        self.socket.connect(str(self.path))
        return self

    def say(self, line: bytes) -> None:
        self.socket.sendall(line)

    def next(self) -> FromEngine:
        return decode_from_engine(self._lines.readline())

    def dropped_after(self) -> int:
        """The bytes that still came before the server's end of the connection."""
        came = 0
        try:
            while got := self._lines.read1():
                came += len(got)
        except ConnectionResetError:
            pass
        return came

    def close(self) -> None:
        self._lines.close()
        self.socket.close()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "station.sock"


@pytest.fixture
def engine(path: Path) -> Iterator[Engine]:
    engine = Engine(path)
    engine.server.publish(HOME)
    engine.server.start()
    yield engine
    engine.server.stop()


@pytest.fixture
def come(path: Path) -> Iterator[Callable[[], Screen]]:
    came: list[Screen] = []

    def one() -> Screen:
        came.append(Screen(path))
        return came[-1].connect()

    yield one
    for screen in came:
        screen.close()


Come = Callable[[], Screen]


@contextmanager
def no_descriptors_left() -> Iterator[None]:
    """As a leak would leave the process: every descriptor is taken."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(open_files()) + 32, hard))
    taken: list[int] = []
    try:
        while True:
            taken.append(os.open(os.devnull, os.O_RDONLY))
    except OSError:
        yield
    finally:
        for number in taken:
            os.close(number)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def open_files() -> set[int]:
    return {int(name) for name in os.listdir("/proc/self/fd")}


def done_in_time(work: Callable[[], object]) -> bool:
    """Whether it ends; in a thread of its own, so that what hangs fails and nothing more."""
    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    thread.join(WAIT_S)
    return not thread.is_alive()


def still_serves(engine: Engine, screen: Screen, note: str = "still here") -> bool:
    engine.server.publish(replace(HOME, note=note))
    screen.say(encode(LOCK))
    return screen.next() == replace(HOME, note=note) and engine.said.get(timeout=WAIT_S) == LOCK


def test_a_screen_gets_the_newest_view_and_then_every_further_one(
    engine: Engine, come: Come
) -> None:
    screen = come()
    assert screen.next() == HOME
    assert still_serves(engine, screen)


def test_an_answer_goes_to_the_screen_that_asked(engine: Engine, come: Come) -> None:
    asking, other = come(), come()
    assert [asking.next(), other.next()] == [HOME, HOME]
    asking.say(encode(TODAY))
    question, reply = engine.asked.get(timeout=WAIT_S)
    reply(Today(question.number, (ITEM,)))
    assert asking.next() == Today(1, (ITEM,))
    assert still_serves(engine, other)


# --- what a screen can do

NESTED = b'{"v":2,"kind":"command","body":' + b"[" * 30_000 + b"\n"


@pytest.mark.parametrize(
    "line",
    [NESTED, b"[" * 30_000 + b"\n", b"\xff\n", b"\n", b"x" * 200_000, b'{"v":1,"kind":"lock"}\n'],
    ids=["nested", "nested outside", "no text", "nothing", "endless", "another release"],
)
def test_a_screen_that_talks_nonsense_is_dropped_and_nobody_else_is(
    engine: Engine, come: Come, line: bytes
) -> None:
    good, bad = come(), come()
    assert [good.next(), bad.next()] == [HOME, HOME]
    bad.say(line)
    bad.dropped_after()
    assert still_serves(engine, good)
    assert engine.ends.empty()


def test_a_mistake_of_ours_costs_one_connection(
    engine: Engine, come: Come, caplog: pytest.LogCaptureFixture
) -> None:
    good, bad = come(), come()
    assert [good.next(), bad.next()] == [HOME, HOME]
    engine.mistake = ValueError("11010519491231002X")
    bad.say(encode(LOCK))
    bad.dropped_after()
    engine.mistake = None
    assert still_serves(engine, good)
    assert "ValueError" in caplog.text
    assert "11010519491231002X" not in caplog.text


def test_a_screen_that_does_not_read_holds_up_no_other_and_is_dropped(
    engine: Engine, come: Come
) -> None:
    stuck, other = come(), come()
    assert other.next() == HOME
    numbers = range(2 * QUEUE_BYTES_MAX // len(LONG.encode()))
    views = [replace(HOME, serial=number, note=LONG) for number in numbers]
    seen: list[FromEngine] = []

    def show_all() -> None:
        for view in views:
            engine.server.publish(view)
            seen.append(other.next())

    assert done_in_time(show_all)
    assert seen == views
    in_the_socket = 1024 * 1024
    assert stuck.dropped_after() < QUEUE_BYTES_MAX + in_the_socket


def test_a_screen_that_asks_and_does_not_read_is_dropped(engine: Engine, come: Come) -> None:
    stuck = come()
    stuck.say(encode(TODAY))
    question, reply = engine.asked.get(timeout=WAIT_S)
    answer = Today(question.number, (ITEM,) * 600)
    times = 2 * QUEUE_BYTES_MAX // len(encode(answer)) + 1
    assert done_in_time(lambda: [reply(answer) for _ in range(times)])
    assert stuck.dropped_after() < 2 * QUEUE_BYTES_MAX
    reply(answer)  # to nobody


def test_the_longest_answer_does_not_cost_a_screen_its_connection(
    engine: Engine, come: Come
) -> None:
    screen = come()
    assert screen.next() == HOME
    room = ENGINE_LINE_BYTES_MAX - len(encode(Today(1, (ITEM,))))
    longest = Today(1, (replace(ITEM, card="x" * room),))

    def answer(reply: Reply) -> None:
        reply(longest)
        engine.server.publish(replace(HOME, note=LONG))

    engine.answer = answer
    screen.say(encode(TODAY))
    assert screen.next() == longest


def test_an_answer_beyond_all_bounds_is_not_the_engine_s_end(
    engine: Engine, come: Come, caplog: pytest.LogCaptureFixture
) -> None:
    screen = come()
    assert screen.next() == HOME
    screen.say(encode(TODAY))
    question, reply = engine.asked.get(timeout=WAIT_S)
    reply(Today(question.number, (ITEM,) * 2000))
    engine.server.publish(replace(HOME, note="x" * ENGINE_LINE_BYTES_MAX))
    assert still_serves(engine, screen)
    assert caplog.text.count("at most") == 2


def test_more_screens_than_a_shop_can_have_are_turned_away(engine: Engine, come: Come) -> None:
    screens: list[Screen] = []
    for _ in range(SCREENS_MAX):
        screens.append(come())
        assert screens[-1].next() == HOME
    assert come().dropped_after() == 0
    screens[0].close()
    assert still_serves(engine, screens[1])
    assert come().next().note == "still here"  # type: ignore[union-attr]


# --- what the machine can do


def test_without_a_descriptor_the_screens_that_are_there_go_on_and_new_ones_come_later(
    engine: Engine, come: Come, path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    here, late = come(), Screen(path)
    assert here.next() == HOME
    with no_descriptors_left():
        late.connect()
        assert still_serves(engine, here, "first")
        assert still_serves(engine, here, "second")
        assert caplog.text.count("Too many open files") == 1  # it does not try as fast as it can
    view = late.next()
    assert isinstance(view, View)
    assert view.note == "second"
    late.close()


def test_an_engine_is_never_held_up_by_a_feed_that_does_not_wake(path: Path) -> None:
    asleep = Engine(path).server

    def publish_all() -> None:
        for _ in range(PIPE_BYTES + 1):
            asleep.publish(HOME)

    assert done_in_time(publish_all)
    asleep.stop()


def test_a_feed_that_ends_in_spite_of_all_ends_the_station(engine: Engine, come: Come) -> None:
    engine.mistake = SystemExit()
    come().say(encode(LOCK))
    engine.ends.get(timeout=WAIT_S)


DEAF = """
import queue, signal, sys
from pathlib import Path
from terminal.feed.server import FeedServer
inbox = queue.SimpleQueue()
signal.signal(signal.SIGTERM, lambda *_: inbox.put("asked to stop"))
server = FeedServer(Path(sys.argv[1]), said=lambda _: sys.exit(), asked=lambda *_: None)
server.start()
print("ready", flush=True)
print(inbox.get(timeout=60), flush=True)
"""


def test_a_sleeping_engine_is_woken_to_end_when_its_feed_has_ended(path: Path, come: Come) -> None:
    station = subprocess.Popen(
        [sys.executable, "-c", DEAF, str(path)], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    try:
        assert station.stdout is not None
        assert station.stdout.readline() == b"ready\n"
        come().say(encode(LOCK))
        out, err = station.communicate(timeout=WAIT_S)
    finally:
        station.kill()
    assert (out, station.returncode) == (b"asked to stop\n", 0)
    assert b"SystemExit" in err


# --- its end


def test_a_feed_that_is_stopped_leaves_no_descriptor_and_no_socket(path: Path) -> None:
    before = open_files()
    engine = Engine(path)
    engine.server.start()
    screen = Screen(path).connect()
    engine.server.publish(HOME)
    assert screen.next() == HOME
    engine.server.stop()
    engine.server.publish(HOME)
    screen.close()
    assert open_files() == before
    assert not path.exists()


def test_a_feed_that_never_started_can_be_stopped(path: Path) -> None:
    """The journal is full at the start: one plain line, and nothing else goes wrong on the way."""
    before = open_files()
    Engine(path).server.stop()
    assert open_files() == before
    assert not path.exists()
