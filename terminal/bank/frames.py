"""Bare frames over TCP or TLS (`bank-wire.md` section 1): LEN, then as many bytes. No HTTP.

One request at a time, sent once. A frame that answers another request is dropped and the wait goes
on (section 4.1); after any loss the connection is closed, so that a late answer dies with it.
"""

from __future__ import annotations

import select
import socket
import ssl
import time
from collections.abc import Callable
from contextlib import suppress

from terminal.bank.reaching import left_until, reach
from terminal.bank.tls import Stopped, cause_of, judge_dates
from terminal.bank.transport import ANSWER_BYTES_MAX, IDLE_S, OK, Cause, Lost, Response, Unsent

LEN_BYTES = 2
LEN_MIN = 21  # TPDU, header, MTI and bitmap (`bank-wire.md` section 1)

Belongs = Callable[[bytes, bytes], bool]


class Frames:
    """Used by one thread. context is None for plain TCP; belongs(asked, got) knows our answer."""

    def __init__(
        self,
        url: str,
        context: ssl.SSLContext | None,
        *,
        connect_s: float,
        keep_alive: bool,
        max_frame: int,
        belongs: Belongs,
    ) -> None:
        self._url, self._context, self._connect_s = url, context, connect_s
        self._keep_alive, self._max_frame, self._belongs = keep_alive, max_frame, belongs
        self._line: socket.socket | None = None
        self._used_at = 0.0

    def post(
        self,
        body: bytes,
        headers: dict[str, str],  # noqa: ARG002 - of HTTP; there are none here
        *,
        answer_s: float,
        path: str = "",
        answer_bytes_max: int = ANSWER_BYTES_MAX,  # noqa: ARG002 - max_frame is smaller
        bank_s: int | None = None,
    ) -> Response:
        """The frame that answers `body` within answer_s of its first byte. Raises Unsent, Lost."""
        assert not path
        try:
            line = self._opened(bank_s)
            self._send(line, body)
            answer = self._answer(line, body, time.monotonic() + answer_s)
        except (Unsent, Lost):
            self.close()
            raise
        if not self._keep_alive:
            self.close()
        self._used_at = time.monotonic()
        return Response(OK, (), answer)

    def close(self) -> None:
        if self._line is not None:
            with suppress(OSError):
                self._line.close()
        self._line = None

    def _opened(self, bank_s: int | None) -> socket.socket:
        """The kept connection, or a new one; nothing is sent on it yet. Raises Unsent."""
        if self._line is not None and self._is_stale(self._line):
            self.close()
        try:
            if self._line is None:
                self._line = reach(self._url, self._context, self._connect_s).line
            if bank_s is not None and isinstance(self._line, ssl.SSLSocket):
                judge_dates(self._line, bank_s)
        except (OSError, Stopped) as why:
            raise Unsent(cause_of(why).told(f"{type(why).__name__}: {why}")) from None
        return self._line

    def _is_stale(self, line: socket.socket) -> bool:
        """Closed by the bank, idle for too long, or with something on it that nobody asked for."""
        if time.monotonic() - self._used_at > IDLE_S:
            return True
        if isinstance(line, ssl.SSLSocket) and line.pending():
            return True
        return bool(select.select([line], [], [], 0)[0])

    def _send(self, line: socket.socket, frame: bytes) -> None:
        """Raises Unsent while the system has taken no byte, Lost from then on.

        Of a TLS record that failed nobody knows how much had left: that is Lost.
        """
        line.settimeout(self._connect_s)
        try:
            taken = line.send(frame)
        except OSError as why:
            if isinstance(line, ssl.SSLSocket):
                raise Lost(type(why).__name__) from None
            raise Unsent(cause_of(why).told(type(why).__name__)) from None
        try:
            line.sendall(frame[taken:])
        except OSError as why:
            raise Lost(type(why).__name__) from None

    def _answer(self, line: socket.socket, asked: bytes, until: float) -> bytes:
        """Raises Lost."""
        stale = 0
        while True:
            try:
                got = self._frame(line, until)
            except OSError as why:
                told = "the deadline passed" if cause_of(why) is Cause.TIMEOUT else _name(why)
                raise Lost(
                    f"{told}; {stale} answers to other requests" if stale else told
                ) from None
            if self._belongs(asked, got):
                return got
            stale += 1

    def _frame(self, line: socket.socket, until: float) -> bytes:
        """One whole frame. Raises OSError, or Lost for a length that no frame has."""
        prefix = _exactly(line, LEN_BYTES, until)
        length = int.from_bytes(prefix, "big")
        if not LEN_MIN <= length <= self._max_frame:
            raise Lost(f"a frame of {length} bytes")
        return prefix + _exactly(line, length, until)


def _exactly(line: socket.socket, size: int, until: float) -> bytes:
    """Never fewer: a short read is no answer. Raises OSError."""
    received = b""
    while len(received) < size:
        line.settimeout(left_until(until))
        more = line.recv(size - len(received))
        if not more:
            raise ConnectionError("closed before the frame was whole")
        received += more
    return received


def _name(why: OSError) -> str:
    return str(why) if type(why) is ConnectionError else type(why).__name__
