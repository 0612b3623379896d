"""A kernel played to the end: who answers what, and what was asked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, time

from protocol.emv.bits import Capability
from protocol.emv.ca_keys import CaKey, PublicKey
from protocol.emv.events import (
    Apdu,
    ChooseApp,
    Chosen,
    ConfirmApp,
    Event,
    GoOnline,
    HostResult,
    Input,
    NeedOnlinePin,
    PinCaptured,
    Rapdu,
)
from protocol.emv.kernel import Kernel
from protocol.emv.outcome import Outcome
from protocol.emv.profile import Application, Profile, Transaction
from protocol.values import Fen
from tests.vectors import rows_of

FILE = "emv/synthetic_pboc_card.json"
TERMINAL = rows_of(FILE, "terminal")
CA = rows_of(FILE, "ca_key")
AID = bytes.fromhex(rows_of(FILE, "aid_config")["aid"])
STEPS_MAX = 140
APPROVES, CAPTURED, FIRST = HostResult("00"), PinCaptured(), Chosen(0)

CA_KEY = CaKey(
    bytes.fromhex(CA["rid"]),
    int(CA["index"], 16),
    PublicKey(bytes.fromhex(CA["modulus"]), int(CA["exponent"], 16)),
    date(2035, 12, 31),
)


def profile(**changes: object) -> Profile:
    """The terminal of the synthetic card's transcripts, but for `changes`."""
    row: dict[str, object] = {
        "applications": (Application(AID, partial=False),),
        "ifd_serial": bytes.fromhex(TERMINAL["9F1E"]).decode(),
        "ca_keys": (CA_KEY,),
        "capabilities": Capability(int(TERMINAL["9F33"], 16)),
        "merchant_name": bytes.fromhex(TERMINAL["9F4E"]),
    }
    return Profile(**{**row, **changes})  # type: ignore[arg-type]


def transaction(**changes: object) -> Transaction:
    row: dict[str, object] = {
        "type": int(TERMINAL["9C"], 16),
        "amount_fen": Fen(int(TERMINAL["9F02"])),
        "day": date(2026, 11, 23),
        "clock": time(10, 30, 15),
        "unpredictable": bytes.fromhex(TERMINAL["9F37"]),
        "sequence": TERMINAL["9F41"],
    }
    return Transaction(**{**row, **changes})  # type: ignore[arg-type]


Card = Callable[[bytes], Input]  # command -> Rapdu or CardGone


@dataclass
class Played:
    """What happened. commands: as sent. events: all but the commands."""

    commands: list[bytes] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)

    @property
    def outcome(self) -> Outcome:
        assert isinstance(self.events[-1], Outcome)
        return self.events[-1]

    @property
    def online(self) -> GoOnline | None:
        return next((one for one in self.events if isinstance(one, GoOnline)), None)


def play(
    kernel: Kernel,
    card: Card,
    *,
    host: Input | Callable[[GoOnline], Input] = APPROVES,
    pin: Input = CAPTURED,
    choice: Input = FIRST,
) -> Played:
    played, event = Played(), kernel.step()
    for _ in range(STEPS_MAX):
        if isinstance(event, Apdu):
            played.commands.append(event.command)
            event = kernel.step(card(event.command))
            continue
        played.events.append(event)
        if isinstance(event, Outcome):
            return played
        if isinstance(event, GoOnline):
            event = kernel.step(host(event) if callable(host) else host)
        else:
            assert isinstance(event, NeedOnlinePin | ChooseApp | ConfirmApp)
            event = kernel.step(pin if isinstance(event, NeedOnlinePin) else choice)
    raise AssertionError("the transaction does not end")


def transcript(pairs: list[tuple[str, str]]) -> Card:
    """A card that answers just these commands, in this order, and none other."""
    left = iter(pairs)

    def card(command: bytes) -> Input:
        expected, answer = next(left)
        assert command.hex().upper() == expected
        return Rapdu(bytes.fromhex(answer))

    return card
