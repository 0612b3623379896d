"""Issuer scripts: commands under a MAC that block, unblock, change PIN and data (section 16).

The MAC covers header, counter, ARQC and data, under a key of this transaction (as VIS and PBOC
have it; the sheet gives the key's derivation in section 15 and leaves the MAC's input open).
"""

from collections.abc import Callable
from dataclasses import dataclass

from tests.hw_sim.cards import cryptogram
from tests.hw_sim.cards.apdu import SW, Answer, Apdu, Refused
from tests.hw_sim.cards.memory import PIN_TRIES
from tests.hw_sim.cards.state import CardState, Stage

MAC_BYTES = range(4, 9)
MAC_BYTES_USUAL = (8, 4)
UNBLOCK_ONLY, CHANGE = 0x00, 0x02  # P2 of PIN CHANGE / UNBLOCK
RECORD_OF_SFI = 0x04

# What PUT DATA may write, with its length: offline limits and counters of PBOC, which cost nothing
# here because the card is online only.
PUTTABLE = {"9F58": 1, "9F59": 1, "9F53": 1, "9F54": 6, "9F5C": 6, "9F68": 4, "9F6B": 6, "9F79": 6}


@dataclass(frozen=True, slots=True)
class Script:
    """One script command: what it does with its data once the MAC is right."""

    name: str
    run: Callable[[CardState, Apdu, bytes], None]


def run_script(card: CardState, command: Apdu) -> Answer:
    """Runs it, or raises Refused: 6985 out of turn, 6987 no MAC, 6988 wrong MAC."""
    card.require(Stage.ONLINE, Stage.FINISHED)
    try:
        if not card.session.arqc or card.behaviour.scripts_fail:
            raise Refused(SW.CONDITIONS_NOT_SATISFIED)
        SCRIPTS[command.ins].run(card, command, _authentic_data(card, command))
    except Refused:
        card.kept.script_failed = True
        raise
    card.kept.script_commands += 1
    return Answer()


def script_mac(key: bytes, header: bytes, count: int, context: bytes, data: bytes) -> bytes:
    """`count` is Lc as sent; `context` is ATC and ARQC of the transaction."""
    return cryptogram.mac(key, header + bytes((count,)) + context + data)


def _authentic_data(card: CardState, command: Apdu) -> bytes:
    """The data before the MAC, which may be 8 or 4 bytes. Raises Refused."""
    if card.behaviour.script_mac_unchecked:
        return command.data[: -MAC_BYTES_USUAL[0]]
    if len(command.data) < min(MAC_BYTES):
        raise Refused(SW.MAC_MISSING)
    key = card.session_key(card.application.keys.smi)
    context = card.kept.atc.to_bytes(2, "big") + card.session.arqc
    for size in MAC_BYTES_USUAL:
        data, given = command.data[:-size], command.data[-size:]
        made = script_mac(key, command.header, len(command.data), context, data)
        if given == made[: len(given)] and len(given) == size:
            return data
    raise Refused(SW.MAC_WRONG)


def _block_application(card: CardState, _: Apdu, __: bytes) -> None:
    card.kept.blocked = True


def _unblock_application(card: CardState, _: Apdu, __: bytes) -> None:
    card.kept.blocked = False


def _block_card(card: CardState, _: Apdu, __: bytes) -> None:
    card.memory.blocked = True


def _pin(card: CardState, command: Apdu, data: bytes) -> None:
    """P2=00 gives the tries back; P2=02 brings an enciphered PIN as well."""
    if command.p2 not in (UNBLOCK_ONLY, CHANGE):
        raise Refused(SW.WRONG_P1_P2)
    if command.p2 == CHANGE:
        card.memory.pin = _new_pin(card, data)
    card.memory.pin_tries = PIN_TRIES


def _new_pin(card: CardState, data: bytes) -> str:
    keys = card.application.keys
    block = cryptogram.open_data(card.session_key(keys.smc), data)
    pin = cryptogram.pin_of_block(keys.ac, block) if block is not None else None
    if pin is None:
        raise Refused(SW.MAC_WRONG)
    return pin


def _put_data(card: CardState, command: Apdu, data: bytes) -> None:
    tag = f"{command.p1:02X}{command.p2:02X}"
    if tag not in PUTTABLE:
        raise Refused(SW.DATA_NOT_FOUND)
    if len(data) != PUTTABLE[tag]:
        raise Refused(SW.WRONG_LENGTH)
    card.kept.objects[tag] = data.hex().upper()


def _update_record(card: CardState, command: Apdu, data: bytes) -> None:
    place = command.p2 >> 3, command.p1
    if command.p2 & 0x07 != RECORD_OF_SFI:
        raise Refused(SW.WRONG_P1_P2)
    if place not in card.application.files:
        raise Refused(SW.RECORD_NOT_FOUND)
    card.kept.records[f"{place[0]}/{place[1]}"] = data.hex().upper()


SCRIPTS = {
    0x1E: Script("APPLICATION BLOCK", _block_application),
    0x18: Script("APPLICATION UNBLOCK", _unblock_application),
    0x16: Script("CARD BLOCK", _block_card),
    0x24: Script("PIN CHANGE/UNBLOCK", _pin),
    0xDA: Script("PUT DATA", _put_data),
    0xDC: Script("UPDATE RECORD", _update_record),
}
