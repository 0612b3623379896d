"""The same applications held to a contactless reader: directory, one GPO, and that is all.

emv.md, "Contactless qPBOC": enough for reading a card; payment by contactless is not in version 1.
Everything below ISO-DEP is the reader's.
"""

from tests.hw_sim.cards.ac_answer import cryptogram_over, issuer_data
from tests.hw_sim.cards.apdu import SW, Answer, Apdu, Refused, parse_apdu
from tests.hw_sim.cards.application import Application
from tests.hw_sim.cards.cvr import ARQC, NOT_YET, cvr
from tests.hw_sim.cards.files import track2_bytes
from tests.hw_sim.cards.reading import open_command_template
from tests.hw_sim.cards.state import CardState, Session, Stage
from tests.hw_sim.cards.tlv import split_by_dol, tlv

PPSE = b"2PAY.SYS.DDF01"
PDOL = "9F66049F02069F03069F1A0295055F2A029A039C019F3704"  # dol.json, real_pdol
CTQ_ONLINE_PIN = "8000"


class ContactlessFace:
    """The ISO 14443-4 layer of a card; it shares memory and counters with the contacts."""

    atr = b""

    def __init__(self, state: CardState) -> None:
        self._card = state

    def reset(self) -> bytes:
        """Out of the field and back: nothing is selected."""
        self._card.session = Session()
        return self.atr

    def transmit(self, apdu: bytes) -> bytes:
        """Data and status word."""
        try:
            return self._answer(parse_apdu(apdu)).bytes()
        except Refused as why:
            return Answer(sw=why.sw).bytes()

    def _answer(self, command: Apdu) -> Answer:
        if (command.cla, command.ins) == (0x00, 0xA4):
            return self._select(command)
        if (command.cla, command.ins) == (0x80, 0xA8):
            return self._get_processing_options(command)
        raise Refused(SW.UNKNOWN_INSTRUCTION)

    def _select(self, command: Apdu) -> Answer:
        card = self._card
        if card.memory.blocked:
            raise Refused(SW.FUNCTION_NOT_SUPPORTED)
        card.session = Session()
        if command.data == PPSE:
            return Answer(self._directory())
        name = command.data.hex().upper()
        for application in card.applications:
            if name and application.data.aid.startswith(name):
                card.session = Session(Stage.SELECTED, application)
                blocked = card.kept.blocked
                return Answer(_fci(application.data), SW.SELECTED_BLOCKED if blocked else SW.OK)
        raise Refused(SW.FILE_NOT_FOUND)

    def _directory(self) -> bytes:
        entries = b"".join(
            tlv("61", tlv("4F", each.data.aid) + _label(each.data))
            for each in self._card.applications
        )
        return tlv("6F", tlv("84", PPSE) + tlv("A5", tlv("BF0C", entries)))

    def _get_processing_options(self, command: Apdu) -> Answer:
        """One GPO gives all: AIP, counter, track 2, cryptogram and its data (format 2)."""
        card = self._card
        card.require(Stage.SELECTED)
        asked = split_by_dol(bytes.fromhex(PDOL), open_command_template(command.data))
        if asked is None:
            raise Refused(SW.WRONG_LENGTH)
        if card.kept.blocked:
            raise Refused(SW.CONDITIONS_NOT_SATISFIED)
        card.kept.atc += 1
        card.session.stage = Stage.FINISHED
        results = cvr(card.session, card.kept, card.memory.pin_tries, ARQC, NOT_YET)
        of = card.application.data
        objects = (
            tlv("82", of.aip)
            + tlv("9F36", card.kept.atc.to_bytes(2, "big"))
            + tlv("57", track2_bytes(of))
            + tlv("9F10", issuer_data(card, results))
            + tlv("9F26", cryptogram_over(card, asked, results))
            + tlv("5F34", of.psn)
            + tlv("9F6C", CTQ_ONLINE_PIN)
        )
        return Answer(tlv("77", objects))


def _label(of: Application) -> bytes:
    return tlv("50", of.label_bytes) + tlv("87", of.priority)


def _fci(of: Application) -> bytes:
    proprietary = _label(of) + tlv("9F38", PDOL) + tlv("5F2D", "7A68")
    return tlv("6F", tlv("84", of.aid) + tlv("A5", proprietary))
