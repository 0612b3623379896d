"""EXTERNAL AUTHENTICATE and VERIFY (emv.md sections 5 and 15)."""

from tests.hw_sim.cards import cryptogram
from tests.hw_sim.cards.apdu import SW, Answer, Apdu, Refused
from tests.hw_sim.cards.memory import PIN_TRIES
from tests.hw_sim.cards.state import CardState, Stage

ARPC_BYTES = 8
ISSUER_DATA_BYTES = range(8, 17)
PLAIN_PIN = 0x80
PIN_BLOCK_BYTES = 8


def external_authenticate(card: CardState, command: Apdu) -> Answer:
    """The issuer proves itself once a transaction: ARPC and ARC; 6300 when the proof is wrong."""
    card.require(Stage.ONLINE)
    if len(command.data) not in ISSUER_DATA_BYTES:
        raise Refused(SW.WRONG_LENGTH)
    if card.session.issuer_authenticated is not None:
        raise Refused(SW.CONDITIONS_NOT_SATISFIED)
    proof, arc = command.data[:ARPC_BYTES], command.data[ARPC_BYTES : ARPC_BYTES + 2]
    key = card.session_key(card.application.keys.ac)
    right = proof == cryptogram.arpc(key, card.session.arqc, arc)
    card.session.issuer_authenticated = right and not card.behaviour.arpc_rejected
    if not card.session.issuer_authenticated:
        card.kept.issuer_authentication_failed = True
        raise Refused(SW.AUTHENTICATION_FAILED)
    return Answer()


def verify(card: CardState, command: Apdu) -> Answer:
    """The plain offline PIN: right 9000, wrong 63Cx, none left 6983. Noted: nobody may send it."""
    card.violations.append("VERIFY is never sent by this terminal (section 5)")
    memory = card.memory
    if command.p2 != PLAIN_PIN:
        raise Refused(SW.WRONG_P1_P2)
    if memory.pin_tries == 0:
        raise Refused(SW.AUTHENTICATION_BLOCKED)
    if _pin_of(command.data) == (memory.pin or card.personalisation.pin):
        memory.pin_tries, card.session.pin_checked = PIN_TRIES, True
        return Answer()
    memory.pin_tries -= 1
    card.session.pin_checked = False
    raise Refused(SW.PIN_WRONG | memory.pin_tries)


def get_challenge(card: CardState, _: Apdu) -> Answer:
    """Eight bytes, and a note: nobody may send it."""
    card.violations.append("GET CHALLENGE is never sent by this terminal (section 5)")
    return Answer(card.chance.randbytes(8))


def _pin_of(block: bytes) -> str:
    """The digits of an ISO 9564 format 2 block: 2, count, digits, F. Raises Refused."""
    text = block.hex()
    if len(block) != PIN_BLOCK_BYTES or text[0] != "2":
        raise Refused(SW.WRONG_LENGTH)
    return text[2 : 2 + int(text[1], 16)]
