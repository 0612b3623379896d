"""`huinong doctor card`: what a card says of itself, inserted or shown; nothing secret is told.

A verdict for each application: label, masked PAN, dates, and whether its signatures are good. No
PIN is asked for, and no cryptogram but the one a contactless card gives unasked; none is told.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from contextlib import closing
from dataclasses import replace
from datetime import datetime
from typing import cast

from drivers.api import (
    CardEvent,
    CardFailure,
    ContactlessReader,
    DeviceFault,
    IcReader,
    PortError,
    Tapped,
)
from drivers.registry import MODELS, Settings, open_device
from protocol.emv.ca_keys import CaKey
from protocol.emv.events import Apdu, CardGone, Input, Rapdu
from protocol.emv.look import CONTACTLESS_QUALIFIERS, Seen, look, look_contactless
from protocol.emv.outcome import Ended
from protocol.emv.profile import Application, Profile, Transaction
from protocol.emv.session import Phase
from protocol.errors import PeerMistake
from protocol.values import Fen
from terminal.maintenance.doctor import Verdict

CARD_WAIT_S = 30.0
INQUIRY = 0x31  # 9C: a card asked for its balance has nothing to refuse
UNIONPAY = Application(bytes.fromhex("A000000333"))


def examine_card(
    place: str,
    model: str,
    port: str,
    settings: Settings,
    now: datetime,
    ca_keys: tuple[CaKey, ...] = (),
) -> Iterable[Verdict]:
    """One verdict an application; one for all when there is no card, or none that is understood."""

    def failed(fault: str, why: object) -> Verdict:
        return Verdict(place, model, port, fault=fault, detail=str(why))

    try:
        with closing(open_device(model, port, settings)) as device:
            if MODELS[model].capability is ContactlessReader:
                seen = _tapped(cast(ContactlessReader, device), now)
            else:
                seen = _inserted(cast(IcReader, device), now, ca_keys)
    except PortError as why:
        yield failed("port", why)
    except DeviceFault as why:
        yield failed(why.fault.value, why)
    except (NoCard, Ended, PeerMistake) as why:
        yield failed("card", why)
    else:
        for one in seen:
            yield verdict(one, Verdict(place, model, port), judged=bool(ca_keys))


class NoCard(Exception):
    """Nothing that could be looked at; the message says why."""


def _inserted(reader: IcReader, now: datetime, ca_keys: tuple[CaKey, ...]) -> tuple[Seen, ...]:
    if reader.await_card(wait_s=CARD_WAIT_S) is not CardEvent.INSERTED:
        raise NoCard("no card was inserted")
    answered = reader.power_on()
    if isinstance(answered, CardFailure):
        raise NoCard(answered.value)
    try:
        return _told(reader, look(*_terminal(now, ca_keys)))
    finally:
        reader.power_off()


def _tapped(reader: ContactlessReader, now: datetime) -> tuple[Seen, ...]:
    tapped = reader.await_card(wait_s=CARD_WAIT_S)
    if not isinstance(tapped, Tapped):
        raise NoCard(tapped.value if isinstance(tapped, CardFailure) else "no card was shown")
    profile, txn = _terminal(now, ())
    try:
        seen = _told(reader, look_contactless(profile, txn))
    finally:
        reader.release()
    if not seen:
        raise NoCard("no common application")
    return seen


def _told(
    reader: IcReader | ContactlessReader, conversation: Phase[tuple[Seen, ...]]
) -> tuple[Seen, ...]:
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
    profile = Profile(
        (UNIONPAY,),
        ifd_serial="00000000",
        ca_keys=ca_keys,
        refused_names=(),  # what is not accepted for money may be looked at
        qualifiers=CONTACTLESS_QUALIFIERS,
    )
    unpredictable = secrets.token_bytes(4)
    txn = Transaction(INQUIRY, Fen(0), now.date(), now.time(), unpredictable, "00000000")
    return profile, txn


def verdict(one: Seen, bare: Verdict, *, judged: bool) -> Verdict:
    """An application in words. judged: whether there were CA keys to judge signatures by."""
    name = f"{one.name.hex().upper()} {one.label}"
    if one.trouble:
        return replace(bare, identity=name, fault="card", detail=one.trouble)
    number = f"{name} {one.pan}/{one.psn or '-'}"
    dates = f"valid {one.effective or '…'} to {one.expires}"
    told = replace(bare, identity=f"{number}; {dates}; {_authentication(one, judged=judged)}")
    if judged and one.authenticated is False:
        return replace(told, fault="signature", detail=one.why_not)
    return told


def _authentication(one: Seen, *, judged: bool) -> str:
    if one.method is None:
        return "signs nothing"
    if not judged:
        return f"{one.method.value} not judged: no CA keys here"
    if one.authenticated is None:
        return f"{one.method.value}: certificates good"
    return f"{one.method.value} {'good' if one.authenticated else 'bad'}"
