"""SELECT and the directory (emv.md section 6)."""

from tests.hw_sim.cards.apdu import SW, Answer, Apdu, Refused
from tests.hw_sim.cards.application import Application
from tests.hw_sim.cards.personalise import LoadedApplication
from tests.hw_sim.cards.state import CardState, Session, Stage
from tests.hw_sim.cards.tlv import tlv

PSE = b"1PAY.SYS.DDF01"
BY_NAME = 0x04
FIRST, NEXT = 0x00, 0x02
DIRECTORY_SFI = 1
LANGUAGE = b"zh"
NAME_BYTES = range(5, 17)


def select(card: CardState, command: Apdu) -> Answer:
    """SELECT by name: the directory, an AID, or an AID's beginning; with P2 the next one."""
    if card.memory.blocked:
        raise Refused(SW.FUNCTION_NOT_SUPPORTED)
    if command.p1 != BY_NAME or command.p2 not in (FIRST, NEXT):
        raise Refused(SW.WRONG_P1_P2)
    if command.data == PSE:
        return _select_directory(card)
    found = _found(card, command)
    card.session = Session(Stage.SELECTED, found)
    blocked = card.memory.of(found.data.aid).blocked
    return Answer(fci(found.data), SW.SELECTED_BLOCKED if blocked else SW.OK)


def directory_fci() -> bytes:
    proprietary = tlv("88", f"{DIRECTORY_SFI:02X}") + tlv("5F2D", LANGUAGE) + tlv("9F11", "01")
    return tlv("6F", tlv("84", PSE) + tlv("A5", proprietary))


def directory_record(of: Application) -> bytes:
    entry = tlv("4F", of.aid) + tlv("50", of.label_bytes)
    return tlv("70", tlv("61", entry + tlv("87", of.priority)))


def fci(of: Application) -> bytes:
    proprietary = tlv("50", of.label_bytes) + tlv("87", of.priority)
    proprietary += tlv("9F38", of.pdol) if of.pdol else b""
    proprietary += tlv("5F2D", LANGUAGE)
    if of.preferred_name:
        proprietary += tlv("9F11", of.code_table)
        proprietary += tlv("9F12", of.preferred_name.encode("ascii"))
    return tlv("6F", tlv("84", of.aid) + tlv("A5", proprietary))


def _select_directory(card: CardState) -> Answer:
    if not card.personalisation.has_pse:
        raise Refused(SW.FILE_NOT_FOUND)
    card.session = Session(Stage.PSE)
    return Answer(directory_fci())


def _found(card: CardState, command: Apdu) -> LoadedApplication:
    """The first application of that name, or the one after the last selected. Raises Refused."""
    if len(command.data) not in NAME_BYTES:
        raise Refused(SW.FILE_NOT_FOUND)
    name, last = command.data.hex().upper(), card.session.application
    fitting = [each for each in card.applications if each.data.aid.startswith(name)]
    if command.p2 == NEXT and last in fitting:
        fitting = fitting[fitting.index(last) + 1 :]
    if not fitting:
        raise Refused(SW.FILE_NOT_FOUND)
    return fitting[0]
