"""Walks every row of a service's table with plausible events; used by the tests of the core."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from protocol.values import IdNumber, Pan, PersonName, PinBlock, Track2
from terminal.core import contribution, events, inquiry, withdrawal
from terminal.core.effects import Effect
from terminal.core.events import Event, Moment
from terminal.core.exchange import (
    MOVES_MONEY,
    Answer,
    Arqc,
    Card,
    Doubt,
    Entry,
    Participant,
    Payer,
    Verdict,
)
from terminal.core.facts import ChipEnded, WhyNoCash
from terminal.core.flow import Flow, Stage, Table, step

PERSON = Participant(
    IdNumber("50181101011980030787"[:18]),
    PersonName("测试甲"),
    "A",
    "103",
    years_open=(2026,),
    tiers_fen=(10_000, 20_000),
)
YES = Answer(Verdict.APPROVED, "00", "承兑或交易成功", rrn="326112000104", bank_day="1123")
NO = Answer(Verdict.DECLINED, "55", "密码错", rrn="326112000104", bank_day="1123")
PAN = "6229990100000012343"

ARQC = Arqc(bytes.fromhex("9F3602001C"), bytes.fromhex("95050000048000"), b"\xa0", "借记卡")
CHIP_CARD = Card(Pan(PAN), "3012", Track2(PAN + "=30122200000000000"), entry=Entry.CHIP, psn="01")
INSERTED = events.CardRead(CHIP_CARD, 0)

SAMPLES: dict[type, Event] = {
    type(event): event
    for event in (
        events.AmountChosen(30_000),
        events.InputRefused("amount_rule"),
        events.PersonKeyed(PERSON.id_number),
        events.Confirmed(),
        events.YearChosen(2026),
        events.TierChosen(20_000, 20_000),
        events.PayerChosen(Payer.CHILD),
        events.ByCard(),
        events.InCash(),
        events.CashCounted(),
        events.PersonKept(PERSON),
        events.UnsentButKept("connect refused", PERSON),
        events.CashKept(),
        events.CashConfirmed(),
        events.CashRefused(WhyNoCash.LEFT),
        events.SlipAsked(),
        events.Cancel(),
        events.Acknowledged(),
        events.CardRead(Card(Pan(PAN), "3012", Track2(PAN + "=30121200000000000")), 0),
        events.SwipeFailed("unreadable"),
        events.PinEntered(PinBlock("2AB08E043EB682BE")),
        events.DeviceEnded("no_swipe"),
        events.AppsFound(("借记卡", "贷记卡")),
        events.AppChosen(1),
        events.PinForChip(PinBlock("2AB08E043EB682BE")),
        events.ChipReady(replace(CHIP_CARD, arqc=ARQC)),
        events.ChipAgreed(ChipEnded(agreed=True, tvr="0000048000", cryptogram="C0FFEE")),
        events.ChipRefused(ChipEnded(agreed=False, why="reverse", undo="9505"), Doubt.OTHER),
        events.Approved(YES),
        events.ApprovedForChip(YES),
        events.Found(YES, PERSON),
        events.NotPayable(YES, "no_years"),
        events.Declined(NO),
        events.Unsent("connect refused"),
        events.NoAnswer(Doubt.NO_ANSWER, "time-out"),
        events.PowerRestored(),
    )
}
SERVICES: dict[str, tuple[Table, Flow]] = {
    "withdrawal": (withdrawal.TABLE, withdrawal.START),
    "contribution": (contribution.TABLE, contribution.START),
    "balance": (inquiry.TABLE, inquiry.START),
}


def moment(seq: int) -> Moment:
    return Moment(
        at_ms=1_795_000_000_000 + seq,
        seq=seq,
        trace=100 + seq,
        batch=12,
        terminal_seq=500 + seq,
        operator="01",
        terminal="44010001",
        bank_day="1123",
    )


@dataclass(frozen=True)
class Move:
    before: Flow
    event: Event
    after: Flow
    effects: tuple[Effect, ...]


def moves(table: Table, start: Flow, depth: int = 14) -> Iterator[Move]:
    """Every (stage, service) reachable from `start`, each of its rows taken once."""
    todo, seen = [(start, 1)], set()
    while todo:
        flow, seq = todo.pop()
        cash = flow.deal.cash if flow.deal else None
        place = flow.stage, flow.service, cash, by_chip(flow)
        if place in seen or seq > depth * 4:
            continue
        seen.add(place)
        for stage, kind in table:
            if stage is not flow.stage or not plausible(flow, kind):
                continue
            for event in (SAMPLES[kind], *((INSERTED,) if kind is events.CardRead else ())):
                after, effects = step(table, flow, event, moment(seq))
                yield Move(flow, event, after, effects)
                todo.append((after, seq + 4))


def by_chip(flow: Flow) -> bool:
    card = flow.draft.card
    return card is not None and card.entry is Entry.CHIP


def plausible(flow: Flow, kind: type) -> bool:
    """What `judge` never makes of a chip is not made of it here, nor of a stripe."""
    last_word = by_chip(flow) and flow.service in MOVES_MONEY
    told = {
        events.PinEntered: not by_chip(flow),
        events.PinForChip: by_chip(flow),
        events.Approved: not last_word,
        events.ApprovedForChip: last_word,
    }
    return flow.stage is Stage.LEAVING or told.get(kind, True)
