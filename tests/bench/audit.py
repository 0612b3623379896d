"""Holds the bank's books against the station's journal after a day. Reads both, believes neither.

The journal is read as a file of JSON rows and the bank through its control socket; no code of the
product takes part, but `huinong journal verify`, whose verdict is one of the answers.
"""

from __future__ import annotations

import json
import shutil
import sqlite3
import subprocess
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.bench.site import Site, huinong

MONEY = {"withdrawal", "contribution_card", "contribution_cash"}


@dataclass(frozen=True)
class Deal:
    """One request of the journal and how it ended there."""

    service: str
    trace: str
    batch: str
    amount_fen: int
    fee_fen: int
    outcome: str  # approved, declined, not_sent, unknown, reversed, queued
    doubted: bool  # was in doubt at some time


def copied(journal: Path, folder: Path) -> Path:
    """A copy of a journal that its engine may be writing at this moment.

    The file is copied before its WAL: what is appended in between is whole in the WAL or left out.
    """
    copy = folder / "copy.sqlite"
    for suffix in ("", "-wal"):
        Path(f"{copy}{suffix}").unlink(missing_ok=True)
        if Path(f"{journal}{suffix}").exists():
            shutil.copyfile(f"{journal}{suffix}", f"{copy}{suffix}")
    return copy


def facts(journal: Path) -> list[dict[str, Any]]:
    """Every fact as it stands, in order."""
    with sqlite3.connect(f"file:{journal}?mode=ro", uri=True) as db:
        rows = db.execute("SELECT entry FROM facts ORDER BY seq").fetchall()
    return [json.loads(entry) for (entry,) in rows]


def deals(journal: Path) -> list[Deal]:
    """Every request that the journal holds, and every contribution it has queued, in order."""
    entries = facts(journal)
    later: dict[int, list[dict[str, Any]]] = {}
    for entry in entries:
        later.setdefault(entry["tx"], []).append(entry)
    begun = ("Requested", "Queued")
    return [_deal(entry, later[entry["tx"]]) for entry in entries if entry["t"] in begun]


def _deal(request: dict[str, Any], facts: list[dict[str, Any]]) -> Deal:
    kinds = {fact["t"] for fact in facts}
    answer = next((fact for fact in facts if fact["t"] == "Answered"), None)
    if "Reversed" in kinds:
        outcome = "reversed"
    elif "InDoubt" in kinds or "CashNotHanded" in kinds:
        outcome = "unknown"
    elif "NotSent" in kinds:
        outcome = "not_sent"
    elif answer is None:
        outcome = "unknown" if request["t"] == "Requested" or "Forwarded" in kinds else "queued"
    else:
        outcome = "approved" if answer["verdict"] == "approved" else "declined"
    batch = next((fact["batch"] for fact in facts if "batch" in fact), 0)  # a queued one: forwarded
    return Deal(
        request.get("service", "contribution_cash"),
        f"{request['trace']:06d}",
        f"{batch:06d}",
        request.get("amount_fen", 0),
        request.get("fee_fen", 0),
        outcome,
        doubted="InDoubt" in kinds,
    )


def differences(books: dict[str, Any], requests: list[Deal]) -> list[str]:
    """What the bank and the station do not agree on, a line each; I1 of `money-safety.md`."""
    found = [] if books["sum"] == 0 else [f"the bank's ledger sums to {books['sum']} fen, not 0"]
    booked = {(row["trace"], row["batch"]): row for row in books["bookings"]}
    for deal in requests:
        if deal.service not in MONEY:
            continue
        row = booked.pop((deal.trace, deal.batch), None)
        stands = row is not None and row["state"] == "booked"
        if deal.outcome == "unknown":
            found.append(f"trace {deal.trace}: still in doubt at the end of the day")
        elif stands != (deal.outcome == "approved"):
            found.append(f"trace {deal.trace}: station {deal.outcome}, bank {row and row['state']}")
        if row is not None and (row["amount_fen"], row["fee_fen"]) != (
            deal.amount_fen,
            deal.fee_fen,
        ):
            found.append(f"trace {deal.trace}: amounts differ")
    found += [f"trace {trace}: booked, not in the journal" for trace, _ in booked]
    return found


def journal_verified(site: Site) -> bool:
    """By an inspector's command, with the station's certificate and what the bank has stored."""
    return verified(site.journal, site.certificate, site.checkpoint).returncode == 0


def verified(
    journal: Path, certificate: Path, checkpoint: Path | None = None
) -> subprocess.CompletedProcess[str]:
    """`huinong journal verify`; it needs nothing of the station but its public certificate."""
    witnessed = ["--checkpoint", str(checkpoint)] if checkpoint else []
    command = huinong("journal", "verify", str(journal), "--keys", str(certificate), *witnessed)
    return subprocess.run(command, capture_output=True, text=True)


def unsettled(settlements: list[dict[str, Any]]) -> list[str]:
    """What the bank's batches have left open or otherwise than the station's details, a line
    each. A batch that balanced has no details.
    """
    found = [f"batch {row['batch']}: not closed" for row in settlements if row["state"] != "closed"]
    for row in settlements:
        if row["announced"] is not None:
            found += [
                f"batch {row['batch']} trace {line['trace']}: {line['what']}"
                for line in row["differences"]
            ]
        elif row["asked"][:30] != row["told"][:30]:
            found.append(f"batch {row['batch']}: totals differ, and nothing was uploaded")
    return found


def summary(site: Site, books: dict[str, Any], settlements: list[dict[str, Any]]) -> dict[str, Any]:
    """The day in figures, from the books and the journal."""
    requests = deals(site.journal)
    settled = [fact for fact in facts(site.journal) if fact["t"] == "Settled"]
    money = [deal for deal in requests if deal.service in MONEY]
    told = Counter(deal.outcome for deal in money)
    booked = Counter(row["service"] for row in books["bookings"] if row["state"] == "booked")
    found = differences(books, requests) + unsettled(settlements)
    return {
        "withdrawals": booked["withdrawal"],
        "contributions": booked["contribution_card"] + booked["contribution_cash"],
        "balances": sum(d.service == "balance" and d.outcome == "approved" for d in requests),
        "declined": told["declined"],
        "unknown": sum(deal.doubted for deal in money),
        "reversed": told["reversed"],
        "settled": len(settled),
        "uploaded": sum(not fact["balanced"] for fact in settled),
        "books_agree": not found,
        "journal_verified": journal_verified(site),
        "differences": found,
    }
