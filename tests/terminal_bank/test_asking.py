"""Requests that no worked exchange shows, against the sheets' words; pyiso8583 reads the bytes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import iso8583
import pytest

from protocol.errors import OurMistake
from protocol.values import HouseholdNumber, PersonName, PinBlock
from terminal.bank import dialect
from terminal.bank.dialect import Misfit
from terminal.core.exchange import Ask, Entry, Service, Verdict
from terminal.core.particulars import Arrival, Chip, Original, Particulars
from tests.protocol.bank.vectors import iso8583_spec
from tests.terminal_bank.asks import (
    ASKS,
    BASE,
    BY_CARD,
    CARD,
    PHONE,
    PROFILE,
    SCHEME,
    WANG,
    WITHDRAWAL,
    day_mac,
    heard,
    reply_with,
)

SPEC = iso8583_spec()
DES = {str(de) for de in range(2, 65)}
BODY_AT = 13
DE55 = bytes.fromhex("9F2608AABBCCDDEEFF00119F2701809F360200099F02060000000300009505008004E000")
BY_CHIP = replace(WITHDRAWAL, entry=Entry.CHIP, particulars=Particulars(chip=Chip("001", DE55)))


def fields(ask: Ask, mac: Callable[[bytes], bytes] = day_mac) -> dict[str, str]:
    """The request's fields as another program reads them, MTI under `t`."""
    read, _ = iso8583.decode(dialect.request(ask, PROFILE, SCHEME, mac)[BODY_AT:], SPEC)
    return {name: value for name, value in read.items() if name == "t" or name in DES}


def elements(told: dict[str, str]) -> dict[str, str]:
    text, found = bytes.fromhex(told["62"]).decode("gb18030"), {}
    while text:
        size = int(text[2:5])  # ASCII elements only, in these tests
        found[text[:2]] = text[5 : 5 + size]
        text = text[5 + size :]
    return found


def test_a_card_by_chip_sends_number_expiry_sequence_track_and_chip_data() -> None:
    """`county-wire.md`: 22 `051`, 2, 14, 23, 35 (tag 57), 55, 26, 52, 53."""
    told = fields(BY_CHIP)
    assert {de: told[de] for de in ("2", "14", "22", "23", "35", "55", "60")} == {
        "2": "6229990100000012343",
        "14": "3012",
        "22": "051",
        "23": "001",
        "35": "6229990100000012343D30121200000000000",
        "55": DE55.hex().upper(),
        "60": "0100001211160",
    }
    assert told.keys() >= {"26", "52", "53", "62", "64"}


def test_a_chip_without_a_sequence_number_sends_no_field_23() -> None:
    ask = replace(BY_CHIP, particulars=Particulars(chip=Chip("", DE55)))
    assert "23" not in fields(ask)


def test_a_chip_request_without_chip_data_never_leaves() -> None:
    with pytest.raises(OurMistake, match="field 55 is missing"):
        fields(replace(BY_CHIP, particulars=Particulars()))


def test_the_reversal_of_a_chip_request_keeps_number_expiry_sequence_and_its_own_chip_data() -> (
    None
):
    """`county-wire.md`: 2 always, 14 and 23 only where the request had them, 55 by `emv.md` 17."""
    ask = replace(
        BY_CHIP,
        pin=None,
        card=replace(CARD, track2=None),
        reversal_reason="06",
        particulars=Particulars(chip=Chip("001", bytes.fromhex("95050080040000"))),
    )
    told = fields(ask)
    assert (told["t"], told["39"], told["22"]) == ("0400", "06", "051")
    assert (told["2"], told["14"], told["23"]) == ("6229990100000012343", "3012", "001")
    assert told["55"] == "95050080040000"
    assert not told.keys() & {"26", "35", "36", "37", "52", "53"}


def test_a_chip_card_that_was_swiped_says_fallback() -> None:
    """60.5 is 2 on fallback (`county-wire.md`, DE60)."""
    ask = replace(WITHDRAWAL, particulars=Particulars(fallback=True))
    assert fields(ask)["60"] == "0100001211162"
    reply = reply_with("withdrawal", {60: "0100001211162"})
    assert heard(reply, ask).verdict is Verdict.APPROVED
    with pytest.raises(Misfit):
        heard(reply_with("withdrawal", {}), ask)


def test_a_card_collection_reads_the_card_and_asks_no_pin() -> None:
    """No 26, 52; 53 `0600000000000000`; 22 `022`."""
    ask = replace(
        BY_CARD,
        service=Service.CARD_COLLECTION,
        trace=120,
        pin=None,
        person=WANG,
        particulars=Particulars(register_number="LK0007"),
    )
    told = fields(ask)
    assert (told["3"], told["22"], told["53"]) == ("910000", "022", "0600000000000000")
    assert not told.keys() & {"26", "52"}
    assert elements(told) == {"ID": "11010119800307873X", "CN": "LK0007"}


@pytest.mark.parametrize(
    ("service", "de3", "kind", "more", "said"),
    [
        (Service.PENSION_ARRIVALS, "380000", "85", Particulars(), {}),
        (Service.SMS_NOTICE, "920000", "89", Particulars(phone=PHONE), {"PH": "13800000000"}),
        (
            Service.PIN_CHANGE,
            "700000",
            "90",
            Particulars(new_pin=PinBlock("0123456789ABCDEF")),
            {"NP": "0123456789ABCDEF"},
        ),
    ],
)
def test_services_by_card_carry_what_the_table_asks(
    service: Service, de3: str, kind: str, more: Particulars, said: dict[str, str]
) -> None:
    told = fields(replace(BY_CARD, service=service, trace=121, particulars=more))
    assert (told["3"], told["22"], told["60"]) == (de3, "021", f"{kind}00001200060")
    assert (elements(told) if "62" in told else {}) == said
    assert "4" not in told


