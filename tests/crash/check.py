"""One disk after a power cut, started again: does the station still know what the world has seen?

The real start-up (store, vault, journal, engine) on a fresh directory; then the bank answers
whatever it is asked, the operator comes back, says what became of the cash, and serves the next
villager. At the end the facts, the bank's books and the marks are held against each other.
"""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import Path

from terminal.bootstrap import HISTORY
from terminal.core.facts import Recorded
from terminal.journal.history import History
from terminal.keys.store import SECRETS, KeyStore
from terminal.people import records
from tests.crash.bank import Bank
from tests.crash.disk import Image
from tests.crash.marks import Erased, Mark, PinTried, Time
from tests.crash.recording import put
from tests.crash.recovery import serve_again
from tests.crash.rules import ALWAYS, AT_REST, Harm
from tests.crash.shop import Shop
from tests.crash.station import OPERATOR, HandClock, opened

AFTERWARDS_MS, QUIET_MS = 60_000, 1_000
MEMORY_EVERY = 4  # of the read models found, one in so many is compared: telling it anew is slow


@dataclass(frozen=True, slots=True)
class Breach:
    """What a state got wrong."""

    harm: Harm
    rule: str
    what: str


@dataclass
class Checker:
    """Restores disks below one directory and judges them. Key stores of equal bytes are opened
    once: the slow derivation of their keys would be most of the time.
    """

    room: Path
    _opened: dict[bytes, KeyStore] = field(default_factory=dict)
    _histories: set[bytes] = field(default_factory=set)  # files of the read model, as found

    def judge(self, image: Image, marks: Sequence[Mark]) -> list[Breach]:
        """The breaches of this disk after what the world had seen; none is what it should be."""
        directory = self.room / "state"
        shutil.rmtree(directory, ignore_errors=True)
        directory.mkdir(0o700)
        put(image, directory)
        seen = list(marks)
        shop = Shop(Bank.after(seen), HandClock(_now(seen)), seen.append, directory)
        try:
            found = self._carry_on(shop, seen) + self._memory_told_anew(shop, image)
        except Exception as why:  # noqa: BLE001 - whatever it is, the station did not come back
            found = [Breach(Harm.LOST, "the station comes back", f"{type(why).__name__}: {why}")]
        finally:
            if shop.station is not None:
                shop.station.close()
        return found

    def _carry_on(self, shop: Shop, seen: list[Mark]) -> list[Breach]:
        shop.power_on(shop.assemble(self._store(shop.directory)))
        found = _tries_kept(shop, seen) + _keys_stay_destroyed(shop, seen)
        serve_again(shop, tuple(seen))
        assert shop.station is not None
        return found + broken_rules(tuple(shop.station.journal.replay()), shop.bank, seen)

    def _memory_told_anew(self, shop: Shop, image: Image) -> list[Breach]:
        """Whatever the cut left of the read model, it comes to what the facts say."""
        found = repr(sorted(item for item in image.files.items() if item[0].startswith(HISTORY)))
        digest = sha256(found.encode()).digest()
        if digest in self._histories or digest[0] % MEMORY_EVERY:
            return []
        self._histories.add(digest)
        assert shop.station is not None
        shop.pass_time(QUIET_MS)
        shop.station.memory.close()
        with closing(History(shop.directory / HISTORY)) as history:
            if history.equal_to_rebuilt(shop.station.journal):
                return []
        return [Breach(Harm.LOST, "the read model equals the facts", "another content")]

    def _store(self, directory: Path) -> KeyStore:
        content = (directory / SECRETS).read_bytes()
        if content not in self._opened:
            self._opened[content] = opened(directory)
        return replace(self._opened[content], directory=directory)


def broken_rules(facts: Sequence[Recorded], bank: Bank, marks: Sequence[Mark]) -> list[Breach]:
    """All rules, after everything has come to rest."""
    bookings = list(bank.bookings.values())
    found = [
        Breach(harm, rule.__name__, what)
        for rule, harm in {**ALWAYS, **AT_REST}.items()
        for what in rule(facts, bookings, marks)
    ]
    found += [Breach(Harm.DOUBLED, "the bank objects", what) for what in bank.objections]
    if sum(bank.accounts.values()):
        found.append(Breach(Harm.LOST, "the bank's books balance", str(bank.accounts)))
    return found


def _tries_kept(shop: Shop, marks: Sequence[Mark]) -> list[Breach]:
    """A wrong PIN that the screen has told of is counted (`security.md` section 8)."""
    assert shop.station is not None
    told = next((m.failures for m in reversed(marks) if isinstance(m, PinTried)), 0)
    kept = records.read(shop.station.store)[OPERATOR].failures
    if kept >= told:
        return []
    return [Breach(Harm.LOST, "wrong PINs are counted", f"{told} told, {kept} kept")]


def _keys_stay_destroyed(shop: Shop, marks: Sequence[Mark]) -> list[Breach]:
    """A key whose destruction was told cannot be made again, not even under its name."""
    assert shop.station is not None
    found = []
    for key in [mark.key for mark in marks if isinstance(mark, Erased)]:
        shop.station.vault.prepare(key)
        if key in shop.station.vault.names:
            found.append(Breach(Harm.LOST, "what is erased stays erased", key))
    return found


def _now(marks: Sequence[Mark]) -> int:
    return max(mark.ms for mark in marks if isinstance(mark, Time)) + AFTERWARDS_MS
