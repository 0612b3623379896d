"""A transaction with a card, command by command, and the issuer's side of it by pyemv."""

from dataclasses import dataclass, field

import pytest
from pyemv import sm
from pyemv.ac import PaddingType, generate_ac, generate_arpc_1
from pyemv.tools import encrypt_tdes_ecb

from tests.hw_sim.cards.application import Application
from tests.hw_sim.cards.authority import Issuer, issuer
from tests.hw_sim.cards.card import ChipCard
from tests.hw_sim.cards.make import make_card
from tests.hw_sim.cards.memory import CardMemory
from tests.hw_sim.cards.profiles import PROFILES, Holder, personalise
from tests.hw_sim.cards.tlv import parse

# pyemv asks `cryptography` for short keys by an old name, which warns at every call.
PYEMV_WARNS = pytest.mark.filterwarnings("ignore:.*TripleDES")
SEED = "cards under test"
PAN = "6229990000000000017"
HOLDER = Holder("v01", PAN, "3012", name="王伟", pin="123456")
AID = "A000000333010101"
OK = b"\x90\x00"
UN = "5A17C3E9"
VALUES = {
    "9F02": "000000050000", "9F03": "000000000000", "9F1A": "0156", "95": "0000048000",
    "5F2A": "0156", "9A": "261123", "9C": "01", "9F37": UN, "9F21": "103015",
    "9F4E": "544553542056494C4C4147452053544154494F4E", "9F7A": "00",
}  # fmt: skip
ORDER = ("9F02", "9F03", "9F1A", "95", "5F2A", "9A", "9C", "9F37", "9F21", "9F4E")


def bank() -> Issuer:
    return issuer(SEED)


def new_card(profile: str = "dda", *faults: str, memory: CardMemory | None = None) -> ChipCard:
    card = make_card(personalise(HOLDER, PROFILES[profile]), bank(), faults, memory=memory)
    card.reset()
    return card


def send(card: ChipCard, command: str) -> bytes:
    return card.transmit(bytes.fromhex(command))


def sw(answer: bytes) -> str:
    return answer[-2:].hex().upper()


def flat(answer: bytes) -> dict[str, bytes]:
    """Every primitive object of an answer, templates opened."""
    found: dict[str, bytes] = {}
    waiting = [answer[:-2]]
    while waiting:
        for tag, value in parse(waiting.pop()):
            if int(tag[:2], 16) & 0x20:
                waiting.append(value)
            else:
                found[tag] = value
    return found


@dataclass
class Transaction:
    """One card session from SELECT on; every method returns the card's answer."""

    card: ChipCard
    values: dict[str, str] = field(default_factory=lambda: dict(VALUES))

    @property
    def application(self) -> Application:
        return self.card.state.application.data

    def start(self, aid: str = AID) -> bytes:
        """SELECT and GPO; the answer to the latter, or to a SELECT that failed."""
        chosen = send(self.card, f"00A40400{len(aid) // 2:02X}{aid}00")
        if sw(chosen) != "9000":
            return chosen
        pdol = self.values["9F7A"] + self.values["9F02"] + self.values["5F2A"]
        data = pdol if self.application.pdol else ""
        count = len(data) // 2
        return send(self.card, f"80A80000{count + 2:02X}83{count:02X}{data}00")

    def records(self) -> dict[str, bytes]:
        found: dict[str, bytes] = {}
        for place in ("010C", "0114", "0214", "0314", "0414", "011C"):
            found |= flat(send(self.card, f"00B2{place}00"))
        return found

    def first(self, p1: int = 0x80) -> bytes:
        return self._generate(p1, "".join(self.values[tag] for tag in ORDER))

    def second(self, p1: int = 0x40, arc: bytes = b"00") -> bytes:
        return self._generate(p1, arc.hex() + "".join(self.values[tag] for tag in ORDER))

    def prove_issuer(self, arqc: bytes, arc: bytes = b"00") -> bytes:
        return send(self.card, f"008200000A{(arpc(self.card, arqc, arc) + arc).hex()}")

    def script(self, header: str, data: bytes = b"", mac_bytes: int = 4) -> bytes:
        """An issuer script command with the MAC that pyemv makes."""
        count = len(data) + mac_bytes
        head = bytes.fromhex(header) + bytes((count,))
        context = atc(self.card) + self.card.state.session.arqc
        key = session_key(bank().masters.smi, atc(self.card))
        mac = sm.generate_command_mac(key, head + context + data, mac_bytes)
        return self.card.transmit(head + data + mac)

    def online(self) -> bytes:
        """The whole way to a first cryptogram and a proven issuer; the ARQC."""
        self.start()
        arqc = self.first()[5:13]
        assert self.prove_issuer(arqc) == OK
        return arqc

    def online_start(self) -> None:
        """As far as a first cryptogram, then nothing: a transaction cut off."""
        self.start()
        self.first()

    def _generate(self, p1: int, data: str) -> bytes:
        return send(self.card, f"80AE{p1:02X}00{len(data) // 2:02X}{data}00")


def atc(card: ChipCard) -> bytes:
    return card.state.kept.atc.to_bytes(2, "big")


def card_key(master: bytes) -> bytes:
    """Section 15, with pyemv's cipher: its own derivation sets parity, which a PIN block shows."""
    block = bytes.fromhex((PAN + "01")[-16:])
    inverted = bytes(byte ^ 0xFF for byte in block)
    return encrypt_tdes_ecb(master, block) + encrypt_tdes_ecb(master, inverted)


def session_key(master: bytes, counter: bytes) -> bytes:
    """PBOC's (emv.md section 15), written with pyemv's cipher: it has no such derivation."""
    key, inverted = card_key(master), bytes(byte ^ 0xFF for byte in counter)
    return encrypt_tdes_ecb(key, bytes(6) + counter) + encrypt_tdes_ecb(key, bytes(6) + inverted)


def arqc_by_pyemv(card: ChipCard, values: dict[str, str], iad: bytes, aip: str) -> bytes:
    data = bytes.fromhex("".join(values[tag] for tag in ORDER[:8]) + aip) + atc(card) + iad[3:7]
    return generate_ac(session_key(bank().masters.ac, atc(card)), data, PaddingType.EMV)


def arpc(card: ChipCard, arqc: bytes, arc: bytes = b"00") -> bytes:
    return generate_arpc_1(session_key(bank().masters.ac, atc(card)), arqc, arc)
