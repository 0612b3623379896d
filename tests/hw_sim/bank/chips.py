"""The issuer's side of a chip card: the ARQC of DE55 judged, tag 91 and scripts answered.

emv.md sections 15 and 16, with pyemv for master keys, MAC and ARPC; only the session key of PBOC,
which pyemv lacks, is written here. `chips.json` in the bank's folder says which cards have a chip:
PAN → {"imk_ac", "imk_smi", "imk_smc": hex, "psn": "01", "cvn": "01"}. A card that it does not list
is answered without DE55, as an issuer that does no chip authentication would.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pyemv import ac, kd, sm

from tests.hw_sim.bank import tlv
from tests.hw_sim.bank.arrival import Answer, Arrival
from tests.hw_sim.bank.block_cipher import encrypt
from tests.hw_sim.bank.state import Bank, Chip

PBOC_CVN = "01"
ARQC_TAGS = ("9F02", "9F03", "9F1A", "95", "5F2A", "9A", "9C", "9F37", "82", "9F36")
CVN_AT, CVR = 2, slice(3, 7)  # in 9F10: length, DKI, CVN, CVR
CRYPTOGRAM_BYTES = 8
ARQC_TYPE, TYPE_BITS = 0x80, 0xC0  # 9F27
SECURE = 0x04  # CLA of a script command under secure messaging
SCRIPT_MAC_BYTES = 4
HEADER_BYTES = 4
FORMAT_ERROR = Answer("30")
CARD_CHECK_FAILED = Answer("59")


class BadChips(Exception):
    """chips.json asks for what the sandbox cannot do; the text names no key and no PAN."""


@dataclass(frozen=True)
class Cryptogram:
    """What a request's DE55 says, with the session's two keys behind it."""

    arqc: bytes = field(repr=False)
    atc: bytes
    right: bool
    key_ac: bytes = field(repr=False)
    key_smi: bytes = field(repr=False)


def read_chips(directory: Path) -> dict[str, Chip]:
    """What chips.json lists; nothing where there is none. Raises BadChips, KeyError, ValueError."""
    path = directory / "chips.json"
    return chips_of(json.loads(path.read_text("utf-8"))) if path.exists() else {}


def chips_of(rows: Mapping[str, Mapping[str, str]]) -> dict[str, Chip]:
    """The same rows from inside a process. Raises BadChips, KeyError, ValueError."""
    if any(row.get("cvn", PBOC_CVN) != PBOC_CVN for row in rows.values()):
        raise BadChips(f"only cryptogram version {PBOC_CVN} is known")
    return {pan: _chip_of(row) for pan, row in rows.items()}


def _chip_of(row: Mapping[str, str]) -> Chip:
    ac_key, smi, smc = (bytes.fromhex(row[f"imk_{name}"]) for name in ("ac", "smi", "smc"))
    return Chip(ac_key, smi, smc, row["psn"])


def session_key(card_key: bytes, atc: bytes) -> bytes:
    """emv.md 15: the card's key over the counter, and over the counter inverted."""
    inverted = bytes(byte ^ 0xFF for byte in atc)
    return encrypt(card_key, bytes(6) + atc + bytes(6) + inverted)


def arqc_right(bank: Bank, arrival: Arrival) -> Answer | None:
    """59 when the cryptogram is not the card's; 30 when DE55 lacks what it covers."""
    if _chip(bank, arrival) is None:
        return None
    found = _cryptogram(bank, arrival)
    if found is None:
        return FORMAT_ERROR
    return None if found.right else CARD_CHECK_FAILED


def issuer_data(bank: Bank, arrival: Arrival, code: str) -> dict[int, str]:
    """DE55 of the reply: 91 = ARPC and ARC, then the scripts waiting for this card.

    Empty for a card without a chip, and where the cryptogram was not right.
    """
    if _chip(bank, arrival) is None:
        return {}
    found = _cryptogram(bank, arrival)
    if found is None or not found.right:
        return {}
    arc = code.encode("ascii")
    answered = [("91", ac.generate_arpc_1(found.key_ac, found.arqc, arc) + arc)]
    answered += _take_scripts(bank, arrival.pan, found)
    return {55: tlv.write(answered).hex().upper()}


def queue_script(bank: Bank, pan: str, tag: str, script_id: str, commands: list[str]) -> None:
    """One template 71 or 72 for the card's next reply.

    A command is hexadecimal: header and Lc-less data. CLA with bit 04 gets its MAC when it is sent:
    four bytes over header, Lc, ATC, ARQC and data.
    """
    bank.db.execute(
        "INSERT INTO script (pan, tag, identifier, commands) VALUES (?, ?, ?, ?)",
        (pan, tag, script_id, json.dumps(commands)),
    )


def _take_scripts(bank: Bank, pan: str, found: Cryptogram) -> list[tuple[str, bytes]]:
    rows = bank.db.execute("SELECT * FROM script WHERE pan = ? ORDER BY id", (pan,)).fetchall()
    bank.db.execute("DELETE FROM script WHERE pan = ?", (pan,))
    return [(row["tag"], _template(row["identifier"], row["commands"], found)) for row in rows]


def _template(identifier: str, commands: str, found: Cryptogram) -> bytes:
    head = [("9F18", bytes.fromhex(identifier))] if identifier else []
    sent = [("86", _command(bytes.fromhex(text), found)) for text in json.loads(commands)]
    return tlv.write([*head, *sent])


def _command(command: bytes, found: Cryptogram) -> bytes:
    header, data = command[:HEADER_BYTES], command[HEADER_BYTES:]
    if not header[0] & SECURE:
        return header + bytes([len(data)]) + data
    start = header + bytes([len(data) + SCRIPT_MAC_BYTES])
    covered = start + found.atc + found.arqc + data
    mac = sm.generate_command_mac(found.key_smi, covered, SCRIPT_MAC_BYTES)
    return start + data + mac


def _chip(bank: Bank, arrival: Arrival) -> Chip | None:
    if not arrival.by_card or 55 not in arrival.message.fields:
        return None
    return bank.chips.get(arrival.pan)


def _cryptogram(bank: Bank, arrival: Arrival) -> Cryptogram | None:
    """None when a tag is missing, or DE55 speaks of another amount or is no ARQC's."""
    try:
        tags = tlv.read(bytes.fromhex(arrival.message.get(55)))
        given, issuer, kind = tags["9F26"], tags["9F10"], tags["9F27"]
        data = b"".join(tags[tag] for tag in ARQC_TAGS) + issuer[CVR]
    except (tlv.BadTlv, KeyError):
        return None
    amount_fits = tags["9F02"].hex() == f"{arrival.amount_fen:012d}"
    if not amount_fits or len(issuer) < CVR.stop or len(given) != CRYPTOGRAM_BYTES:
        return None
    if len(kind) != 1 or kind[0] & TYPE_BITS != ARQC_TYPE or issuer[CVN_AT] != int(PBOC_CVN, 16):
        return None
    chip, atc = bank.chips[arrival.pan], tags["9F36"]
    key_ac, key_smi = (
        session_key(kd.derive_icc_mk_a(master, arrival.pan, chip.psn), atc)
        for master in (chip.imk_ac, chip.imk_smi)
    )
    right = ac.generate_ac(key_ac, data, ac.PaddingType.EMV) == given
    return Cryptogram(given, atc, right, key_ac, key_smi)