def test_an_identity_check_names_number_name_and_household() -> None:
    more = Particulars(name=PersonName("WANG"), household=HouseholdNumber("HB01"))
    ask = replace(BASE, service=Service.IDENTITY_CHECK, trace=1, person=WANG, particulars=more)
    assert elements(fields(ask)) == {"ID": "11010119800307873X", "NM": "WANG", "HB": "HB01"}


def test_a_contribution_query_may_ask_by_household() -> None:
    """`ID or HB, SC`; whoever is then told of has an own identity number."""
    more = Particulars(household=HouseholdNumber("HB01"))
    ask = replace(BASE, service=Service.CONTRIBUTION_QUERY, trace=101, particulars=more)
    assert elements(fields(ask)) == {"HB": "HB01", "SC": "XNB"}
    told = heard(reply_with("contribution-query", {}), ask)
    assert told.participant is not None
    assert told.participant.id_number == WANG


def test_a_request_that_lacks_an_element_never_leaves() -> None:
    with pytest.raises(OurMistake, match="loss_report: element PH is missing"):
        fields(replace(ASKS["loss-report"], particulars=Particulars()))


def test_a_void_names_the_original_by_reference_batch_and_trace() -> None:
    """`bank-wire.md` 4.1: M 37 (original), 61 (orig batch+trace), new trace; 60.1 = 23."""
    original = Original(
        "withdrawal", batch=12, trace=104, rrn="326112000104", authorisation="A1B2C3"
    )
    ask = replace(
        BY_CARD,
        service=Service.VOID,
        trace=130,
        amount_fen=30_000,
        particulars=Particulars(original=original),
    )
    told = fields(ask)
    assert (told["3"], told["11"], told["60"][:2]) == ("200000", "000130", "23")
    assert (told["37"], told["38"], told["61"]) == ("326112000104", "A1B2C3", "000012000104")


def test_a_script_result_carries_the_originals_code_and_its_own_trace() -> None:
    """0620: 3 of the original, 11 new, 60 `00`+batch+`951`, 61 batch+trace+MMDD, 64."""
    original = Original(
        "withdrawal", batch=12, trace=104, rrn="326112000104", acquirer="10300000", day="1123"
    )
    ask = replace(
        BASE,
        service=Service.SCRIPT_RESULT,
        entry=Entry.CHIP,
        trace=131,
        amount_fen=30_000,
        card=replace(CARD, track2=None),
        particulars=Particulars(chip=Chip("001", DE55), original=original),
    )
    told = fields(ask)
    assert (told["t"], told["3"], told["4"], told["22"]) == (
        "0620",
        "010000",
        "000000030000",
        "051",
    )
    assert (told["32"], told["60"]) == ("10300000", "0000001295160")
    assert told["61"] == "0000120001041123"


def test_a_chip_booking_is_uploaded_with_its_record() -> None:
    """0320: 2, 4, 11 (original), 22, 23, 41, 42, 55, 60 (..203+60.4+60.5), 62; no MAC, no 3."""

    def no_key(data: bytes) -> bytes:
        raise AssertionError("a batch upload has no MAC")

    ask = replace(BY_CHIP, service=Service.BATCH_CHIP, pin=None)
    told = fields(ask, no_key)
    assert told.keys() == {"t", "2", "4", "11", "22", "23", "41", "42", "55", "60", "62"}
    assert (told["t"], told["60"]) == ("0320", "0000001220360")
    assert bytes.fromhex(told["62"]) == b"610000000000030000156"


def test_a_sign_out_names_operator_and_batch() -> None:
    told = fields(replace(BASE, service=Service.SIGN_OUT, trace=140))
    assert (told["t"], told["60"], bytes.fromhex(told["63"])) == ("0820", "00000012002", b"01 ")


def test_a_download_carries_the_payload_it_is_given_and_tells_the_answers() -> None:
    asked = bytes.fromhex("9F0605A0000003339F220102")
    ask = replace(BASE, service=Service.CA_KEY, trace=141, particulars=Particulars(payload=asked))
    told = fields(ask)
    assert (told["t"], told["60"], told["62"]) == ("0800", "00000012370", asked.hex().upper())
    reply = reply_with(
        "fee-table-download", {11: "000141", 60: "00000012370", 62: b"1" + asked}, signed=False
    )
    assert heard(reply, ask).told.payload == b"1" + asked


def test_arrivals_are_told_newest_first() -> None:
    ask = replace(BY_CARD, service=Service.PENSION_ARRIVALS, trace=100)
    reply = reply_with(
        "balance",
        {3: "380000", 54: None, 60: "8500001200060", 62: b"AL02920261105:16500;20261005:16500"},
    )
    assert heard(reply, ask).told.arrivals == (
        Arrival("20261105", 16_500),
        Arrival("20261005", 16_500),
    )


@pytest.mark.parametrize(("status", "known"), [("V", True), ("W", True), ("F", True), ("A", False)])
def test_an_identity_check_is_verified_waiting_or_failed(status: str, known: bool) -> None:
    more = Particulars(name=PersonName("WANG"), household=HouseholdNumber("HB01"))
    ask = replace(BASE, service=Service.IDENTITY_CHECK, trace=107, person=WANG, particulars=more)
    changed = {3: "930000", 60: "9100001200060", 62: b"ST001" + status.encode()}
    reply = reply_with("loss-report", changed)
    if known:
        assert heard(reply, ask).told.identity == status
    else:
        with pytest.raises(Misfit):
            heard(reply, ask)
