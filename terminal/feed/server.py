"""The engine's end of the socket: one thread, any number of screens, the newest view to each.

A screen may vanish or stall at any moment: its queue is bounded and a screen that does not read is
dropped, never waited for. The socket file is for the station's user and group only.
"""

from __future__ import annotations

import os
import selectors
import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from terminal.feed.codec import FeedError, decode_from_screen, encode
from terminal.feed.views import Command, FromEngine, Question, Reprint, View

LINE_BYTES_MAX = 64 * 1024
QUEUE_BYTES_MAX = 1024 * 1024


@dataclass(eq=False)
class _Screen:
    socket: socket.socket
    heard: bytearray = field(default_factory=bytearray)
    unsent: bytearray = field(default_factory=bytearray)


class FeedServer:
    """Listens on `path`. said and asked are called in the server's thread."""

    def __init__(
        self,
        path: Path,
        said: Callable[[Command | Reprint], None],
        asked: Callable[[Question, Callable[[FromEngine], None]], None],
    ) -> None:
        self._said, self._asked = said, asked
        self._path = path
        self._newest = b""
        self._screens: set[_Screen] = set()
        self._lock = threading.Lock()
        self._selector = selectors.DefaultSelector()
        self._wake_in, self._wake_out = os.pipe()
        os.set_blocking(self._wake_in, False)
        self._listener = _listen(path)
        self._selector.register(self._listener, selectors.EVENT_READ, self._accept)
        self._selector.register(self._wake_in, selectors.EVENT_READ, self._woken)
        self._stopping = False
        self._thread = threading.Thread(target=self._run, name="feed", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def publish(self, view: View) -> None:
        """Give every screen this view; from the engine's thread."""
        line = encode(view)
        with self._lock:
            self._newest = line
            for screen in self._screens:
                screen.unsent += line
        self._wake()

    def stop(self) -> None:
        self._stopping = True
        self._wake()
        self._thread.join(timeout=2)
        with suppress(OSError):
            self._path.unlink()

    def _wake(self) -> None:
        os.write(self._wake_out, b"x")

    def _woken(self) -> None:
        with suppress(BlockingIOError):
            os.read(self._wake_in, 4096)

    def _run(self) -> None:
        while not self._stopping:
            for key, events in self._selector.select():
                if isinstance(key.data, _Screen):
                    self._serve(key.data, events)
                else:
                    key.data()
            self._watch_unsent()
        for screen in list(self._screens):
            self._drop(screen)
        self._listener.close()

    def _accept(self) -> None:
        peer, _ = self._listener.accept()
        peer.setblocking(False)
        with self._lock:
            screen = _Screen(peer, unsent=bytearray(self._newest))
            self._screens.add(screen)
        self._selector.register(peer, selectors.EVENT_READ, screen)

    def _watch_unsent(self) -> None:
        for screen in list(self._screens):
            if len(screen.unsent) > QUEUE_BYTES_MAX:
                self._drop(screen)
                continue
            wanted = selectors.EVENT_READ | (selectors.EVENT_WRITE if screen.unsent else 0)
            if self._selector.get_key(screen.socket).events != wanted:
                self._selector.modify(screen.socket, wanted, screen)

    def _serve(self, screen: _Screen, events: int) -> None:
        try:
            if events & selectors.EVENT_WRITE:
                with self._lock:
                    del screen.unsent[: screen.socket.send(screen.unsent)]
            if events & selectors.EVENT_READ:
                self._hear(screen)
        except (OSError, FeedError):
            self._drop(screen)

    def _hear(self, screen: _Screen) -> None:
        got = screen.socket.recv(LINE_BYTES_MAX)
        if not got:
            raise ConnectionResetError
        screen.heard += got
        *lines, rest = screen.heard.split(b"\n")
        screen.heard = rest
        if len(rest) > LINE_BYTES_MAX:
            raise FeedError("a line without an end")
        for line in lines:
            self._pass_on(screen, bytes(line))

    def _pass_on(self, screen: _Screen, line: bytes) -> None:
        message = decode_from_screen(line)
        if isinstance(message, Question):
            self._asked(message, lambda reply: self._answer(screen, reply))
        else:
            self._said(message)

    def _answer(self, screen: _Screen, reply: FromEngine) -> None:
        with self._lock:
            if screen in self._screens:
                screen.unsent += encode(reply)
        self._wake()

    def _drop(self, screen: _Screen) -> None:
        with self._lock:
            self._screens.discard(screen)
        self._selector.unregister(screen.socket)
        screen.socket.close()


def _listen(path: Path) -> socket.socket:
    """A listening socket at `path`; a stale file of a dead engine is replaced."""
    with suppress(FileNotFoundError):
        path.unlink()
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    listener.bind(os.fspath(path))
    path.chmod(0o660)
    listener.listen(8)
    listener.setblocking(False)
    return listener
