"""The engine's end of the socket: one thread, a few screens, the newest view to each.

A screen may vanish, stall or talk nonsense at any moment: it is dropped, never waited for, and
neither the engine nor another screen is held up. Should the thread end in spite of that, so does
the station: an engine that hears nobody must not look alive. The socket file is for the station's
user and group only.
"""

from __future__ import annotations

import logging
import os
import selectors
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from drivers.mistake import named
from terminal.feed.codec import (
    ENGINE_LINE_BYTES_MAX,
    SCREEN_LINE_BYTES_MAX,
    FeedError,
    decode_from_screen,
    encode,
)
from terminal.feed.views import Command, FromEngine, Question, Reprint, View

log = logging.getLogger("huinong.feed")

QUEUE_BYTES_MAX = 2 * ENGINE_LINE_BYTES_MAX  # the longest answer, and the views behind it
SCREENS_MAX = 16  # operator, villager, technician; a bound on descriptors and memory
ACCEPT_PAUSE_S = 1.0  # no descriptor left: the listener stays ready, asking at once is in vain
STOP_WAIT_S = 2.0


@dataclass(eq=False)
class _Screen:
    socket: socket.socket
    heard: bytearray = field(default_factory=bytearray)
    unsent: bytearray = field(default_factory=bytearray)
    overdue: bool = False  # it does not read: nothing more is kept for it

    def keep(self, line: bytes) -> None:
        self.overdue = self.overdue or len(self.unsent) + len(line) > QUEUE_BYTES_MAX
        if not self.overdue:
            self.unsent += line


def end_station() -> None:
    """As `systemctl stop` would, in order; the unit's Restart=always brings back one that hears.

    Sent to the main thread itself: a signal that another thread takes does not wake its engine.
    """
    main = threading.main_thread().ident
    assert main is not None
    signal.pthread_kill(main, signal.SIGTERM)


