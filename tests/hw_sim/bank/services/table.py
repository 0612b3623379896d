"""The service table of county-wire.md; a new service is a file here and a row below."""

from __future__ import annotations

from tests.hw_sim.bank.arrival import CREDIT, DEBIT, CardUse, Service
from tests.hw_sim.bank.services import batch_upload, contribution, sign_in
from tests.hw_sim.bank.services.balance import balance
from tests.hw_sim.bank.services.settlement import SHAPE as SETTLEMENT
from tests.hw_sim.bank.services.settlement import settlement
from tests.hw_sim.bank.services.withdrawal import withdrawal
from tests.hw_sim.bank.wire import Message

PAYMENT = frozenset({"ID", "YR", "TR", "PR", "IK"})

SERVICES = (
    Service("sign_in", "0800", "", "00", "003", sign_in.sign_in, shape=sign_in.SIGN_IN),
    Service("sign_out", "0820", "", "00", "002", sign_in.sign_out, shape=sign_in.SIGN_OUT),
    Service("echo", "0820", "", "00", "301", sign_in.echo, shape=sign_in.ECHO),
    Service("settlement", "0500", "", "00", "201", settlement, shape=SETTLEMENT),
    *batch_upload.ROWS,
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
)

BY_CODES = {(row.mti, row.de3, row.de60_1, row.de60_3): row for row in SERVICES}
assert len(BY_CODES) == len(SERVICES) == len({row.name for row in SERVICES})


def find_service(message: Message) -> Service | None:
    """The row a request asks for; a reversal's is the row of its original."""
    de60 = message.get(60)
    mti = "0200" if message.mti == "0400" else message.mti
    return BY_CODES.get((mti, message.get(3), de60[:2], de60[8:11]))
