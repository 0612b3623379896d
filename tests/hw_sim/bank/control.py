"""The control socket: newline-delimited JSON, one object asked, one answered."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.hw_sim.bank import admission, batches, checkpoint, ledger, statement
from tests.hw_sim.bank.admission import NoRefusal
from tests.hw_sim.bank.cards import card_of_key
from tests.hw_sim.bank.chips import queue_script
from tests.hw_sim.bank.faults import FaultPlan, UnknownFault
from tests.hw_sim.bank.state import Bank
from tests.hw_sim.bank.store import transaction

Op = dict[str, Any]


@dataclass(frozen=True)
class Control:
    """What the operations may touch."""

    bank: Bank
    plan: FaultPlan
    stop: Callable[[], None]

    def answer(self, op: Op) -> Op:
        """The operation's result; a plain {"error": text} for what cannot be done."""
        name = op.get("op") if isinstance(op, dict) else None
        if name not in OPERATIONS:
            return {"error": f"no operation is called {name!r}"}
        try:
            return OPERATIONS[name](self, op) or {"ok": True}
        except (UnknownFault, NoRefusal, KeyError) as why:
            return {"error": str(why)}

    async def converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serves one connection until it ends."""
        while line := await reader.readline():
            try:
                answer = self.answer(json.loads(line))
            except ValueError:
                answer = {"error": "not one line of JSON"}
            writer.write(json.dumps(answer, ensure_ascii=False).encode() + b"\n")
            await writer.drain()
        writer.close()


def _tamper(control: Control, op: Op) -> None:
    with transaction(control.bank.db):
        ledger.tamper(control.bank.db, op["account"], op["fen"])


def _day_cut(control: Control, op: Op) -> Op:
    with transaction(control.bank.db):
        control.bank.cut_day()
    return {"date": control.bank.accounting_day().isoformat()}


def _status(control: Control, op: Op) -> Op:
    return statement.status(control.bank, _terminal(control, op))


def _checkpoint(control: Control, op: Op) -> Op:
    return checkpoint.head(control.bank, _terminal(control, op))


def _script(control: Control, op: Op) -> None:
    """A template 71 or 72 for the next reply to a villager's chip card."""
    if op["tag"] not in ("71", "72"):
        raise KeyError("tag is 71 or 72")
    pan = card_of_key(control.bank, op["key"])["pan"]
    with transaction(control.bank.db):
        queue_script(control.bank, pan, op["tag"], op.get("id", ""), op["commands"])


def _settlements(control: Control, op: Op) -> Op:
    """Every batch that was asked to be settled, each with what its details and books differ in."""
    rows = batches.settlements(control.bank)
    for row in rows:
        row["differences"] = batches.differences(control.bank, row["terminal"], row["batch"])
    return {"settlements": rows}


def _refuse(control: Control, op: Op) -> None:
    """403 revokes the terminal's key, 429 turns it away; until `admit`, over every start."""
    with transaction(control.bank.db):
        admission.refuse(control.bank, _terminal(control, op), op["status"])


def _admit(control: Control, op: Op) -> None:
    with transaction(control.bank.db):
        admission.admit(control.bank, _terminal(control, op))


def _terminal(control: Control, op: Op) -> str:
    """The terminal named, else the first one enrolled. Raises KeyError."""
    name = op.get("terminal") or next(iter(control.bank.terminals))
    return control.bank.terminals[name].id


OPERATIONS: dict[str, Callable[[Control, Op], Op | None]] = {
    "fault": lambda control, op: control.plan.add(op),
    "clear": lambda control, op: control.plan.clear(),
    "books": lambda control, op: statement.books(control.bank),
    "accounts": lambda control, op: statement.accounts_of(control.bank, op["key"]),
    "sms": lambda control, op: {"sms": statement.sms(control.bank)},
    "tamper": _tamper,
    "day_cut": _day_cut,
    "status": _status,
    "checkpoint": _checkpoint,
    "settlements": _settlements,
    "script": _script,
    "refuse": _refuse,
    "admit": _admit,
    "stop": lambda control, op: control.stop(),
}
