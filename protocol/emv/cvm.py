"""Cardholder verification (`emv.md` section 11). This terminal does one thing: the PIN, online.

Offline PIN is never asked for, whatever 9F33 says: VERIFY does not exist here. Signature, "no CVM"
and the identity document count when 9F33 names them; what they ask of people stands on the slip.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from protocol.emv.bits import Aip, Capability, CvmMethod, CvmResult, CvmResults, Tsi, Tvr
from protocol.emv.events import NeedOnlinePin, PinBypassed, PinCaptured, PinPadFault
from protocol.emv.outcome import Ended, OutcomeKind
from protocol.emv.profile import CASH_TYPE, CASHBACK_TYPE
from protocol.emv.session import Phase, Session, ask
from protocol.errors import PeerMistake

TRY_NEXT, METHOD_BITS = 0x40, 0x3F
RULES_AT = 8  # after X and Y

PIN_METHODS = frozenset({0x01, 0x02, 0x03, 0x04, 0x05})
# Methods this kernel can perform: the capability they need, and how the result stands.
PERFORMED: Mapping[int, tuple[Capability, CvmResult]] = {
    CvmMethod.FAIL: (Capability(0), CvmResult.FAILED),
    CvmMethod.ONLINE_PIN: (Capability.ONLINE_PIN, CvmResult.UNKNOWN),
    CvmMethod.SIGNATURE: (Capability.SIGNATURE, CvmResult.UNKNOWN),
    CvmMethod.NO_CVM: (Capability.NO_CVM, CvmResult.SUCCESSFUL),
    CvmMethod.ID_DOCUMENT: (Capability.ID_DOCUMENT, CvmResult.UNKNOWN),
}
KNOWN = frozenset(CvmMethod) - {CvmMethod.NONE_PERFORMED}


@dataclass(frozen=True, slots=True)
class Rule:
    code: int
    condition: int

    @property
    def method(self) -> int:
        return self.code & METHOD_BITS


@dataclass(frozen=True, slots=True)
class CvmList:
    """x_fen, y_fen: the amounts that conditions 06 to 09 compare with."""

    x_fen: int
    y_fen: int
    rules: tuple[Rule, ...]


@dataclass(frozen=True, slots=True)
class Case:
    """What the conditions look at. currency_is_the_cards: None when the card does not tell."""

    type: int
    unattended: bool
    amount_fen: int
    currency_is_the_cards: bool | None
    capabilities: Capability


def parse_list(data: bytes) -> CvmList:
    """Tag 8E. PeerMistake("cvm_list") when it is short or odd."""
    if len(data) < RULES_AT or len(data) % 2:
        raise PeerMistake("cvm_list")
    rules = tuple(Rule(data[at], data[at + 1]) for at in range(RULES_AT, len(data), 2))
    return CvmList(int.from_bytes(data[:4], "big"), int.from_bytes(data[4:8], "big"), rules)


def verify_cardholder(s: Session) -> Phase[None]:
    """Walk the card's list until a rule succeeds or says stop; set TVR byte 3, TSI and 9F34."""
    if not s.aip & Aip.CARDHOLDER_VERIFICATION:
        return
    if 0x8E not in s.records:
        s.tvr |= Tvr.ICC_DATA_MISSING
        return
    listed = parse_list(s.records[0x8E])
    if not listed.rules:
        return
    s.tsi |= Tsi.CVM_PERFORMED
    case = _case(s)
    for rule in listed.rules:
        if not applies(rule, listed, case):
            continue
        if (yield from _perform(s, rule)):
            return
        if not rule.code & TRY_NEXT or rule.method == CvmMethod.FAIL:
            break
    s.tvr |= Tvr.CVM_UNSUCCESSFUL
    s.cvm = CvmResults(s.cvm.code, s.cvm.condition, CvmResult.FAILED)


def applies(rule: Rule, listed: CvmList, case: Case) -> bool:
    """Whether the condition holds; an unknown one, or one whose data are missing, does not."""
    cash = case.type == CASH_TYPE
    cashback = case.type == CASHBACK_TYPE
    match rule.condition:
        case 0x00:
            return True
        case 0x01:
            return cash and case.unattended
        case 0x02:
            return not cash and not cashback
        case 0x03:
            return supported(rule.method, case.capabilities)
        case 0x04:
            return cash and not case.unattended
        case 0x05:
            return cashback
        case 0x06 | 0x07 | 0x08 | 0x09:
            limit = listed.x_fen if rule.condition in (0x06, 0x07) else listed.y_fen
            under = rule.condition in (0x06, 0x08)
            compared = case.amount_fen < limit if under else case.amount_fen > limit
            return bool(case.currency_is_the_cards) and compared
        case _:
            return False


def supported(method: int, capabilities: Capability) -> bool:
    """Whether this kernel performs the method and 9F33 allows it."""
    return method in PERFORMED and PERFORMED[method][0] in capabilities


def _perform(s: Session, rule: Rule) -> Phase[bool]:
    """Whether the rule succeeded. Methods not performed leave no trace in 9F34."""
    if rule.method not in KNOWN:
        s.tvr |= Tvr.CVM_UNRECOGNISED
        return False
    if not supported(rule.method, s.profile.capabilities):
        if rule.method in PIN_METHODS:
            s.tvr |= Tvr.PIN_PAD_NOT_WORKING
        return False
    result = PERFORMED[rule.method][1]
    s.cvm = CvmResults(rule.code, rule.condition, result)
    if rule.method == CvmMethod.ONLINE_PIN:
        return (yield from _online_pin(s))
    return result is not CvmResult.FAILED


def _online_pin(s: Session) -> Phase[bool]:
    """Asked once: a second rule for the PIN gets the same answer."""
    if s.pin is None:
        yield from ask_pin(s)
    s.tvr |= PIN_BITS[type(s.pin)]
    return isinstance(s.pin, PinCaptured)


PIN_BITS: Mapping[type, Tvr] = {
    PinCaptured: Tvr.ONLINE_PIN_ENTERED,
    PinBypassed: Tvr.PIN_NOT_ENTERED,
    PinPadFault: Tvr.PIN_PAD_NOT_WORKING,
}


def ask_pin(s: Session) -> Phase[None]:
    assert s.pan is not None
    given = yield from ask(NeedOnlinePin(s.pan, s.psn, s.txn.amount_fen))
    assert isinstance(given, PinCaptured | PinBypassed | PinPadFault)
    s.pin = given


def require_pin(s: Session) -> Phase[None]:
    """The bank's own rule: no request without a PIN, whatever the card's list made of it."""
    if s.pin is None:
        yield from ask_pin(s)
    if not isinstance(s.pin, PinCaptured):
        raise Ended(OutcomeKind.CANCELLED, "no PIN")


def _case(s: Session) -> Case:
    currency = s.records.get(0x9F42)
    return Case(
        s.txn.type,
        s.profile.unattended,
        s.txn.amount_fen,
        None if currency is None else currency == s.profile.currency,
        s.profile.capabilities,
    )
