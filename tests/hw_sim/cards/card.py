"""A chip card: `reset` gives the ATR, `transmit` one answer to one command, status word included.

An empty answer is silence: mute, or pulled out (`present` then says False). How a card misbehaves
is its `behaviour`; it may be exchanged between two commands.
"""

import random
from collections.abc import Iterable

from tests.hw_sim.cards.apdu import Answer, Apdu, Refused, parse_apdu
from tests.hw_sim.cards.application import Personalisation
from tests.hw_sim.cards.atr import BY_PROTOCOL
from tests.hw_sim.cards.behaviour import GOOD, Behaviour
from tests.hw_sim.cards.commands import perform, step_of
from tests.hw_sim.cards.memory import CardMemory
from tests.hw_sim.cards.personalise import LoadedApplication
from tests.hw_sim.cards.state import CardState, Session


class ChipCard:
    """One card of one person, in the shape of the bench's smart card protocol."""

    def __init__(
        self,
        personalisation: Personalisation,
        applications: Iterable[LoadedApplication],
        *,
        memory: CardMemory | None = None,
        behaviour: Behaviour = GOOD,
        chance: random.Random | None = None,
    ) -> None:
        self.state = CardState(
            personalisation,
            tuple(applications),
            memory if memory is not None else CardMemory(),
            behaviour,
            chance or random.Random(personalisation.key),
        )
        self.present = True
        self._commands = 0

    def __repr__(self) -> str:
        return f"ChipCard({self.state.personalisation.key!r})"

    @property
    def behaviour(self) -> Behaviour:
        return self.state.behaviour

    @behaviour.setter
    def behaviour(self, behaviour: Behaviour) -> None:
        self.state.behaviour = behaviour

    @property
    def memory(self) -> CardMemory:
        """Counters and blocks: what outlasts resets."""
        return self.state.memory

    @property
    def violations(self) -> list[str]:
        """What the terminal did against the sheet."""
        return self.state.violations

    @property
    def protocol(self) -> int:
        """0 for T=0, 1 for T=1."""
        return self.state.personalisation.protocol

    @property
    def atr(self) -> bytes:
        """Empty when the card is mute from the start."""
        told = self.behaviour.atr
        return BY_PROTOCOL[self.protocol] if told is None else told

    @property
    def delay_s(self) -> float:
        """How long this card takes over every answer; whoever holds it does the waiting."""
        return self.behaviour.delay_s

    def reset(self) -> bytes:
        """Forgets the transaction, keeps the counters; a card pulled out is in again. The ATR."""
        self.state.session = Session()
        self._commands = 0
        self.present = True
        return self.atr

    def transmit(self, apdu: bytes) -> bytes:
        """Data and status word; nothing when mute or pulled out."""
        self._commands += 1
        if self._commands == self.behaviour.pulled_at:
            self.present = False
        if not self.present or self._is_mute():
            return b""
        try:
            return self._answer(parse_apdu(apdu)).bytes()
        except Refused as why:
            return Answer(sw=why.sw).bytes()

    def _is_mute(self) -> bool:
        mute_at = self.behaviour.mute_at
        return mute_at is not None and self._commands >= mute_at

    def _answer(self, command: Apdu) -> Answer:
        step = step_of(self.state, command)
        if step in self.behaviour.refusals:
            raise Refused(self.behaviour.refusals[step])
        answer = perform(self.state, command)
        edit = self.behaviour.edits.get(step)
        return answer if edit is None else Answer(edit(answer.data), answer.sw)
