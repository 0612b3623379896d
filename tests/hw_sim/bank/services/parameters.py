"""参数传递 0800/360 and 361, 状态上送 0820/362 (bank-wire.md 4.1 and section 7)."""

from __future__ import annotations

from tests.hw_sim.bank.arrival import APPROVED, Answer, Arrival, Service, Shape
from tests.hw_sim.bank.state import Bank

STAMPED = (12, 13)
NAME_BYTES = 40
PARAMETERS = (  # tag, text: the list of section 7, one value for every terminal
    ("11", "60"),  # application
    ("12", "60"),  # answer time-out in seconds
    ("13", "3"),  # dial retries
    ("17", "00012345".ljust(14)),  # the administrator's telephone
    ("20", "0"),  # no manual entry of card numbers
    ("21", "0"),  # no sign-out by itself after settlement
    ("23", "3"),  # how often a message is sent again
)
MERCHANT_NAME = "22"  # 40 bytes GBK
STATE_LIST = r"(\d{3})+"  # device and state, 1 is well

DOWNLOAD = Shape(frozenset({41, 42, 60}), frozenset({11, 62}), {60: r"\d{11}"})
STATUS = Shape(frozenset({41, 42, 60, 62}), frozenset({11}), {60: r"\d{11}", 62: STATE_LIST})


def download(bank: Bank, arrival: Arrival) -> Answer:
    listed = "".join(tag + text for tag, text in PARAMETERS).encode("ascii")
    name = bank.county.issuer_name.encode("gbk").ljust(NAME_BYTES)
    return Answer(APPROVED, {62: (listed + MERCHANT_NAME.encode() + name).hex().upper()})


def taken(bank: Bank, arrival: Arrival) -> Answer:
    """The end message: there is nothing for the bank to do."""
    return Answer(APPROVED)


ROWS = (
    Service("parameters", "0800", "", "00", "360", download, shape=DOWNLOAD, stamped=STAMPED),
    Service("parameters_end", "0800", "", "00", "361", taken, shape=DOWNLOAD, stamped=STAMPED),
    Service("status", "0820", "", "00", "362", taken, shape=STATUS, stamped=STAMPED),
)
