"""The checks of rule 2 of county-wire.md, in its order; the first that answers, decides."""

from __future__ import annotations

import hashlib
import hmac
import json

from tests.hw_sim.bank import bookings
from tests.hw_sim.bank.arrival import Answer, Arrival, Check
from tests.hw_sim.bank.cards import card_usable, pin_right
from tests.hw_sim.bank.chips import arqc_right
from tests.hw_sim.bank.format import well_formed
from tests.hw_sim.bank.mac import MAC_KINDS
from tests.hw_sim.bank.state import Bank
from tests.hw_sim.bank.wire import frame_of, mac_input

MAC_MTIS = {"0200", "0400", "0620"}  # county-wire.md, MAC
KEYED_MTIS = MAC_MTIS | {"0320", "0500"}  # rule 5: not signed in, 77
ANY_BATCH_MTIS = {"0320", "0400", "0620"}  # rule 5 names the two that must fit: 0200 and 0500
MANAGEMENT_MTIS = {"0800", "0820"}


def terminal_registered(bank: Bank, arrival: Arrival) -> Answer | None:
    terminal = bank.terminals.get(arrival.message.get(41))
    same = terminal is not None and terminal.id == arrival.terminal
    if not same or terminal is None or terminal.merchant != arrival.message.get(42):
        return Answer("97")
    return None


def signed_in(bank: Bank, arrival: Arrival) -> Answer | None:
    if arrival.message.mti in KEYED_MTIS and arrival.terminal not in bank.sessions:
        return Answer("77")
    return None


def mac_right(bank: Bank, arrival: Arrival) -> Answer | None:
    if arrival.message.mti not in MAC_MTIS:
        return None
    mac = MAC_KINDS[bank.terminals[arrival.terminal].mac_kind]
    expected = mac(bank.sessions[arrival.terminal].mak, mac_input(frame_of(arrival.message)))
    if hmac.compare_digest(expected, bytes.fromhex(arrival.message.get(64))):
        return None
    return Answer("A0")


def contents(arrival: Arrival) -> str:
    """What must be the same when an IK returns: amount, trace, batch, service and DE62."""
    parts = [arrival.terminal] + [arrival.message.get(n) for n in (3, 4, 11, 60, 62)]
    return hashlib.sha256("|".join(parts).encode()).hexdigest()


def key_known(bank: Bank, arrival: Arrival) -> Answer | None:
    """The first answer of a known IK; 94 when it returns otherwise or for a card (rule 2)."""
    if arrival.message.mti != "0200" or "IK" not in arrival.elements:
        return None
    row = bank.db.execute(
        "SELECT a.contents, a.fields, b.state FROM first_answer a "
        "LEFT JOIN booking b ON b.id = a.booking WHERE a.ik = ?",
        (arrival.elements["IK"],),
    ).fetchone()
    if row is None:
        return None
    by_card = arrival.message.get(60)[:2] == "81"
    if by_card or row["contents"] != contents(arrival) or row["state"] == bookings.REVERSED:
        return Answer("94")
    first = {int(number): text for number, text in json.loads(row["fields"]).items()}
    return Answer(first[39], rrn=first[37], first=first)


def batch_open(bank: Bank, arrival: Arrival) -> Answer | None:
    if arrival.message.mti in ANY_BATCH_MTIS | MANAGEMENT_MTIS:
        return None
    if arrival.message.batch != bank.open_batch(arrival.terminal):
        return Answer("77")
    return None


def trace_fresh(bank: Bank, arrival: Arrival) -> Answer | None:
    """94 for a trace used on this day or reversed before it came (rule 3); else it is used now."""
    if arrival.message.mti != "0200":
        return None
    place = (arrival.terminal, arrival.message.batch)
    if bank.db.execute(
        "SELECT 1 FROM reversed_unseen WHERE terminal = ? AND batch = ? AND trace = ?",
        (*place, arrival.trace),
    ).fetchone():
        return Answer("94")
    taken = bank.db.execute(
        "INSERT OR IGNORE INTO trace_used VALUES (?, ?, ?, ?)",
        (*place, arrival.day.isoformat(), arrival.trace),
    )
    return None if taken.rowcount == 1 else Answer("94")


def fault_forced(bank: Bank, arrival: Arrival) -> Answer | None:
    """The fault `decline CODE` stands where the issuer would decline."""
    return Answer(arrival.forced_code) if arrival.forced_code else None


def service_known(bank: Bank, arrival: Arrival) -> Answer | None:
    return Answer("12") if arrival.service is None else None


# Signature, sequence and nonce come before these (admission.py); limits and service after them
# (services/).
# From `fault_forced` on it is the issuer who answers.
ORDER: tuple[Check, ...] = (
    well_formed,
    terminal_registered,
    signed_in,
    mac_right,
    key_known,
    batch_open,
    trace_fresh,
    pin_right,
    card_usable,
    arqc_right,
    fault_forced,
    service_known,
)
