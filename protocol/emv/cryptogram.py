"""What a card answers to GENERATE AC (`emv.md` sections 9 and 14)."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field

from protocol.emv.bits import CID_ADVICE, CID_REASON, CID_TYPE, CryptogramType
from protocol.emv.ca_keys import PublicKey
from protocol.emv.certificates import dynamic_data
from protocol.emv.fields import CardData
from protocol.emv.tlv import only, parse, spans
from protocol.errors import PeerMistake

CID, ATC, AC, IAD, SIGNATURE = 0x9F27, 0x9F36, 0x9F26, 0x9F10, 0x9F4B
FORMAT1_BYTES_MIN, FORMAT1_BYTES_MAX = 11, 43  # CID(1) ATC(2) AC(8) IAD(0-32)


@dataclass(frozen=True, slots=True)
class Cryptogram:
    """ac: empty when it stood in a signature that was not, or could not be, opened."""

    cid: int
    atc: bytes
    ac: bytes
    iad: bytes

    @property
    def type(self) -> CryptogramType:
        return CryptogramType(self.cid & CID_TYPE)

    @property
    def advice(self) -> bool:
        return bool(self.cid & CID_ADVICE)

    @property
    def reason(self) -> int:
        """1 service not allowed, 2 PIN tries exceeded, 3 issuer authentication failed."""
        return self.cid & CID_REASON

    def values(self) -> dict[int, bytes]:
        if not self.atc:
            return {}
        return {CID: bytes([self.cid]), ATC: self.atc, AC: self.ac, IAD: self.iad}


NO_CRYPTOGRAM = Cryptogram(0, b"", b"", b"")


@dataclass(frozen=True, slots=True)
class GenerateAcAnswer:
    """The answer before it is believed. signed: the objects that CDA's hash covers."""

    cryptogram: Cryptogram
    signature: bytes = field(default=b"", repr=False)
    signed: bytes = field(default=b"", repr=False)


def read(data: bytes) -> GenerateAcAnswer:
    """Format 80 or 77. PeerMistake when neither, or when CID or ATC are missing."""
    tag, value = only(data)
    if tag == 0x80:
        if not FORMAT1_BYTES_MIN <= len(value) <= FORMAT1_BYTES_MAX:
            raise PeerMistake("cryptogram", detail="length")
        return GenerateAcAnswer(Cryptogram(value[0], value[1:3], value[3:11], value[11:]))
    if tag != 0x77:
        raise PeerMistake("cryptogram", detail=f"template {tag:X}")
    values = CardData()
    values.add(parse(value))
    if CID not in values or ATC not in values:
        raise PeerMistake("cryptogram", detail="CID or ATC missing")
    cryptogram = Cryptogram(values[CID][0], values[ATC], values.get(AC, b""), values.get(IAD, b""))
    signed = b"".join(value[s.begins : s.ends] for s in spans(value) if s.tag != SIGNATURE)
    return GenerateAcAnswer(cryptogram, values.get(SIGNATURE, b""), signed)


def plain(answer: GenerateAcAnswer) -> Cryptogram:
    """The cryptogram of an answer without CDA. PeerMistake when it is not there."""
    if not answer.cryptogram.ac:
        raise PeerMistake("cryptogram", detail="AC missing")
    return answer.cryptogram


def verified(
    answer: GenerateAcAnswer, key: PublicKey, unpredictable: bytes, dol_values: bytes
) -> Cryptogram:
    """The cryptogram out of the signature, when the signature covers this very exchange.

    dol_values: PDOL, CDOL1 and, at the second GENERATE AC, CDOL2 values. PeerMistake otherwise.
    """
    inside = dynamic_data(answer.signature, key, unpredictable)
    after_number = inside[1 + inside[0] :]
    if len(after_number) < 29:
        raise PeerMistake("certificate", detail="dynamic data")
    cid, ac, transaction = after_number[0], after_number[1:9], after_number[9:29]
    if cid != answer.cryptogram.cid:
        raise PeerMistake("certificate", detail="CID")
    if transaction != hashlib.sha1(dol_values + answer.signed).digest():
        raise PeerMistake("certificate", detail="transaction data hash")
    return Cryptogram(cid, answer.cryptogram.atc, ac, answer.cryptogram.iad)
