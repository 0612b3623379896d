"""What counts as an answer to GENERATE AC, and to the bank's data (`emv.md` sections 14 to 18)."""

from __future__ import annotations

import hashlib

import pytest

from protocol.emv import cryptogram
from protocol.emv.bits import Aip, CryptogramType, Tsi, Tvr
from protocol.emv.events import HostResult
from protocol.emv.kernel import Kernel
from protocol.emv.online import Host, hear, judge
from protocol.emv.outcome import OutcomeKind, Reversal
from protocol.errors import OurMistake, PeerMistake
from tests.protocol.emv.card import Card, tlv
from tests.protocol.emv.played import Played, play, profile, transaction
from tests.protocol.emv.test_matrix import ARPC

AC = "0102030405060708"
FORMAT1 = "80001E" + AC
PARTS = {"9F27": "80", "9F36": "001E", "9F26": AC, "9F10": "0701"}


def answer(**changes: str) -> bytes:
    told = {**PARTS, **{name.lstrip("_"): value for name, value in changes.items()}}
    return tlv("77", b"".join(tlv(tag, value) for tag, value in told.items()))


@pytest.mark.parametrize(("iad", "sound"), [("", True), ("AA" * 32, True), ("AA" * 33, False)])
def test_format_80_holds_eleven_to_forty_three_bytes(iad: str, sound: bool) -> None:
    data = tlv("80", FORMAT1 + iad)
    if sound:
        told = cryptogram.read(data).cryptogram
        assert (told.cid, told.atc.hex(), told.ac.hex()) == (0x80, "001e", AC)
        assert told.iad.hex().upper() == iad
    else:
        with pytest.raises(PeerMistake, match="cryptogram"):
            cryptogram.read(data)
    with pytest.raises(PeerMistake, match="cryptogram"):
        cryptogram.read(tlv("80", FORMAT1[:-2]))


def test_format_77_is_read_by_its_tags() -> None:
    told = cryptogram.plain(cryptogram.read(answer()))
    assert (told.cid, told.atc.hex(), told.ac.hex(), told.iad.hex()) == (0x80, "001e", AC, "0701")


@pytest.mark.parametrize("missing", ["9F27", "9F36", "9F26"])
def test_format_77_without_a_mandatory_part_is_refused(missing: str) -> None:
    with pytest.raises(PeerMistake, match="cryptogram"):
        cryptogram.plain(cryptogram.read(answer(**{f"_{missing}": ""})))


@pytest.mark.parametrize("data", [tlv("70", FORMAT1), b"", tlv("77", b""), tlv("80", "")])
def test_anything_else_is_no_answer(data: bytes) -> None:
    with pytest.raises(PeerMistake):
        cryptogram.read(data)


def test_the_signature_and_padding_stay_out_of_what_is_signed() -> None:
    inside = tlv("9F27", "80") + b"\x00" + tlv("9F4B", "AABB") + tlv("9F36", "001E") + b"\x00\x00"
    told = cryptogram.read(tlv("77", inside))
    assert told.signature.hex() == "aabb"
    assert told.signed == tlv("9F27", "80") + tlv("9F36", "001E")


class Signing(Card):
    """A CDA card whose dynamic data are as told."""

    inside = b""

    def signed(self, cid: int, command: bytes, *, wrong: bool) -> bytes:
        plain = tlv("9F27", bytes([cid])) + tlv("9F36", "001E")
        hashed = hashlib.sha1(self.seen + plain).digest()
        told = self.inside.replace(b"CID", bytes([cid])).replace(b"HASH", hashed)
        signature = self.signature(bytes.fromhex("5A17C3E9"), told)
        return tlv("77", plain + tlv("9F4B", signature)) + b"\x90\x00"


@pytest.mark.parametrize(
    ("inside", "sound"),
    [
        (b"CID" + bytes(8) + b"HASH", True),
        (b"CID" + bytes(8) + b"HASH" + b"more", True),
        (b"\x40" + bytes(8) + b"HASH", False),
        (b"CID" + bytes(7) + b"HASH", False),
        (b"CID" + bytes(8) + bytes(20), False),
    ],
)
def test_signed_data_must_be_of_this_very_exchange(inside: bytes, sound: bool) -> None:
    card = Signing(method="CDA")
    card.inside = inside
    played = play(Kernel(profile(), transaction()), card)
    assert (played.online is not None) is sound
    assert played.outcome.kind is (OutcomeKind.APPROVED if sound else OutcomeKind.DECLINED_OFFLINE)


def told(host: HostResult, card: Card) -> Played:
    return play(Kernel(profile(), transaction()), card, host=host)


