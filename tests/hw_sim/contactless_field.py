"""The field of the PN532: cards in it, cards listed, exchanges with them (pn532.md 4 to 6)."""

from collections.abc import Iterable
from dataclasses import dataclass

from tests.hw_sim.faults import Faults
from tests.hw_sim.smart_card import ContactlessCard

MORE = 0x40  # status bit 6, and the same bit of Tg for a chained command
PART_BYTES = 16  # of an answer chained by the fault `chained`
OK, TIMEOUT, NOT_ACCEPTABLE, CARD_DISCARDED = 0x00, 0x01, 0x27, 0x2B
# Section 5: faults that fail one exchange with the card, and their status.
EXCHANGE_ERRORS = {
    "rf_timeout": TIMEOUT,
    "rf_crc": 0x02,
    "rf_parity": 0x03,
    "collision": 0x06,
    "rf_field": 0x0A,
    "rf_protocol": 0x0B,
    "overheated": 0x0D,
    "over_current": 0x2D,
}
FAULTS = ("chained", "card_pull", "card_pull_before", "card_swap", *EXCHANGE_ERRORS)


@dataclass
class Target:
    card: ContactlessCard
    command: bytes = b""  # parts of a chained command
    rest: bytes = b""  # parts of a chained answer not yet asked for


class Field:
    """Cards come and go by `cards`; the reader lists them, then talks to what it listed."""

    def __init__(self, faults: Faults) -> None:
        self.cards: list[ContactlessCard] = []
        self.exchanges = 0
        self._faults = faults
        self._targets: dict[int, Target] = {}
        self._halted: list[ContactlessCard] = []

    @property
    def listed(self) -> tuple[int, ...]:
        return tuple(self._targets)

    def switch_off(self) -> None:
        self._targets.clear()
        self._halted.clear()

    def in_turn(self) -> list[ContactlessCard]:
        """A deselected card stands back behind the others: so nfc-list finds all of several."""
        return sorted(self.cards, key=lambda card: card in self._halted)

    def list_cards(self, cards: Iterable[ContactlessCard], *, auto_rats: bool) -> bytes:
        """The target records; with `auto_rats` an ISO 14443-4 card is reset and gives its ATS."""
        self._targets = {number: Target(card) for number, card in enumerate(cards, start=1)}
        return b"".join(
            _record(number, target.card, auto_rats=auto_rats)
            for number, target in self._targets.items()
        )

    def select(self, number: int) -> int:
        return OK if number in self._targets else NOT_ACCEPTABLE

    def deselect(self, number: int) -> int:
        """Target 0 is all of them; they stay listed."""
        if number and number not in self._targets:
            return NOT_ACCEPTABLE
        self._halted = [each.card for at, each in self._targets.items() if number in (0, at)]
        return OK

    def release(self, number: int) -> int:
        """Target 0 is all of them."""
        if number and number not in self._targets:
            return NOT_ACCEPTABLE
        for at in [number] if number else self.listed:
            del self._targets[at]
        return OK

    def exchange(self, data: bytes) -> bytes:
        """Status and answer to `Tg data`; the rest of a chained answer to `Tg` alone."""
        target = self._targets.get(data[0] & ~MORE)
        if target is None:
            return bytes([NOT_ACCEPTABLE])
        if target.rest and len(data) == 1:
            return _next_part(target)
        target.rest = b""
        target.command += data[1:]
        if data[0] & MORE:
            return bytes([OK])
        command, target.command = target.command, b""
        status, answer = self._with_card(target.card, command)
        if status:
            self._targets.clear()  # section 6: to be listed again after any error
            return bytes([status])
        if self._faults.take("chained"):
            target.rest = answer
            return _next_part(target)
        return bytes([OK]) + answer

    def _with_card(self, card: ContactlessCard, command: bytes) -> tuple[int, bytes]:
        """The faults but the first let the card do its work: a counter it keeps has moved."""
        if self._faults.take("card_pull_before"):
            self.cards = []
        if card not in self.cards:
            return (CARD_DISCARDED if self.cards else TIMEOUT), b""
        if card.chip is None:
            return TIMEOUT, b""
        self.exchanges += 1
        answer = card.chip.transmit(command)
        if self._faults.take("card_pull"):
            self.cards = []
            return TIMEOUT, b""
        if not answer:
            return TIMEOUT, b""
        if self._faults.take("card_swap"):
            return CARD_DISCARDED, b""
        for name, status in EXCHANGE_ERRORS.items():
            if self._faults.take(name):
                return status, b""
        return OK, answer


def _record(number: int, card: ContactlessCard, *, auto_rats: bool) -> bytes:
    record = bytes([number]) + card.atqa + bytes([card.sak, len(card.uid)]) + card.uid
    if card.chip is None or not auto_rats:
        return record
    card.chip.reset()
    return record + card.ats


def _next_part(target: Target) -> bytes:
    part, target.rest = target.rest[:PART_BYTES], target.rest[PART_BYTES:]
    return bytes([MORE if target.rest else OK]) + part
