"""The chip kernel under fire: cards and banks that answer anything (issue 7, "Bad input").

It ends well when every transaction ends as a typed outcome within the bound of commands, and none
is approved that a bank and a TC did not approve.
"""

from __future__ import annotations

import contextlib
from typing import Any

from hypothesis import strategies as st

from protocol.emv.dol import parse_dol
from protocol.emv.events import CardGone, Input
from protocol.emv.kernel import Kernel
from protocol.emv.tlv import parse, spans
from protocol.errors import PeerMistake
from tests.fuzz.target import FalseApproval, Target
from tests.protocol.emv.card import AIP_OF, Card
from tests.protocol.emv.chance import ANSWERS, HOSTS, INPUTS, judged, objects
from tests.protocol.emv.played import play, profile, transaction


def tlv(data: bytes) -> None:
    for read in (parse, spans, parse_dol):
        with contextlib.suppress(PeerMistake):
            read(data)


def one_bad_answer(drawn: tuple[str, dict[int, Input], Input]) -> None:
    """A sound card, but for what it answers to a few commands."""
    method, answers, host = drawn
    _judge(Card(method=method, fails_at=answers), host)


def pure_chance(drawn: tuple[list[Input], Input]) -> None:
    """Nothing of a card: answers until there are no more."""
    left = iter(drawn[0])
    _judge(lambda command: next(left, CardGone()), drawn[1])


def _judge(card: Any, host: Input) -> None:
    played = play(Kernel(profile(), transaction()), card, host=host)
    try:
        judged(played, host)
    except AssertionError as why:
        raise FalseApproval(str(why)) from why


METHODS = st.sampled_from(sorted(AIP_OF))
BAD = st.dictionaries(st.integers(1, 13), INPUTS, min_size=1, max_size=2)
TARGETS = (
    Target("emv_tlv", objects() | ANSWERS | st.binary(max_size=300), tlv, 30_000),
    Target("emv_card", st.tuples(METHODS, BAD, HOSTS), one_bad_answer, 15_000),
    Target("emv_chance", st.tuples(st.lists(INPUTS, max_size=30), HOSTS), pure_chance, 10_000),
)
