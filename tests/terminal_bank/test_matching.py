"""Which frame answers which request (`bank-wire.md` section 4.1), on the sheet's worked bytes."""

from __future__ import annotations

import pytest

from terminal.bank.matching import belongs
from tests.terminal_bank.asks import county, frame

PAIRS = [(case, at) for case, messages in county().items() for at in range(0, len(messages) - 1, 2)]


@pytest.mark.parametrize(("case", "at"), PAIRS)
def test_each_worked_answer_belongs_to_its_request(case: str, at: int) -> None:
    assert belongs(frame(case, at), frame(case, at + 1))


@pytest.mark.parametrize(
    ("field", "there", "other"),
    [
        ("MTI", "0210", "0410"),
        ("trace", "000104", "000105"),
        ("terminal", b"44010001".hex(), b"44010002".hex()),
        ("merchant", b"103440160120001".hex(), b"103440160120002".hex()),
        ("processing code", "010000000000030000", "310000000000030000"),
        ("amount", "000000030000", "000000030001"),
    ],
)
def test_an_answer_with_another_value_is_stale(field: str, there: str, other: str) -> None:
    asked, answer = frame("withdrawal", 0), frame("withdrawal", 1).hex()
    assert answer.count(there) >= 1, field
    assert not belongs(asked, bytes.fromhex(answer.replace(there, other, 1)))


def test_what_cannot_be_read_is_judged_and_not_dropped() -> None:
    asked, answer = frame("withdrawal", 0), frame("withdrawal", 1)
    assert belongs(asked, answer[:-1])
    assert belongs(asked, b"<html>no such page</html>")
