"""Offline data authentication (`emv.md` section 9): SDA, DDA, CDA.

It never ends a transaction: what fails becomes a bit of the TVR, and the action codes decide.
"""

from __future__ import annotations

from enum import Enum

from protocol.emv import certificates, commands
from protocol.emv.bits import Aip, Capability, Tsi, Tvr
from protocol.emv.ca_keys import CaKey, PublicKey
from protocol.emv.certificates import needed
from protocol.emv.dol import parse_dol
from protocol.emv.session import Phase, Session, send
from protocol.emv.tlv import leaf, only, parse
from protocol.errors import PeerMistake
from protocol.values import Pan

OK = 0x9000
UNPREDICTABLE_NUMBER = 0x9F37
ONLY_AIP = b"\x82"  # the one tag list 9F4A may hold


class Method(Enum):
    CDA = "CDA"
    DDA = "DDA"
    SDA = "SDA"


# Best first: what the card can, what the terminal can, what is set when it fails.
METHODS = (
    (Method.CDA, Aip.CDA, Capability.CDA, Tvr.CDA_FAILED),
    (Method.DDA, Aip.DDA, Capability.DDA, Tvr.DDA_FAILED),
    (Method.SDA, Aip.SDA, Capability.SDA, Tvr.SDA_FAILED),
)
FAILED = {method: bit for method, _, _, bit in METHODS}


def method_of(aip: Aip, capabilities: Capability) -> Method | None:
    """The best method that both sides know."""
    for method, on_card, of_terminal, _ in METHODS:
        if aip & on_card and capabilities & of_terminal:
            return method
    return None


def authenticate(s: Session) -> Phase[None]:
    """Set the TVR and TSI of this chapter; for CDA, the key its signatures are checked with."""
    method = method_of(s.aip, s.profile.capabilities)
    if method is None:
        s.tvr |= Tvr.ODA_NOT_PERFORMED
        return
    s.tsi |= Tsi.ODA_PERFORMED
    if method is Method.SDA:
        s.tvr |= Tvr.SDA_SELECTED
    try:
        match method:
            case Method.SDA:
                _static(s)
            case Method.DDA:
                yield from _dynamic(s)
            case Method.CDA:  # signs the cryptogram itself: only the keys are made ready
                s.icc_key = _icc_key(s)
    except PeerMistake as why:
        s.tvr |= FAILED[method]
        s.oda_trouble = str(why)
        if why.kind == "missing":
            s.tvr |= Tvr.ICC_DATA_MISSING


def _static(s: Session) -> None:
    issuer = _issuer_key(s)
    signature = needed(s.records, 0x93)
    certificates.authentication_code(signature, issuer, _static_data(s))


def _dynamic(s: Session) -> Phase[None]:
    key = _icc_key(s)
    dol = parse_dol(s.records.get(0x9F49) or s.chosen.default_ddol)
    if all(tag != UNPREDICTABLE_NUMBER for tag, _ in dol):
        raise PeerMistake("certificate", detail="DDOL without unpredictable number")
    data = s.data_for(dol)
    answer = yield from send(s, commands.internal_authenticate(data))
    if answer.sw != OK:
        raise PeerMistake("certificate", detail=f"{answer.sw:04X}")
    certificates.dynamic_data(_signature(answer.data), key, data)


def _signature(data: bytes) -> bytes:
    """Format 80 is the signature, format 77 holds it under 9F4B."""
    tag, value = only(data)
    if tag == 0x80:
        return value
    signature = leaf(parse(value), 0x9F4B) if tag == 0x77 else b""
    if not signature:
        raise PeerMistake("missing", detail="tag 9F4B")
    return signature


def _icc_key(s: Session) -> PublicKey:
    issuer = _issuer_key(s)
    return certificates.icc_key(s.records, issuer, _pan(s), s.txn.day, _static_data(s))


def _issuer_key(s: Session) -> PublicKey:
    ca = _ca_key(s)
    return certificates.issuer_key(s.records, ca, _pan(s), s.txn.day, s.profile.revoked)


def _ca_key(s: Session) -> CaKey:
    """By the RID of the selected application and the card's index; expired keys do not count."""
    index = needed(s.records, 0x8F)[0]
    for ca in s.profile.ca_keys:
        if (ca.rid, ca.index) == (s.name[:5], index) and ca.expires >= s.txn.day:
            return ca
    raise PeerMistake("certificate", detail="no CA key")


def _static_data(s: Session) -> bytes:
    """The signed records, then the AIP when 9F4A names it; 9F4A may name nothing else."""
    tags = s.records.get(0x9F4A, b"")
    if not s.static_data_whole or tags not in (b"", ONLY_AIP):
        raise PeerMistake("certificate", detail="static data")
    return s.static_data + (s.aip.to_bytes(2, "big") if tags else b"")


def _pan(s: Session) -> Pan:
    assert s.pan is not None
    return s.pan
