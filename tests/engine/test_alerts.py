"""What stands on the home page until dealt with (`money-safety.md`, "Reversals")."""

from __future__ import annotations

from pathlib import Path

from terminal.core.exchange import Answer, Verdict
from terminal.feed.views import Act
from terminal.keys.api import Vault
from tests.engine.counter import Counter
from tests.engine.test_beside import SILENCE

WRONG_AMOUNT = Answer(Verdict.DECLINED, "64", "交易金额与原交易不匹配", bank_day="1123")


def test_any_other_answer_to_a_reversal_keeps_it_open_and_is_shown(
    tmp_path: Path, vault: Vault
) -> None:
    counter = Counter(tmp_path / "journal.sqlite", vault)
    counter.open_for_business()
    counter.ask_for(300)
    counter.bank(SILENCE)
    assert [(alert.kind, alert.detail) for alert in counter.view.alerts] == [("reversal_open", "")]
    counter.bank(WRONG_AMOUNT)
    assert counter.view.deal.reversal_code == "64"
    counter.press(Act.DONE)
    (alert,) = counter.view.alerts
    assert (alert.kind, alert.detail) == ("reversal_open", "64")
