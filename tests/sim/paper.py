"""A slip as somebody reads it: what it is, which transaction it names, what it says of itself."""

from __future__ import annotations

import re
from dataclasses import dataclass

from drivers.api import Line, Text

NUMBERS = re.compile(r"(?:批次 (\d{6})\s+)?流水 (\d{6})")
AGAIN = re.compile(r"重打印 第(\d+)次")
AMOUNT = re.compile(r"(?:金额|原金额|余额)\s*RMB ([\d,]+)\.(\d\d)")
HEADS = {
    "缴费凭证": "voucher",
    "冲正单": "reversal",
    "凭条": "balance",
    "收款单": "provisional",
    "异常单": "exception",
}
SAYS = {"商户存根": "store_copy", "持卡人联": "customer_copy", "交易未成功": "declined"}


@dataclass(frozen=True, slots=True)
class Slip:
    """again: which copy after the first it says to be, 0 for one that says nothing."""

    kind: str
    batch: int
    trace: int
    again: int
    amount_fen: int | None
    text: str


def read(lines: tuple[Line, ...]) -> Slip:
    text = "\n".join(line.text for line in lines if isinstance(line, Text))
    title, _, rest = text.partition("\n")
    kind = next((kind for head, kind in HEADS.items() if head in title), "")
    if not kind:
        kind = next((kind for words, kind in SAYS.items() if words in rest), "unknown")
    numbers, again, amount = NUMBERS.search(text), AGAIN.search(text), AMOUNT.search(text)
    assert numbers is not None
    return Slip(
        kind=kind,
        batch=int(numbers[1] or 0),
        trace=int(numbers[2]),
        again=int(again[1]) if again else 0,
        amount_fen=int(amount[1].replace(",", "") + amount[2]) if amount else None,
        text=text,
    )
