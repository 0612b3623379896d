"""What the core calls a service is a row of the message table, and means the same for money."""

from __future__ import annotations

import pytest

from protocol.bank.messages import BY_NAME, Side
from terminal.core import totals
from terminal.core.exchange import MOVES_MONEY, Service


@pytest.mark.parametrize("service", Service)
def test_every_service_is_a_row(service: Service) -> None:
    assert service.value in BY_NAME


@pytest.mark.parametrize("service", sorted(MOVES_MONEY, key=lambda service: service.value))
def test_what_owes_a_reversal_can_be_reversed_and_counts_on_the_sheets_side(
    service: Service,
) -> None:
    row = BY_NAME[service.value]
    assert row.reversible
    assert (service in totals.DEBIT, service in totals.CREDIT) == (
        row.side is Side.DEBIT,
        row.side is Side.CREDIT,
    )


def test_what_counts_in_the_totals_owes_a_reversal_when_unanswered() -> None:
    assert totals.DEBIT | totals.CREDIT == MOVES_MONEY
