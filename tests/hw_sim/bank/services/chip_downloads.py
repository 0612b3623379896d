"""CA keys, chip applications, blocked BINs: list, download, end (bank-wire.md 4, 7).

Three lists, one conversation: the terminal asks for the list page by page, then for each object by
its key, then says that it is done.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from tests.hw_sim.bank import tlv
from tests.hw_sim.bank.arrival import APPROVED, Answer, Arrival, Service, Shape
from tests.hw_sim.bank.chip_parameters import CAPK_KEY, Objects, key_of
from tests.hw_sim.bank.state import Bank

NONE_LEFT, COMPLETE, MORE = b"0", b"1", b"2"
FOUND = b"1"
PAGE_BYTES_MAX = 500  # DE62 holds 512
STAMPED = (12, 13)

ASK_LIST = Shape(frozenset({41, 42, 60}), frozenset({11, 62}), {60: r"\d{11}", 62: r"1\d\d"})
ASK_ONE = Shape(frozenset({41, 42, 60, 62}), frozenset({11}), {60: r"\d{11}"})
ASK_BINS = Shape(frozenset({41, 42, 60}), frozenset({11, 62}), {60: r"\d{11}", 62: r"\d{3}"})
END = Shape(frozenset({41, 42, 60}), frozenset({11, 62}), {60: r"\d{11}"})
BAD_QUESTION = Answer("30")


def listed(name: str, bank: Bank, arrival: Arrival) -> Answer:
    """From the entry that the terminal does not know yet: `1NN` says how many it has."""
    objects = _objects(bank, name)
    known = int(arrival.message.de62[1:] or b"0")
    keys = [tlv.write(_head(one)) for one in objects[known:]]
    page = b""
    taken = 0
    for key in keys:
        if len(page) + len(key) > PAGE_BYTES_MAX:
            break
        page, taken = page + key, taken + 1
    state = NONE_LEFT if not page else COMPLETE if taken == len(keys) else MORE
    return Answer(APPROVED, {62: (state + page).hex().upper()})


def one(name: str, bank: Bank, arrival: Arrival) -> Answer:
    try:
        asked = tlv.read(arrival.message.de62)
    except tlv.BadTlv:
        return BAD_QUESTION
    for known in _objects(bank, name):
        if key_of(known) == asked:
            return Answer(APPROVED, {62: (FOUND + tlv.write(known)).hex().upper()})
    return Answer(APPROVED, {62: NONE_LEFT.hex()})


def no_bins(bank: Bank, arrival: Arrival) -> Answer:
    """The sheet does not say how a blocked BIN is written; the sandbox blocks none."""
    return Answer(APPROVED, {62: NONE_LEFT.hex()})


def taken(bank: Bank, arrival: Arrival) -> Answer:
    return Answer(APPROVED)


def _objects(bank: Bank, name: str) -> Objects:
    return bank.chip_objects.get(name, ())


def _head(known: Sequence[tuple[str, bytes]]) -> list[tuple[str, bytes]]:
    """What a list shows of an object: its key, and of a CA key its expiry."""
    shown = (*CAPK_KEY, "DF05") if known[1][0] == CAPK_KEY[1] else ("9F06",)
    return [(tag, value) for tag, value in known if tag in shown]


ROWS = (
    Service(
        "ca_keys_list",
        "0820",
        "",
        "00",
        "372",
        partial(listed, "ca_keys"),
        shape=ASK_LIST,
        stamped=STAMPED,
    ),
    Service(
        "ca_key", "0800", "", "00", "370", partial(one, "ca_keys"), shape=ASK_ONE, stamped=STAMPED
    ),
    Service("ca_keys_end", "0800", "", "00", "371", taken, shape=END, stamped=STAMPED),
    Service(
        "aids_list",
        "0820",
        "",
        "00",
        "382",
        partial(listed, "aids"),
        shape=ASK_LIST,
        stamped=STAMPED,
    ),
    Service("aid", "0800", "", "00", "380", partial(one, "aids"), shape=ASK_ONE, stamped=STAMPED),
    Service("aids_end", "0800", "", "00", "381", taken, shape=END, stamped=STAMPED),
    Service("bins", "0800", "", "00", "390", no_bins, shape=ASK_BINS, stamped=STAMPED),
    Service("bins_end", "0800", "", "00", "391", taken, shape=END, stamped=STAMPED),
)
