"""Stations that settle their batches otherwise than ours."""

from __future__ import annotations

from dataclasses import replace
from itertools import islice
from typing import Any

from terminal.core import withdrawal
from terminal.core.exchange import Ask, Service
from terminal.engine import Engine
from terminal.inputs import Input


class CountsOneLess(Engine):
    """The oldest booking of a batch is in no settlement."""

    def start(self, *given: Any) -> None:
        super().start(*given)
        ledger = self.state.ledger
        whole = ledger.unsettled
        ledger.unsettled = lambda: islice(whole(), 1, None)  # type: ignore[method-assign]


class ServesWhileSettling(Engine):
    """A batch that is being settled keeps nobody from drawing cash."""

    def handle(self, item: Input) -> None:
        super().handle(item)
        if [lack.kind for lack in self.state.lacks] == ["settling"]:
            self.state.lacks, self.state.counter = (), withdrawal.START
            self.state.turn += 1
            self._show()


def ending_at_once(ask: Ask, before: int) -> Ask:
    """Of the details that go up, the last one is forgotten."""
    if ask.service is Service.BATCH_UPLOAD and len(ask.details) > 1:
        return replace(ask, details=ask.details[:-1])
    return ask


def without_cards(ask: Ask, before: int) -> Ask:
    """The key of the batch is destroyed before its upload: details name no card."""
    return replace(ask, details=tuple(replace(each, pan=None) for each in ask.details))
