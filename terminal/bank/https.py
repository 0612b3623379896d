"""One HTTPS POST: mutual TLS, the private CA only, no redirect, no retry, deadlines for the whole.

A request counts as sent from the first byte of its body: without one a server cannot act on it.
"""

from __future__ import annotations

import socket
import ssl
import threading
from contextlib import suppress
from typing import Any

import httpx

from terminal.bank.tls import Stopped, cause_of, judge_dates
from terminal.bank.transport import ANSWER_BYTES_MAX, IDLE_S, Cause, Lost, Response, Unsent

OUR_HEADERS = {"Accept": "*/*", "Accept-Encoding": "identity"}
HEAD_STARTS, BODY_STARTS = "http11.send_request_headers.started", "http11.send_request_body.started"
STEPS = frozenset(
    {"connection.connect_tcp.complete", "connection.start_tls.complete", HEAD_STARTS, BODY_STARTS}
)


class Https:
    """Used by one thread. connect_s bounds reaching the bank; each post brings its answer's."""

    def __init__(
        self,
        url: str,
        context: ssl.SSLContext,
        *,
        connect_s: float,
        keep_alive: bool,
        user_agent: str = "huinong",
    ) -> None:
        self._url = httpx.URL(url)
        self._connect_s = connect_s
        self._stream: Any = None
        self._client = httpx.Client(
            verify=context,
            headers={
                **OUR_HEADERS,
                "User-Agent": user_agent,
                "Connection": "keep-alive" if keep_alive else "close",
            },
            trust_env=False,
            follow_redirects=False,
            limits=httpx.Limits(
                max_connections=1,
                max_keepalive_connections=int(keep_alive),
                keepalive_expiry=IDLE_S,
            ),
        )

    def post(
        self,
        body: bytes,
        headers: dict[str, str],
        *,
        answer_s: float,
        path: str = "",
        answer_bytes_max: int = ANSWER_BYTES_MAX,
        bank_s: int | None = None,
    ) -> Response:
        """The whole response within answer_s of the body's first byte. Raises Unsent, Lost.

        To the URL, or to another path of its host. bank_s: the bank's time (unix s) by which its
        certificate must be good, None while nobody knows it.
        """
        course = _Course(answer_s, self._stream, bank_s)
        course.end_after(self._connect_s)
        try:
            with self._client.stream(
                "POST",
                self._url.join(path),
                content=body,
                headers=headers,
                timeout=httpx.Timeout(answer_s, connect=self._connect_s),
                extensions={"trace": course.trace},
            ) as response:
                received = _read(response, answer_bytes_max)
        except (Stopped, httpx.HTTPError, httpx.StreamError, httpx.InvalidURL, OSError) as why:
            told = "the deadline passed" if course.late else _told(why)
            if course.body_began:
                raise Lost(told) from None
            cause = Cause.TIMEOUT if course.late else _cause(why)
            raise Unsent(cause.told(told)) from None
        finally:
            course.over()
            self._stream = course.stream
        if course.late:  # a cut line looks like the end of an answer without a length
            raise Lost("the deadline passed")
        return Response(response.status_code, response.headers.multi_items(), received)

    def close(self) -> None:
        self._client.close()


def _told(why: Exception) -> str:
    """For the log. What a peer sent may stand in a protocol error's text: only its name is told."""
    name = type(why).__name__
    return f"{name}: {why}" if isinstance(why, httpx.ConnectError | Stopped) else name


def _cause(why: Exception) -> Cause:
    """httpx's own time-outs hide no error of the system."""
    return Cause.TIMEOUT if isinstance(why, httpx.TimeoutException) else cause_of(why)


def _read(response: httpx.Response, bytes_max: int) -> bytes:
    received = bytearray()
    for chunk in response.iter_raw():
        received += chunk
        if len(received) > bytes_max:
            raise Lost(f"an answer over {bytes_max} bytes")
    return bytes(received)


class _Course:
    """How far one request has come, told by httpcore's trace, and the deadline it is under.

    A time-out of httpx is for one read; only cutting the line ends an answer that drips.
    """

    def __init__(self, answer_s: float, stream: Any, bank_s: int | None) -> None:
        self._answer_s, self._bank_s = answer_s, bank_s
        self._watch: threading.Timer | None = None
        self.stream = stream  # of the connection kept alive, until a new one is made
        self.body_began = False
        self.late = False

    def trace(self, name: str, info: dict[str, Any]) -> None:
        if name not in STEPS:
            return
        if self.late:
            raise Stopped(Cause.TIMEOUT)
        if name == HEAD_STARTS:  # of a new line and of a kept one, before their first byte
            if self._bank_s is not None:
                judge_dates(self.stream.get_extra_info("socket"), self._bank_s)
        elif name == BODY_STARTS:
            self.body_began = True
            self.end_after(self._answer_s)
        else:
            self.stream = info["return_value"]

    def end_after(self, seconds: float) -> None:
        """The deadline from now on."""
        self.over()
        self._watch = threading.Timer(seconds, self._cut)
        self._watch.daemon = True
        self._watch.start()

    def over(self) -> None:
        if self._watch is not None:
            self._watch.cancel()

    def _cut(self) -> None:
        self.late = True
        if self.stream is not None:
            line = self.stream.get_extra_info("socket")
            with suppress(OSError):
                # not SSLSocket's own shutdown: that drops TLS first, and a byte written just then
                # would leave in clear
                socket.socket.shutdown(line, socket.SHUT_RDWR)
