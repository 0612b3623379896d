"""TLS to the bank: its private CA alone, the host's name, and dates by the bank's own time.

Chain and host name are always checked, the certificate's dates only by the bank's time: by the
system's clock a station with a dead battery could never sign in (`money-safety.md`, "Settlement and
the drawer").
"""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable
from pathlib import Path

from terminal.bank.transport import Cause

NO_CHECK_TIME = 0x200000  # X509_V_FLAG_NO_CHECK_TIME of OpenSSL; `ssl` has no name for it

Present = Callable[[ssl.SSLContext], None]


class Stopped(Exception):
    """The request must not leave: the deadline has passed, or the certificate's dates have."""

    def __init__(self, cause: Cause, told: str = "") -> None:
        super().__init__(told)
        self.cause = cause


def tls_context(ca_file: Path, present: Present) -> ssl.SSLContext:
    """TLS 1.2 or newer, this CA alone, host name checked; `present` loads certificate and key.

    Dates are not checked here, but by `judge_dates` where the bank's time is known.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.verify_flags |= NO_CHECK_TIME
    context.load_verify_locations(ca_file)
    present(context)
    return context


def judge_dates(line: ssl.SSLSocket, at_s: int) -> None:
    """Both dates belong to the certificate's time (RFC 5280 section 4.1.2.5). Raises Stopped."""
    certificate = line.getpeercert()
    assert certificate  # the context demands one
    since, until = str(certificate["notBefore"]), str(certificate["notAfter"])
    if at_s < ssl.cert_time_to_seconds(since):
        raise Stopped(Cause.CERTIFICATE_NOT_YET_VALID, f"until {since}")
    if at_s > ssl.cert_time_to_seconds(until):
        raise Stopped(Cause.CERTIFICATE_EXPIRED, f"since {until}")


def cause_of(why: BaseException | None) -> Cause:
    """By the system's own error, however often a library has wrapped it."""
    while why is not None:
        match why:
            case Stopped(cause=cause):
                return cause
            case ssl.SSLCertVerificationError():
                return Cause.CERTIFICATE_FOREIGN  # dates are not looked at there
            case ssl.SSLError():
                return Cause.TLS
            case socket.gaierror():
                return Cause.NAME_LOOKUP
            case ConnectionRefusedError():
                return Cause.REFUSED
            case TimeoutError():
                return Cause.TIMEOUT
        why = why.__cause__ or why.__context__  # httpcore's pool raises `from None`
    return Cause.UNREACHABLE
