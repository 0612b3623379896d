"""Who has paid here before is known beyond the day, and what is over is erased (I7)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from terminal.bootstrap import eraser
from terminal.core.exchange import Answer, Balance, Participant
from terminal.feed.views import Act, Page
from terminal.keys.store import make_store
from terminal.keys.vault import FileVault
from terminal.memory import Memory
from tests.core.walk import PERSON
from tests.engine.counter import SIGNED_IN, YES, Counter
from tests.engine.test_beside import SILENCE

ID = "110101198003070033"  # GB 11643, made up
DAY_MS = 86_400_000


class Remembering(Counter):
    """A counter whose read model lies beside its journal."""

    def parts(self) -> dict[str, Any]:
        self.memory = Memory(
            self.file.with_name("history.sqlite"), self.journal, self.vault.person_tag, "44010001"
        )
        return {"memory": self.memory, "erase_keys": eraser(self.vault, keep_months=36)}


@pytest.fixture
def vault(tmp_path: Path) -> FileVault:
    """Of its own: what is destroyed here is missed nowhere else."""
    store = make_store(tmp_path / "keys", b"a passphrase of the test", "44010001")
    return FileVault(store.keep(lambda secrets: replace(secrets, person_key=bytes(32))))


@pytest.fixture
def counter(tmp_path: Path, vault: FileVault) -> Iterator[Remembering]:
    counter = Remembering(tmp_path / "journal.sqlite", vault)
    counter.open_for_business()
    yield counter
    counter.memory.close()


def found(person: Participant, number: str) -> Answer:
    return replace(YES, participant=replace(person, id_number=type(person.id_number)(number)))


def choose_the_tier(counter: Counter) -> None:
    counter.press(Act.CONTRIBUTION)
    counter.press(Act.PERSON, ID)
    counter.bank(found(PERSON, ID))
    counter.press(Act.CONFIRM)
    counter.press(Act.YEAR, "2026")
    counter.press(Act.TIER, "20000")


def pay(counter: Counter) -> None:
    choose_the_tier(counter)
    counter.press(Act.PAYER, "1")
    counter.press(Act.MEANS, "cash")
    counter.press(Act.COUNTED)
    counter.bank(YES)
    counter.press(Act.DONE)


def test_what_was_paid_days_ago_is_refused_with_when_and_where(counter: Remembering) -> None:
    pay(counter)
    counter.clock.ms += 3 * DAY_MS
    counter.pass_time(1)
    counter.bank(SIGNED_IN)
    counter.press(Act.SIGN_ON, "01 aa bb")
    choose_the_tier(counter)
    assert (counter.page, counter.view.deal.reason) == (Page.TIER, "already_paid")
    assert counter.view.deal.paid_already == "2026-11-18 19:06 44010001"


def test_the_memory_takes_in_what_happened_when_the_counter_is_quiet(counter: Remembering) -> None:
    pay(counter)
    assert counter.engine.state.paid_before(type(PERSON.id_number)(ID), 2026).fen == 20_000
    counter.pass_time(2_000)
    assert counter.memory.learn()


def test_a_restart_after_days_still_knows(counter: Remembering) -> None:
    pay(counter)
    counter.clock.ms += 3 * DAY_MS
    counter.memory.close()
    counter.power_cut()
    counter.pass_time(2_000)
    assert counter.engine.state.paid_before(type(PERSON.id_number)(ID), 2026).fen == 20_000


def settle(counter: Remembering) -> None:
    """The batch is closed, and the bank names the next one."""
    counter.press(Act.SETTLEMENT)
    counter.press(Act.SETTLE)
    totals = counter.sent[-1].ask.totals
    counter.bank(replace(YES, totals=totals, balance=Balance.BALANCED))
    counter.bank(replace(SIGNED_IN, batch=counter.engine.state.ledger.batch))


def test_card_numbers_of_a_settled_batch_are_erased_at_the_sign_in_behind_it(
    counter: Remembering,
) -> None:
    counter.ask_for(300)
    counter.bank(YES)
    counter.press(Act.CASH_HANDED)
    counter.press(Act.TRY_NOW)
    counter.bank(SIGNED_IN)
    assert "card-000012" in counter.vault.names
    settle(counter)
    assert "card-000012" not in counter.vault.names
    assert "card-000013" in counter.vault.names


def test_a_batch_number_that_comes_back_does_not_close_the_station(counter: Remembering) -> None:
    """Its first key is destroyed; the station asks for no disk, it takes a new one."""
    settle(counter)
    counter.press(Act.DONE)
    counter.press(Act.TRY_NOW)
    counter.bank(SIGNED_IN)
    counter.ask_for(300)
    assert counter.page is Page.WAIT
    assert "card-000012-2" in counter.vault.names


def test_no_key_is_erased_beside_an_open_reversal(counter: Remembering) -> None:
    counter.ask_for(300)
    counter.bank(SILENCE)
    counter.press(Act.DONE)
    counter.press(Act.TRY_NOW)
    counter.bank(replace(SIGNED_IN, batch=13))
    assert "card-000012" in counter.vault.names
