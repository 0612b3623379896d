"""A device's place on the counter: tasks, health, cable out and in again (`devices/README.md`)."""

from __future__ import annotations

import os
import pty
import select
import threading
import tty
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from queue import Empty, Queue
from typing import NoReturn

import pytest

from drivers.api import DeviceFault, Fault, Notice, PortError
from drivers.attachment import Attachment, Health, retry_wait_s
from drivers.port import LineSettings, Port, open_port
from protocol.errors import OurMistake

WAIT_S = 3.0  # a cable that comes back is usable within 3 s
NOTICE_S = 2.0
TRACK = "6212345678901232=2912"  # `pinpad-uic.md` section 5 has the number


class Bell:
    """The simplest device: its heartbeat is one byte answered by one byte."""

    def __init__(self, port: Port) -> None:
        self.port = port

    def poll(self) -> Notice | None:
        self.port.write(b"?")
        answer = self.port.read(self.port.now() + 0.2)
        if answer not in (b"!", b"l"):
            raise DeviceFault(Fault.COVER_OPEN if answer == b"c" else Fault.SILENT)
        return Notice.PAPER_LOW if answer == b"l" else None

    def ring(self) -> str:
        self.port.write(b"r")
        return self.port.read(self.port.now() + WAIT_S).decode()

    def listen(self) -> str:
        heard = self.port.listen(self.port.now() + WAIT_S)
        self.port.resume()
        return "interrupted" if heard is None else heard.decode()

    def cancel(self) -> None:
        self.port.interrupt()

    def close(self) -> None:
        self.port.close()


