"""The example profile `cup-classic.toml` over bare frames, on the sandbox's own rules.

Behind the raw TCP peer is the counter desk of `tests.hw_sim.bank`: its frames, its books.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import msgspec
import pytest
from psec import pinblock

from protocol.values import Pan, PinBlock, Track2
from terminal.bank.line_profile import Link
from terminal.bank.link import BankLink, Chance
from terminal.bank.opening import open_line, pinned_keys
from terminal.bank.posts import STATEMENT
from terminal.bank.profile import BankProfile
from terminal.config import load
from terminal.core.exchange import (
    Answer,
    Ask,
    Card,
    Doubt,
    Entry,
    NotSent,
    Service,
    Unknown,
    Verdict,
)
from terminal.keys.mac_key import StoredMacKey
from terminal.keys.store import KeyStore, Secrets
from tests.bank_sim.conftest import COUNTY_FILE
from tests.bank_sim.counter import MERCHANT, MORNING, TERMINAL, TMK_M, TMK_P, Clock
from tests.config.written import EXAMPLES
from tests.hw_sim.bank.block_cipher import decrypt, encrypt
from tests.hw_sim.bank.counter_desk import CounterDesk
from tests.hw_sim.bank.county import read_county
from tests.hw_sim.bank.state import Terminal
from tests.hw_sim.people import make_people
from tests.terminal_bank.asks import SCHEME
from tests.terminal_bank.conftest import SIGNER
from tests.terminal_bank.tls_peer import Line, Peer, running

FILE = EXAMPLES / "cup-classic.toml"
COUNTY = read_county(COUNTY_FILE)
PEOPLE = make_people(7, 10, COUNTY.scheme.townships, COUNTY.own_bins)
VILLAGER: dict[str, Any] = PEOPLE["villagers"][0]
SLOW_S = 3_600
"""The station's clock is an hour behind the bank's."""


@dataclass
class Door:
    """The sandbox behind a TCP port. change: what happens to each reply on its way back."""

    pool: ThreadPoolExecutor  # SQLite: the desk lives in one thread
    change: Callable[[bytes], bytes] = lambda reply: reply
    faults: list[str] = field(default_factory=list)
    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def __post_init__(self) -> None:
        self.desk = self.pool.submit(_desk).result()

    def __call__(self, line: Line) -> None:
        while frame := line.frame():
            given, self.faults = self.faults, []
            asking = self.pool.submit(
                self.desk.exchange, TERMINAL, next(self.numbers), frame, given
            )
            reply = asking.result()
            if reply is None:
                return
            line.say(self.change(reply))

    def booked(self) -> list[tuple[str, int, str]]:
        rows = self.pool.submit(self.desk.audit.bookings).result()
        return [(row.trace, row.amount_fen, row.state) for row in rows]


def _desk() -> CounterDesk:
    terminals = [Terminal(TERMINAL, MERCHANT, TMK_P, TMK_M)]
    return CounterDesk(COUNTY, PEOPLE, terminals, clock=Clock(), chance=random.Random(1))


@pytest.fixture
def door() -> Iterator[Door]:
    with ThreadPoolExecutor(1) as pool:
        yield Door(pool)


@pytest.fixture
def bank(door: Door) -> Iterator[Peer]:
    with running(Peer(None, door)) as peer:
        yield peer


def lay(link: Link, folder: Path, now_ms: int) -> BankLink:
    """The example's profile with this `[link]`."""
    profile = msgspec.structs.replace(load(FILE, BankProfile), link=link)
    store = KeyStore(folder, b"", b"", Secrets(TERMINAL, b"", tmk_m=TMK_M))
    return BankLink(
        profile,
        SCHEME,
        open_line(link, folder / "bank.toml", store),
        SIGNER,
        StoredMacKey(store, profile.keys.mac),
        pinned_keys(link, folder / "bank.toml"),
        Chance(lambda: now_ms, bytes),
    )


