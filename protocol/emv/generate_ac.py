"""The two GENERATE AC commands (`emv.md` sections 9, 14 and 18)."""

from __future__ import annotations

from contextlib import suppress

from protocol.emv import commands, cryptogram
from protocol.emv.bits import CryptogramType, Tsi, Tvr
from protocol.emv.cryptogram import Cryptogram, GenerateAcAnswer
from protocol.emv.dol import parse_dol
from protocol.emv.outcome import Ended, OutcomeKind
from protocol.emv.session import Phase, Session, send
from protocol.errors import PeerMistake

OK = 0x9000
CDOL1, CDOL2 = 0x8C, 0x8D
DECLINED_AFTER_CDA = b"Z1"  # declined by the terminal, offline
SIGNED = (CryptogramType.ARQC, CryptogramType.TC)  # an AAC carries no signature


def first(s: Session, asked: CryptogramType) -> Phase[None]:
    """The first cryptogram. Returns only with the ARQC that was asked for; all else is Ended."""
    s.cdol1_data = s.data_for(parse_dol(s.records[CDOL1]))
    cda = s.icc_key is not None and asked is CryptogramType.ARQC
    answer = yield from _card_at_first(s, commands.generate_ac(asked, s.cdol1_data, cda=cda))
    s.tsi |= Tsi.CARD_RISK_MANAGED
    s.ac = answer.cryptogram
    if s.ac.type is CryptogramType.AAC:
        raise Ended(OutcomeKind.DECLINED_OFFLINE, "AAC")
    if s.ac.type is not asked:
        raise Ended(OutcomeKind.DECLINED_OFFLINE, f"{s.ac.type.name} instead of {asked.name}")
    if not cda:
        s.ac = cryptogram.plain(answer)
        return
    try:
        s.ac = _verified(s, answer, b"")
    except PeerMistake as why:
        s.tvr |= Tvr.CDA_FAILED
        yield from _refuse(s)
        raise Ended(OutcomeKind.DECLINED_OFFLINE, f"CDA: {why}") from None


def second(s: Session, asked: CryptogramType) -> Phase[Cryptogram]:
    """The final cryptogram. PeerMistake when it is not readable, or not signed as it must be."""
    data = s.data_for(parse_dol(s.records[CDOL2]))
    cda = s.icc_key is not None and asked is CryptogramType.TC
    answer = yield from send(s, commands.generate_ac(asked, data, cda=cda))
    if answer.sw != OK:
        raise PeerMistake("generate_ac", detail=f"{answer.sw:04X}")
    told = cryptogram.read(answer.data)
    if not cda or told.cryptogram.type not in SIGNED:
        return cryptogram.plain(told)
    try:
        return _verified(s, told, data)
    except PeerMistake:
        s.tvr |= Tvr.CDA_FAILED
        raise


def _card_at_first(s: Session, command: bytes) -> Phase[GenerateAcAnswer]:
    """Nothing was sent yet: a card that goes now is a card error, not a reversal (section 14)."""
    try:
        answer = yield from send(s, command)
    except Ended as why:
        if why.kind is OutcomeKind.CARD_MUTE:
            raise Ended(OutcomeKind.CARD_ERROR, "card gone at GENERATE AC") from None
        raise
    if answer.sw != OK:
        raise PeerMistake("generate_ac", detail=f"{answer.sw:04X}")
    return cryptogram.read(answer.data)


def _refuse(s: Session) -> Phase[None]:
    """A signature that fails is not asked about: the card is told AAC, and that is all."""
    s.arc = DECLINED_AFTER_CDA
    with suppress(Ended, PeerMistake):  # declined all the same
        yield from second(s, CryptogramType.AAC)


def _verified(s: Session, answer: GenerateAcAnswer, cdol2_data: bytes) -> Cryptogram:
    assert s.icc_key is not None
    signed = s.pdol_data + s.cdol1_data + cdol2_data
    return cryptogram.verified(answer, s.icc_key, s.txn.unpredictable, signed)