class Socket:
    """The counter's end of the cable: a name that leads to a pty, or nowhere."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "tty-bell"
        self.answers = {b"?": b"!", b"r": b"dong"}
        self._master = -1
        self._pulled = threading.Event()
        self._far_end = threading.Thread()

    def plug(self) -> None:
        self._master, slave = pty.openpty()
        tty.setraw(slave)
        self.path.symlink_to(os.ttyname(slave))
        self._pulled.clear()
        self._far_end = threading.Thread(target=self._answer, args=(slave,), daemon=True)
        self._far_end.start()

    def pull(self) -> None:
        self.path.unlink(missing_ok=True)
        self._pulled.set()
        if self._far_end.is_alive():
            self._far_end.join(WAIT_S)

    def say(self, data: bytes) -> None:
        os.write(self._master, data)

    def _answer(self, slave: int) -> None:
        while not self._pulled.is_set():
            if select.select([self._master], [], [], 0.02)[0]:
                asked = os.read(self._master, 1)
                os.write(self._master, self.answers.get(asked, b""))
        os.close(slave)
        os.close(self._master)


@pytest.fixture
def socket(tmp_path: Path) -> Iterator[Socket]:
    outlet = Socket(tmp_path)
    yield outlet
    outlet.pull()


@pytest.fixture
def health() -> Queue[Health]:
    return Queue()


@pytest.fixture
def attach(socket: Socket, health: Queue[Health]) -> Iterator[Callable[..., Attachment[Bell]]]:
    attached: list[Attachment[Bell]] = []

    def made(heartbeat_s: float = 60.0) -> Attachment[Bell]:
        place = Attachment(
            "bell",
            lambda: Bell(line_to(socket)),
            health.put,
            heartbeat_s=heartbeat_s,
        )
        attached.append(place)
        place.start()
        return place

    yield made
    for place in attached:
        place.stop()


Attach = Callable[..., Attachment[Bell]]


def line_to(socket: Socket) -> Port:
    return open_port(str(socket.path), LineSettings())


@contextmanager
def attached(
    opener: Callable[[], Bell], health: Queue[Health], heartbeat_s: float = 60.0
) -> Iterator[Attachment[Bell]]:
    place = Attachment("bell", opener, health.put, heartbeat_s=heartbeat_s)
    place.start()
    yield place
    place.stop()


def misread(said: object) -> NoReturn:
    """A mistake of ours that quotes card data."""
    raise KeyError(TRACK)


def answer_of(place: Attachment[Bell], task: Callable[[Bell], object]) -> object:
    """The one answer of a task, or its fault."""
    answers: Queue[object] = Queue()
    place.do(task, answers.put)
    got = answers.get(timeout=WAIT_S)
    with pytest.raises(Empty):
        answers.get_nowait()
    return got.fault if isinstance(got, DeviceFault) else got


def next_health(health: Queue[Health], timeout_s: float = WAIT_S) -> tuple[bool, Fault | None]:
    told = health.get(timeout=timeout_s)
    return told.present, told.fault


def test_a_task_runs_in_the_devices_thread_and_is_answered_there(
    socket: Socket, attach: Attach
) -> None:
    socket.plug()
    place, threads = attach(), Queue[str]()
    place.do(lambda bell: bell.ring(), lambda _: threads.put(threading.current_thread().name))
    assert threads.get(timeout=WAIT_S) == "device-bell"
    assert answer_of(place, lambda bell: bell.ring()) == "dong"


def test_a_station_starts_with_a_cable_pulled(
    attach: Attach, health: Queue[Health], socket: Socket
) -> None:
    place = attach()
    told = health.get(timeout=WAIT_S)
    assert (told.present, told.fault) == (False, Fault.GONE)
    assert str(socket.path) in told.detail
    assert answer_of(place, lambda bell: bell.ring()) is Fault.GONE


def test_a_cable_plugged_in_later_is_found(
    attach: Attach, health: Queue[Health], socket: Socket
) -> None:
    place = attach()
    assert next_health(health) == (False, Fault.GONE)
    socket.plug()
    assert next_health(health) == (True, None)
    assert answer_of(place, lambda bell: bell.ring()) == "dong"


def test_a_cable_pulled_while_idle_is_noticed(
    attach: Attach, health: Queue[Health], socket: Socket
) -> None:
    socket.plug()
    attach()
    assert next_health(health) == (True, None)
    socket.pull()
    assert next_health(health, NOTICE_S) == (False, Fault.GONE)


def test_a_cable_pulled_during_a_task_answers_it_and_comes_back(
    attach: Attach, health: Queue[Health], socket: Socket
) -> None:
    socket.plug()
    place = attach()
    assert next_health(health) == (True, None)
    threading.Timer(0.1, socket.pull).start()
    assert answer_of(place, lambda bell: bell.listen()) is Fault.GONE
    assert next_health(health) == (False, Fault.GONE)
    socket.plug()
    assert next_health(health) == (True, None)


def test_health_is_reported_when_it_changes_and_not_again(
    attach: Attach, health: Queue[Health], socket: Socket
) -> None:
    socket.plug()
    attach(heartbeat_s=0.05)
    assert next_health(health) == (True, None)
    socket.answers[b"?"] = b"c"
    assert next_health(health) == (True, Fault.COVER_OPEN)
    with pytest.raises(Empty):
        health.get(timeout=0.2)
    socket.answers[b"?"] = b"!"
    assert next_health(health) == (True, None)


def test_a_notice_is_reported_while_the_device_is_well_and_when_it_is_over(
    attach: Attach, health: Queue[Health], socket: Socket
) -> None:
    socket.plug()
    attach(heartbeat_s=0.05)
    assert health.get(timeout=WAIT_S).notice is None
    socket.answers[b"?"] = b"l"
    assert health.get(timeout=WAIT_S) == Health("bell", True, None, notice=Notice.PAPER_LOW)
    with pytest.raises(Empty):
        health.get(timeout=0.2)
    socket.answers[b"?"] = b"!"
    assert health.get(timeout=WAIT_S) == Health("bell", True, None)


def test_a_device_that_falls_silent_is_absent(
    attach: Attach, health: Queue[Health], socket: Socket
) -> None:
    socket.plug()
    attach(heartbeat_s=0.05)
    assert next_health(health) == (True, None)
    socket.answers[b"?"] = b""
    assert next_health(health) == (False, Fault.SILENT)


def test_a_task_is_not_held_up_by_bytes_that_nobody_asked_for(
    attach: Attach, health: Queue[Health], socket: Socket
) -> None:
    socket.plug()
    place = attach()
    assert next_health(health) == (True, None)
    socket.say(b"unasked")
    assert answer_of(place, lambda bell: bell.ring()) in ("dong", "unaskeddong")


def test_a_cancel_interrupts_the_task_under_way(
    attach: Attach, health: Queue[Health], socket: Socket
) -> None:
    socket.plug()
    place, under_way, answers = attach(), threading.Event(), Queue[object]()

    def listen(bell: Bell) -> str:
        under_way.set()
        return bell.listen()

    place.do(listen, answers.put)
    assert under_way.wait(WAIT_S)
    place.cancel()
    assert answers.get(timeout=1) == "interrupted"


def test_a_cancel_right_after_the_order_is_not_lost(attach: Attach, socket: Socket) -> None:
    socket.plug()
    place, answers = attach(), Queue[object]()
    for _ in range(20):
        place.do(lambda bell: bell.listen(), answers.put)
        place.cancel()
        assert answers.get(timeout=1) == "interrupted"


def test_a_cancel_while_idle_does_nothing_to_the_next_task(
    attach: Attach, health: Queue[Health], socket: Socket
) -> None:
    socket.plug()
    place = attach()
    assert next_health(health) == (True, None)
    place.cancel()
    threading.Timer(0.1, socket.say, [b"ding"]).start()
    assert answer_of(place, lambda bell: bell.listen()) == "ding"


def test_a_cancel_while_an_earlier_task_runs_reaches_what_waits_behind_it(
    attach: Attach, socket: Socket, health: Queue[Health]
) -> None:
    """The operator's Esc while the pad is loading a key: the PIN entry behind it is not begun."""
    socket.plug()
    place, loading, loaded, answers = (
        attach(),
        threading.Event(),
        threading.Event(),
        Queue[object](),
    )
    place.do(lambda bell: (loading.set(), loaded.wait(WAIT_S)), lambda _: None)
    assert loading.wait(WAIT_S)
    place.do(lambda bell: bell.listen(), answers.put)
    place.cancel()
    loaded.set()
    assert answers.get(timeout=1) == "interrupted"


