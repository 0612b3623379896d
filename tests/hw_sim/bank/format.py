"""Code 30: which fields and elements a request must carry, and which it must not."""

from __future__ import annotations

import re

from tests.hw_sim.bank.arrival import Answer, Arrival, CardUse, Service, Shape
from tests.hw_sim.bank.state import Bank
from tests.hw_sim.bank.wire import FIXED_BYTES, LLL_BYTES, Message

BYTE_FIELDS = FIXED_BYTES.keys() | LLL_BYTES.keys()
MONEY = {3, 11, 22, 25, 41, 42, 49, 60, 64}  # county-wire.md, messages, requests
PIN = {26, 52}
STRIPE = {35, 53}
CHIP = {2, 35, 53, 55}
CHIP_OPTIONAL = {14, 23}  # not every chip gives a sequence number
REVERSAL_OPTIONAL = {2, 14, 23, 38, 55, 61, 62}  # bank-wire.md 4.1, reversal

BY_STRIPE, BY_CHIP = "02", "05"  # DE22's first two digits
PIN_DIGIT = {CardUse.PIN: "1", CardUse.WITHOUT_PIN: "2"}  # DE22's third
ENTRY_WITHOUT_CARD = "012"
FIXED_VALUES = {25: "00", 49: "156"}
# DE53: PIN block with PAN, or none; double-length 3DES (bank-wire.md section 3)
SECURITY = {CardUse.PIN: "2600000000000000", CardUse.WITHOUT_PIN: "0600000000000000"}
REVERSAL_REASONS = {"98", "A0", "96", "06"}  # bank-wire.md section 13
MONEY_DE60 = r"\d{2}\d{6}\d{3}6[02]"  # county-wire.md, messages, DE60
MANAGEMENT_DE60 = r"\d{11}"
UNKNOWN = Shape(frozenset(), frozenset(range(2, 65)), {60: f"{MANAGEMENT_DE60}|{MONEY_DE60}"})


def well_formed(bank: Bank, arrival: Arrival) -> Answer | None:
    message = arrival.message
    shape = arrival.service.shape if arrival.service else None
    if message.mti == "0400":
        good = _reversal(message, arrival.service)
    elif message.mti == "0200" and not shape:
        good = _money(message, arrival.service) and _elements(arrival)
    else:
        good = _shaped(message, shape or UNKNOWN) and _elements(arrival)
    return None if good else Answer("30")


def _shaped(message: Message, shape: Shape) -> bool:
    fits = all(
        number not in message.fields or re.fullmatch(form, _text(message, number), re.DOTALL)
        for number, form in shape.forms.items()
    )
    return fits and _carries(message, set(shape.required), set(shape.optional))


def _text(message: Message, number: int) -> str:
    value = message.get(number)
    return bytes.fromhex(value).decode("latin-1") if number in BYTE_FIELDS else value


def _money(message: Message, service: Service | None) -> bool:
    if not _values(message) or not _de60(message, MONEY_DE60):
        return False
    if service is None:
        return set(message.fields) >= MONEY
    required = MONEY | ({4} if service.amount else set())
    optional = {62} if service.asked or service.one_of or service.optional else set()
    if service.card is CardUse.NONE:
        return message.get(22) == ENTRY_WITHOUT_CARD and _carries(message, required, optional)
    required = required | (PIN if service.card is CardUse.PIN else set())
    if message.get(53) != SECURITY[service.card]:
        return False
    if message.get(22) == BY_STRIPE + PIN_DIGIT[service.card]:
        return _carries(message, required | STRIPE, optional | {36})
    track_pan = message.get(35).partition("D")[0]
    return (
        message.get(22) == BY_CHIP + PIN_DIGIT[service.card]
        and _carries(message, required | CHIP, optional | CHIP_OPTIONAL)
        and track_pan == message.get(2)
    )


def _reversal(message: Message, service: Service | None) -> bool:
    with_card = service is not None and service.card is not CardUse.NONE
    if service is not None and service.card is CardUse.OPTIONAL:
        with_card = 2 in message.fields
    return (
        _carries(message, MONEY | {4, 39}, REVERSAL_OPTIONAL)
        and _values(message)
        and _de60(message, MONEY_DE60)
        and message.get(39) in REVERSAL_REASONS
        and (2 in message.fields) == with_card
        and (with_card or not {14, 23, 55} & set(message.fields))
    )


def _carries(message: Message, required: set[int], optional: set[int]) -> bool:
    return required <= set(message.fields) <= required | optional


def _values(message: Message) -> bool:
    return all(message.get(n) in ("", text) for n, text in FIXED_VALUES.items())


def _de60(message: Message, form: str) -> bool:
    return re.fullmatch(form, message.get(60)) is not None


def _elements(arrival: Arrival) -> bool:
    service, sent = arrival.service, set(arrival.elements)
    if arrival.bad_elements:
        return False
    if service is None:
        return True
    allowed = service.asked | service.one_of | service.optional
    one_of = not service.one_of or len(service.one_of & sent) == 1
    return service.asked <= sent <= allowed and one_of
