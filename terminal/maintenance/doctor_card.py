"""`huinong doctor card`: what the card in the chip reader says of itself; nothing secret is shown.

A verdict for each application: label, masked PAN, dates, and whether its signatures are good. No
cryptogram is asked for and no PIN: the card's counters move as with any insertion, no more.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from contextlib import closing
from datetime import datetime
from typing import cast

from drivers.api import CardFailure, DeviceFault, IcReader, PortError, TimedOut
from drivers.registry import Settings, open_device
from protocol.atr import Atr
from protocol.emv.ca_keys import CaKey
from protocol.emv.events import Apdu, CardGone, Input, Rapdu
from protocol.emv.look import Seen, look
from protocol.emv.outcome import Ended
from protocol.emv.profile import Application, Profile, Transaction
from protocol.emv.session import Phase
from protocol.errors import PeerMistake
from protocol.values import Fen
from terminal.maintenance.doctor import Verdict

PLACE = "card"
CARD_WAIT_S = 30.0
INQUIRY = 0x31  # 9C: a card asked for its balance has nothing to refuse
UNIONPAY = Application(bytes.fromhex("A000000333"))


def examine_card(
    model: str, port: str, settings: Settings, now: datetime, ca_keys: tuple[CaKey, ...] = ()
) -> Iterable[Verdict]:
    """One verdict an application; one for all when there is no card, or none that is understood."""
    try:
        with closing(open_device(model, port, settings)) as device:
            yield from _card(cast(IcReader, device), model, port, now, ca_keys)
    except PortError as why:
        yield Verdict(PLACE, model, port, fault="port", detail=str(why))
    except DeviceFault as why:
        yield Verdict(PLACE, model, port, fault=why.fault.value, detail=str(why))


def _card(
    reader: IcReader, model: str, port: str, now: datetime, ca_keys: tuple[CaKey, ...]
) -> Iterable[Verdict]:
    if isinstance(reader.await_card(wait_s=CARD_WAIT_S), TimedOut):
        yield Verdict(PLACE, model, port, fault="card", detail="no card was inserted")
        return
    answered = reader.power_on()
    if not isinstance(answered, Atr):
        yield Verdict(PLACE, model, port, fault="card", detail=answered.value)
        return
    try:
        seen = _told(reader, look(*_terminal(now, ca_keys)))
    except (Ended, PeerMistake) as why:
        yield Verdict(PLACE, model, port, fault="card", detail=str(why))
        return
    finally:
        reader.power_off()
    for one in seen:
        yield verdict(one, model, port, judged=bool(ca_keys))


def _told(reader: IcReader, conversation: Phase[tuple[Seen, ...]]) -> tuple[Seen, ...]:
    try:
        question = next(conversation)
        while True:
            assert isinstance(question, Apdu)  # a look asks nobody but the card
            question = conversation.send(_answer(reader.exchange(question.command)))
    except StopIteration as end:
        seen: tuple[Seen, ...] = end.value
        return seen


def _answer(got: bytes | CardFailure) -> Input:
    return Rapdu(got) if isinstance(got, bytes) else CardGone()


def _terminal(now: datetime, ca_keys: tuple[CaKey, ...]) -> tuple[Profile, Transaction]:
    profile = Profile((UNIONPAY,), ifd_serial="00000000", ca_keys=ca_keys)
    unpredictable = secrets.token_bytes(4)
    txn = Transaction(INQUIRY, Fen(0), now.date(), now.time(), unpredictable, "00000000")
    return profile, txn


def verdict(one: Seen, model: str, port: str, *, judged: bool) -> Verdict:
    """An application in words. judged: whether there were CA keys to judge signatures by."""
    name = f"{one.name.hex().upper()} {one.label}"
    if one.trouble:
        return Verdict(PLACE, model, port, name, "card", one.trouble)
    said = [f"{name} {one.pan}/{one.psn or '-'}", f"valid {one.effective or '…'} to {one.expires}"]
    said.append(_authentication(one, judged=judged))
    told = "; ".join(said)
    if judged and one.authenticated is False:
        return Verdict(PLACE, model, port, told, "signature", one.why_not)
    return Verdict(PLACE, model, port, told)


def _authentication(one: Seen, *, judged: bool) -> str:
    if one.method is None:
        return "signs nothing"
    if not judged:
        return f"{one.method.value} not judged: no CA keys here"
    if one.authenticated is None:
        return f"{one.method.value}: certificates good"
    return f"{one.method.value} {'good' if one.authenticated else 'bad'}"