@pytest.fixture
def link(bank: Peer, tmp_path: Path) -> Iterator[BankLink]:
    place = msgspec.structs.replace(
        load(FILE, BankProfile).link,
        url=f"tcp://{bank.place}",
        other_urls=(),
        answer_timeout_s=2,
    )
    laid = lay(place, tmp_path, int(MORNING.timestamp() - SLOW_S) * 1000)
    yield laid
    laid.close()


SIGN_IN = Ask(Service.SIGN_IN, trace=1, batch=1, terminal_seq=1, operator="01")
CARD = Card(Pan(VILLAGER["card"]["pan"]), "3012", Track2(VILLAGER["card"]["track2"]))


def signed_in(link: BankLink) -> bytes:
    """The day's PIN key."""
    answer = link.exchange(SIGN_IN)
    assert isinstance(answer, Answer)
    assert answer.keys is not None
    return decrypt(TMK_P, answer.keys.pin_key)


def drawing(pik: bytes, trace: int, fen: int = 20_000) -> Ask:
    block = encrypt(pik, pinblock.encode_pinblock_iso_0(VILLAGER["pin"], VILLAGER["card"]["pan"]))
    return replace(
        SIGN_IN,
        service=Service.WITHDRAWAL,
        trace=trace,
        entry=Entry.STRIPE,
        amount_fen=fen,
        fee_fen=0,
        card=CARD,
        pin=PinBlock(block.hex().upper()),
    )


def test_the_classic_profile_signs_in_pays_and_takes_back(link: BankLink, door: Door) -> None:
    ask = drawing(signed_in(link), 2)
    paid = link.exchange(ask)
    assert isinstance(paid, Answer)
    assert paid.verdict is Verdict.APPROVED
    assert door.booked() == [("000002", 20_000, "booked")]

    undo = replace(
        ask, card=replace(CARD, track2=None), pin=None, reversal_reason="98", terminal_seq=3
    )
    undone = link.exchange(undo)
    assert isinstance(undone, Answer)
    assert undone.verdict is Verdict.APPROVED
    assert door.booked() == [("000002", 20_000, "reversed")]


def test_the_banks_time_is_that_of_the_frame_where_no_signature_tells_it(link: BankLink) -> None:
    """`bank-wire.md` section 13: the offset comes from DE12 and DE13 of the 0810."""
    answer = link.exchange(SIGN_IN)
    assert isinstance(answer, Answer)
    assert answer.bank_at_ms == int(MORNING.timestamp()) * 1000


def test_a_booked_withdrawal_whose_answer_is_lost_is_unknown(link: BankLink, door: Door) -> None:
    ask = drawing(signed_in(link), 2)
    door.faults = ["drop_after"]
    assert isinstance(link.exchange(ask), Unknown)
    assert door.booked() == [("000002", 20_000, "booked")]


@pytest.mark.parametrize(
    ("change", "doubt"),
    [
        (lambda reply: reply[:-1] + bytes([reply[-1] ^ 1]), Doubt.WRONG_MAC),
        (lambda reply: reply.replace(b"44010001", b"44010002"), Doubt.NO_ANSWER),
        (lambda reply: reply.replace(b"\x00\x00\x02\x09", b"\x00\x00\x03\x09"), Doubt.NO_ANSWER),
        (lambda reply: reply[:2] + b"\x61" + reply[3:], Doubt.NO_ANSWER),
        (lambda reply: reply[:-1], Doubt.NO_ANSWER),
        (lambda reply: b"<html>" + reply, Doubt.NO_ANSWER),
    ],
    ids=["mac", "terminal", "trace", "tpdu", "short", "html"],
)
def test_a_spoilt_answer_over_bare_frames_is_never_an_approval(
    link: BankLink, door: Door, change: Callable[[bytes], bytes], doubt: Doubt
) -> None:
    ask = drawing(signed_in(link), 2)
    door.change = change
    end = link.exchange(ask)
    assert isinstance(end, Unknown)
    assert end.doubt is doubt


def test_there_is_no_post_beside_a_bank_without_signatures(link: BankLink, bank: Peer) -> None:
    """adr/0010."""
    end = link.post(STATEMENT, b"{}", 2)
    assert isinstance(end, NotSent)
    assert end.why.startswith("not_offered")
    assert bank.lines == 0