class FeedServer:
    """Listens on `path`. said, asked and ended are called in the server's thread.

    publish() and the replies to questions may come from any thread; they return at once.
    """

    def __init__(
        self,
        path: Path,
        said: Callable[[Command | Reprint], None],
        asked: Callable[[Question, Callable[[FromEngine], None]], None],
        ended: Callable[[], None] = end_station,
    ) -> None:
        self._said, self._asked, self._ended = said, asked, ended
        self._path = path
        self._listener = _listen(path)
        self._wake_in, self._wake_out = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._listener, selectors.EVENT_READ, self._accept)
        self._selector.register(self._wake_in, selectors.EVENT_READ, self._woken)
        self._accept_from: float | None = None  # monotonic s; None while it is listening
        self._stopping = False
        self._thread = threading.Thread(target=self._run, name="feed", daemon=True)
        self._lock = threading.Lock()  # guards everything below; never held while anything waits
        self._newest = b""
        self._screens: set[_Screen] = set()
        self._closed = False

    def start(self) -> None:
        self._thread.start()

    def publish(self, view: View) -> None:
        """Give every screen this view, and those that come later."""
        line = _line(view)
        if line is None:
            return
        with self._lock:
            self._newest = line
            self._give(line, self._screens)

    def stop(self) -> None:
        self._stopping = True
        with self._lock:
            self._give(b"", ())
        if self._thread.is_alive():
            self._thread.join(STOP_WAIT_S)
        with self._lock:
            self._close()
        with suppress(OSError):
            self._path.unlink()

    def _answer(self, screen: _Screen, reply: FromEngine) -> None:
        line = _line(reply)
        if line is None:
            return
        with self._lock:
            self._give(line, self._screens & {screen})

    def _give(self, line: bytes, screens: Iterable[_Screen]) -> None:
        """Keep `line` for them and wake the thread."""
        for screen in screens:
            screen.keep(line)
        if not self._closed:
            with suppress(BlockingIOError):  # full: it is awake, or will be
                os.write(self._wake_out, b"x")

    def _close(self) -> None:
        for screen in self._screens:
            screen.socket.close()
        self._screens.clear()
        if not self._closed:
            self._closed = True
            self._selector.close()
            self._listener.close()
            os.close(self._wake_in)
            os.close(self._wake_out)

    # --- in the server's thread

    def _run(self) -> None:
        try:
            while not self._stopping:
                self._turn()
        except BaseException as why:  # noqa: BLE001 - whatever it is, nobody hears the screens now
            log.critical("feed=ended why=%s", named(why))
            self._ended()

    def _turn(self) -> None:
        ready: dict[_Screen, int] = {}
        for key, events in self._selector.select(self._pause_s()):
            if isinstance(key.data, _Screen):
                ready[key.data] = events
            else:
                key.data()
        for screen in list(self._screens):
            self._serve(screen, ready.get(screen, 0))

    def _woken(self) -> None:
        with suppress(BlockingIOError):
            os.read(self._wake_in, 4096)

    # --- who comes

    def _pause_s(self) -> float | None:
        """Until the listener is looked at again; None: it is, wait for what comes."""
        if self._accept_from is None:
            return None
        left_s = self._accept_from - time.monotonic()
        if left_s > 0:
            return left_s
        self._accept_from = None
        self._selector.register(self._listener, selectors.EVENT_READ, self._accept)
        return None

    def _accept(self) -> None:
        try:
            peer, _ = self._listener.accept()
        except OSError as why:
            log.error("accept=%s", why.strerror)
            self._selector.unregister(self._listener)
            self._accept_from = time.monotonic() + ACCEPT_PAUSE_S
            return
        if len(self._screens) >= SCREENS_MAX:
            log.warning("screen=refused why=there are %d", SCREENS_MAX)
            peer.close()
            return
        self._admit(peer)

    def _admit(self, peer: socket.socket) -> None:
        peer.setblocking(False)
        screen = _Screen(peer)
        try:
            self._selector.register(peer, selectors.EVENT_READ, screen)
        except OSError as why:
            log.error("screen=refused why=%s", why.strerror)
            peer.close()
            return
        with self._lock:
            screen.keep(self._newest)
            self._screens.add(screen)

    # --- one screen: whatever happens is its own trouble

    def _serve(self, screen: _Screen, events: int) -> None:
        try:
            if events & selectors.EVENT_WRITE:
                with self._lock:
                    del screen.unsent[: screen.socket.send(screen.unsent)]
            if events & selectors.EVENT_READ:
                self._hear(screen)
            self._wait_for(screen)
        except OSError:  # it has gone
            self._drop(screen)
        except FeedError as why:
            log.warning("screen=dropped why=%s", why)
            self._drop(screen)
        except Exception as why:  # noqa: BLE001 - a mistake of ours must not deafen the engine
            log.error("screen=dropped why=%s", named(why))
            self._drop(screen)

    def _wait_for(self, screen: _Screen) -> None:
        if screen.overdue:
            raise FeedError("it does not read")
        wanted = selectors.EVENT_READ | (selectors.EVENT_WRITE if screen.unsent else 0)
        if self._selector.get_key(screen.socket).events != wanted:
            self._selector.modify(screen.socket, wanted, screen)

    def _hear(self, screen: _Screen) -> None:
        got = screen.socket.recv(SCREEN_LINE_BYTES_MAX)
        if not got:
            raise ConnectionResetError
        screen.heard += got
        *lines, rest = screen.heard.split(b"\n")
        screen.heard = rest
        if len(rest) > SCREEN_LINE_BYTES_MAX:
            raise FeedError("a line without an end")
        for line in lines:
            self._pass_on(screen, bytes(line))

    def _pass_on(self, screen: _Screen, line: bytes) -> None:
        message = decode_from_screen(line)
        if isinstance(message, Question):
            self._asked(message, lambda reply: self._answer(screen, reply))
        else:
            self._said(message)

    def _drop(self, screen: _Screen) -> None:
        with self._lock:
            self._screens.discard(screen)
        with suppress(KeyError):
            self._selector.unregister(screen.socket)
        screen.socket.close()


def _line(message: FromEngine) -> bytes | None:
    """None when no screen could read it: what is shown is no reason for the engine to end."""
    try:
        return encode(message)
    except FeedError as why:
        log.error("not_shown=%s", why)
        return None


def _listen(path: Path) -> socket.socket:
    """A listening socket at `path`; a stale file of a dead engine is replaced."""
    with suppress(FileNotFoundError):
        path.unlink()
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    listener.bind(os.fspath(path))
    path.chmod(0o660)
    listener.listen(SCREENS_MAX)
    listener.setblocking(False)
    return listener