def test_a_cancel_is_not_for_what_is_ordered_after_it(
    attach: Attach, socket: Socket, health: Queue[Health]
) -> None:
    socket.plug()
    place, loading, loaded, answers = (
        attach(),
        threading.Event(),
        threading.Event(),
        Queue[object](),
    )
    place.do(lambda bell: (loading.set(), loaded.wait(WAIT_S)), lambda _: None)
    assert loading.wait(WAIT_S)
    place.cancel()
    place.do(lambda bell: bell.listen(), answers.put)
    loaded.set()
    with pytest.raises(Empty):
        answers.get(timeout=0.2)
    socket.say(b"ding")
    assert answers.get(timeout=WAIT_S) == "ding"


def test_tasks_run_one_after_the_other(attach: Attach, socket: Socket) -> None:
    socket.plug()
    place, answers = attach(), Queue[object]()
    for number in range(5):
        place.do(lambda bell, number=number: (bell.ring(), number), answers.put)  # type: ignore[misc]
    assert [answers.get(timeout=WAIT_S) for _ in range(5)] == [("dong", n) for n in range(5)]


def test_our_own_mistake_in_a_task_is_answered_as_a_fault(attach: Attach, socket: Socket) -> None:
    socket.plug()

    def mistaken(bell: Bell) -> None:
        raise OurMistake("no such amount")

    assert answer_of(attach(), mistaken) is Fault.NOT_UNDERSTOOD


def test_stopping_ends_a_task_under_way_and_answers_what_comes_after(
    attach: Attach, socket: Socket
) -> None:
    socket.plug()
    place, under_way, answers = attach(), threading.Event(), Queue[object]()
    place.do(lambda bell: (under_way.set(), bell.listen()), answers.put)
    assert under_way.wait(WAIT_S)
    place.stop()
    got = answers.get(timeout=1)
    assert isinstance(got, DeviceFault)
    assert answer_of(place, lambda bell: bell.ring()) is Fault.GONE


def test_a_driver_that_fails_is_a_fault_and_is_of_use_again_soon(
    attach: Attach, socket: Socket, health: Queue[Health]
) -> None:
    socket.plug()
    place = attach()
    assert next_health(health) == (True, None)
    assert answer_of(place, misread) is Fault.BROKEN
    assert next_health(health) == (False, Fault.BROKEN)
    assert next_health(health) == (True, None)
    assert answer_of(place, lambda bell: bell.ring()) == "dong"


def test_the_port_of_a_driver_that_failed_is_closed(
    attach: Attach, socket: Socket, health: Queue[Health]
) -> None:
    socket.plug()
    place, ports = attach(), Queue[Port]()
    place.do(lambda bell: (ports.put(bell.port), misread(bell)), lambda _: None)
    assert next_health(health) == (True, None)
    assert next_health(health) == (False, Fault.BROKEN)
    with pytest.raises(DeviceFault, match="closed"):
        ports.get(timeout=WAIT_S).write(b"?")


def test_what_waited_behind_a_failure_is_answered(attach: Attach, socket: Socket) -> None:
    socket.plug()
    place, answers, failed = attach(), Queue[object](), Queue[object]()
    place.do(misread, failed.put)
    place.do(lambda bell: bell.ring(), answers.put)
    assert isinstance(failed.get(timeout=WAIT_S), DeviceFault)
    got = answers.get(timeout=WAIT_S)
    assert isinstance(got, DeviceFault)
    assert got.fault is Fault.GONE


