"""The station on a disk: made as a technician leaves it, started as `bootstrap.serve` does.

Real keys, vault, journal, operators' records and engine; what is left out are the devices, the
link and the socket, which write no file. The one place to follow `bootstrap.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import msgspec
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, derive_private_key

from terminal import config, letters, show
from terminal.bootstrap import HISTORY, JOURNAL, eraser
from terminal.core.effects import Effect
from terminal.core.facts import StationOpened
from terminal.core.ledger import Ledger
from terminal.core.reversal import Patience
from terminal.county import County, Queue
from terminal.engine import Engine
from terminal.feed.views import View
from terminal.journal.store import Journal
from terminal.keys.signer import FileSigner
from terminal.keys.store import KeyStore, make_store, open_store
from terminal.keys.vault import FileVault
from terminal.memory import Memory
from terminal.people import records
from terminal.people.operators import Limits, Operators
from terminal.people.records import Operator, Record, Role
from terminal.people.sign_on import SignOn
from terminal.state import Perform

SHIPPED = config.load(Path("deploy/examples/county.toml"), County)
COUNTY = msgspec.structs.replace(SHIPPED, queue=Queue(enabled=True))  # 待上传 is off as shipped
PASSPHRASE = b"of the recorded station"
TERMINAL, OPERATOR = "44010001", "01"
TMK_M, PERSON_KEY = bytes(range(16)), bytes(range(32))
TAG = bytes(range(32, 64))  # of the operator's PIN, stretched: the screen's slow work is left out
RESERVE_BYTES = 8192  # for a full disk; its size is nothing to a power cut
SIGNER = FileSigner(derive_private_key(0x48_4E, SECP256R1()), TERMINAL)  # the same in every run
LIMITS = Limits(wrong_pins_lock=3, wrong_pins_block=6, lock_min=10)


class HandClock:
    """Time moves when the script says so."""

    def __init__(self, ms: int) -> None:
        self.ms = ms

    def now_ms(self) -> int:
        return self.ms

    def monotonic_ms(self) -> int:
        return self.ms


@dataclass(frozen=True)
class Station:
    """An engine with what it stands on; not started yet."""

    store: KeyStore
    vault: FileVault
    journal: Journal
    memory: Memory
    engine: Engine

    def close(self) -> None:
        """The service is stopped in order."""
        self.memory.close()
        self.journal.close()

    def start(self, perform: Mapping[type[Effect], Perform]) -> None:
        self.engine.start(perform, StationOpened("crash", ""))


def make(directory: Path) -> None:
    """Keys, TMK-M and person key loaded, one operator admitted; no journal yet."""
    store = make_store(directory, PASSPHRASE, TERMINAL)
    store = store.keep(lambda held: replace(held, tmk_m=TMK_M, person_key=PERSON_KEY))
    operator = Operator(OPERATOR, "王芳", Role.OPERATOR)
    records.write(store, {OPERATOR: Record(operator, salt=bytes(16), tag=TAG)})


def opened(directory: Path) -> KeyStore:
    return open_store(directory, PASSPHRASE)


def assemble(
    store: KeyStore,
    clock: HandClock,
    publish: Callable[[View], None],
    erased: Callable[[str], None],
    journal: type[Journal] = Journal,
) -> Station:
    """What `huinong station` does before its engine starts, in the same order.

    erased is told each key that the engine has had destroyed.
    """
    vault = FileVault(store)
    path, public = store.directory / JOURNAL, [SIGNER.public_spki_der()]
    facts = journal(path, vault, public, reserve_bytes=RESERVE_BYTES, expected=vault.used)
    memory = Memory(store.directory / HISTORY, facts, vault.person_tag, TERMINAL)
    erase = eraser(vault, COUNTY.retention.person_months)

    def erase_and_tell(ledger: Ledger, now_ms: int) -> None:
        before = vault.names
        erase(ledger, now_ms)
        for key in sorted(before - vault.names):
            erased(key)

    engine = Engine(
        facts,
        show.Frame("桃源村服务站", TERMINAL, COUNTY, {OPERATOR: "王芳"}, 60),
        Patience(),
        clock,
        SignOn(Operators(store, LIMITS)),
        publish,
        vault.prepare,
        sign_head=letters.sign_head(TERMINAL, SIGNER),
        witness=True,
        memory=memory,
        erase_keys=erase_and_tell,
    )
    return Station(store, vault, facts, memory, engine)
