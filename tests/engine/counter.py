"""A counter for tests: real engine and journal, a clock in hand, effects left to the test."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key

from drivers.api import Printed, Stripe
from drivers.attachment import Health
from protocol.values import Pan, PinBlock, Track2
from terminal import config, show
from terminal.core import effects, facts, reversal
from terminal.core.effects import AskPin, Effect, PrintSlip, SendRequest
from terminal.core.exchange import Answer, Reply, Service, Verdict, WorkingKeys
from terminal.core.facts import Fact, Recorded
from terminal.county import County
from terminal.engine import Engine
from terminal.feed.views import Act, Command, Page, Reprint, View
from terminal.inputs import (
    BankCame,
    CardCame,
    HealthCame,
    PinCame,
    ScreenSaid,
    SlipCame,
)
from terminal.journal import checkpoint
from terminal.journal.store import Journal
from terminal.keys.api import Vault
from terminal.keys.signer import FileSigner

COUNTY = config.load(Path("deploy/examples/county.toml"), County)
ORIGIN = "huinong.example/44010001"
SIGNER = FileSigner(generate_private_key(SECP256R1()), "44010001")
PAN = "6229990100000012343"
STRIPE = Stripe(Pan(PAN), "3012", "120", Track2(PAN + "=30121200000000000"), None)
CHIP = Stripe(Pan(PAN), "3012", "220", Track2(PAN + "=30122200000000000"), None)
BLOCK = PinBlock("2AB08E043EB682BE")
KEYS = WorkingKeys(bytes(16), bytes(4), bytes(16), bytes(4))
SIGNED_IN = Answer(Verdict.APPROVED, "00", "", bank_day="1123", batch=12, keys=KEYS)
YES = Answer(Verdict.APPROVED, "00", "承兑或交易成功", rrn="326112000104", bank_day="1123")
WRONG_PIN = Answer(Verdict.DECLINED, "55", "密码错", rrn="326112000104", bank_day="1123")
PERFORMED = (
    SendRequest,
    effects.SendPost,
    effects.ReadCard,
    effects.GoOnWithChip,
    effects.EndChip,
    effects.LetCardGo,
    AskPin,
    effects.StopReader,
    effects.StopPad,
    PrintSlip,
    effects.PrintReport,
    effects.LoadPinKey,
)


class HandClock:
    """Time moves when the test says so; `off` is what the system's clock has jumped."""

    def __init__(self) -> None:
        self.ms, self.off = 1_795_000_000_000, 0

    def now_ms(self) -> int:
        return self.ms + self.off

    def monotonic_ms(self) -> int:
        return self.ms


class OpenGate:
    """Everybody is who they say: the gate has tests of its own."""

    def challenge(self, number: str) -> tuple[str, str, tuple[int, int, int]]:
        return "", "", (1, 1, 1)

    def check(self, number: str, nonce: str, proof: str, now_ms: int) -> str:
        return ""


class CountingJournal(Journal):
    """Counts the syncs: one an append."""

    syncs = 0

    def append(self, facts: Sequence[Recorded]) -> None:
        super().append(facts)
        self.syncs += 1


class Counter:
    """done is every effect performed, in order; view is what the screen shows."""

    gate = OpenGate()
    journal_kind: type[CountingJournal] = CountingJournal

    def __init__(self, file: Path, vault: Vault, *, witness: bool = False) -> None:
        self.file, self.vault, self.witness = file, vault, witness
        self.clock = HandClock()
        self.done: list[Effect] = []
        self.views: list[View] = []
        self.start()

    def start(self) -> None:
        """Power on."""
        self.journal = self.journal_kind(self.file, self.vault, [SIGNER.public_spki_der()])
        frame = show.Frame("桃源村服务站", "44010001", COUNTY, {"01": "王芳"}, 60)
        self.engine = Engine(
            self.journal,
            frame,
            reversal.Patience(),
            self.clock,
            self.gate,
            self.views.append,
            self.vault.prepare,
            sign_head=lambda size, root: checkpoint.sign(
                checkpoint.text(ORIGIN, size, root), ORIGIN, SIGNER
            ),
            witness=self.witness,
            **self.parts(),
        )
        performers = dict.fromkeys(PERFORMED, lambda effect, state: self.done.append(effect))
        self.engine.start(performers, facts.StationOpened("test", ""))

    def parts(self) -> dict[str, Any]:
        """What a counter with more to it gives its engine besides."""
        return {}

    def power_cut(self) -> None:
        """Everything in memory is gone; the file stays."""
        self.journal.close()
        self.done.clear()
        self.start()

    # --- what people and devices do

    def open_for_business(self) -> None:
        for name in ("reader", "pad", "printer"):
            self.engine.handle(HealthCame(Health(name, True, None)))
        self.bank(SIGNED_IN)
        self.press(Act.SIGN_ON, "01 aa bb")
        if self.page is Page.OPEN_SHIFT:
            self.press(Act.OPEN_SHIFT, "800000")

    def press(self, act: Act, value: str = "", *, view: int | None = None) -> None:
        serial = self.view.serial if view is None else view
        self.engine.handle(ScreenSaid(Command(serial, act, value)))

    def reprint(self, tx: int, *, view: int) -> None:
        self.engine.handle(ScreenSaid(Reprint(view, tx)))

    def swipe(self, stripe: object = STRIPE) -> None:
        self.engine.handle(CardCame(stripe))

    def enter_pin(self, result: object = BLOCK) -> None:
        self.engine.handle(PinCame(result))

    def bank(self, reply: Reply) -> None:
        """The bank's reply to the newest request."""
        sent = self.sent[-1]
        self.engine.handle(BankCame(sent.tx, sent.ask, reply))

    def print_all(self) -> None:
        for effect in [effect for effect in self.done if isinstance(effect, PrintSlip)]:
            self.done.remove(effect)
            self.engine.handle(SlipCame(effect.tx, effect.slip, 1, Printed()))

    def pass_time(self, ms: int) -> None:
        self.clock.ms += ms
        self.engine.time_passed()

    def jump_clock(self, ms: int) -> None:
        self.clock.off += ms

    def ask_for(self, yuan: int) -> None:
        """A withdrawal up to the moment the bank has it."""
        self.press(Act.WITHDRAWAL)
        self.press(Act.AMOUNT, str(yuan * 100))
        self.swipe()
        self.enter_pin()

    # --- what can be seen

    @property
    def view(self) -> View:
        return self.views[-1]

    @property
    def page(self) -> Page:
        return self.view.page

    @property
    def sent(self) -> list[SendRequest]:
        return [effect for effect in self.done if isinstance(effect, SendRequest)]

    def money_sent(self) -> list[SendRequest]:
        return [s for s in self.sent if s.ask.service is not Service.SIGN_IN]

    def facts(self, kind: type[Fact] | None = None) -> list[Fact]:
        told = [recorded.fact for recorded in self.journal.replay()]
        return told if kind is None else [fact for fact in told if type(fact) is kind]
