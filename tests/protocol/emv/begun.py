"""A transaction begun: what a single chapter is tried on."""

from __future__ import annotations

from typing import Any

from protocol.emv.fields import CardData
from protocol.emv.session import Session
from protocol.values import Pan
from tests.protocol.emv.played import profile, transaction


def card_data(values: dict[str, str]) -> CardData:
    told = CardData()
    told.add([(int(tag, 16), bytes.fromhex(value)) for tag, value in values.items()])
    return told


def session(**changes: Any) -> Session:
    s = Session(profile(), transaction())
    s.application, s.name, s.pan = s.profile.applications[0], b"A" * 8, Pan("6228489900000000010")
    for name, value in changes.items():
        setattr(s, name, value)
    return s
