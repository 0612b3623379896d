"""Space kept beside the journal, so that a full disk cannot strand a running transaction.

The file holds nothing; its blocks are given up when an append finds no room, and taken again when
there is room for them and more.
"""

from __future__ import annotations

import os
from pathlib import Path

RESERVE_BYTES = 4 << 20  # an append is some 12 kB before it is folded: hundreds of facts
ROOM_BYTES = 4 << 20  # free beside the reserve before new money is begun


class Reserve:
    """The reserve at `path`; nothing is written before `restore`."""

    def __init__(self, path: Path, reserve_bytes: int) -> None:
        self._path, self._bytes = path, reserve_bytes

    @property
    def whole(self) -> bool:
        try:
            found = self._path.stat()
        except OSError:
            return False
        return found.st_size >= self._bytes and found.st_blocks * 512 >= self._bytes

    def has_room(self) -> bool:
        """Whether there is space for new business besides the reserve."""
        return self.whole and self._free_bytes() >= ROOM_BYTES

    def give_up(self) -> bool:
        """Free the space; False when there was none to free."""
        had_some = self._path.exists()
        self._path.unlink(missing_ok=True)
        return had_some

    def restore(self) -> None:
        """Take the space again if it is there. A disk that is too full stays as it is."""
        if self.whole or self._free_bytes() < self._bytes + ROOM_BYTES:
            return
        try:
            with open(os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)) as file:
                os.posix_fallocate(file.fileno(), 0, self._bytes)
        except OSError:
            self.give_up()

    def _free_bytes(self) -> int:
        found = os.statvfs(self._path.parent)
        return found.f_bavail * found.f_frsize
