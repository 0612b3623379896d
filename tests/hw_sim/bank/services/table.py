"""The service table of county-wire.md; a new service is a file here and a row below."""

from __future__ import annotations

from tests.hw_sim.bank.arrival import CREDIT, DEBIT, CardUse, Service
from tests.hw_sim.bank.services import (
    batch_upload,
    chip_downloads,
    contribution,
    fee_table,
    parameters,
    script_result,
    sign_in,
    void,
)
from tests.hw_sim.bank.services.balance import balance
from tests.hw_sim.bank.services.card_collection import card_collection
from tests.hw_sim.bank.services.identity_check import identity_check
from tests.hw_sim.bank.services.loss_report import loss_report
from tests.hw_sim.bank.services.payee_query import payee_query
from tests.hw_sim.bank.services.pension_arrivals import pension_arrivals
from tests.hw_sim.bank.services.pin_change import pin_change
from tests.hw_sim.bank.services.remittance import remittance
from tests.hw_sim.bank.services.settlement import SHAPE as SETTLEMENT
from tests.hw_sim.bank.services.settlement import settlement
from tests.hw_sim.bank.services.sms_notice import sms_notice
from tests.hw_sim.bank.services.transfer import transfer
from tests.hw_sim.bank.services.withdrawal import withdrawal
from tests.hw_sim.bank.wire import Message

PAYMENT = frozenset({"ID", "YR", "TR", "PR", "IK"})

SERVICES = (
    Service("sign_in", "0800", "", "00", "003", sign_in.sign_in, shape=sign_in.SIGN_IN),
    Service("sign_out", "0820", "", "00", "002", sign_in.sign_out, shape=sign_in.SIGN_OUT),
    Service("echo", "0820", "", "00", "301", sign_in.echo, shape=sign_in.ECHO),
    Service("settlement", "0500", "", "00", "201", settlement, shape=SETTLEMENT),
    *batch_upload.ROWS,
    *parameters.ROWS,
    *chip_downloads.ROWS,
    Service(
        "fee_table",
        "0800",
        "",
        "00",
        "901",
        fee_table.fee_table,
        asked=frozenset({"FV"}),
        shape=fee_table.SHAPE,
        stamped=fee_table.STAMPED,
    ),
    Service(
        "script_result",
        "0620",
        "",
        "00",
        "951",
        script_result.script_result,
        shape=script_result.SHAPE,
    ),
    Service("balance", "0200", "310000", "01", "000", balance, card=CardUse.PIN),
    Service(
        "withdrawal",
        "0200",
        "010000",
        "01",
        "111",
        withdrawal,
        card=CardUse.PIN,
        amount=True,
        asked=frozenset({"FE"}),
        reversible=True,
        answers_pan=True,
        side=DEBIT,
    ),
    Service(
        "contribution_query",
        "0200",
        "390000",
        "80",
        "000",
        contribution.query,
        asked=frozenset({"SC"}),
        one_of=frozenset({"ID", "HB"}),
    ),
    Service(
        "contribution_card",
        "0200",
        "500000",
        "81",
        "000",
        contribution.by_card,
        card=CardUse.PIN,
        amount=True,
        asked=PAYMENT,
        reversible=True,
        side=DEBIT,
    ),
    Service(
        "contribution_cash",
        "0200",
        "500000",
        "82",
        "000",
        contribution.in_cash,
        amount=True,
        asked=PAYMENT,
        optional=frozenset({"QD"}),
        reversible=True,
        side=CREDIT,
    ),
    Service("pension_arrivals", "0200", "380000", "85", "000", pension_arrivals, card=CardUse.PIN),
    Service(
        "payee_query",
        "0200",
        "390000",
        "83",
        "000",
        payee_query,
        amount=True,
        asked=frozenset({"AC"}),
    ),
    Service(
        "transfer",
        "0200",
        "400000",
        "47",
        "000",
        transfer,
        card=CardUse.PIN,
        amount=True,
        asked=frozenset({"AC", "NM", "FE"}),
        reversible=True,
        side=DEBIT,
    ),
    Service(
        "remittance",
        "0200",
        "210000",
        "84",
        "000",
        remittance,
        amount=True,
        asked=frozenset({"AC", "NM", "PH", "FE"}),
        reversible=True,
        side=CREDIT,
    ),
    Service(
        "void",
        "0200",
        "200000",
        "23",
        "000",
        void.void,
        card=CardUse.OPTIONAL,
        amount=True,
        reversible=True,
        side=CREDIT,
        shape=void.SHAPE,
    ),
    Service(
        "loss_report",
        "0200",
        "900000",
        "87",
        "000",
        loss_report,
        asked=frozenset({"ID", "PH"}),
    ),
    Service(
        "card_collection",
        "0200",
        "910000",
        "88",
        "000",
        card_collection,
        card=CardUse.WITHOUT_PIN,
        asked=frozenset({"ID", "CN"}),
    ),
    Service(
        "sms_notice",
        "0200",
        "920000",
        "89",
        "000",
        sms_notice,
        card=CardUse.PIN,
        asked=frozenset({"PH"}),
    ),
    Service(
        "pin_change",
        "0200",
        "700000",
        "90",
        "000",
        pin_change,
        card=CardUse.PIN,
        asked=frozenset({"NP"}),
    ),
    Service(
        "identity_check",
        "0200",
        "930000",
        "91",
        "000",
        identity_check,
        asked=frozenset({"ID", "NM"}),
        optional=frozenset({"HB"}),
    ),
)

BY_CODES = {(row.mti, row.de3, row.de60_1, row.de60_3): row for row in SERVICES}
assert len(BY_CODES) == len(SERVICES) == len({row.name for row in SERVICES})


def find_service(message: Message) -> Service | None:
    """The row a request asks for; a reversal's is the row of its original."""
    de60 = message.get(60)
    mti = "0200" if message.mti == "0400" else message.mti
    kind = (de60[:2], de60[8:11])
    # a script result keeps the DE3 of its original
    return BY_CODES.get((mti, message.get(3), *kind)) or BY_CODES.get((mti, "", *kind))
