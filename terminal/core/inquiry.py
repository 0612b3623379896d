"""余额查询: what a card holds. Nothing moves, so a missing answer owes nothing."""

from __future__ import annotations

from terminal.core import card_and_pin
from terminal.core.events import (
    Acknowledged,
    Approved,
    Declined,
    NoAnswer,
    SlipAsked,
    Unsent,
)
from terminal.core.exchange import Service
from terminal.core.facts import SlipKind
from terminal.core.flow import Flow, Stage, Table
from terminal.core.words import answered, end_chip, not_sent, slip

START = Flow(Service.BALANCE, Stage.CARD)
S = Stage

# fmt: off
TABLE: Table = {
    **card_and_pin.ROWS,

    (S.SENT,     Approved):     (S.SHOWN,    (answered, end_chip)),
    (S.SENT,     Declined):     (S.DECLINED, (answered, end_chip)),
    (S.SENT,     Unsent):       (S.NOT_SENT, (not_sent, end_chip)),
    (S.SENT,     NoAnswer):     (S.STOPPED,  (end_chip,)),

    (S.SHOWN,    SlipAsked):    (S.SHOWN,    (slip(SlipKind.BALANCE),)),
    (S.DECLINED, SlipAsked):    (S.DECLINED, (slip(SlipKind.DECLINED),)),

    (S.SHOWN,    Acknowledged): (S.ENDED,    ()),
    (S.DECLINED, Acknowledged): (S.ENDED,    ()),
    (S.NOT_SENT, Acknowledged): (S.ENDED,    ()),
    (S.STOPPED,  Acknowledged): (S.ENDED,    ()),
}
# fmt: on
