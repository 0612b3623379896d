"""When to come back to whom: one timer a transaction, the newest."""

from __future__ import annotations

import heapq
from collections.abc import Iterator


class Timers:
    """Times are ms of the monotonic clock; tx 0 is the sign-in's."""

    def __init__(self) -> None:
        self._heap: list[tuple[int, int]] = []
        self._due: dict[int, int] = {}  # an older entry of the heap is passed over

    def start(self, tx: int, due_ms: int) -> None:
        self._due[tx] = due_ms
        heapq.heappush(self._heap, (due_ms, tx))

    def forget(self, tx: int) -> None:
        self._due.pop(tx, None)

    def expired(self, now_ms: int) -> Iterator[int]:
        """Whose time has come, in order; what is started meanwhile is not among them unless due."""
        while self._heap and self._heap[0][0] <= now_ms:
            due, tx = heapq.heappop(self._heap)
            if self._due.get(tx) == due:
                del self._due[tx]
                yield tx

    def next_ms(self) -> int | None:
        """When to look again at the latest."""
        return self._heap[0][0] if self._heap else None
