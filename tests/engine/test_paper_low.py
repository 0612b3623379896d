"""Paper near its end: told on the home page and in the top line, and business goes on."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from drivers.api import Fault, Notice
from drivers.attachment import Health
from terminal.feed.views import Act, Alert, Lamp, Page
from terminal.inputs import HealthCame
from terminal.keys.api import Vault
from tests.engine.counter import Counter

LOW = Health("printer", True, None, notice=Notice.PAPER_LOW)


def test_paper_near_its_end_is_an_alert_until_the_new_roll_is_in(
    tmp_path: Path, vault: Vault
) -> None:
    counter = Counter(tmp_path / "journal.sqlite", vault)
    counter.open_for_business()
    assert counter.view.bar.paper is Lamp.GOOD
    counter.engine.handle(HealthCame(LOW))
    assert counter.view.bar.paper is Lamp.LOW
    assert Alert("paper_low") in counter.view.alerts
    counter.press(Act.WITHDRAWAL)
    assert counter.page is Page.AMOUNT
    counter.engine.handle(HealthCame(replace(LOW, notice=None)))
    assert Alert("paper_low") not in counter.view.alerts


def test_a_printer_without_paper_is_no_longer_one_that_has_little(
    tmp_path: Path, vault: Vault
) -> None:
    counter = Counter(tmp_path / "journal.sqlite", vault)
    counter.open_for_business()
    counter.engine.handle(HealthCame(LOW))
    counter.engine.handle(HealthCame(Health("printer", True, Fault.PAPER_OUT)))
    assert counter.view.bar.paper is Lamp.TROUBLE
    assert Alert("paper_low") not in counter.view.alerts
