"""One device by itself, without a cable: what it is sent, what it sends, and a clock by hand."""

from collections.abc import Callable
from typing import Protocol

from tests.hw_sim.faults import Faults
from tests.hw_sim.loop import Loop
from tests.hw_sim_tests.shop import HandClock
from tests.hw_sim_tests.vectors import Vector


class Hears(Protocol):
    def receive(self, data: bytes) -> None: ...


class Place:
    """Where one device stands; `ask` gives what it sent by itself and in answer."""

    def __init__(self, faults: tuple[str, ...]) -> None:
        self.clock = HandClock()
        self.loop = Loop(self.clock)
        self.faults = Faults(faults)
        self.sent = bytearray()
        self.hears: Callable[[bytes], None] = lambda _: None

    def close(self) -> None:
        """Gives the loop's descriptors back."""
        self.loop.stop()

    def ask(self, data: bytes) -> bytes:
        self.hears(data)
        self.loop.run_due()
        return self.taken()

    def wait(self, wait_s: float) -> bytes:
        self.clock.now_s += wait_s
        self.loop.run_due()
        return self.taken()

    def taken(self) -> bytes:
        answer = bytes(self.sent)
        self.sent.clear()
        return answer


def play(place: Place, vector: Vector) -> None:
    """Every question of the vector, and what the device says to each, byte for byte."""
    answers = b""
    for at, step in enumerate(vector.steps):
        if step.from_host:
            answers = place.ask(step.data)
        else:
            assert answers[: len(step.data)] == step.data, f"step {at} of {vector.name}"
            answers = answers[len(step.data) :]
    assert answers == b""
