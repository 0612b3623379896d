"""What the bank is while it runs: books, county, terminals, sessions, time and chance."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, timezone
from pathlib import Path

from tests.hw_sim.bank.chip_parameters import DEFAULT_OBJECTS, Objects
from tests.hw_sim.bank.county import County
from tests.hw_sim.bank.signing_keys import PublicKey
from tests.hw_sim.bank.store import raise_setting, setting
from tests.hw_sim.bank.working_keys import WorkingKeys

SHANGHAI = timezone(timedelta(hours=8), "Asia/Shanghai")  # no summer time since 1991
DAY_OFFSET = "day_offset"
LOG_ORIGIN = "huinong.example"  # security.md section 7; a terminal's log adds /<terminal id>


@dataclass(frozen=True)
class Terminal:
    """A registered terminal and its master keys."""

    id: str
    merchant: str
    tmk_p: bytes = field(repr=False)
    tmk_m: bytes = field(repr=False)
    mac_kind: str = "cup-ecb"


@dataclass(frozen=True)
class Chip:
    """The issuer's master keys behind one card, and its sequence number."""

    imk_ac: bytes = field(repr=False)
    imk_smi: bytes = field(repr=False)
    imk_smc: bytes = field(repr=False)
    psn: str


@dataclass(frozen=True)
class Bank:
    """Handed to every check and service. Only `sessions`, `processes` and the books change."""

    db: sqlite3.Connection
    county: County
    terminals: dict[str, Terminal]
    clock: Callable[[], float]
    chance: random.Random
    sessions: dict[str, WorkingKeys] = field(default_factory=dict, repr=False)
    processes: dict[str, str] = field(default_factory=dict)  # header digit 6 of the next reply
    signing_keys: Mapping[str, tuple[PublicKey, ...]] = field(default_factory=dict, repr=False)
    log_origin: str = LOG_ORIGIN
    chip_objects: Mapping[str, Objects] = field(default_factory=lambda: DEFAULT_OBJECTS, repr=False)
    chips: Mapping[str, Chip] = field(default_factory=dict, repr=False)  # by PAN
    checkpoints: Path | None = None  # where the last note of each terminal lies as a file

    def now(self) -> datetime:
        return datetime.fromtimestamp(self.clock(), SHANGHAI)

    def accounting_day(self) -> date:
        """Asia/Shanghai's date, moved by every day cut (county-wire.md, batch and day)."""
        return self.now().date() + timedelta(days=setting(self.db, DAY_OFFSET))

    def cut_day(self) -> None:
        """The next accounting day begins; keys stay (county-wire.md, batch and day)."""
        raise_setting(self.db, DAY_OFFSET)

    def open_batch(self, terminal: str) -> str:
        row = self.db.execute("SELECT batch FROM terminal WHERE id = ?", (terminal,)).fetchone()
        return f"{row['batch']:06d}"
