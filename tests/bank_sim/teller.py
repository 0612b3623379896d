"""A terminal at the counter desk: frames in, frames out, one sequence number after another."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec

from tests.bank_sim import frames
from tests.bank_sim.counter import TERMINAL
from tests.bank_sim.frames import NO_KEYS, Fields, Keys
from tests.bank_sim.journal import asked, head, leaves, proof, signed
from tests.hw_sim.bank.counter_desk import CounterDesk

SIGNING_KEY = ec.generate_private_key(ec.SECP256R1())


@dataclass
class Teller:
    """One terminal at the desk, one sequence number after another."""

    desk: CounterDesk
    keys: Keys = NO_KEYS
    seq: int = 0
    trace: int = 0

    def next_trace(self) -> str:
        self.trace += 1
        return f"{self.trace:06d}"

    def send(self, mti: str, fields: Fields, *faults: str, **more: Any) -> bytes | None:
        self.seq += 1
        whole = frames.frame(mti, fields, self.keys.mak)
        return self.desk.exchange(TERMINAL, self.seq, whole, faults, **more)

    def code(self, mti: str, fields: Fields, *faults: str) -> str | None:
        reply = self.send(mti, fields, *faults)
        return frames.fields_of(reply)["39"] if reply else None

    def sign_in(self) -> None:
        reply = self.send("0800", frames.sign_in(self.next_trace()))
        assert reply is not None
        self.keys = frames.keys_of(frames.fields_of(reply))

    def withdrawal(self, holder: dict[str, Any], fen: int, pin: str | None = None) -> Fields:
        return frames.withdrawal(self.next_trace(), fen, holder, self.keys.pik, pin)

    def statement(self, asked_for: dict[str, str], *faults: str) -> Any:
        self.seq += 1
        body = json.dumps(asked_for).encode()
        answer = self.desk.statement(TERMINAL, self.seq, body, faults)
        return json.loads(answer) if answer else None

    def checkpoint(self, old_size: int, size: int, *faults: str) -> Any:
        self.seq += 1
        entries = leaves(size)
        body = asked(old_size, proof(old_size, entries), signed(head(entries), SIGNING_KEY))
        answer = self.desk.checkpoint(TERMINAL, self.seq, body, faults)
        return json.loads(answer) if answer else None
