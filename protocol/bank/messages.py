"""One row a message: what is asked, with which fields, and whether it may be reversed.

Source: `county-wire.md`, table of services; `bank-wire.md` section 4. A new message is a new row.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

REVERSAL_MTI = "0400"
ALWAYS = (11, 41, 42, 60)
FINANCIAL = (3, 22, 25, 49, 64)
MANDATORY_IN_ANSWER = (11, 39, 41, 42, 60)
NOT_IN_REVERSAL = (26, 35, 36, 37, 52, 53)


@dataclass(frozen=True, slots=True)
class Row:
    """name is the service's. kind and network are 60.1 and 60.3; elements are the DE62 tags asked,
    queued those that follow when it was accepted while the link was down.

    by_card: the card is read at the counter. amount: DE4 is sent and echoed. A message without de3
    is a management message: no DE22, 25, 49, no MAC.
    """

    name: str
    mti: str
    de3: str
    kind: str
    network: str
    elements: tuple[str, ...] = ()
    queued: tuple[str, ...] = ()
    by_card: bool = False
    amount: bool = False

    @property
    def financial(self) -> bool:
        return bool(self.de3)


# fmt: off
ROWS = (
    #   name                  MTI     DE3       60.1  60.3   DE62
    Row("sign_in",            "0800", "",       "00", "003"),
    Row("echo",               "0820", "",       "00", "301"),
    Row("settlement",         "0500", "",       "00", "201"),
    Row("batch_upload",       "0320", "",       "00", "201"),
    Row("batch_end",          "0320", "",       "00", "202"),
    Row("withdrawal",         "0200", "010000", "01", "111", ("FE",), by_card=True, amount=True),
    Row("balance",            "0200", "310000", "01", "000", by_card=True),
    Row("contribution_query", "0200", "390000", "80", "000", ("ID", "SC")),
    Row("contribution_card",  "0200", "500000", "81", "000", ("ID", "YR", "TR", "PR", "IK"),
        by_card=True, amount=True),
    Row("contribution_cash",  "0200", "500000", "82", "000", ("ID", "YR", "TR", "PR", "IK"),
        queued=("QD",), amount=True),
)
# fmt: on
BY_NAME: Mapping[str, Row] = {row.name: row for row in ROWS}
assert len(BY_NAME) == len(ROWS)
assert len({(row.mti, row.de3, row.kind, row.network) for row in ROWS}) == len(ROWS)


def answer_mti(mti: str) -> str:
    """The reply's message type: request + 10."""
    return f"{int(mti) + 10:04d}"
