"""A screen without a face: it may answer a view that is no longer there."""

from __future__ import annotations

import socket
from pathlib import Path

from terminal.feed.codec import decode_from_engine, encode
from terminal.feed.views import Act, Command, Page, Question, Today, View

WAIT_S = 10.0


class RawScreen:
    """One connection. view is the newest that has come."""

    def __init__(self, path: Path) -> None:
        self._peer = socket.socket(socket.AF_UNIX)
        self._peer.settimeout(WAIT_S)
        self._peer.connect(str(path))
        self._lines = self._peer.makefile("rb")
        self._questions = 0
        self._hear()

    def until(self, page: Page) -> View:
        """The newest view once it shows `page`."""
        while self.view.page is not page:
            self._hear()
        return self.view

    def press(self, act: Act, value: str = "", *, on: View | None = None) -> View:
        """Send a key for the view `on`; the newest view once the engine has dealt with it.

        A question goes behind the key: its answer comes when the engine has got that far.
        """
        self._peer.sendall(encode(Command((on or self.view).serial, act, value)))
        self._questions += 1
        self._peer.sendall(encode(Question(self._questions, "today")))
        while not self._hear():
            continue
        return self.view

    def close(self) -> None:
        self._lines.close()
        self._peer.close()

    def _hear(self) -> bool:
        """The next line; whether it answers the last question."""
        got = decode_from_engine(self._lines.readline())
        if isinstance(got, View):
            self.view = got
        return isinstance(got, Today) and got.number == self._questions