def test_a_failure_is_one_line_that_names_type_and_place_and_no_data(
    attach: Attach, socket: Socket, health: Queue[Health], caplog: pytest.LogCaptureFixture
) -> None:
    socket.plug()
    place = attach()
    assert next_health(health) == (True, None)
    assert answer_of(place, misread) is Fault.BROKEN
    told = health.get(timeout=WAIT_S)
    (line,) = caplog.text.splitlines()
    for text in (line, told.detail):
        assert "KeyError" in text
        assert "test_attachment.py" in text
        assert TRACK not in text


def test_a_heartbeat_that_fails_costs_the_device_a_moment(
    socket: Socket, health: Queue[Health]
) -> None:
    socket.plug()
    wrong = threading.Event()

    class Clumsy(Bell):
        def poll(self) -> Notice | None:
            return misread(self) if wrong.is_set() else super().poll()

    with attached(lambda: Clumsy(line_to(socket)), health, heartbeat_s=0.05) as place:
        assert next_health(health) == (True, None)
        wrong.set()
        assert next_health(health) == (False, Fault.BROKEN)
        wrong.clear()
        assert next_health(health) == (True, None)
        assert answer_of(place, lambda bell: bell.ring()) == "dong"


def test_a_driver_that_cannot_be_made_is_tried_again(socket: Socket, health: Queue[Health]) -> None:
    socket.plug()
    tries: list[None] = []

    def opener() -> Bell:
        bell = Bell(line_to(socket))
        tries.append(None)
        if len(tries) == 1:
            bell.close()
            misread(bell)
        return bell

    with attached(opener, health):
        assert next_health(health) == (False, Fault.BROKEN)
        assert next_health(health) == (True, None)


def test_a_driver_that_fails_all_the_time_is_not_opened_all_the_time(
    socket: Socket, health: Queue[Health]
) -> None:
    socket.plug()
    opened = Queue[None]()

    class Hopeless(Bell):
        def poll(self) -> Notice | None:
            opened.put(None)
            return misread(self)

    with attached(lambda: Hopeless(line_to(socket)), health):
        opened.get(timeout=WAIT_S)
        with pytest.raises(Empty):
            opened.get(timeout=0.3)  # `devices/README.md` rule 2: every second
        assert next_health(health) == (False, Fault.BROKEN)
        with pytest.raises(Empty):
            health.get(timeout=0.1)


def test_a_driver_that_cannot_even_let_go_loses_its_port_all_the_same(
    socket: Socket, health: Queue[Health]
) -> None:
    socket.plug()
    ports: list[Port] = []

    class Clinging(Bell):
        def close(self) -> None:
            ports.append(self.port)
            misread(self)

    with attached(lambda: Clinging(line_to(socket)), health) as place:
        assert next_health(health) == (True, None)
        assert answer_of(place, misread) is Fault.BROKEN
        assert next_health(health) == (False, Fault.BROKEN)
        assert next_health(health) == (True, None)
        with pytest.raises(DeviceFault, match="closed"):
            ports[0].write(b"?")


def test_an_answer_that_nobody_can_take_is_not_the_devices_fault(
    attach: Attach, socket: Socket, health: Queue[Health], caplog: pytest.LogCaptureFixture
) -> None:
    socket.plug()
    place = attach()
    assert next_health(health) == (True, None)
    place.do(lambda bell: bell.ring(), misread)
    assert answer_of(place, lambda bell: bell.ring()) == "dong"
    with pytest.raises(Empty):
        health.get_nowait()
    (line,) = caplog.text.splitlines()
    assert "KeyError" in line
    assert TRACK not in line


def test_an_answer_that_nobody_can_take_while_it_is_away_leaves_the_next_its_own(
    attach: Attach, health: Queue[Health]
) -> None:
    place = attach()
    assert next_health(health) == (False, Fault.GONE)
    place.do(lambda bell: bell.ring(), misread)
    assert answer_of(place, lambda bell: bell.ring()) is Fault.GONE


@pytest.mark.parametrize(("absent_s", "wait_s"), [(0, 1), (59, 1), (60, 10), (3600, 10)])
def test_it_is_opened_again_every_second_for_a_minute_then_every_ten(
    absent_s: float, wait_s: float
) -> None:
    assert retry_wait_s(absent_s) == wait_s


def test_a_port_that_cannot_exist_is_health_and_a_message(health: Queue[Health]) -> None:
    def opener() -> Bell:
        raise PortError("no device model 'bel'; known are bell")

    place = Attachment("bell", opener, health.put)
    place.start()
    told = health.get(timeout=WAIT_S)
    place.stop()
    assert (told.present, told.fault) == (False, Fault.GONE)
    assert "known are bell" in told.detail
