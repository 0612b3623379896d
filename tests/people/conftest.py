"""A station with one admitted operator, a screen that knows how to prove a PIN, and a clock."""

from __future__ import annotations

import shutil
from functools import cache
from pathlib import Path

import pytest

from terminal.keys.store import KeyStore, make_store, open_store
from terminal.people import roster
from terminal.people.operators import Limits, Operators
from terminal.people.proof import Challenge, proof_of, stretched
from terminal.people.records import Operator, Role

PASSPHRASE = b"0123456789abcdef"
PIN, WRONG_PIN = "294170", "294171"
LI = Operator("01", "李某", Role.OPERATOR)
LIMITS = Limits(wrong_pins_lock=5, wrong_pins_block=10, lock_min=15)  # security.md section 8
MINUTE_MS = 60_000
NOON_MS = 1_795_406_400_000

once_stretched = cache(stretched)  # 155 ms each


class Screen:
    """The operator's screen: takes a challenge, keys a PIN, sends the proof."""

    def __init__(self, operators: Operators) -> None:
        self.operators = operators

    def proof(self, challenge: Challenge, pin: str) -> bytes:
        tag = once_stretched(pin, challenge.salt, challenge.cost)
        return proof_of(tag, challenge.nonce, challenge.number)

    def sign_in(self, number: str, pin: str, now_ms: int = NOON_MS) -> object:
        challenge = self.operators.challenge(number)
        proof = self.proof(challenge, pin)
        return self.operators.check(number, challenge.nonce, proof, now_ms)

    def fail(self, number: str, times: int, now_ms: int = NOON_MS) -> list[object]:
        """Attempts with no right proof; cheap, because nothing is stretched."""
        return [self.fail_once(number, now_ms) for _ in range(times)]

    def fail_once(self, number: str, now_ms: int) -> object:
        challenge = self.operators.challenge(number)
        return self.operators.check(number, challenge.nonce, bytes(32), now_ms)


@pytest.fixture(scope="session")
def station(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The state directory after the operator was admitted; copied, never changed."""
    directory = tmp_path_factory.mktemp("station") / "state"
    roster.admit(make_store(directory, PASSPHRASE, "44010001"), LI, PIN)
    return directory


@pytest.fixture
def store(station: Path, tmp_path: Path) -> KeyStore:
    return open_store(shutil.copytree(station, tmp_path / "state"), PASSPHRASE)


@pytest.fixture
def screen(store: KeyStore) -> Screen:
    return Screen(Operators(store, LIMITS))


@pytest.fixture
def restarted(store: KeyStore):
    """A screen before the engine's next start."""
    return lambda: Screen(Operators(open_store(store.directory, PASSPHRASE), LIMITS))
