"""One HTTPS POST: mutual TLS, the private CA only, no redirect, no retry, deadlines for the whole.

The one question that matters for money is answered here: did a byte of the body leave? `Unsent` is
raised only when none did; any later failure is `Lost`.
"""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

ANSWER_BYTES_MAX = 64 * 1024  # `security.md` section 4, check 1
IDLE_S = 5.0  # an idle connection is not trusted longer: middle boxes drop it silently
OUR_HEADERS = {"User-Agent": "huinong", "Accept": "*/*", "Accept-Encoding": "identity"}
BODY_STARTS = "http11.send_request_body.started"
STEPS = frozenset({"connection.connect_tcp.complete", "connection.start_tls.complete", BODY_STARTS})


class Unsent(Exception):
    """No byte of the body left this machine."""


class Lost(Exception):
    """The request may have arrived; no whole answer came."""


@dataclass(frozen=True, slots=True)
class Response:
    status: int
    headers: Sequence[tuple[str, str]]
    body: bytes = field(repr=False)


def tls_context(ca_file: Path, present: Callable[[ssl.SSLContext], None]) -> ssl.SSLContext:
    """TLS 1.2 or newer, this CA alone, host name checked; `present` loads certificate and key."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_verify_locations(ca_file)
    present(context)
    return context


class Https:
    """Used by one thread. connect_s bounds reaching the bank; each post brings its answer's."""

    def __init__(
        self, url: str, context: ssl.SSLContext, *, connect_s: float, keep_alive: bool
    ) -> None:
        self._url = httpx.URL(url)
        self._connect_s = connect_s
        self._stream: Any = None
        self._client = httpx.Client(
            verify=context,
            headers=OUR_HEADERS,
            trust_env=False,
            follow_redirects=False,
            limits=httpx.Limits(
                max_connections=1,
                max_keepalive_connections=int(keep_alive),
                keepalive_expiry=IDLE_S,
            ),
        )

    def post(
        self, body: bytes, headers: dict[str, str], *, answer_s: float, path: str = ""
    ) -> Response:
        """The whole response within answer_s of the body's first byte. Raises Unsent, Lost.

        To the URL, or to another path of its host.
        """
        course = _Course(answer_s, self._stream)
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
                received = _read(response)
        except (_TooLate, httpx.HTTPError, httpx.StreamError, httpx.InvalidURL, OSError) as why:
            told = "the deadline passed" if course.late else _told(why)
            raise (Lost if course.body_began else Unsent)(told) from None
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
    return f"{name}: {why}" if isinstance(why, httpx.ConnectError) else name


def _read(response: httpx.Response) -> bytes:
    received = bytearray()
    for chunk in response.iter_raw():
        received += chunk
        if len(received) > ANSWER_BYTES_MAX:
            raise Lost("an answer over 64 KiB")
    return bytes(received)


class _TooLate(Exception):
    """The deadline passed before the body: it must not leave now."""


class _Course:
    """How far one request has come, told by httpcore's trace, and the deadline it is under.

    A time-out of httpx is for one read; only cutting the line ends an answer that drips.
    """

    def __init__(self, answer_s: float, stream: Any) -> None:
        self._answer_s = answer_s
        self._watch: threading.Timer | None = None
        self.stream = stream  # of the connection kept alive, until a new one is made
        self.body_began = False
        self.late = False

    def trace(self, name: str, info: dict[str, Any]) -> None:
        if name not in STEPS:
            return
        if self.late:
            raise _TooLate
        if name == BODY_STARTS:
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
