"""What one transaction knows so far, and the way a phase speaks (`emv.md` section 2).

A phase is a generator: it yields a question and goes on with the answer. The session lives as long
as the transaction; it holds the clear PAN and track 2, so its repr says nothing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Generator
from dataclasses import dataclass, field
from typing import TypeAlias, TypeVar

from protocol.emv.bits import AIP_NONE, CVM_NONE, TSI_CLEAR, TVR_CLEAR, Aip, CvmResults, Tsi, Tvr
from protocol.emv.ca_keys import PublicKey
from protocol.emv.cryptogram import NO_CRYPTOGRAM, Cryptogram
from protocol.emv.dol import Dol, fill, parse_dol
from protocol.emv.events import (
    ANSWER_BYTES_MAX,
    ANSWER_BYTES_MIN,
    Apdu,
    Cancelled,
    CardGone,
    Input,
    PinAnswer,
    Question,
    Rapdu,
)
from protocol.emv.fields import CardData, bcd
from protocol.emv.outcome import Ended, OutcomeKind
from protocol.emv.profile import Application, Profile, Transaction
from protocol.errors import PeerMistake
from protocol.values import Pan, Track2

COMMANDS_BEFORE_AC_MAX = 80  # select, read, authenticate
SCRIPT_COMMANDS_MAX = 32  # section 16: more than 128 bytes of scripts ever hold
COMMANDS_MAX = 120  # section 21, 3
# Two GENERATE AC and one EXTERNAL AUTHENTICATE stand between reading and the last script.
assert COMMANDS_BEFORE_AC_MAX + 3 + SCRIPT_COMMANDS_MAX <= COMMANDS_MAX

TDOL, TC_HASH = 0x97, 0x98

Answer = TypeVar("Answer")
Phase: TypeAlias = Generator[Question, Input, Answer]


@dataclass(repr=False, slots=True)
class Session:
    profile: Profile
    txn: Transaction
    commands: int = 0
    # selection
    application: Application | None = None
    name: bytes = b""  # DF name selected
    label: str = ""
    fci: CardData = field(default_factory=CardData)
    # reading
    records: CardData = field(default_factory=CardData)
    aip: Aip = AIP_NONE
    pan: Pan | None = None
    track2: Track2 | None = None
    static_data: bytes = b""  # what the certificates cover (section 9)
    static_data_whole: bool = True
    # judging
    tvr: Tvr = TVR_CLEAR
    tsi: Tsi = TSI_CLEAR
    cvm: CvmResults = CVM_NONE
    pin: PinAnswer | None = None
    oda_trouble: str = ""  # why offline data authentication failed, for the technician
    icc_key: PublicKey | None = None  # when CDA is to be asked for
    # cryptograms
    pdol_data: bytes = b""
    cdol1_data: bytes = b""
    ac: Cryptogram = NO_CRYPTOGRAM
    arc: bytes = b""  # 8A
    issuer_authentication: bytes = b""  # 91
    script_commands: int = 0  # of all scripts begun
    script_results: bytes = b""  # DF31

    @property
    def chosen(self) -> Application:
        assert self.application is not None
        return self.application

    @property
    def psn(self) -> str:
        return self.records.get(0x5F34, b"").hex()

    def values(self) -> dict[int, bytes]:
        """Every value by its tag; what the terminal says comes last and stands."""
        profile, txn = self.profile, self.txn
        return {
            **self.fci,
            **self.records,
            **self.ac.values(),
            0x82: self.aip.to_bytes(2, "big"),
            0x84: self.name,
            0x8A: self.arc,
            0x91: self.issuer_authentication,
            0x95: self.tvr.wire,
            0x9A: bytes.fromhex(f"{txn.day:%y%m%d}"),
            0x9B: self.tsi.wire,
            0x9C: bytes([txn.type]),
            0x5F2A: profile.currency,
            0x5F36: bcd(profile.currency_exponent, 1),
            0x9F02: bcd(txn.amount_fen, 6),
            0x9F03: bcd(txn.other_fen, 6),
            0x9F06: self.name,
            0x9F09: self.chosen.version,
            0x9F1A: profile.country,
            0x9F1B: self.chosen.floor_limit_fen.to_bytes(4, "big"),
            0x9F1E: profile.ifd_serial.encode("ascii"),
            0x9F21: bytes.fromhex(f"{txn.clock:%H%M%S}"),
            0x9F33: profile.capabilities.to_bytes(3, "big"),
            0x9F34: self.cvm.wire,
            0x9F35: bytes([profile.terminal_type]),
            0x9F37: txn.unpredictable,
            0x9F40: profile.additional,
            0x9F41: bytes.fromhex(txn.sequence),
            0x9F4E: profile.merchant_name,
            0x9F66: profile.qualifiers,
            0x9F7A: b"\x00",  # no e-cash
            0xDF31: self.script_results,
            0xDF69: b"\x00",  # no SM algorithms: a card with both uses RSA and 3DES (section 9)
        }

    def data_for(self, dol: Dol) -> bytes:
        """What a DOL asks for. A TC hash without a TDOL of the card sets its TVR bit first."""
        if any(tag == TC_HASH for tag, _ in dol) and TDOL not in self.records:
            self.tvr |= Tvr.DEFAULT_TDOL
        values = self.values()
        tdol = parse_dol(self.records.get(TDOL, b""))
        values[TC_HASH] = hashlib.sha1(fill(tdol, values)).digest()
        return fill(dol, values)


def ask(question: Question) -> Phase[Input]:
    """The answer, unless the card went or somebody cancelled: then the transaction ends."""
    given = yield question
    if isinstance(given, CardGone):
        raise Ended(OutcomeKind.CARD_MUTE, "card gone")
    if isinstance(given, Cancelled):
        raise Ended(OutcomeKind.CANCELLED, "cancelled")
    return given


def send(s: Session, command: bytes) -> Phase[Rapdu]:
    """The card's answer. PeerMistake when there are too many, or its length cannot be."""
    s.commands += 1
    if s.commands > (COMMANDS_MAX if s.ac.atc else COMMANDS_BEFORE_AC_MAX + 1):
        raise PeerMistake("command_count")
    answer = yield from ask(Apdu(command))
    assert isinstance(answer, Rapdu)  # `events.answers` lets nothing else through
    if not ANSWER_BYTES_MIN <= len(answer.raw) <= ANSWER_BYTES_MAX:
        raise PeerMistake("answer_length")
    return answer
