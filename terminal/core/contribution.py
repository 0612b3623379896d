"""缴养老保险: a year's pension contribution, by card or in cash (`money-safety.md`, "A
contribution").

Two requests: the query that finds the participant, then the payment. Cash is counted before the
request and enters the drawer in the same write as the bank's approval; until then it is the
villager's. Where the county allows it and the link is down, there is no query: the payment is kept
(待上传), its cash enters the drawer at once, and `forwarding` has it from there.
"""

from __future__ import annotations

from terminal.core import card_and_pin
from terminal.core.events import (
    Acknowledged,
    Approved,
    ApprovedForChip,
    ByCard,
    Cancel,
    CashCounted,
    CashKept,
    ChipAgreed,
    ChipRefused,
    Confirmed,
    Declined,
    Found,
    InCash,
    InputRefused,
    NoAnswer,
    NotPayable,
    PayerChosen,
    PersonKept,
    PersonKeyed,
    PowerRestored,
    SlipAsked,
    TierChosen,
    Unsent,
    UnsentButKept,
    YearChosen,
)
from terminal.core.exchange import Service
from terminal.core.facts import SlipKind
from terminal.core.flow import Flow, Stage, Table
from terminal.core.words import (
    answered,
    cash_taken,
    chip_ended,
    end_chip,
    in_doubt,
    not_sent,
    owe_forward,
    owe_reversal,
    queued,
    read_card,
    requested,
    send,
    slip,
)

START = Flow(Service.CONTRIBUTION_QUERY, Stage.PERSON)
S = Stage
VOUCHER, UNKNOWN = slip(SlipKind.VOUCHER), slip(SlipKind.UNKNOWN)

# fmt: off
TABLE: Table = {
    **card_and_pin.ROWS,

    (S.PERSON,   PersonKeyed):   (S.ASKED,    (requested, send)),
    (S.PERSON,   PersonKept):    (S.YEAR,     ()),
    (S.PERSON,   InputRefused):  (S.PERSON,   ()),
    (S.PERSON,   Cancel):        (S.ENDED,    ()),

    (S.ASKED,    Found):         (S.ECHO,     (answered,)),
    (S.ASKED,    NotPayable):    (S.STOPPED,  (answered,)),
    (S.ASKED,    Declined):      (S.DECLINED, (answered,)),
    (S.ASKED,    Unsent):        (S.NOT_SENT, (not_sent,)),
    (S.ASKED,    UnsentButKept): (S.YEAR,     (not_sent,)),
    (S.ASKED,    NoAnswer):      (S.STOPPED,  ()),

    (S.ECHO,     Confirmed):     (S.YEAR,     ()),
    (S.ECHO,     Cancel):        (S.ENDED,    ()),
    (S.YEAR,     YearChosen):    (S.TIER,     ()),
    (S.YEAR,     InputRefused):  (S.YEAR,     ()),
    (S.YEAR,     Cancel):        (S.ENDED,    ()),
    (S.TIER,     TierChosen):    (S.PAYER,    ()),
    (S.TIER,     InputRefused):  (S.TIER,     ()),
    (S.TIER,     Cancel):        (S.ENDED,    ()),
    (S.PAYER,    PayerChosen):   (S.MEANS,    ()),
    (S.PAYER,    Cancel):        (S.ENDED,    ()),
    (S.MEANS,    ByCard):        (S.CARD,     (read_card,)),
    (S.MEANS,    InCash):        (S.COUNT,    ()),
    (S.MEANS,    InputRefused):  (S.MEANS,    ()),
    (S.MEANS,    Cancel):        (S.ENDED,    ()),

    (S.COUNT,    CashCounted):   (S.SENT,     (requested, send)),
    (S.COUNT,    CashKept):      (S.QUEUED,   (queued, cash_taken, owe_forward,
                                               slip(SlipKind.PROVISIONAL))),
    (S.COUNT,    InputRefused):  (S.COUNT,    ()),
    (S.COUNT,    Cancel):        (S.ENDED,    ()),

    (S.SENT,     Approved):      (S.APPROVED, (answered, cash_taken, VOUCHER)),
    (S.SENT,  ApprovedForChip):  (S.AGREEING, (end_chip,)),
    (S.SENT,     Declined):      (S.DECLINED, (answered, end_chip)),
    (S.SENT,     Unsent):        (S.NOT_SENT, (not_sent, end_chip)),
    (S.SENT,     NoAnswer):      (S.UNKNOWN,  (in_doubt, end_chip, owe_reversal, UNKNOWN)),
    (S.SENT,     PowerRestored): (S.UNKNOWN,  (in_doubt, owe_reversal)),

    (S.AGREEING, ChipAgreed):    (S.APPROVED, (answered, chip_ended, VOUCHER)),
    (S.AGREEING, ChipRefused):   (S.UNKNOWN,  (answered, chip_ended, in_doubt, owe_reversal,
                                               UNKNOWN)),

    (S.APPROVED, SlipAsked):     (S.APPROVED, (VOUCHER,)),
    (S.DECLINED, SlipAsked):     (S.DECLINED, (slip(SlipKind.DECLINED),)),
    (S.UNKNOWN,  SlipAsked):     (S.UNKNOWN,  (UNKNOWN,)),
    (S.QUEUED,   SlipAsked):     (S.QUEUED,   (slip(SlipKind.PROVISIONAL),)),

    (S.APPROVED, Acknowledged):  (S.ENDED,    ()),
    (S.DECLINED, Acknowledged):  (S.ENDED,    ()),
    (S.NOT_SENT, Acknowledged):  (S.ENDED,    ()),
    (S.UNKNOWN,  Acknowledged):  (S.ENDED,    ()),
    (S.QUEUED,   Acknowledged):  (S.ENDED,    ()),
    (S.STOPPED,  Acknowledged):  (S.ENDED,    ()),
}
# fmt: on
