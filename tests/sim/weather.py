"""Which faults a seed has in store, how often, and how often each has struck.

A seed takes a part of the kinds, and some of them worse than others, so that some play a quiet year
and some a terrible week; several strike at once. When the sky clears nothing strikes any more.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from random import Random

MESSAGE: Mapping[str, float] = {
    "drop_before": 0.010,
    "drop_after": 0.012,
    "delay": 0.010,
    "late": 0.010,
    "twice": 0.008,
    "reorder": 0.006,
    "bad_mac": 0.006,
    "bad_signature": 0.006,
    "unsigned": 0.006,
    "other_terminal": 0.006,
    "garbage": 0.006,
    "truncate": 0.006,
    "http_500": 0.006,
    "redirect": 0.004,
    "slow_drip": 0.005,
    "restart": 0.003,
    "day_cut": 0.004,
    "decline": 0.015,
}
"""Per message on the line (`county-wire.md`, rule 8)."""
MOMENTS: Mapping[str, float] = {
    "line_down": 0.010,
    "certificate": 0.0015,
    "forbidden": 0.0015,
    "too_many": 0.002,
    "power": 0.003,
    "kill_engine": 0.002,
    "kill_ui": 0.010,
    "clock": 0.003,
    "disk_full": 0.004,
    "reader.unplug": 0.003,
    "reader.silence": 0.002,
    "pad.unplug": 0.003,
    "pad.power_off": 0.002,
    "printer.unplug": 0.004,
    "printer.power_off": 0.003,
    "printer.paper_out": 0.006,
    "printer.cover_open": 0.004,
    "printer.cutter_jam": 0.002,
    "printer.head_hot": 0.003,
    "printer.paper_near_end": 0.004,
}
"""Per minute of business, or as said."""
AT_WORK: Mapping[str, float] = {
    "reader.garbage": 0.02,
    "reader.truncate": 0.01,
    "reader.bad_check": 0.01,
    "reader.late": 0.02,
    "reader.nobody": 0.006,
    "pad.wrong_pin": 0.03,
    "pad.cancel": 0.015,
    "pad.nobody": 0.006,
    "pad.busy": 0.006,
    "pad.silence": 0.004,
    "pad.late": 0.01,
    "printer.silence": 0.006,
    "printer.buffer_full": 0.006,
    "printer.late": 0.01,
    "power_in_append": 0.0012,
    "disk_rolled_back": 0.1,
    "key_twice": 0.03,
    "stale_view": 0.02,
    "two_screens": 0.01,
    "wrong_key": 0.03,
    "operator_cancels": 0.02,
    "not_handed": 0.03,
    "miscount": 0.3,
}
"""Per use of the device, per append, per start, per key, or per settlement."""
KINDS = (*MESSAGE, *MOMENTS, *AT_WORK)
ESCALATION = (0.3, 1.0, 1.0, 3.0)
TOGETHER = 0.15  # of messages with a fault have a second one


class Weather:
    """counts has every fault that has struck. only limits the kinds; a mapping gives their rates
    too, and nothing is left to the seed.
    """

    def __init__(
        self, chance: Random, only: Sequence[str] | Mapping[str, float] | None = None
    ) -> None:
        self._chance = chance
        kinds = [kind for kind in KINDS if chance.random() < 0.6] if only is None else list(only)
        self._rates = {
            kind: rate * chance.choice(ESCALATION)
            for rates in (MESSAGE, MOMENTS, AT_WORK)
            for kind, rate in rates.items()
            if kind in kinds
        }
        if isinstance(only, Mapping):
            self._rates = dict(only)
        self._line = [kind for kind in MESSAGE if kind in kinds]
        self._weights = [self._rates[kind] for kind in self._line]
        self._per_message = sum(self._weights)
        self.counts: Counter[str] = Counter()
        self.clear = False

    @property
    def kinds(self) -> Sequence[str]:
        return tuple(self._rates)

    def strikes(self, kind: str, *, times: float = 1.0) -> bool:
        """Whether it happens now; `times` as often as usual."""
        rate = self._rates.get(kind)
        if rate is None or self.clear or self._chance.random() >= rate * times:
            return False
        self.counts[kind] += 1
        return True

    def on_the_line(self) -> list[str]:
        """The faults of the next message; they count when they are played (`played`)."""
        if self.clear or not self._line or self._chance.random() >= self._per_message:
            return []
        count = 2 if self._chance.random() < TOGETHER else 1
        return list(dict.fromkeys(self._chance.choices(self._line, self._weights, k=count)))

    def played(self, kind: str) -> None:
        self.counts[kind] += 1
