"""A station's counter inside the test process: requests as messages, handed to the bank's host."""

from __future__ import annotations

import random
from datetime import datetime
from pathlib import Path
from typing import Any

from psec import pinblock

from tests.hw_sim.bank import ledger
from tests.hw_sim.bank.block_cipher import encrypt
from tests.hw_sim.bank.county import County
from tests.hw_sim.bank.host import handle
from tests.hw_sim.bank.mac import cup_ecb
from tests.hw_sim.bank.opening import open_books
from tests.hw_sim.bank.state import SHANGHAI, Bank, Terminal
from tests.hw_sim.bank.store import open_store, transaction
from tests.hw_sim.bank.wire import Message, encode, mac_input

TERMINAL = "44010001"
MERCHANT = "103440160120001"
TMK_P = bytes.fromhex("19191919191919195B5B5B5B5B5B5B5B")  # county.json, note
TMK_M = bytes.fromhex("2A2A2A2A2A2A2A2A6B6B6B6B6B6B6B6B")
MORNING = datetime(2026, 11, 23, 9, 30, 15, tzinfo=SHANGHAI)
DAY_S = 86_400

Villager = dict[str, Any]


class Clock:
    """The bank's clock, moved by hand."""

    def __init__(self) -> None:
        self.now_s = MORNING.timestamp()

    def __call__(self) -> float:
        return self.now_s


def elements(*pairs: tuple[str, str]) -> str:
    """DE62 as hex, from county-wire.md: tag, three digits of length, GB18030."""
    raw = [(tag.encode(), text.encode("gb18030")) for tag, text in pairs]
    return b"".join(tag + b"%03d" % len(text) + text for tag, text in raw).hex().upper()


def read_elements(message: Message) -> dict[str, str]:
    found, rest = {}, message.de62
    while rest:
        size = int(rest[2:5])
        found[rest[:2].decode()] = rest[5 : 5 + size].decode("gb18030")
        rest = rest[5 + size :]
    return found


class Counter:
    """Plays one terminal against a bank on books in memory, one trace after another."""

    def __init__(self, people: dict[str, Any], county: County, station_fen: int) -> None:
        self.clock = Clock()
        terminal = Terminal(TERMINAL, MERCHANT, TMK_P, TMK_M)
        self.bank = Bank(
            open_store(Path(":memory:")),
            county,
            {TERMINAL: terminal},
            self.clock,
            random.Random(1),
        )
        open_books(self.bank, people, {TERMINAL: 1}, first_day=None, station_fen=station_fen)
        self.villagers: list[Villager] = people["villagers"]
        self.batch = "000001"
        self._trace = 0
        self._seq = 0

    def new_trace(self) -> str:
        self._trace += 1
        return f"{self._trace:06d}"

    def send(self, mti: str, fields: dict[int, str], *, mac: bool = True) -> Message:
        """The bank's reply to these fields; DE64 is made here, unless it is to be sent as it is."""
        self._seq += 1
        message = Message(mti, fields, "6000030000")
        if 64 in fields and mac:
            made = cup_ecb(self.bank.sessions[TERMINAL].mak, mac_input(encode(message)))
            message = Message(mti, {**fields, 64: made.hex().upper()}, "6000030000")
        with transaction(self.bank.db):
            reply = handle(self.bank, TERMINAL, self._seq, message, None)
        assert reply is not None
        return reply

    def sign_in(self) -> Message:
        fields = {11: self.new_trace(), 41: TERMINAL, 42: MERCHANT, 60: f"00{self.batch}003"}
        return self.send("0800", fields | {63: b"01 ".hex()})

    def money(self, de3: str, de60_1: str, de60_3: str = "000", **more: str) -> dict[int, str]:
        """The fields of a 0200; `more` as f4="…", f62="…"."""
        fields = {
            3: de3,
            11: self.new_trace(),
            22: "012",
            25: "00",
            41: TERMINAL,
            42: MERCHANT,
            49: "156",
            60: f"{de60_1}{self.batch}{de60_3}60",
            64: "00" * 8,
        }
        return fields | {int(name[1:]): text for name, text in more.items()}

    def by_stripe(
        self, fields: dict[int, str], holder: Villager, pin: str | None
    ) -> dict[int, str]:
        pik = self.bank.sessions[TERMINAL].pik
        clear = pinblock.encode_pinblock_iso_0(pin or holder["pin"], holder["card"]["pan"])
        return fields | {
            22: "021",
            26: "12",
            35: holder["card"]["track2"].replace("=", "D"),
            52: encrypt(pik, clear).hex().upper(),
            53: "2600000000000000",
        }

    def withdrawal(
        self, holder: Villager, fen: int, *, fee_fen: int = 0, pin: str | None = None
    ) -> dict[int, str]:
        fields = self.money(
            "010000", "01", "111", f4=f"{fen:012d}", f62=elements(("FE", str(fee_fen)))
        )
        return self.by_stripe(fields, holder, pin)

    def cash_contribution(
        self,
        person: Villager,
        year: int,
        tier_fen: int,
        fen: int,
        *,
        ik: str,
        queued: str = "",
    ) -> dict[int, str]:
        pairs = [
            ("ID", person["id_number"]),
            ("YR", str(year)),
            ("TR", str(tier_fen)),
            ("PR", "1"),
            ("IK", ik),
        ]
        pairs += [("QD", queued)] if queued else []
        return self.money("500000", "82", f4=f"{fen:012d}", f62=elements(*pairs))

    def reversal_of(self, request: dict[int, str], reason: str = "98") -> dict[int, str]:
        """bank-wire.md 4.1: without 26, 35, 36, 52, 53; DE2 from track 2."""
        kept = {n: text for n, text in request.items() if n not in (26, 35, 36, 52, 53)}
        pan = request.get(35, "").partition("D")[0]
        return kept | ({2: pan} if pan else {}) | {39: reason}

    def balance_fen(self, account: str) -> int:
        return ledger.balance_fen(self.bank.db, account)

    def books_sum(self) -> int:
        return sum(ledger.totals(self.bank.db).values())
