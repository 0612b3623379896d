"""One HTTPS POST: mutual TLS, the private CA only, no redirect, no retry, one deadline for the
whole.

The one question that matters for money is answered here: did a byte of the body leave? `Unsent` is
raised only when none did; any later failure is `Lost`.
"""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

ANSWER_BYTES_MAX = 64 * 1024


class Unsent(Exception):
    """No byte of the body left this machine."""


class Lost(Exception):
    """The request may have arrived; no whole answer came."""


@dataclass(frozen=True, slots=True)
class Response:
    status: int
    headers: Sequence[tuple[str, str]]
    body: bytes


def tls_context(ca_file: Path, present: Callable[[ssl.SSLContext], None]) -> ssl.SSLContext:
    """TLS 1.2 or newer, this CA alone, host name checked; `present` loads certificate and key."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_verify_locations(ca_file)
    present(context)
    return context


@dataclass
class _Course:
    """How far one request has come, told by httpcore's trace."""

    body_began: bool = False
    late: bool = False
    stream: Any = None

    def trace(self, name: str, info: dict[str, Any]) -> None:
        if name.startswith("http11.send_request_body.started"):
            self.body_began = True
        elif name in ("connection.connect_tcp.complete", "connection.start_tls.complete"):
            self.stream = info["return_value"]


class Https:
    """Used by one thread. connect_s bounds reaching the bank, the answer's bound comes with each
    post.
    """

    def __init__(
        self, url: str, context: ssl.SSLContext, *, connect_s: float, keep_alive: bool
    ) -> None:
        self._url = url
        self._connect_s = connect_s
        self._stream: Any = None
        self._client = httpx.Client(
            verify=context,
            trust_env=False,
            follow_redirects=False,
            limits=httpx.Limits(max_connections=1, max_keepalive_connections=int(keep_alive)),
        )

    def post(self, body: bytes, headers: dict[str, str], *, answer_s: float) -> Response:
        """The whole response within connect_s + answer_s. Raises Unsent, Lost."""
        course = _Course(stream=self._stream)
        watch = threading.Timer(self._connect_s + answer_s, _cut, (course,))
        watch.daemon = True
        watch.start()
        try:
            with self._client.stream(
                "POST",
                self._url,
                content=body,
                headers=headers,
                timeout=httpx.Timeout(answer_s, connect=self._connect_s),
                extensions={"trace": course.trace},
            ) as response:
                return Response(
                    response.status_code, response.headers.multi_items(), _read(response)
                )
        except (httpx.HTTPError, httpx.StreamError, httpx.InvalidURL, OSError) as why:
            told = "the deadline passed" if course.late else f"{type(why).__name__}: {why}"
            raise (Lost if course.body_began else Unsent)(told) from None
        finally:
            watch.cancel()
            self._stream = course.stream

    def close(self) -> None:
        self._client.close()


def _read(response: httpx.Response) -> bytes:
    received = bytearray()
    for chunk in response.iter_raw():
        received += chunk
        if len(received) > ANSWER_BYTES_MAX:
            raise Lost("an answer over 64 KiB")
    return bytes(received)


def _cut(course: _Course) -> None:
    """The deadline: time-outs of single reads do not end an answer that drips."""
    course.late = True
    if course.stream is not None:
        line = course.stream.get_extra_info("socket")
        with suppress(OSError, AttributeError):
            line.shutdown(socket.SHUT_RDWR)
