"""A device's place on the counter: tasks, health, cable out and in again (`devices/README.md`)."""

from __future__ import annotations

import os
import pty
import select
import threading
import tty
from collections.abc import Callable, Iterator
from pathlib import Path
from queue import Empty, Queue

import pytest

from drivers.api import DeviceFault, Fault, Notice, PortError
from drivers.attachment import Attachment, Health, retry_wait_s
from drivers.port import LineSettings, Port, open_port
from protocol.errors import OurMistake

WAIT_S = 3.0  # a cable that comes back is usable within 3 s
NOTICE_S = 2.0


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
            lambda: Bell(open_port(str(socket.path), LineSettings())),
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


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_driver_that_fails_leaves_nobody_without_an_answer(
    attach: Attach, socket: Socket, health: Queue[Health]
) -> None:
    socket.plug()
    place = attach()
    assert next_health(health) == (True, None)
    assert answer_of(place, lambda bell: 1 // 0) is Fault.NOT_UNDERSTOOD
    assert next_health(health) == (False, Fault.BROKEN)
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
