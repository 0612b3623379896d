"""The slot of a contact reader: power, voltage, PPS, parameters, and the card's exchanges.

The card speaks what its ATR and PPS fixed, the reader what SetParameters told it; where they
differ nothing comes back, as on the contacts (gempc-serial.md section 5).
"""

from dataclasses import dataclass

from tests.hw_sim import smart_card_atr
from tests.hw_sim.smart_card import SmartCard
from tests.hw_sim.smart_card_atr import DEFAULT_FI_DI, Atr
from tests.hw_sim.smart_card_t0 import MuteCard, T0Card
from tests.hw_sim.smart_card_t1 import T1Card

PPSS = 0xFF
PPS1_FOLLOWS = 0x10
VOLTAGES = (1, 2, 3)  # 5 V, 3 V, 1.8 V
DEFAULT_PARAMETERS = {
    0: bytes.fromhex("1100000A00"),
    1: bytes.fromhex("1110004D002000"),
}


@dataclass
class Contacts:
    """A powered card: what it speaks now."""

    atr: Atr
    protocol: int
    fi_di: int
    engine: T0Card | T1Card
    untouched: bool = True  # PPS only as the first exchange (section 11, trap 8)


class Slot:
    """One slot, with or without a card."""

    def __init__(self) -> None:
        self.card: SmartCard | None = None
        self.voltages: tuple[int, ...] = VOLTAGES  # at which the card in it works
        self.protocol = 0
        self.parameters = DEFAULT_PARAMETERS[0]
        self.asks_for_time = False
        self._contacts: Contacts | None = None

    @property
    def active(self) -> bool:
        return self._contacts is not None

    def put(self, card: SmartCard | None) -> None:
        self.card = card
        self._contacts = None

    def power_off(self) -> None:
        self._contacts = None

    def power_on(self, voltage: int, spoilt: bytes | None = None) -> bytes:
        """The ATR, or what `spoilt` says came instead. Raises MuteCard or BadAtr."""
        self._contacts = None
        if self.card is None or voltage not in self.voltages:
            raise MuteCard
        answer = self.card.reset() if spoilt is None else spoilt
        if not answer:
            raise MuteCard
        atr = smart_card_atr.read(answer)
        first = atr.protocols[0]
        fi_di = atr.fi_di if atr.specific else DEFAULT_FI_DI
        self._contacts = Contacts(atr, first, fi_di, self._engine(first, atr))
        self.reset_parameters()
        return answer

    def reset_parameters(self) -> None:
        self.protocol, self.parameters = 0, DEFAULT_PARAMETERS[0]

    def set_parameters(self, protocol: int, parameters: bytes) -> bool:
        """False when the length is not that protocol's."""
        if len(parameters) != len(DEFAULT_PARAMETERS.get(protocol, b"")):
            return False
        self.protocol, self.parameters = protocol, parameters
        return True

    def exchange(self, tpdu: bytes) -> bytes:
        """What comes back over the contacts. Raises MuteCard."""
        contacts = self._contacts
        if contacts is None:
            raise MuteCard
        untouched, contacts.untouched = contacts.untouched, False
        if tpdu[:1] == bytes([PPSS]):
            if not untouched:
                raise MuteCard
            return self._pps(contacts, tpdu)
        if (contacts.protocol, contacts.fi_di) != (self.protocol, self.parameters[0]):
            raise MuteCard
        if isinstance(contacts.engine, T1Card) and self.asks_for_time:
            self.asks_for_time, contacts.engine.asks_for_time = False, True
        return contacts.engine.exchange(tpdu)

    def _pps(self, contacts: Contacts, request: bytes) -> bytes:
        """The request again when the card agrees (ISO/IEC 7816-3 section 9)."""
        check = 0
        for byte in request:
            check ^= byte
        has_pps1 = len(request) > 2 and request[1] & PPS1_FOLLOWS
        protocol = request[1] & 0x0F if len(request) > 2 else -1
        fi_di = request[2] if has_pps1 else DEFAULT_FI_DI
        agreed = (
            check == 0
            and len(request) == (4 if has_pps1 else 3)
            and not contacts.atr.specific
            and protocol in contacts.atr.protocols
            and fi_di in (DEFAULT_FI_DI, contacts.atr.fi_di)
        )
        if not agreed:
            raise MuteCard
        contacts.protocol, contacts.fi_di = protocol, fi_di
        contacts.engine = self._engine(protocol, contacts.atr)
        return request

    def _engine(self, protocol: int, atr: Atr) -> T0Card | T1Card:
        assert self.card is not None
        return T1Card(self.card, atr.ifsc) if protocol == 1 else T0Card(self.card)
