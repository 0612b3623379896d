"""`python -m tests.hw_sim.bank.call URL HEX [CA]`: one frame out, one frame in, over tcp or tls."""

from __future__ import annotations

import socket
import ssl
import sys
from collections.abc import Sequence
from urllib.parse import urlsplit

from tests.hw_sim.bank.wire import Message, decode

USAGE = "python -m tests.hw_sim.bank.call tcp://HOST:PORT|tls://HOST:PORT HEX [CA.pem]"
WAIT_S = 10


def main(arguments: Sequence[str]) -> int:
    """Prints the reply in hexadecimal and its DE39; 1 when none came."""
    if len(arguments) not in (2, 3):
        print(USAGE, file=sys.stderr)
        return 2
    place = urlsplit(arguments[0])
    with socket.create_connection((place.hostname or "", place.port or 0), WAIT_S) as plain:
        if place.scheme == "tls":
            context = ssl.create_default_context(cafile=arguments[2])
            with context.wrap_socket(plain, server_hostname=place.hostname) as secured:
                return _exchange(secured, bytes.fromhex(arguments[1]))
        return _exchange(plain, bytes.fromhex(arguments[1]))


def _exchange(connection: socket.socket, frame: bytes) -> int:
    connection.sendall(frame)
    stream = connection.makefile("rb")
    head = stream.read(2)
    reply = head + stream.read(int.from_bytes(head, "big"))
    read = decode(reply)
    print(reply.hex().upper())
    if not isinstance(read, Message):
        return 1
    print(f"{read.mti} DE39 {read.get(39)}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
