"""助农取款: a small cash withdrawal from a card (`money-safety.md`, "A withdrawal, step by step").

The cash may be handed over only in APPROVED, and APPROVED is reached only behind the durable
answer.
"""

from __future__ import annotations

from terminal.core import card_and_pin
from terminal.core.events import (
    Acknowledged,
    AmountChosen,
    Approved,
    ApprovedForChip,
    Cancel,
    CashConfirmed,
    CashRefused,
    ChipAgreed,
    ChipRefused,
    Declined,
    InputRefused,
    NoAnswer,
    PowerRestored,
    SlipAsked,
    Unsent,
)
from terminal.core.exchange import Service
from terminal.core.facts import SlipKind
from terminal.core.flow import Flow, Stage, Table
from terminal.core.words import (
    answered,
    cash_handed,
    cash_not_handed,
    chip_ended,
    end_chip,
    in_doubt,
    not_sent,
    owe_reversal,
    read_card,
    slip,
)

START = Flow(Service.WITHDRAWAL, Stage.AMOUNT)
S = Stage
STORE, CUSTOMER = slip(SlipKind.STORE_COPY), slip(SlipKind.CUSTOMER_COPY)
UNKNOWN = slip(SlipKind.UNKNOWN)

# fmt: off
TABLE: Table = {
    **card_and_pin.ROWS,

    # in stage       on event         go to        then, in this order
    (S.AMOUNT,    AmountChosen):  (S.CARD,      (read_card,)),
    (S.AMOUNT,    InputRefused):  (S.AMOUNT,    ()),
    (S.AMOUNT,    Cancel):        (S.ENDED,     ()),

    (S.SENT,      Approved):      (S.APPROVED,  (answered, STORE, CUSTOMER)),
    (S.SENT,   ApprovedForChip):  (S.AGREEING,  (end_chip,)),
    (S.SENT,      Declined):      (S.DECLINED,  (answered, end_chip)),
    (S.SENT,      Unsent):        (S.NOT_SENT,  (not_sent, end_chip)),
    (S.SENT,      NoAnswer):      (S.UNKNOWN,   (in_doubt, end_chip, owe_reversal, UNKNOWN)),
    (S.SENT,      PowerRestored): (S.UNKNOWN,   (in_doubt, owe_reversal)),

    (S.AGREEING,  ChipAgreed):    (S.APPROVED,  (answered, chip_ended, STORE, CUSTOMER)),
    (S.AGREEING,  ChipRefused):   (S.UNKNOWN,   (answered, chip_ended, in_doubt, owe_reversal,
                                                 UNKNOWN)),

    (S.APPROVED,  CashConfirmed): (S.ENDED,     (cash_handed,)),
    (S.APPROVED,  CashRefused):   (S.CANCELLED, (cash_not_handed, owe_reversal)),
    (S.APPROVED,  SlipAsked):     (S.APPROVED,  (STORE, CUSTOMER)),
    (S.APPROVED,  PowerRestored): (S.APPROVED,  ()),

    (S.DECLINED,  SlipAsked):     (S.DECLINED,  (slip(SlipKind.DECLINED),)),
    (S.UNKNOWN,   SlipAsked):     (S.UNKNOWN,   (UNKNOWN,)),
    (S.CANCELLED, SlipAsked):     (S.CANCELLED, (UNKNOWN,)),

    (S.DECLINED,  Acknowledged):  (S.ENDED,     ()),
    (S.NOT_SENT,  Acknowledged):  (S.ENDED,     ()),
    (S.UNKNOWN,   Acknowledged):  (S.ENDED,     ()),
    (S.CANCELLED, Acknowledged):  (S.ENDED,     ()),
    (S.STOPPED,   Acknowledged):  (S.ENDED,     ()),
}
# fmt: on
