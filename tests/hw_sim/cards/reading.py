"""GET PROCESSING OPTIONS, READ RECORD and GET DATA (emv.md sections 5 and 8)."""

from tests.hw_sim.cards import files
from tests.hw_sim.cards.apdu import SW, Answer, Apdu, Refused
from tests.hw_sim.cards.behaviour import Directory
from tests.hw_sim.cards.memory import ATC_MAX
from tests.hw_sim.cards.selection import DIRECTORY_SFI, directory_record
from tests.hw_sim.cards.state import CardState, Stage
from tests.hw_sim.cards.tlv import split_by_dol, tlv

RECORD_OF_SFI = 0x04  # low three bits of P2: P1 is a record number
DDF_NAME = b"3PAY.SYS.DDF01"
LOG_FORMAT = "9A039F21039F02069F03069F1A025F2A029F4E149C019F3602"


def get_processing_options(card: CardState, command: Apdu) -> Answer:
    """Starts a transaction: the counter goes up; AIP and AFL in format 1."""
    card.require(Stage.SELECTED)
    if (command.p1, command.p2) != (0, 0):
        raise Refused(SW.WRONG_P1_P2)
    application, kept = card.application.data, card.kept
    pdol_data = open_command_template(command.data)
    if split_by_dol(bytes.fromhex(application.pdol), pdol_data) is None:
        raise Refused(SW.WRONG_LENGTH)
    if kept.blocked or kept.atc >= ATC_MAX:
        raise Refused(SW.CONDITIONS_NOT_SATISFIED)
    kept.atc += 1
    card.session.pdol_data = pdol_data
    card.session.stage = Stage.INITIATED
    return Answer(tlv("80", bytes.fromhex(application.aip) + files.afl()))


def read_record(card: CardState, command: Apdu) -> Answer:
    """A record of the directory, or of the application once its options are given."""
    sfi = command.p2 >> 3
    if command.p2 & 0x07 != RECORD_OF_SFI or command.p1 == 0:
        raise Refused(SW.WRONG_P1_P2)
    if card.session.stage is Stage.PSE:
        return _directory(card, sfi, command.p1)
    card.require(Stage.INITIATED, Stage.ONLINE, Stage.FINISHED)
    changed = card.kept.records.get(f"{sfi}/{command.p1}")
    if changed is not None:
        return Answer(bytes.fromhex(changed))
    held = card.application.files
    if all(sfi != file for file, _ in held):
        raise Refused(SW.FILE_NOT_FOUND)
    if (sfi, command.p1) not in held:
        raise Refused(SW.RECORD_NOT_FOUND)
    return Answer(held[sfi, command.p1])


def get_data(card: CardState, command: Apdu) -> Answer:
    """The objects of section 5, and whatever PUT DATA has written."""
    tag = f"{command.p1:02X}{command.p2:02X}"
    kept, product = card.kept, card.application.data.product
    objects = {
        "9F36": kept.atc.to_bytes(2, "big"),
        "9F13": kept.last_online_atc.to_bytes(2, "big"),
        "9F17": bytes((card.memory.pin_tries,)),
        "9F4F": bytes.fromhex(LOG_FORMAT),
    } | ({"9F63": bytes.fromhex(product)} if product else {})
    objects |= {name: bytes.fromhex(value) for name, value in kept.objects.items()}
    if tag not in objects:
        raise Refused(SW.DATA_NOT_FOUND)
    return Answer(tlv(tag, objects[tag]))


def open_command_template(data: bytes) -> bytes:
    """The value of the command template 83. Raises Refused."""
    if len(data) < 2 or data[0] != 0x83 or data[1] != len(data) - 2:
        raise Refused(SW.WRONG_LENGTH)
    return data[2:]


def _directory(card: CardState, sfi: int, number: int) -> Answer:
    if sfi != DIRECTORY_SFI:
        raise Refused(SW.FILE_NOT_FOUND)
    records = _directory_records(card)
    if records and card.behaviour.directory is Directory.ENDLESS:
        return Answer(records[(number - 1) % len(records)])
    if number > len(records):
        raise Refused(SW.RECORD_NOT_FOUND)
    return Answer(records[number - 1])


def _directory_records(card: CardState) -> list[bytes]:
    found = [directory_record(each.data) for each in card.applications]
    match card.behaviour.directory:
        case Directory.EMPTY:
            return []
        case Directory.DDF_FIRST:
            return [tlv("70", tlv("61", tlv("9D", DDF_NAME))), *found]
        case Directory.MALFORMED:
            return [record[:-1] for record in found]
        case _:
            return found
