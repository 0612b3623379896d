"""Control sockets: one Unix socket beside each link, a command line in, one JSON line out.

A request is a plain command line, or a JSON array of its words. The answer is
`{"ok": true, "text": "…"}` or `{"ok": false, "error": "…"}`.
"""

import contextlib
import json
import os
import socket
from collections.abc import Callable
from pathlib import Path

from tests.hw_sim.loop import Loop

REQUEST_BYTES_MAX = 4096
ANSWER_WAIT_S = 10.0
SOCKET_PATH_BYTES_MAX = 107  # sockaddr_un of Linux


class BenchError(Exception):
    """A command that cannot be done; the text is one plain line."""


class ControlServer:
    """Serves one socket in the loop's thread."""

    def __init__(self, loop: Loop, path: Path, answer: Callable[[str], str]) -> None:
        self._loop = loop
        self._path = path
        self._answer = answer
        self._listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._guests: dict[int, tuple[socket.socket, bytearray]] = {}

    def open(self) -> None:
        if len(os.fsencode(self._path)) > SOCKET_PATH_BYTES_MAX:
            raise BenchError(f"path too long for a control socket: {self._path}")
        self._path.unlink(missing_ok=True)
        self._listener.bind(str(self._path))
        self._listener.listen()
        self._listener.setblocking(False)
        self._loop.watch(self._listener.fileno(), self._accept)

    def close(self) -> None:
        for descriptor in list(self._guests):
            self._dismiss(descriptor)
        self._loop.unwatch(self._listener.fileno())
        self._listener.close()
        self._path.unlink(missing_ok=True)

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            guest, _ = self._listener.accept()
            guest.setblocking(False)
            descriptor = guest.fileno()
            self._guests[descriptor] = guest, bytearray()
            self._loop.watch(descriptor, lambda: self._read(descriptor))

    def _read(self, descriptor: int) -> None:
        guest, pending = self._guests[descriptor]
        try:
            data = guest.recv(REQUEST_BYTES_MAX)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        pending += data
        while b"\n" in pending:
            request, _, rest = bytes(pending).partition(b"\n")
            pending[:] = rest
            with contextlib.suppress(OSError):  # a guest that left does not want the answer
                guest.sendall(self._reply(request))
        if not data or len(pending) > REQUEST_BYTES_MAX:
            self._dismiss(descriptor)

    def _dismiss(self, descriptor: int) -> None:
        guest, _ = self._guests.pop(descriptor)
        self._loop.unwatch(descriptor)
        guest.close()

    def _reply(self, request: bytes) -> bytes:
        try:
            reply = {"ok": True, "text": self._answer(_command_line(request))}
        except BenchError as why:
            reply = {"ok": False, "error": str(why)}
        return json.dumps(reply, ensure_ascii=False).encode() + b"\n"


def ask(link: Path, command: str) -> str:
    """The simulator's answer at `link`. Raises BenchError: refused, absent, or no answer."""
    path = link.with_name(f"{link.name}.ctl")
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as bench:
        bench.settimeout(ANSWER_WAIT_S)
        try:
            bench.connect(str(path))
            bench.sendall(command.encode() + b"\n")
            line = bench.makefile("rb").readline()
        except OSError as why:
            raise BenchError(f"no simulator answers at {path}: {why}") from why
    if not line:
        raise BenchError(f"the simulator at {path} closed without an answer")
    reply = json.loads(line)
    if not reply["ok"]:
        raise BenchError(reply["error"])
    return str(reply["text"])


def _command_line(request: bytes) -> str:
    text = request.decode("utf-8", errors="replace").strip()
    if not text.startswith("["):
        return text
    try:
        return " ".join(str(word) for word in json.loads(text))
    except json.JSONDecodeError as why:
        raise BenchError(f"neither a command line nor a JSON array: {why}") from why
