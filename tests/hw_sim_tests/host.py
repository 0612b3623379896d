"""A host that knows nothing: it writes bytes to a link and reads what comes."""

import os
import select
import tty
from pathlib import Path
from types import TracebackType

READ_WAIT_S = 3.0
SILENCE_WAIT_S = 0.08
FULL_WAIT_S = 1.0  # a busy machine may keep an empty buffer from being read for a while
FILL_WRITES_MAX = 200


class Host:
    """The far end of one link, opened as a serial port would be."""

    def __init__(self, link: Path) -> None:
        self._port = os.open(link, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
        tty.setraw(self._port)

    def __enter__(self) -> "Host":
        return self

    def __exit__(
        self, _: type[BaseException] | None, __: BaseException | None, ___: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        os.close(self._port)

    def send(self, data: bytes) -> None:
        while data:
            _, writable, _ = select.select([], [self._port], [], READ_WAIT_S)
            assert writable, "the line takes no bytes"
            data = data[os.write(self._port, data) :]

    def read(self, count: int, wait_s: float = READ_WAIT_S) -> bytes:
        """Up to `count` bytes; fewer when `wait_s` passes without any. Raises OSError if gone."""
        got = b""
        while len(got) < count and select.select([self._port], [], [], wait_s)[0]:
            more = os.read(self._port, count - len(got))
            if not more:
                raise OSError("end of file")
            got += more
        return got

    def ask(self, question: bytes, answer_bytes: int) -> bytes:
        self.send(question)
        return self.read(answer_bytes)

    def is_silent(self, wait_s: float = SILENCE_WAIT_S) -> bool:
        return not select.select([self._port], [], [], wait_s)[0]

    def fills_up(self) -> bool:
        """Whether the line stops taking bytes for good, as with flow control asserted."""
        for _ in range(FILL_WRITES_MAX):
            if not select.select([], [self._port], [], FULL_WAIT_S)[1]:
                return True
            os.write(self._port, b"A" * 1024)
        return False
