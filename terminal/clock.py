"""The two clocks of the station: the operating system's, which is never set, and the monotonic
one.
"""

from __future__ import annotations

import time


class SystemClock:
    def now_ms(self) -> int:
        """UTC ms."""
        return time.time_ns() // 1_000_000

    def monotonic_ms(self) -> int:
        return time.monotonic_ns() // 1_000_000
