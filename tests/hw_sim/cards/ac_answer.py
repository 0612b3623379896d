"""The cryptogram and its answer: format 1, or format 2 under a CDA signature (emv.md 9, 14, 15)."""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha1

from tests.hw_sim.cards import cryptogram
from tests.hw_sim.cards.apdu import Answer
from tests.hw_sim.cards.behaviour import Step
from tests.hw_sim.cards.signing import sign_dynamic
from tests.hw_sim.cards.state import CardState
from tests.hw_sim.cards.tlv import tlv

IAD_LENGTH = "07"
IAD_MAC_BYTES = 4


@dataclass(frozen=True, slots=True)
class AcReply:
    """What a GENERATE AC has come to; `cdol2_data` is empty at the first."""

    step: Step
    cid: int
    cryptogram: bytes
    results: bytes
    unpredictable: bytes
    cdol2_data: bytes
    signs: bool


def cryptogram_over(card: CardState, asked: Mapping[str, bytes], results: bytes) -> bytes:
    """Section 15: the terminal's values, AIP, counter, and what the card found."""
    of = card.application
    data = b"".join(asked.get(tag, b"") for tag in cryptogram.ARQC_TAGS)
    data += bytes.fromhex(of.data.aip) + _atc(card) + _shown(card, results)
    return cryptogram.mac(card.session_key(of.keys.ac), data)


def ac_answer(card: CardState, reply: AcReply) -> Answer:
    """Format 1, or what CDA signs: an AAC never carries a signature (section 9)."""
    cid, iad = bytes((reply.cid,)), issuer_data(card, reply.results)
    if not (reply.signs and card.application.data.does_cda):
        return Answer(tlv("80", cid + _atc(card) + reply.cryptogram + iad))
    head = tlv("9F27", cid) + tlv("9F36", _atc(card))
    tail = tlv("9F10", iad)
    return Answer(tlv("77", head + tlv("9F4B", _signature(card, reply, head + tail)) + tail))


def issuer_data(card: CardState, results: bytes) -> bytes:
    """9F10: 07, key index, CVN, CVR, then the issuer's own data under a MAC of four bytes."""
    of = card.application.data
    own = bytes.fromhex(of.discretionary)
    if of.fixed:
        proof = bytes.fromhex(of.fixed.iad_mac)
    else:
        key = card.session_key(card.application.keys.ac)
        proof = cryptogram.mac(key, _atc(card) + own)[:IAD_MAC_BYTES]
    head = bytes.fromhex(IAD_LENGTH + of.key_index + of.cvn)
    return head + _shown(card, results) + own + proof


def _signature(card: CardState, reply: AcReply, objects: bytes) -> bytes:
    """Signs CID, cryptogram and a hash of everything said since the PDOL."""
    spoken = card.session.pdol_data + card.session.cdol1_data + reply.cdol2_data
    digest = sha1(spoken + objects).digest()
    signed = bytes((reply.cid,)) + reply.cryptogram + digest
    return sign_dynamic(card, reply.step, signed, reply.unpredictable)


def _atc(card: CardState) -> bytes:
    return card.kept.atc.to_bytes(2, "big")


def _shown(card: CardState, results: bytes) -> bytes:
    fixed = card.application.data.fixed
    return bytes.fromhex(fixed.cvr) if fixed else results
