"""A connection to the bank: its name looked up, reached over TCP, TLS on top where it is due."""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

PORT_OF = {"https": 443}


@dataclass(frozen=True, slots=True)
class Reached:
    """The connection, and how long each step to it took (s); tls_s is None without TLS."""

    line: socket.socket
    lookup_s: float
    connect_s: float
    tls_s: float | None


def place_of(url: str) -> tuple[str, int]:
    """Host and port of a link's URL."""
    parts = urlsplit(url)
    assert parts.hostname
    return parts.hostname, parts.port or PORT_OF[parts.scheme]


def reach(url: str, context: ssl.SSLContext | None, within_s: float) -> Reached:
    """Within within_s of the lookup's end: only the system's resolver bounds itself.

    Raises OSError, among them ssl.SSLError and socket.gaierror (`tls.cause_of`).
    """
    host, port = place_of(url)
    begun = time.monotonic()
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    looked_up = time.monotonic()
    line = _connected(found, until=looked_up + within_s)
    connected = time.monotonic()
    if context is None:
        return Reached(line, looked_up - begun, connected - looked_up, None)
    secured = _secured(line, context, host, until=looked_up + within_s)
    tls_s = time.monotonic() - connected
    return Reached(secured, looked_up - begun, connected - looked_up, tls_s)


def left_until(moment: float) -> float:
    """Seconds to a monotonic moment. Raises TimeoutError when it has passed."""
    left = moment - time.monotonic()
    if left <= 0:
        raise TimeoutError("the deadline passed")
    return left


def _connected(addresses: Sequence[tuple[Any, ...]], *, until: float) -> socket.socket:
    """The first address that answers. Raises the last one's OSError."""
    failed: OSError = OSError("the name has no address")
    for family, kind, protocol, _, address in addresses:
        line = socket.socket(family, kind, protocol)
        try:
            line.settimeout(left_until(until))
            line.connect(address)
        except OSError as why:
            line.close()
            failed = why
            continue
        line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return line
    raise failed


def _secured(
    line: socket.socket, context: ssl.SSLContext, host: str, *, until: float
) -> ssl.SSLSocket:
    try:
        line.settimeout(left_until(until))
        return context.wrap_socket(line, server_hostname=host)
    except OSError:
        with suppress(OSError):
            line.close()
        raise
