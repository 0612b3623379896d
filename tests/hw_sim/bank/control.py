"""The control socket: newline-delimited JSON, one object asked, one answered."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.hw_sim.bank import admission, batches, checkpoint, ledger, lifecycle, statement
from tests.hw_sim.bank.admission import NoRefusal
from tests.hw_sim.bank.cards import card_of_key
from tests.hw_sim.bank.chips import queue_script
from tests.hw_sim.bank.faults import FaultPlan, UnknownFault
from tests.hw_sim.bank.persons import verify_person
from tests.hw_sim.bank.posts import enrolment, notices
from tests.hw_sim.bank.posts.inspection import inspections
from tests.hw_sim.bank.state import Bank
from tests.hw_sim.bank.store import transaction
from tests.hw_sim.bank.wire import PROCESSES

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


def _process(control: Control, op: Op) -> None:
    """What digit 6 of the next reply's header asks the terminal to do (bank-wire.md section 1)."""
    if op["digit"] not in PROCESSES:
        raise KeyError("digit is 1 to 9")
    control.bank.processes[_terminal(control, op)] = op["digit"]


def _invite(control: Control, op: Op) -> Op:
    """A one-time code with which a terminal enrols over the line within half an hour."""
    with transaction(control.bank.db):
        return {"code": enrolment.invite(control.bank, _terminal(control, op))}


def _notice(control: Control, op: Op) -> Op:
    with transaction(control.bank.db):
        return {"id": notices.publish(control.bank, op["title"], op["text"], op["until"])}


def _verify(control: Control, op: Op) -> None:
    """The identity of a villager who opened with the household register is settled."""
    with transaction(control.bank.db):
        verify_person(control.bank, op["key"])


def _pay_pensions(control: Control, op: Op) -> Op:
    with transaction(control.bank.db):
        return {"paid": lifecycle.pay_pensions(control.bank)}


def _sweep(control: Control, op: Op) -> Op:
    with transaction(control.bank.db):
        return {"swept": lifecycle.sweep(control.bank)}


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
    "invite": _invite,
    "process": _process,
    "notice": _notice,
    "notices_given": lambda control, op: {"given": notices.given(control.bank)},
    "inspections": lambda control, op: {"inspections": inspections(control.bank)},
    "verify": _verify,
    "pay_pensions": _pay_pensions,
    "sweep": _sweep,
    "refuse": _refuse,
    "admit": _admit,
    "stop": lambda control, op: control.stop(),
}