@pytest.mark.parametrize(("size", "sent"), [(7, False), (8, True), (16, True), (17, False)])
def test_issuer_authentication_has_eight_to_sixteen_bytes(size: int, sent: bool) -> None:
    card = Card()
    outcome = told(HostResult("00", tlv("91", bytes(size))), card).outcome
    assert (0x82 in [c[1] for c in card.commands]) is sent
    assert (Tvr.ISSUER_AUTHENTICATION_FAILED in outcome.data.tvr) is not sent
    assert (Tsi.ISSUER_AUTHENTICATED in outcome.data.tsi) is sent


@pytest.mark.parametrize(("aip", "sent"), [(Aip.ISSUER_AUTHENTICATION, True), (Aip(0), False)])
def test_a_card_without_external_authenticate_gets_tag_91_by_its_list(aip: Aip, sent: bool) -> None:
    class Other(Card):
        @property
        def aip(self) -> bytes:
            return int(aip).to_bytes(2, "big")

        def static(self) -> bytes:
            return super().static().replace(tlv("8D", CDOL2), tlv("8D", "910A" + CDOL2))

    card = Other()
    outcome = told(HostResult("00", ARPC), card).outcome
    assert (0x82 in [c[1] for c in card.commands]) is sent
    assert card.commands[-1][5:15] == ARPC[2:]
    assert (Tsi.ISSUER_AUTHENTICATED in outcome.data.tsi) is sent


CDOL2 = "8A029F02069F03069F1A0295055F2A029A039C019F3704"


@pytest.mark.parametrize(
    ("field_55", "arc"),
    [(b"", b"00"), (tlv("8A", b"Y3"), b"Y3"), (tlv("8A", b"Y"), b"00"), (tlv("8A", b"Y33"), b"00")],
)
def test_the_card_hears_the_bank_s_own_response_code(field_55: bytes, arc: bytes) -> None:
    card = Card()
    told(HostResult("00", field_55), card)
    assert card.commands[-1][5:7] == arc
    assert hear(HostResult("00", field_55), frozenset({"00"})).arc == arc


@pytest.mark.parametrize("arc", ["00", "10", "11", "16", "A2", "A4", "A5", "A6", "01", "55", "Y1"])
def test_the_bank_s_approving_codes_ask_for_a_tc(arc: str) -> None:
    card = Card()
    told(HostResult(arc), card)
    approving = arc in ("00", "10", "11", "16", "A2", "A4", "A5", "A6")
    assert card.commands[-1][2] == (0x40 if approving else 0x00)


@pytest.mark.parametrize("arc", ["", "0", "000", "零零"])
def test_a_response_code_of_another_form_is_our_mistake(arc: str) -> None:
    with pytest.raises(OurMistake):
        HostResult(arc)


HOSTS = {
    "approves": Host(True, b"00"),
    "declines": Host(False, b"51"),
    "silent": Host(False, b"Z3", Reversal.NO_ANSWER),
}


@pytest.mark.parametrize("host", HOSTS)
@pytest.mark.parametrize("final", [*CryptogramType, None])
@pytest.mark.parametrize("inquiry", [False, True])
def test_the_table_of_section_18(host: str, final: CryptogramType | None, inquiry: bool) -> None:
    verdict = judge(HOSTS[host], final, inquiry=inquiry, reason="")
    approved = host == "approves" and final is CryptogramType.TC
    due = None if host == "declines" or approved or inquiry else Reversal.NO_ANSWER
    if due and host == "approves":
        due = Reversal.CARD_REFUSED
    assert verdict.reversal is due
    declined = OutcomeKind.REVERSE if due else OutcomeKind.DECLINED
    assert verdict.kind is (OutcomeKind.APPROVED if approved else declined)


@pytest.mark.parametrize("tdol", [None, "9F0206"])
def test_a_hash_over_the_tdol_is_given_when_a_list_asks_for_it(tdol: str | None) -> None:
    class Other(Card):
        def static(self) -> bytes:
            more = super().static().replace(tlv("8C", CDOL1), tlv("8C", CDOL1 + "9814"))
            return more + (tlv("97", tdol) if tdol else b"")

    card = Other()
    played = told(HostResult("00"), card)
    sent = next(c for c in card.commands if c[1] == 0xAE)
    amount = bytes.fromhex("000000050000")
    assert sent[-21:-1] == hashlib.sha1(amount if tdol else b"").digest()
    assert (Tvr.DEFAULT_TDOL in played.outcome.data.tvr) is (tdol is None)


CDOL1 = CDOL2[4:]
