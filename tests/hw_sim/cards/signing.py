"""Signatures a card makes in a transaction: DDA and CDA share them (emv.md section 9)."""

from tests.hw_sim.cards.apdu import SW, Answer, Apdu, Refused
from tests.hw_sim.cards.behaviour import Step
from tests.hw_sim.cards.certificates import dynamic_signature
from tests.hw_sim.cards.files import DDOL
from tests.hw_sim.cards.state import CardState, Stage
from tests.hw_sim.cards.tlv import split_by_dol, tlv

DYNAMIC_NUMBER_BYTES = 8


def internal_authenticate(card: CardState, command: Apdu) -> Answer:
    """DDA: a signature over the terminal's unpredictable number, format 1."""
    card.require(Stage.INITIATED)
    if not card.application.data.does_dda:
        raise Refused(SW.UNKNOWN_INSTRUCTION)
    if split_by_dol(bytes.fromhex(DDOL), command.data) is None:
        raise Refused(SW.WRONG_LENGTH)
    card.session.dda_done = True
    return Answer(tlv("80", sign_dynamic(card, Step.INTERNAL_AUTH, b"", command.data)))


def sign_dynamic(card: CardState, step: Step, signed: bytes, terminal_data: bytes) -> bytes:
    """9F4B over dynamic number and `signed`, wrong by one bit when the card is told so."""
    number = _dynamic_number(card)
    data = bytes((len(number),)) + number + signed
    signature = dynamic_signature(card.application.icc, data, terminal_data)
    return spoil(signature) if step in card.behaviour.spoiled else signature


def spoil(signature: bytes) -> bytes:
    """One wrong bit at the end: the number stays below the modulus."""
    return signature[:-1] + bytes((signature[-1] ^ 0x01,))


def _dynamic_number(card: CardState) -> bytes:
    fixed = card.application.data.fixed
    if fixed:
        return bytes.fromhex(fixed.dynamic_number)
    return card.chance.randbytes(DYNAMIC_NUMBER_BYTES)
