"""A journal of ten years, made in seconds: 200 facts a day, a signed head each day.

    python -m tests.journal.ten_years [--days N]

measures what a start reads of it and what the ledger comes to, against an empty journal, each in a
fresh process, and ends with one JSON line. The facts are real entries with other numbers in them;
the key of the old card numbers is destroyed, as it is after ten years.
"""

from __future__ import annotations

import argparse
import json
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from terminal.core import facts
from terminal.core.facts import Recorded, Requested
from terminal.core.ledger import Ledger
from terminal.journal import chain, records
from terminal.journal.store import Journal
from terminal.journal.tree import Frontier
from terminal.keys.signer import FileSigner, open_signer
from terminal.keys.store import KeyStore, make_store
from terminal.keys.vault import FileVault
from tests.journal.shop import AT, BATCH, DAY_MS, FACTS_A_WITHDRAWAL, head, withdrawal

DAYS, A_DAY = 3_650, 200
BOUND = 1.5
ROUNDS = 7
OLD_BATCH = BATCH - 1
PASSPHRASE = b"a passphrase of the bench"
START = """
import sys, time
from pathlib import Path
from terminal import day_head
from terminal.journal.store import Journal
from terminal.keys.signer import open_signer
from terminal.keys.store import open_store
from terminal.keys.vault import FileVault
keys = open_store(Path(sys.argv[2]), sys.argv[3].encode())
journal = Journal(Path(sys.argv[1]), FileVault(keys), [open_signer(keys).public_spki_der()])
ledger = day_head.folded(journal)
assert ledger.facts == journal.size
"""

Entry = Callable[[int, int], bytes]
"""(sequence of the withdrawal, UTC ms) -> the entry of one of its facts."""


def fabricate(file: Path, vault: FileVault, signer: FileSigner, days: int = DAYS) -> int:
    """Writes the journal, closed; gives how many facts it has. The last head is the last fact."""
    Journal(file, vault, [signer.public_spki_der()]).close()
    vault.prepare(records.card_key(OLD_BATCH))
    entries = list(_withdrawal_entries(vault))
    vault.destroy(records.card_key(OLD_BATCH))
    tree, link = Frontier(), chain.GENESIS
    with closing(sqlite3.connect(file, isolation_level=None)) as db:
        db.execute("PRAGMA synchronous = OFF")
        for day in range(days):
            at_ms = AT - (days - day) * DAY_MS
            rows = []
            for entry in _day(tree.size + 1, at_ms, entries, vault):
                leaf = chain.leaf(entry)
                tree, link = tree.add(leaf), chain.link(link, leaf)
                rows.append((tree.size, entry, leaf, link))
            entry = records.encode(_head(tree, signer, at_ms), vault)
            leaf = chain.leaf(entry)
            tree, link = tree.add(leaf), chain.link(link, leaf)
            rows.append((tree.size, entry, leaf, link))
            db.execute("BEGIN")
            db.executemany("INSERT INTO facts VALUES (?, ?, ?, ?)", rows)
            db.execute("COMMIT")
    return tree.size


def _day(seq: int, at_ms: int, entries: list[Entry], vault: FileVault) -> Iterator[bytes]:
    """All of a day but its head: as many whole withdrawals as fit, and the operator's comings."""
    for _ in range((A_DAY - 1) // FACTS_A_WITHDRAWAL):
        for entry in entries:
            yield entry(seq, at_ms)
        seq += FACTS_A_WITHDRAWAL
    for n in range((A_DAY - 1) % FACTS_A_WITHDRAWAL):
        came = Recorded(seq + n, at_ms, "01", 0, facts.OperatorSignedIn("01"))
        yield records.encode(came, vault)


def _head(tree: Frontier, signer: FileSigner, at_ms: int) -> Recorded:
    """A day head that carries a ledger, as the engine writes it."""
    recorded = head(tree, signer, at_ms)
    carried = Ledger(facts=tree.size, last_at_ms=at_ms).carried()
    assert isinstance(recorded.fact, facts.DayHead)
    fact = replace(recorded.fact, carried=records.canonical(carried).decode())
    return replace(recorded, fact=fact)


def _withdrawal_entries(vault: FileVault) -> Iterator[Entry]:
    """Templates from true entries: the numbers of sequence and time are what changes."""
    for n, recorded in enumerate(withdrawal(7_000_000, 8_000_000)):
        fact = recorded.fact
        if isinstance(fact, Requested):
            recorded = replace(recorded, fact=replace(fact, batch=OLD_BATCH, trace=1))
        text = records.encode(recorded, vault).decode("utf-8").replace("%", "%%")
        text = text.replace(f'"seq":{7_000_000 + n}', '"seq":%(seq)d')
        text = text.replace("7000000", "%(tx)d").replace(f"{8_000_000 + n}", "%(at)d")
        yield _filled(text, n)


def _filled(text: str, n: int) -> Entry:
    def entry(tx: int, at_ms: int) -> bytes:
        return (text % {"seq": tx + n, "tx": tx, "at": at_ms + n}).encode("utf-8")

    return entry


def starts(file: Path, keys: KeyStore, rounds: int = ROUNDS) -> float:
    """Median seconds of a fresh process that opens the journal and replays from its last head."""
    command = [sys.executable, "-c", START, str(file), str(keys.directory), PASSPHRASE.decode()]
    taken = []
    for _ in range(rounds):
        begun = time.perf_counter()
        subprocess.run(command, check=True, capture_output=True)
        taken.append(time.perf_counter() - begun)
    return statistics.median(taken)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--days", type=int, default=DAYS)
    days = parser.parse_args().days
    with tempfile.TemporaryDirectory(prefix="huinong-ten-years-") as folder:
        keys = make_store(Path(folder) / "keys", PASSPHRASE, "44010001")
        vault, signer = FileVault(keys), open_signer(keys)
        vault.prepare(records.card_key(BATCH))
        old, new = Path(folder) / "old.sqlite", Path(folder) / "new.sqlite"
        begun = time.perf_counter()
        size = fabricate(old, vault, signer, days)
        _a_day_more(old, vault, signer)
        print(f"{size} facts made in {time.perf_counter() - begun:.0f} s", file=sys.stderr)
        Journal(new, vault).close()
        empty_s, old_s = starts(new, keys), starts(old, keys)
        begun = time.perf_counter()
        journal = Journal(old, vault, [signer.public_spki_der()])
        open_s = time.perf_counter() - begun
        begun = time.perf_counter()
        list(journal.check())
        check_s = time.perf_counter() - begun
        journal.close()
        file_mib = old.stat().st_size >> 20
    ratio = old_s / empty_s
    found = {
        "facts": size,
        "file_mib": file_mib,
        "start_empty_ms": round(empty_s * 1000),
        "start_ms": round(old_s * 1000),
        "open_ms": round(open_s * 1000, 1),
        "ratio": round(ratio, 2),
        "bound": BOUND,
        "check_s": round(check_s, 1),
    }
    print(json.dumps(found))
    return 0 if ratio <= BOUND else 1


def _a_day_more(file: Path, vault: FileVault, signer: FileSigner) -> None:
    """The worst place to stop: a whole day of facts behind the last head."""
    journal = Journal(file, vault, [signer.public_spki_der()])
    for _ in range(A_DAY // FACTS_A_WITHDRAWAL):
        journal.append(withdrawal(journal.size + 1))
    journal.close()


if __name__ == "__main__":
    sys.exit(main())
