"""One message in, one message out: the checks, the service, the reply and its record."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, datetime

from tests.hw_sim.bank import checks, elements
from tests.hw_sim.bank.arrival import Answer, Arrival
from tests.hw_sim.bank.chips import issuer_data
from tests.hw_sim.bank.mac import MAC_KINDS
from tests.hw_sim.bank.services.reversal import reversal
from tests.hw_sim.bank.services.table import find_service
from tests.hw_sim.bank.state import Bank
from tests.hw_sim.bank.wire import (
    PROCESS_NONE,
    REPLY_MTI,
    Message,
    Unreadable,
    encode,
    mac_input,
    reply_to,
)

ACQUIRER = "10300000"
NO_MAC = "00" * 8  # stands in DE64 while the MAC is made
NO_MAC_CODES = {"77", "97", "A0"}  # county-wire.md, MAC
MONEY_ECHO = (3, 4, 11, 25, 41, 42, 49, 60)
ECHOED = {"0200": MONEY_ECHO, "0400": MONEY_ECHO, "0620": (11, 41, 42, 60)}
ECHOED_ELSE = (11, 41, 42, 49, 60)
STAMPED_ELSE = (12, 13, 15, 32, 37)
STAMPED = {
    "0320": (12, 13, 37),
    "0500": (12, 13, 15, 37),  # county.json, settlement-balanced
    "0620": (12, 13, 32, 37),
    "0820": (12, 13),  # bank-wire.md 4.1, sign-out and echo
}


def handle(
    bank: Bank,
    terminal: str,
    seq: int,
    read: Message | Unreadable,
    forced_code: str | None,
    *,
    miscount: bool = False,
) -> Message | None:
    """The reply; None when there is no request to answer. Runs inside the caller's transaction."""
    message = read.message if isinstance(read, Unreadable) else read
    if message is None or message.mti not in REPLY_MTI:
        return None
    arrival = _arrive(bank, terminal, seq, message, forced_code, miscount=miscount)
    unreadable = isinstance(read, Unreadable)
    answer = Answer("30") if unreadable else _judge(bank, arrival)
    rrn = answer.rrn or arrival.rrn
    process = bank.processes.pop(terminal, PROCESS_NONE)
    reply = reply_to(message, answer.first or _fields(arrival, answer, rrn), process)
    bank.db.execute(
        "UPDATE request SET rc = ?, rrn = ? WHERE id = ?",
        (answer.code, rrn, arrival.number),
    )
    with_mac = message.mti in checks.MAC_MTIS and answer.code not in NO_MAC_CODES
    return seal(bank, terminal, reply) if with_mac and not unreadable else reply


def seal(bank: Bank, terminal: str, reply: Message) -> Message:
    """The reply with DE64 under the MAK of this moment; as it is when nobody is signed in."""
    keys = bank.sessions.get(terminal)
    if keys is None:
        return reply
    blank = Message(reply.mti, {**reply.fields, 64: NO_MAC}, reply.tpdu, reply.header)
    frame = encode(blank)
    mac = MAC_KINDS[bank.terminals[terminal].mac_kind](keys.mak, mac_input(frame))
    fields, whole = {**reply.fields, 64: mac.hex().upper()}, frame[: -len(mac)] + mac
    return Message(reply.mti, fields, reply.tpdu, reply.header, whole)


def _arrive(
    bank: Bank,
    terminal: str,
    seq: int,
    message: Message,
    forced_code: str | None,
    *,
    miscount: bool,
) -> Arrival:
    now, day, service = bank.now(), bank.accounting_day(), find_service(message)
    with_elements = message.mti == "0200" or (message.mti == "0800" and service and service.asked)
    try:
        found, bad = elements.read(message.de62) if with_elements else {}, False
    except elements.BadElements:
        found, bad = {}, True
    _note_repeat(bank, terminal, message, day.isoformat())
    name = service.name if service else ""
    number = record(bank, terminal, seq, message, name, day, fault=None)
    return Arrival(
        message=message,
        service=service,
        elements=found,
        bad_elements=bad,
        terminal=terminal,
        number=number,
        rrn=_rrn(now, number),
        at=now,
        day=day,
        forced_code=forced_code,
        miscount=miscount,
    )


