"""Every fuzz target: a new reader adds its row in its own module and its module here."""

from __future__ import annotations

from tests.fuzz import bank_reply, chip, devices, iso8583
from tests.fuzz.target import Target

TARGETS: tuple[Target, ...] = (
    *iso8583.TARGETS,
    *bank_reply.TARGETS,
    *devices.TARGETS,
    *chip.TARGETS,
)
BY_NAME = {target.name: target for target in TARGETS}
assert len(BY_NAME) == len(TARGETS)
