"""Which command is which, and what performs it: one row each (emv.md section 5)."""

from collections.abc import Callable
from dataclasses import dataclass

from tests.hw_sim.cards.apdu import SW, Answer, Apdu, Refused
from tests.hw_sim.cards.authentication import external_authenticate, get_challenge, verify
from tests.hw_sim.cards.behaviour import Step
from tests.hw_sim.cards.generate_ac import generate_ac
from tests.hw_sim.cards.reading import get_data, get_processing_options, read_record
from tests.hw_sim.cards.scripts import SCRIPTS, run_script
from tests.hw_sim.cards.selection import PSE, select
from tests.hw_sim.cards.signing import internal_authenticate
from tests.hw_sim.cards.state import CardState, Stage


@dataclass(frozen=True, slots=True)
class Command:
    name: str
    step: Step
    perform: Callable[[CardState, Apdu], Answer]


SCRIPT_CLASSES = (0x84, 0x04)  # secure messaging; 04 is what VIS uses for data and records
BY_CODE = {
    (0x00, 0xA4): Command("SELECT", Step.SELECT, select),
    (0x00, 0xB2): Command("READ RECORD", Step.READ, read_record),
    (0x80, 0xA8): Command("GET PROCESSING OPTIONS", Step.GPO, get_processing_options),
    (0x80, 0xCA): Command("GET DATA", Step.GET_DATA, get_data),
    (0x00, 0x88): Command("INTERNAL AUTHENTICATE", Step.INTERNAL_AUTH, internal_authenticate),
    (0x00, 0x20): Command("VERIFY", Step.VERIFY, verify),
    (0x00, 0x84): Command("GET CHALLENGE", Step.OTHER, get_challenge),
    (0x80, 0xAE): Command("GENERATE AC", Step.AC1, generate_ac),
    (0x00, 0x82): Command("EXTERNAL AUTHENTICATE", Step.EXTERNAL_AUTH, external_authenticate),
} | {
    (cla, ins): Command(script.name, Step.SCRIPT, run_script)
    for cla in SCRIPT_CLASSES
    for ins, script in SCRIPTS.items()
}
CLASSES = frozenset(cla for cla, _ in BY_CODE)


def perform(card: CardState, command: Apdu) -> Answer:
    """The card's answer. Raises Refused with every status word but 9000 and 6283."""
    row = BY_CODE.get((command.cla, command.ins))
    if row is None:
        known = command.cla in CLASSES
        raise Refused(SW.UNKNOWN_INSTRUCTION if known else SW.UNKNOWN_CLASS)
    return row.perform(card, command)


def step_of(card: CardState, command: Apdu) -> Step:
    """The step of a transaction a command is, as faults name them."""
    row = BY_CODE.get((command.cla, command.ins))
    if row is None:
        return Step.OTHER
    if row.step is Step.SELECT and command.data == PSE:
        return Step.PSE
    if row.step is Step.AC1 and card.session.stage is not Stage.INITIATED:
        return Step.AC2
    return row.step
