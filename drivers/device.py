"""What every driver offers besides its capability, to the thread that keeps it and to `doctor`."""

from __future__ import annotations

from typing import Protocol

from drivers.api import Notice
from drivers.port import Port


class Device(Protocol):
    port: Port

    def poll(self) -> Notice | None:
        """The sheet's idle heartbeat. DeviceFault when the device is gone or defective."""
        ...

    def check(self) -> object:
        """DeviceFault unless it can do its work. Only while idle."""
        ...

    def identify(self) -> str:
        """Model and firmware as the device itself says, "" when it says nothing. While idle."""
        ...

    def cancel(self) -> None: ...
    def close(self) -> None: ...
