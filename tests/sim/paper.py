"""A slip as somebody reads it: what it is, which transaction it names, what it says of itself.

The code is read from the sheet (`security.md` section 6), by another hand than the one that made
it: 52 bytes in base45, and the signature behind them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from drivers.api import Line, Qr, Text

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
REPORTS = {"结算单": "settlement", "交班单": "shift"}  # they name no transaction
BASE45 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"  # RFC 9285
CODE_PREFIX, CODE_DOMAIN = "HN1:", b"huinong-receipt-v1\x00"
CODE_BYTES = 52
AMOUNT_AT, RESULT_AT = 22, 26  # bytes of the code; both even, so three characters hold two of them
RESULTS = ("approved", "undone", "unknown", "declined")
SAYS = {"商户存根": "store_copy", "持卡人联": "customer_copy", "交易未成功": "declined"}


@dataclass(frozen=True, slots=True)
class Slip:
    """again: which copy after the first it says to be, 0 for one that says nothing. code: the text
    of its QR code, "" without one.
    """

    kind: str
    batch: int
    trace: int
    again: int
    amount_fen: int | None
    text: str
    code: str

    @property
    def coded(self) -> tuple[str, int]:
        """Result and amount in fen as the code has them."""
        some = from_base45(self._payload(AMOUNT_AT, RESULT_AT + 2))
        return RESULTS[some[4]], int.from_bytes(some[:4], "big")

    @property
    def signed(self) -> tuple[bytes, bytes]:
        """What the code's signature is over, and the signature, r and s raw."""
        raw = from_base45(self._payload(0, None))
        return CODE_DOMAIN + raw[:CODE_BYTES], raw[CODE_BYTES:]

    def _payload(self, start: int, end: int | None) -> str:
        """The characters of these bytes."""
        text = self.code.removeprefix(CODE_PREFIX)
        return text[start // 2 * 3 : None if end is None else end // 2 * 3]


def report(lines: tuple[Line, ...]) -> str:
    """Which slip of the station's own this is; "" for a villager's."""
    title = next((line.text for line in lines if isinstance(line, Text)), "")
    return next((kind for head, kind in REPORTS.items() if head in title), "")


def text_of(lines: tuple[Line, ...]) -> str:
    return "\n".join(line.text for line in lines if isinstance(line, Text))


def read(lines: tuple[Line, ...]) -> Slip:
    text = text_of(lines)
    title, _, rest = text.partition("\n")
    kind = next((kind for head, kind in HEADS.items() if head in title), "")
    if not kind:
        kind = next((kind for words, kind in SAYS.items() if words in rest), "unknown")
    numbers, again, amount = NUMBERS.search(text), AGAIN.search(text), AMOUNT.search(text)
    code = next((line.content for line in lines if isinstance(line, Qr)), "")
    assert numbers is not None
    return Slip(
        kind=kind,
        batch=int(numbers[1] or 0),
        trace=int(numbers[2]),
        again=int(again[1]) if again else 0,
        amount_fen=int(amount[1].replace(",", "") + amount[2]) if amount else None,
        text=text,
        code=code,
    )


def from_base45(text: str) -> bytes:
    """An even number of bytes, three characters each two."""
    places = [BASE45.index(character) for character in text]
    numbers = (
        places[at] + places[at + 1] * 45 + places[at + 2] * 2025 for at in range(0, len(places), 3)
    )
    return b"".join(number.to_bytes(2, "big") for number in numbers)