def record(
    bank: Bank,
    terminal: str,
    seq: int,
    message: Message,
    service: str,
    day: date,
    fault: str | None,
) -> int:
    """One line of all that came, answered or lost on the way (`fault` says how)."""
    amount = message.get(4)
    cursor = bank.db.execute(
        "INSERT INTO request (at_s, terminal, seq, mti, service, trace, batch, date, amount_fen, "
        "fault) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            int(bank.clock()),
            terminal,
            seq,
            message.mti,
            service,
            message.get(11),
            message.batch,
            day.isoformat(),
            int(amount) if amount.isdecimal() else 0,
            fault,
        ),
    )
    return int(cursor.lastrowid or 0)


def _judge(bank: Bank, arrival: Arrival) -> Answer:
    for check in checks.ORDER:
        answer = check(bank, arrival)
        if answer is not None:
            if checks.ORDER.index(check) >= checks.ORDER.index(checks.fault_forced):
                answer = _by_issuer(bank, arrival, answer)
            if checks.ORDER.index(check) > checks.ORDER.index(checks.trace_fresh):
                _keep_first(bank, arrival, answer)
            return answer
    assert arrival.service is not None
    perform = reversal if arrival.message.mti == "0400" else arrival.service.perform
    answer = _by_issuer(bank, arrival, perform(bank, arrival))
    _keep_first(bank, arrival, answer)
    return answer


def _by_issuer(bank: Bank, arrival: Arrival, answer: Answer) -> Answer:
    data = issuer_data(bank, arrival, answer.code)
    return replace(answer, fields={**answer.fields, **data}) if data else answer


def _keep_first(bank: Bank, arrival: Arrival, answer: Answer) -> None:
    """The answer that a repeated IK gets again (rule 6), without its MAC."""
    if "IK" not in arrival.elements:
        return
    fields = _fields(arrival, answer, arrival.rrn)
    bank.db.execute(
        "INSERT INTO first_answer VALUES (?, ?, ?, ?)",
        (arrival.elements["IK"], checks.contents(arrival), answer.booking, json.dumps(fields)),
    )


def _fields(arrival: Arrival, answer: Answer, rrn: str) -> dict[int, str]:
    asked = arrival.message
    stamps = {
        12: f"{arrival.at:%H%M%S}",
        13: f"{arrival.at:%m%d}",
        15: f"{arrival.day:%m%d}",
        32: ACQUIRER,
        37: rrn,
    }
    echoed = ECHOED.get(asked.mti, ECHOED_ELSE)
    fields = {number: asked.get(number) for number in echoed if number in asked.fields}
    service = arrival.service
    usual = STAMPED.get(asked.mti, STAMPED_ELSE)
    stamped = usual if service is None or service.stamped is None else service.stamped
    fields |= {number: stamps[number] for number in stamped}
    if service and service.answers_pan and asked.mti == "0200" and arrival.pan.isdecimal():
        fields[2] = arrival.pan
    if answer.elements:
        fields[62] = elements.write(answer.elements).hex().upper()
    return fields | {39: answer.code} | dict(answer.fields)


def _note_repeat(bank: Bank, terminal: str, message: Message, day: str) -> None:
    """No 0200 but a queued contribution is ever repeated (rule 6)."""
    if message.mti != "0200" or b"QD014" in message.de62:
        return
    if bank.db.execute(
        "SELECT 1 FROM request WHERE terminal = ? AND batch = ? AND trace = ? AND date = ? "
        "AND mti = '0200'",
        (terminal, message.batch, message.get(11), day),
    ).fetchone():
        note_violation(bank, f"repeated 0200: {terminal} {message.batch} {message.get(11)}")


def note_violation(bank: Bank, what: str) -> None:
    bank.db.execute("INSERT INTO violation (what) VALUES (?)", (what,))


def _rrn(now: datetime, number: int) -> str:
    """Twelve digits: 3, year and day, the request's number."""
    return f"3{now:%y%j}{number % 1_000_000:06d}"
