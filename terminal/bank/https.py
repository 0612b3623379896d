"""One HTTPS POST: mutual TLS, the private CA only, no redirect, no retry, deadlines for the whole.

The one question that matters for money is answered here: did a byte of the body leave? `Unsent` is
raised only when none did; any later failure is `Lost`.

Chain and host name are always checked, the certificate's dates only by the bank's time: by the
system's clock a station with a dead battery could never sign in (`money-safety.md`, "Settlement and
the drawer").
"""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import Any

import httpx

ANSWER_BYTES_MAX = 64 * 1024  # `security.md` section 4, check 1
IDLE_S = 5.0  # an idle connection is not trusted longer: middle boxes drop it silently
OUR_HEADERS = {"User-Agent": "huinong", "Accept": "*/*", "Accept-Encoding": "identity"}
NO_CHECK_TIME = 0x200000  # X509_V_FLAG_NO_CHECK_TIME of OpenSSL; `ssl` has no name for it
HEAD_STARTS, BODY_STARTS = "http11.send_request_headers.started", "http11.send_request_body.started"
STEPS = frozenset(
    {"connection.connect_tcp.complete", "connection.start_tls.complete", HEAD_STARTS, BODY_STARTS}
)


class Cause(Enum):
    """Why nothing was sent: the first word of `NotSent.why`, before a colon. A closed set, so that
    the screen has a sentence for each.
    """

    NAME_LOOKUP = "name_lookup"
    REFUSED = "refused"  # the machine is there, nobody listens
    UNREACHABLE = "unreachable"  # no network, no way, the line broke
    TIMEOUT = "timeout"
    CERTIFICATE_FOREIGN = "certificate_foreign"  # of another CA, or for another host
    CERTIFICATE_EXPIRED = "certificate_expired"
    CERTIFICATE_NOT_YET_VALID = "certificate_not_yet_valid"
    TLS = "tls"  # no common version, or what answered is no TLS
    NO_KEY = "no_key"  # ours: not signed in, or the key store is shut
    OUR_MISTAKE = "our_mistake"  # the dialect cannot say what was asked

    def told(self, detail: str) -> str:
        """The word, and for the log what lies behind it."""
        return f"{self.value}: {detail}"


class Unsent(Exception):
    """No byte of the body left this machine. Begins with the word of a `Cause`."""


class Lost(Exception):
    """The request may have arrived; no whole answer came."""


@dataclass(frozen=True, slots=True)
class Response:
    status: int
    headers: Sequence[tuple[str, str]]
    body: bytes = field(repr=False)


def tls_context(ca_file: Path, present: Callable[[ssl.SSLContext], None]) -> ssl.SSLContext:
    """TLS 1.2 or newer, this CA alone, host name checked; `present` loads certificate and key.

    Dates are not checked here, but by `Https` where the bank's time is known.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.verify_flags |= NO_CHECK_TIME
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
        except (_Stopped, httpx.HTTPError, httpx.StreamError, httpx.InvalidURL, OSError) as why:
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
    return f"{name}: {why}" if isinstance(why, httpx.ConnectError | _Stopped) else name


def _cause(why: BaseException | None) -> Cause:
    """By the system's own error, which httpx and httpcore have wrapped."""
    while why is not None:
        match why:
            case _Stopped(cause=cause):
                return cause
            case ssl.SSLCertVerificationError():
                return Cause.CERTIFICATE_FOREIGN  # dates are not looked at there
            case ssl.SSLError():
                return Cause.TLS
            case socket.gaierror():
                return Cause.NAME_LOOKUP
            case ConnectionRefusedError():
                return Cause.REFUSED
            case TimeoutError() | httpx.TimeoutException():
                return Cause.TIMEOUT
        why = why.__cause__ or why.__context__  # httpcore's pool raises `from None`
    return Cause.UNREACHABLE


def _read(response: httpx.Response, bytes_max: int) -> bytes:
    received = bytearray()
    for chunk in response.iter_raw():
        received += chunk
        if len(received) > bytes_max:
            raise Lost(f"an answer over {bytes_max} bytes")
    return bytes(received)


class _Stopped(Exception):
    """The request must not leave: the deadline has passed, or the certificate's dates have."""

    def __init__(self, cause: Cause, told: str = "") -> None:
        super().__init__(told)
        self.cause = cause


def _judge_dates(line: ssl.SSLSocket, at_s: int) -> None:
    """Both dates belong to the certificate's time (RFC 5280 section 4.1.2.5). Raises _Stopped."""
    certificate = line.getpeercert()
    assert certificate  # the context demands one
    since, until = str(certificate["notBefore"]), str(certificate["notAfter"])
    if at_s < ssl.cert_time_to_seconds(since):
        raise _Stopped(Cause.CERTIFICATE_NOT_YET_VALID, f"until {since}")
    if at_s > ssl.cert_time_to_seconds(until):
        raise _Stopped(Cause.CERTIFICATE_EXPIRED, f"since {until}")


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
            raise _Stopped(Cause.TIMEOUT)
        if name == HEAD_STARTS:  # of a new line and of a kept one, before their first byte
            if self._bank_s is not None:
                _judge_dates(self.stream.get_extra_info("socket"), self._bank_s)
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
