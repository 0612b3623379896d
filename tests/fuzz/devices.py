"""Every device codec: worked answers, spoilt, in any portions, with noise between them.

It ends well when nothing is raised but the codec's own typed error, what is held back stays within
one frame, no event shows a card's number, and after silence the next good answer is found.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Generator
from dataclasses import dataclass
from functools import cache, partial
from random import Random
from typing import Any, Protocol

from hypothesis import strategies as st

from protocol import atr, escpos_status, gempc, id_card, msr605, pn532, swipe, t0, t1, tracks, uic
from protocol.errors import PeerMistake
from protocol.link import pn532_frame, sam_v, stx_etx
from tests.fuzz.damage import DAMAGES, Damage, spoilt
from tests.fuzz.target import Target
from tests.protocol.devices.vectors import vectors

COUNT = 100_000
PORTIONS_MAX, ANSWERS_MAX, NOISE_BYTES_MAX = 8, 4, 40
REPLIES_MAX, REPLY_BYTES_MAX = 40, 300
SELECT = bytes.fromhex("00A4040007A000000333010100")
NUMBERS = ("6212345678901232", "11010519491231002X")  # of the worked cards
Drawn = tuple[int, list[Damage]]


class Receiver(Protocol):
    def receive(self, data: bytes, /) -> tuple[Any, ...]: ...


def _no_silence(receiver: Any) -> tuple[Any, ...]:
    """A codec that needs none to find the next answer."""
    return ()


@dataclass(frozen=True)
class Codec:
    """A row: the sheet, the receiver, what it holds back, and the worked answers it must find."""

    sheet: str
    fresh: Callable[[], Receiver]
    held: Callable[[Any], int]
    held_max: int
    good: tuple[str, ...]
    is_quiet: Callable[[Any], bool] = lambda receiver: True
    silence: Callable[[Any], tuple[Any, ...]] = _no_silence
    read: Callable[[Any], object] = repr  # what a driver makes of an event


def _identity(event: object) -> None:
    if isinstance(event, sam_v.Reply):
        for name in id_card.BY_NAME:
            id_card.meaning(name, event)
        with contextlib.suppress(PeerMistake):
            id_card.card(event)


def _stripe(event: object) -> None:
    if isinstance(event, swipe.Swipe | msr605.Swipe):
        tracks.judge(*event.tracks)


def _reset(event: object) -> None:
    if isinstance(event, gempc.Answer):
        with contextlib.suppress(PeerMistake):
            atr.pps_request(atr.parse(event.data))


def _tap(event: object) -> None:
    if isinstance(event, pn532_frame.Reply):
        for reads in (pn532.targets, pn532.part, pn532.firmware):
            with contextlib.suppress(PeerMistake):
                reads(event.data)


def _pad_answer(event: object) -> None:
    if isinstance(event, stx_etx.Frame):
        for reads in (uic.key_loaded, uic.key_selected, uic.self_test_faults, uic.pin_answer):
            with contextlib.suppress(PeerMistake):
                reads(event)


CODECS = {
    "gempc": Codec(
        "gempc-serial",
        gempc.Receiver,
        lambda receiver: len(receiver._bytes),
        gempc.FRAME_BYTES_MAX,
        ("slot-present", "power-on-5v", "t0-6c"),
        lambda receiver: not receiver.mid_frame,
        lambda receiver: receiver.abandon(),
        _reset,
    ),
    "sam_v": Codec(
        "idcard-sam",
        sam_v.Receiver,
        lambda receiver: len(receiver._bytes),
        sam_v.FRAME_BYTES_MAX,
        ("find-ok", "status", "read-citizen"),
        lambda receiver: not receiver.mid_frame,
        lambda receiver: receiver.abandon(),
        _identity,
    ),
    "swipe": Codec(
        "magstripe",
        swipe.Receiver,
        lambda receiver: len(receiver._text),
        swipe.SWIPE_BYTES_MAX + 1,
        ("generic-cr", "generic-track-error"),
        lambda receiver: not receiver.needs_silence,
        lambda receiver: receiver.silence(),
        _stripe,
    ),
    "msr605": Codec(
        "magstripe",
        msr605.Receiver,
        lambda receiver: len(receiver._bytes),
        msr605.ANSWER_BYTES_MAX,
        ("read-iso", "bad-swipe"),
        read=_stripe,
    ),
    "pin_pad": Codec(
        "pinpad-uic",
        stx_etx.Receiver,
        lambda receiver: len(receiver._text),
        stx_etx.TEXT_BYTES_MAX + 1,
        ("self-test-ok", "check-key-0-loaded"),
        lambda receiver: not receiver.mid_frame,
        lambda receiver: receiver.abandon() or (),
        _pad_answer,
    ),
    "pn532": Codec(
        "pn532",
        pn532_frame.Receiver,
        lambda receiver: len(receiver._bytes),
        pn532_frame.FRAME_BYTES_MAX,
        ("firmware", "list-a", "ppse"),
        lambda receiver: not receiver.mid_frame,
        lambda receiver: receiver.abandon(),
        _tap,
    ),
    "printer": Codec(
        "escpos-printer",
        escpos_status.Receiver,
        lambda receiver: len(receiver._block),
        escpos_status.ASB_BYTES,
        ("ready", "cover-open"),
    ),
}
ANSWERS = {
    name: [
        vector.sent_by("device")
        for vector in vectors(codec.sheet).values()
        if vector.sent_by("device")
    ]
    for name, codec in CODECS.items()
}


def stream(name: str, drawn: Drawn) -> None:
    """Spoilt answers and noise, then silence, then a good answer."""
    codec, chance = CODECS[name], Random(drawn[0])
    receiver = codec.fresh()
    for portion in _portions(_spoilt(name, drawn, chance), chance):
        _heard(codec, receiver, receiver.receive(portion))
    before = codec.held(receiver)
    while not codec.is_quiet(receiver):
        _heard(codec, receiver, codec.silence(receiver))
        assert codec.held(receiver) < before or codec.is_quiet(receiver), "silence changes nothing"
        before = codec.held(receiver)

    good = vectors_of(codec.sheet)[chance.choice(codec.good)]
    found = receiver.receive(good)
    _heard(codec, receiver, found)
    wanted = codec.fresh().receive(good)
    assert found[-len(wanted) :] == wanted, "the good answer is not found"


def _spoilt(name: str, drawn: Drawn, chance: Random) -> bytes:
    answers = chance.choices(ANSWERS[name], k=chance.randint(0, ANSWERS_MAX))
    noise = chance.randbytes(chance.randint(0, NOISE_BYTES_MAX))
    return spoilt(noise.join([*answers, b""]) + noise, drawn[1])


def _portions(wire: bytes, chance: Random) -> list[bytes]:
    places = sorted(chance.randint(0, len(wire)) for _ in range(chance.randint(0, PORTIONS_MAX)))
    return [wire[a:b] for a, b in zip([0, *places], [*places, len(wire)], strict=True)]


def _heard(codec: Codec, receiver: Receiver, events: tuple[Any, ...]) -> None:
    assert codec.held(receiver) <= codec.held_max, "more is held back than a frame"
    for event in events:
        codec.read(event)
        assert not any(number in repr(event) for number in NUMBERS), "a number is shown"


@cache
def vectors_of(sheet: str) -> dict[str, bytes]:
    return {name: vector.sent_by("device") for name, vector in vectors(sheet).items()}


def card_over_t0(seed: int) -> None:
    """A T=0 card that says anything."""
    chance = Random(seed)
    _played(t0.exchange(SELECT), lambda: _reply(chance, (0x61, 0x6C, 0x62, 0x90)))


def card_over_t1(seed: int) -> None:
    """A T=1 card that says anything, half of it in blocks whose LRC fits."""
    chance = Random(seed)
    link = t1.Link(chance.choice((1, 8, 32, 254)))
    for _ in range(2):
        _played(link.exchange(SELECT), lambda: _block(chance))


def _played(conversation: Generator[Any, Any, bytes], says: Callable[[], bytes | None]) -> None:
    with contextlib.suppress(StopIteration, PeerMistake):
        next(conversation)
        for _ in range(REPLIES_MAX):
            conversation.send(says())


def _reply(chance: Random, statuses: tuple[int, ...]) -> bytes:
    data = chance.randbytes(chance.choice((0, 0, 1, 2, REPLY_BYTES_MAX)))
    return data + bytes([chance.choice(statuses), chance.choice((0, 1, chance.randrange(256)))])


def _block(chance: Random) -> bytes | None:
    if chance.random() < 0.3:
        return chance.choice((None, b"", chance.randbytes(5)))
    pcb = chance.choice((0x00, 0x20, 0x40, 0x60, 0x80, 0x90, 0xC1, 0xC3, chance.randrange(256)))
    return t1.encode(t1.Block(pcb, chance.randbytes(chance.choice((0, 1, 2, 254)))))


SEEDS = st.integers(0, 2**64 - 1)
TARGETS = (
    *(
        Target(f"device_{name}", st.tuples(SEEDS, DAMAGES), partial(stream, name), COUNT)
        for name in CODECS
    ),
    Target("card_over_t0", SEEDS, card_over_t0, COUNT),
    Target("card_over_t1", SEEDS, card_over_t1, COUNT),
)
