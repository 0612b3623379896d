"""A small raw server, over TLS with its own CA or plain: a test says byte for byte what it does."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import trustme

PATIENCE_S = 5.0
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Type: x/y\r\n\r\nOK"


@dataclass
class Line:
    """One accepted connection, after the handshake where there is one."""

    line: socket.socket
    _read: bytes = b""

    def request(self) -> bytes:
        """One whole request: head and as much body as it announces; b"" when the peer is gone."""
        while b"\r\n\r\n" not in self._read:
            if not self._more():
                return b""
        head, _, rest = self._read.partition(b"\r\n\r\n")
        length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
        while len(rest) < length:
            if not self._more():
                return b""
            rest = self._read.partition(b"\r\n\r\n")[2]
        self._read = rest[length:]
        return head + b"\r\n\r\n" + rest[:length]

    def frame(self) -> bytes:
        """One whole frame by its two bytes of length; b"" when the peer is gone."""
        while len(self._read) < 2 or len(self._read) < 2 + int.from_bytes(self._read[:2], "big"):
            if not self._more():
                return b""
        end = 2 + int.from_bytes(self._read[:2], "big")
        frame, self._read = self._read[:end], self._read[end:]
        return frame

    def _more(self) -> bytes:
        data = self.line.recv(65536)
        self._read += data
        return data

    def say(self, data: bytes) -> None:
        self.line.sendall(data)


Behaviour = Callable[[Line], None]


def answers(line: Line) -> None:
    """Every request on the connection gets the same answer."""
    while line.request():
        line.say(ANSWER)


@dataclass
class Peer:
    """behave acts on each connection in its own thread; lines counts those taken.

    Taken, not shaken hands on: a client that closes right after its own half of the handshake may
    be gone before the server's half is over.
    """

    context: ssl.SSLContext | None
    behave: Behaviour = answers
    lines: int = 0
    closing: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._threads: list[threading.Thread] = []
        self._open: list[socket.socket] = []

    @property
    def url(self) -> str:
        return f"https://{self.place}/v1/terminal/exchange"

    @property
    def place(self) -> str:
        return f"localhost:{self._listener.getsockname()[1]}"

    def serve(self) -> None:
        with suppress(OSError):
            while True:
                plain, _ = self._listener.accept()
                self.lines += 1
                self._open.append(plain)
                thread = threading.Thread(target=self._one, args=(plain,), daemon=True)
                self._threads.append(thread)
                thread.start()

    def _one(self, plain: socket.socket) -> None:
        plain.settimeout(PATIENCE_S)
        with suppress(OSError), self._secured(plain) as line:
            self._open.append(line)
            self.behave(Line(line))

    def _secured(self, plain: socket.socket) -> socket.socket:
        return self.context.wrap_socket(plain, server_side=True) if self.context else plain

    def stop(self) -> None:
        self.closing.set()
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for line in self._open:
            with suppress(OSError):
                socket.socket.shutdown(line, socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(PATIENCE_S)


@dataclass(frozen=True)
class Trust:
    """A private CA on disk, a server's certificate for localhost, a terminal's own."""

    authority: trustme.CA
    folder: Path

    @property
    def ca_file(self) -> Path:
        return self.folder / "ca.pem"

    def server(
        self,
        host: str = "localhost",
        *,
        since: datetime | None = None,
        until: datetime | None = None,
    ) -> ssl.SSLContext:
        """TLS that demands a client certificate of this CA; its own is good from since to until."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        issued = self.authority.issue_cert(host, not_before=since, not_after=until)
        issued.configure_cert(context)
        self.authority.configure_trust(context)
        context.verify_mode = ssl.CERT_REQUIRED
        return context

    def present(self, context: ssl.SSLContext) -> None:
        self.authority.issue_cert("44010001").configure_cert(context)


def make_trust(folder: Path) -> Trust:
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(folder / "ca.pem"))
    return Trust(authority, folder)


@contextmanager
def running(peer: Peer) -> Iterator[Peer]:
    thread = threading.Thread(target=peer.serve, daemon=True)
    thread.start()
    try:
        yield peer
    finally:
        peer.stop()
        thread.join(PATIENCE_S)
