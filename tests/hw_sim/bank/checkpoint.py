"""The bank as witness: it keeps the last journal head of each terminal.

`/v1/terminal/checkpoint` (county-wire.md) with the signed note of security.md section 7. A head is
taken over only when its note is signed by the terminal's registered key and its proof shows that
nothing the bank has seen before has changed or gone.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from tests.hw_sim.bank.consistency import EMPTY_ROOT, consistent
from tests.hw_sim.bank.signed_note import (
    BadNote,
    Checkpoint,
    read_checkpoint,
    read_hash,
    read_note,
    signed_by,
)
from tests.hw_sim.bank.state import Bank

OLD_FORM = r"old (0|[1-9]\d{0,17})"
PROOF_LINES_MAX = 63  # a tree of 2^63 leaves needs no more (C2SP tlog-witness)

TAKEN = 200
MALFORMED = 400
NOT_YOURS = 403
NOT_CONSISTENT = 409


def witness(bank: Bank, terminal: str, body: bytes) -> tuple[int, dict[str, Any]]:
    """Status and JSON of the answer; the head is kept when it is 200."""
    try:
        old_size, proof, raw = _read(body)
        note = read_note(raw)
        offered = read_checkpoint(note)
    except (BadNote, UnicodeDecodeError):
        return MALFORMED, {}
    origin, keys = f"{bank.log_origin}/{terminal}", bank.signing_keys.get(terminal, ())
    if offered.origin != origin or not signed_by(note, origin, keys):
        return NOT_YOURS, {}
    size, root = last_head(bank, terminal)
    if old_size != size or not consistent(size, root, offered.size, offered.root, proof):
        return NOT_CONSISTENT, {"size": size, "root": root.hex()}
    _keep(bank, terminal, offered, raw)
    return TAKEN, {"size": offered.size, "root": offered.root.hex()}


def last_head(bank: Bank, terminal: str) -> tuple[int, bytes]:
    """Size and root of the last head taken over; an empty tree before the first."""
    row = bank.db.execute(
        "SELECT size, root FROM checkpoint WHERE terminal = ?", (terminal,)
    ).fetchone()
    return (row["size"], bytes.fromhex(row["root"])) if row else (0, EMPTY_ROOT)


def last_note(bank: Bank, terminal: str) -> str | None:
    """The signed note of the last head, as the terminal sent it."""
    row = bank.db.execute("SELECT note FROM checkpoint WHERE terminal = ?", (terminal,)).fetchone()
    return str(row["note"]) if row else None


def write_files(bank: Bank) -> None:
    """Each terminal's last note as `checkpoints/<terminal>.txt`, for an inspector to read."""
    for row in bank.db.execute("SELECT terminal, note FROM checkpoint").fetchall():
        _write_file(bank, row["terminal"], row["note"])


def file_of(bank: Bank, terminal: str) -> Path | None:
    return bank.checkpoints / f"{terminal}.txt" if bank.checkpoints else None


def head(bank: Bank, terminal: str) -> dict[str, Any]:
    """What the control socket tells of the last head."""
    size, root = last_head(bank, terminal)
    file = file_of(bank, terminal)
    return {
        "size": size,
        "root": root.hex(),
        "note": last_note(bank, terminal),
        "file": str(file) if file and file.exists() else None,
    }


def _read(body: bytes) -> tuple[int, list[bytes], str]:
    """Old size and proof, and the note that follows the empty line. Raises BadNote."""
    asked, gap, note = body.decode("utf-8").partition("\n\n")
    first, *proof = asked.split("\n")
    old = re.fullmatch(OLD_FORM, first, re.ASCII)
    if not gap or old is None or len(proof) > PROOF_LINES_MAX:
        raise BadNote("old size and proof")
    return int(old[1]), [read_hash(line) for line in proof], note


def _keep(bank: Bank, terminal: str, offered: Checkpoint, note: str) -> None:
    bank.db.execute(
        "INSERT OR REPLACE INTO checkpoint VALUES (?, ?, ?, ?)",
        (terminal, offered.size, offered.root.hex(), note),
    )
    _write_file(bank, terminal, note)


def _write_file(bank: Bank, terminal: str, note: str) -> None:
    """Whole or not at all: an inspector may read it while the bank runs."""
    path = file_of(bank, terminal)
    if path is None:
        return
    path.parent.mkdir(exist_ok=True)
    fresh = path.with_suffix(".new")
    fresh.write_text(note, "utf-8", newline="")
    fresh.replace(path)
