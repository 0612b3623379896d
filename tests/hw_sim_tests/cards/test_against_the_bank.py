"""Cards of the deck before the sandbox bank: its ARQC, its ARPC and its scripts (emv.md 15 to 18).

Two hands wrote the two sides from one sheet; here they meet.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.bank_sim.counter import Counter
from tests.hw_sim.bank.chip_parameters import read_chip_objects
from tests.hw_sim.bank.chips import chips_of, queue_script
from tests.hw_sim.bank.county import County, read_county
from tests.hw_sim.bank.opening import STATION_OPENING_FEN
from tests.hw_sim.cards import deck
from tests.hw_sim.cards.tlv import parse, tlv
from tests.hw_sim.people import make_people
from tests.hw_sim_tests.cards.session import PYEMV_WARNS, Transaction, send, sw

pytestmark = PYEMV_WARNS
COUNTY: County = read_county(Path(__file__).parents[3] / "deploy" / "examples" / "county.toml")
PEOPLE: dict[str, Any] = make_people(7, 12, COUNTY.scheme.townships, COUNTY.own_bins)
RICH = tuple(
    entry["key"]
    for entry in PEOPLE["villagers"]
    if entry["balance_fen"] >= 100_000 and COUNTY.scope(entry["card"]["pan"]) == "own"
)
FEN = 50_000  # the amount in `session.VALUES`
FROM_TERMINAL = ("9F02", "9F03", "9F1A", "5F2A", "9C")
TC, AAC = 0x40, 0x00


@pytest.fixture
def counter() -> Iterator[Counter]:
    made = Counter(PEOPLE, COUNTY, STATION_OPENING_FEN)
    object.__setattr__(made.bank, "chips", chips_of(deck.chip_keys(PEOPLE)))
    made.sign_in()
    yield made
    assert made.books_sum() == 0


class Withdrawal:
    """One withdrawal by chip: what the card said, what the bank answered."""

    def __init__(self, counter: Counter, key: str, *faults: str) -> None:
        row = deck.dealt_to(PEOPLE, key)
        self.card = deck.card_of(PEOPLE, deck.Dealt(key, row.profile, faults))
        self.card.reset()
        self.session = Transaction(self.card)
        self.session.start()
        self.counter = counter
        self.holder = next(each for each in PEOPLE["villagers"] if each["key"] == key)

    def ask(self, **changed: str) -> str:
        """DE39 of the answer; 91 and the scripts are kept."""
        asked = self.counter.withdrawal(self.holder, FEN)
        asked |= {2: self.holder["card"]["pan"], 22: "051", 23: "001", 55: self._de55(changed)}
        reply = self.counter.send("0200", asked)
        tags = parse(bytes.fromhex(reply.fields.get(55, "")))
        self.answer = list(tags)
        return reply.get(39)

    def authenticate(self) -> str:
        (data,) = [value for tag, value in self.answer if tag == "91"]
        return sw(send(self.card, f"00820000{len(data):02X}{data.hex()}"))

    def run_scripts(self) -> list[str]:
        templates = [value for tag, value in self.answer if tag in ("71", "72")]
        commands = [each for value in templates for tag, each in parse(value) if tag == "86"]
        return [sw(self.card.transmit(command)) for command in commands]

    def _de55(self, changed: dict[str, str]) -> str:
        first, values = self.session.first(), self.session.values
        said = {"9F26": first[5:13], "9F27": first[2:3], "9F36": first[3:5], "9F10": first[13:-2]}
        asked = {tag: values[tag] for tag in (*FROM_TERMINAL, "9F37", "95", "9A")}
        found = said | {"82": self.session.application.aip} | asked | changed
        return b"".join(tlv(tag, value) for tag, value in found.items()).hex().upper()


def test_there_are_villagers_with_money_for_every_kind_of_card() -> None:
    assert {deck.dealt_to(PEOPLE, key).profile for key in RICH} == set(deck.EVERYDAY)


@pytest.mark.parametrize("key", RICH)
def test_a_withdrawal_by_chip_ends_in_a_tc(counter: Counter, key: str) -> None:
    withdrawal = Withdrawal(counter, key)
    assert withdrawal.ask() == "00"
    assert withdrawal.authenticate() == "9000"
    assert withdrawal.session.second()[2] == TC


@pytest.mark.parametrize("tag", ["9F26", "9F36", "9F37"])
def test_the_bank_refuses_what_the_card_did_not_sign(counter: Counter, tag: str) -> None:
    withdrawal = Withdrawal(counter, RICH[0])
    size = {"9F26": 8, "9F36": 2, "9F37": 4}[tag]
    assert withdrawal.ask(**{tag: "77" * size}) == "59"


def test_a_decline_is_proven_too_and_ends_in_an_aac(counter: Counter) -> None:
    poor = next(entry["key"] for entry in PEOPLE["villagers"] if entry["balance_fen"] < FEN)
    withdrawal = Withdrawal(counter, poor)
    assert withdrawal.ask() != "00"
    assert withdrawal.authenticate() == "9000"
    assert withdrawal.session.second(0x00, b"51")[2] == AAC


def test_a_card_that_rejects_the_arpc_declines_an_approved_withdrawal(counter: Counter) -> None:
    withdrawal = Withdrawal(counter, RICH[0], "arpc_rejected")
    assert withdrawal.ask() == "00"
    assert withdrawal.authenticate() == "6300"
    assert withdrawal.session.second()[2] == AAC


@pytest.mark.parametrize("tag", ["71", "72"])
def test_the_banks_scripts_are_taken_by_the_card(counter: Counter, tag: str) -> None:
    withdrawal = Withdrawal(counter, RICH[0])
    pan = withdrawal.holder["card"]["pan"]
    queue_script(counter.bank, pan, tag, "00000001", ["84240000", "04DA9F5807", "841E0000"])
    assert withdrawal.ask() == "00"
    withdrawal.authenticate()
    assert withdrawal.run_scripts() == ["9000", "9000", "9000"]
    withdrawal.card.reset()
    assert sw(Transaction(withdrawal.card).start()) == "6283"


def test_scripts_of_one_transaction_are_wrong_in_the_next(counter: Counter) -> None:
    withdrawal = Withdrawal(counter, RICH[0])
    queue_script(counter.bank, withdrawal.holder["card"]["pan"], "71", "", ["841E0000"])
    withdrawal.ask()
    withdrawal.card.reset()
    later = Transaction(withdrawal.card)
    later.start()
    later.first()
    assert withdrawal.run_scripts() == ["6988"]


def test_the_bank_hands_out_the_ca_keys_as_exported(tmp_path: Path) -> None:
    deck.export(tmp_path, PEOPLE)
    served = read_chip_objects(tmp_path)["ca_keys"]
    made = [key.record() for key in deck.ca_keys(str(PEOPLE["seed"]))]
    assert [b"".join(tlv(tag, value) for tag, value in key) for key in served] == made


def test_a_withdrawal_by_chip_is_answered_with_a_proof_of_ten_bytes(counter: Counter) -> None:
    withdrawal = Withdrawal(counter, RICH[0])
    withdrawal.ask()
    (proof,) = [value for tag, value in withdrawal.answer if tag == "91"]
    assert (len(proof), proof[8:]) == (10, b"00")
