"""Slips that lie: other composers in the place of `terminal.receipts.slip.compose`."""

from __future__ import annotations

from dataclasses import replace

from drivers.api import Qr, Text
from terminal.core.deal import Deal
from terminal.core.exchange import Service, Verdict
from terminal.core.facts import Answered, SlipKind
from terminal.receipts.paper import Lines
from terminal.receipts.shop import Extras, Shop
from terminal.receipts.slip import compose

YES = Answered("00", Verdict.APPROVED, "")


def never_again(kind: SlipKind, deal: Deal, copy: int, shop: Shop, extras: Extras) -> Lines:
    """Every copy looks like the first."""
    return compose(kind, deal, 1, shop, extras)


def approves(kind: SlipKind, deal: Deal, copy: int, shop: Shop, extras: Extras) -> Lines:
    """Whatever is to be printed for cash, it is printed as approved."""
    if kind is SlipKind.UNKNOWN and deal.requested.service is Service.WITHDRAWAL:
        kind = SlipKind.CUSTOMER_COPY
    if kind is SlipKind.CUSTOMER_COPY:
        deal = replace(deal, answered=deal.answered or YES, doubt=None)
    return compose(kind, deal, copy, shop, extras)


def codes_approved(kind: SlipKind, deal: Deal, copy: int, shop: Shop, extras: Extras) -> Lines:
    """What people read is true; what an inspector's telephone reads says approved."""
    lines = compose(kind, deal, copy, shop, extras)
    if kind is not SlipKind.UNKNOWN or deal.requested.service is not Service.WITHDRAWAL:
        return lines
    other = approves(kind, deal, copy, shop, extras)
    (code,) = (line for line in other if isinstance(line, Qr))
    return tuple(code if isinstance(line, Qr) else line for line in lines)


def undoes(kind: SlipKind, deal: Deal, copy: int, shop: Shop, extras: Extras) -> Lines:
    """What is unknown is printed as undone."""
    if kind is SlipKind.UNKNOWN:
        kind, deal = SlipKind.REVERSAL, replace(deal, reversed=True)
    return compose(kind, deal, copy, shop, extras)


def rounds(kind: SlipKind, deal: Deal, copy: int, shop: Shop, extras: Extras) -> Lines:
    """The amount on paper is rounded up to a hundred yuan."""
    asked = deal.requested
    fen = -(-asked.amount_fen // 10_000) * 10_000
    return compose(
        kind, replace(deal, requested=replace(asked, amount_fen=fen)), copy, shop, extras
    )


def names_persons(kind: SlipKind, deal: Deal, copy: int, shop: Shop, extras: Extras) -> Lines:
    """The whole identity number is on the voucher."""
    person = deal.requested.person
    line = (Text(person.reveal()),) if person is not None else ()
    return (*compose(kind, deal, copy, shop, extras), *line)
