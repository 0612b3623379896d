"""A journal that does not keep what it was given, put before `huinong journal verify`."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path

from terminal.core.facts import DayHead
from terminal.journal.errors import JournalDamaged
from terminal.journal.store import Journal
from terminal.keys.vault import FileVault
from terminal.maintenance.verify_journal import NotProved, verify
from tests.journal.shop import BATCH, open_for_days
from tests.sabotage.row import Catch
from tests.sim.studio import SIGNER, disk, studio

RULE, DAYS = "journal verify", 2
KEYS = [SIGNER.public_spki_der()]


@dataclass(frozen=True)
class Verified:
    """Two days are written by it. witnessed: with the checkpoint that the bank has stored."""

    journal: type[Journal]
    witnessed: bool = False

    def catch(self) -> Catch | None:
        why = refusal(self.journal, witnessed=self.witnessed)
        return Catch("named check", (RULE,), why) if why else None

    def without(self, tried: int) -> str:
        return refusal(Journal, witnessed=self.witnessed)


def refusal(kind: type[Journal], *, witnessed: bool) -> str:
    with tempfile.TemporaryDirectory(dir=disk()) as room:
        file = Path(room) / "keys" / "journal.sqlite"
        vault = FileVault(studio().copy_keys(file.parent))
        vault.prepare(f"card-{BATCH:06d}")
        journal = open_for_days(kind(file, vault, KEYS), SIGNER, DAYS)
        head = journal.last_head()
        journal.close()
        assert head is not None
        assert isinstance(head.fact, DayHead)
        try:
            lines = list(verify(file, KEYS, head.fact.note if witnessed else None))
        except (JournalDamaged, NotProved) as why:
            return str(why)
        assert lines
        return ""
