"""Examines one device: opens its port, lets it name itself, runs its self test, takes the time."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass

from drivers.api import DeviceFault, Paper, PortError
from drivers.mistake import named
from drivers.registry import Settings, open_device

CHECK = "check"  # the fault of a device that answers, but not as its sheet says


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was found at one place. fault "" when all is well; answer_ms is the self test's time."""

    place: str
    model: str
    port: str
    identity: str = ""
    fault: str = ""
    detail: str = ""
    answer_ms: int | None = None

    @property
    def well(self) -> bool:
        return not self.fault

    @property
    def line(self) -> str:
        """The verdict as one line."""
        head = f"{'ok' if self.well else 'FAULT':<6}{self.place:<12}{self.model:<13}{self.port}"
        if not self.well:
            return f"{head}  {self.fault}: {self.detail}"
        taken = "" if self.answer_ms is None else f"  {self.answer_ms} ms"
        note = f"  {self.detail}" if self.detail else ""
        return f"{head}  {self.identity or 'does not name itself'}{taken}{note}"


def examine(
    place: str,
    model: str,
    port: str,
    settings: Settings,
    clock: Callable[[], float] = time.monotonic,
) -> Verdict:
    """One device's verdict; nothing that is wrong with it is raised."""
    identity = ""
    try:
        with closing(open_device(model, port, settings)) as device:
            identity = device.identify()
            began_s = clock()
            state = device.check()
            answer_ms = round((clock() - began_s) * 1000)
    except PortError as why:
        return Verdict(place, model, port, fault="port", detail=str(why))
    except DeviceFault as why:
        return Verdict(place, model, port, identity, why.fault.value, str(why))
    except Exception as why:  # noqa: BLE001 - a driver's mistake is this device's verdict
        return Verdict(place, model, port, identity, CHECK, f"its driver failed: {named(why)}")
    low = "paper low" if isinstance(state, Paper) and state.near_end else ""
    return Verdict(place, model, port, identity, detail=low, answer_ms=answer_ms)
