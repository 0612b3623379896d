"""Which application is taken (`emv.md` section 6), and what its records must hold (section 8)."""

from __future__ import annotations

from typing import Any

import pytest

from protocol.emv.bits import Tvr
from protocol.emv.commands import PSE
from protocol.emv.events import (
    Apdu,
    Cancelled,
    CardGone,
    ChooseApp,
    Chosen,
    ConfirmApp,
    GoOnline,
    Input,
    NeedOnlinePin,
    PinCaptured,
    Rapdu,
)
from protocol.emv.kernel import Kernel
from protocol.emv.outcome import Outcome, OutcomeKind
from protocol.emv.profile import Application
from protocol.errors import OurMistake
from protocol.values import Fen, Pan
from tests.protocol.emv.card import NAME, PAN, PSE_NAME, Card, tlv
from tests.protocol.emv.played import Played, play, profile, transaction, transcript
from tests.vectors import rows_of

APPLICATIONS = tuple(
    Application(bytes.fromhex(aid), partial=how == "partial")
    for aid, how in rows_of("emv/selection.json", "terminal_aids")
)
CASES = {case["name"]: case for case in rows_of("emv/selection.json", "cases")}
DEBIT, CREDIT, ECASH = (f"A0000003330101{n}" for n in ("01", "02", "06"))
SELECT_PSE = "00A404000E315041592E5359532E444446303100"


def kernel(**changes: Any) -> Kernel:
    return Kernel(profile(**{"applications": APPLICATIONS, **changes}), transaction())


def fci(name: str, inside: bytes = b"") -> str:
    return (tlv("6F", tlv("84", name) + tlv("A5", inside)) + b"\x90\x00").hex()


@pytest.mark.parametrize("name", ["card blocked", "nothing", "application blocked"])
def test_selection_ends_as_the_vectors_say(name: str) -> None:
    case = CASES[name]
    played = play(kernel(), transcript([tuple(pair) for pair in case["io"]]))
    assert played.outcome.kind is OutcomeKind[case["outcome"]]
    assert len(played.commands) == len(case["io"])


def until_question(k: Kernel, pairs: list[tuple[str, str]]) -> Any:
    """What is asked once the pairs are played; a command is shown in hex."""
    event = k.step()
    for expected, answer in pairs:
        assert isinstance(event, Apdu)
        assert event.command.hex().upper() == expected
        event = k.step(Rapdu(bytes.fromhex(answer)))
    return event.command.hex().upper() if isinstance(event, Apdu) else event


def test_one_partial_name_is_selected_for_good_without_a_question() -> None:
    case = CASES["no PSE, list of AIDs, debit by prefix"]
    assert until_question(kernel(), [tuple(pair) for pair in case["io"]]) == case["next"]


def test_several_applications_are_the_villager_s_choice_best_first() -> None:
    case = CASES["two apps ordered by 87"]
    asked = until_question(kernel(), [tuple(pair) for pair in case["io"]])
    assert isinstance(asked, ChooseApp)
    assert [one.name.hex().upper() for one in asked.candidates] == case["candidates"]
    assert [one.shown for one in asked.candidates] == ["PBOC DEBIT", "PBOC CREDIT"]


DIRECTORY = [
    (SELECT_PSE, (tlv("6F", tlv("84", PSE_NAME) + tlv("A5", tlv("88", "01"))) + b"\x90\0").hex())
]
READ = ("00B2010C00", "00B2020C00", "00B2030C00", "00B2040C00")
LIST = [
    (SELECT_PSE, "6A82"),
    ("00A4040007A000000333010100", "6A82"),
    ("00A4040007A000000003101000", "6A82"),
]


def entry(name: str, *more: bytes) -> bytes:
    return tlv("61", tlv("4F", name) + b"".join(more))


def record(*entries: bytes) -> str:
    return (tlv("70", b"".join(entries)) + b"\x90\x00").hex()


def test_an_application_that_wants_a_yes_gets_asked_for_one() -> None:
    assert CASES["confirmation required"]["pse_entry_87"] == "81"
    pairs = [*DIRECTORY, (READ[0], record(entry(DEBIT, tlv("87", "81")))), (READ[1], "6A83")]
    k = kernel()
    asked = until_question(k, pairs)
    assert isinstance(asked, ConfirmApp)
    assert asked.candidate.shown == DEBIT
    event = k.step(Chosen(0))
    assert isinstance(event, Apdu)
    assert event.command.hex().upper() == f"00A4040008{DEBIT}00"
    k = kernel()
    until_question(k, pairs)
    outcome = k.step(Cancelled())
    assert isinstance(outcome, Outcome)
    assert outcome.kind is OutcomeKind.CANCELLED


@pytest.mark.parametrize("card", ["final select name mismatch", "GPO 6985"])
def test_an_application_that_refuses_gives_way_to_the_next(card: str) -> None:
    case = CASES[card]
    pairs = [*DIRECTORY, (READ[0], record(entry(DEBIT), entry(CREDIT))), (READ[1], "6A83")]
    k = kernel()
    asked = until_question(k, pairs)
    assert isinstance(asked, ChooseApp)
    event = k.step(Chosen(0))
    answers = [case["final_select"][1]] if "final_select" in case else [fci(DEBIT), case["gpo"][1]]
    for answer in answers:
        event = k.step(Rapdu(bytes.fromhex(answer)))
    assert isinstance(event, Apdu)
    assert event.command.hex().upper() == f"00A4040008{CREDIT}00"
    event = k.step(Rapdu(bytes.fromhex("6A82")))  # and when none is left: not accepted
    assert isinstance(event, Outcome)
    assert event.kind is OutcomeKind.NOT_ACCEPTED


def test_a_card_that_refuses_the_options_otherwise_is_a_card_error() -> None:
    case = CASES["GPO 6A81"]

    class Other(Card):
        def answer(self, command: bytes) -> bytes | None:
            refused = command.hex().upper() == case["gpo"][0]
            return bytes.fromhex(case["gpo"][1]) if refused else super().answer(command)

    outcome = play(kernel(), Other()).outcome
    assert outcome.kind is OutcomeKind[case["outcome"]]


@pytest.mark.parametrize(
    ("records", "names"),
    [
        ([record(entry(DEBIT), entry(ECASH))], [DEBIT]),
        ([record(entry("A000000003101099"), entry(DEBIT))], [DEBIT]),  # exact means exact
        ([record(entry(DEBIT), entry(DEBIT, tlv("50", b"AGAIN")))], [DEBIT]),
        ([record(entry(DEBIT, tlv("87", "0101")), entry(CREDIT))], [CREDIT]),
        ([record(tlv("9D", DEBIT), entry(CREDIT))], [CREDIT]),
        ([record(tlv("61", b""), entry("A0000003"), entry(CREDIT))], [CREDIT]),
        ([record(tlv("73", b""), entry(CREDIT), b"\x50\x00")], [CREDIT]),
        (["70039000", record(entry(CREDIT))], [CREDIT]),
        (["9000", "6A88", record(entry(CREDIT))], [CREDIT]),
        (["70019000", record(entry(CREDIT))], [CREDIT]),
    ],
)
def test_only_sound_entries_that_the_terminal_accepts_count(
    records: list[str], names: list[str]
) -> None:
    pairs = [
        *DIRECTORY,
        *zip(READ, records, strict=False),
        (READ[len(records)] if len(records) < 3 else "00B2040C00", "6A83"),
    ]
    asked = until_question(kernel(), pairs)
    assert asked == f"00A4040008{names[0]}00"


@pytest.mark.parametrize("sfi", ["00", "0B", ""])
def test_a_directory_that_is_none_means_the_list(sfi: str) -> None:
    inside = tlv("88", sfi) if sfi else b""
    answer = (tlv("6F", tlv("84", PSE_NAME) + tlv("A5", inside)) + b"\x90\0").hex()
    assert until_question(kernel(), [(SELECT_PSE, answer)]) == LIST[1][0]


@pytest.mark.parametrize("answer", ["9000", "6F9000", "6F02840A9000", "70009000", "6A86", "6985"])
def test_a_damaged_directory_means_the_list(answer: str) -> None:
    assert until_question(kernel(), [(SELECT_PSE, answer)]) == LIST[1][0]


def test_a_directory_without_end_is_left_after_sixteen_records() -> None:
    pairs = [*DIRECTORY, *((f"00B2{n:02X}0C00", "6A88") for n in range(1, 17))]
    assert until_question(kernel(), pairs) == LIST[1][0]


def test_names_that_share_a_beginning_are_asked_for_until_there_are_no_more() -> None:
    again = "00A4040207A000000333010100"
    pairs = [
        LIST[0],
        (LIST[1][0], fci(CREDIT, tlv("87", "02"))),
        (again, fci(DEBIT, tlv("87", "01"))),
        (again, fci(ECASH)),
        (again, "6A82"),
        LIST[2],
    ]
    asked = until_question(kernel(), pairs)
    assert [one.name.hex().upper() for one in asked.candidates] == [DEBIT, CREDIT]


def test_a_card_that_always_has_one_more_is_left_after_eight() -> None:
    again = "00A4040207A000000333010100"
    pairs = [LIST[0], (LIST[1][0], fci(DEBIT)), *[(again, fci(DEBIT))] * 7, LIST[2]]
    assert until_question(kernel(), pairs) == f"00A4040008{DEBIT}00"


@pytest.mark.parametrize(
    ("answer", "more"),
    [(fci("A0000003330101"), False), (fci("A000000444"), False), ("6F019000", False)],
)
def test_an_exact_a_foreign_or_a_damaged_name_ends_the_asking(answer: str, more: bool) -> None:
    assert until_question(kernel(), [LIST[0], (LIST[1][0], answer)]) == LIST[2][0]


def test_a_card_blocked_on_an_aid_ends_the_transaction() -> None:
    played = play(kernel(), transcript([LIST[0], (LIST[1][0], "6A81")]))
    assert played.outcome.kind is OutcomeKind.CARD_BLOCKED


def test_priorities_go_before_none_and_ties_keep_the_card_s_order() -> None:
    entries = [
        entry("A000000333010103"),
        entry(DEBIT, tlv("87", "0F")),
        entry("A000000333010104", tlv("87", "01")),
        entry(CREDIT, tlv("87", "01")),
    ]
    asked = until_question(kernel(), [*DIRECTORY, (READ[0], record(*entries)), (READ[1], "6A83")])
    names = [one.name.hex()[-2:] for one in asked.candidates]
    assert names == ["04", "02", "01", "03"]
    assert [one.priority for one in asked.candidates] == [1, 1, 15, 0]


@pytest.mark.parametrize(
    ("inside", "shown"),
    [
        (tlv("50", b"LABEL"), "LABEL"),
        (tlv("50", b"LABEL") + tlv("9F12", b"N\xe9e") + tlv("9F11", "01"), "Née"),
        (tlv("50", b"LABEL") + tlv("9F12", b"N") + tlv("9F11", "02"), "LABEL"),
        (tlv("50", b"LABEL") + tlv("9F12", b"N") + tlv("9F11", "00"), "LABEL"),
        (tlv("50", b"LABEL") + tlv("9F12", b"N") + tlv("9F11", "11"), "LABEL"),
        (tlv("50", b"LABEL") + tlv("9F12", b"N"), "LABEL"),
        (tlv("50", b" A\x00B\n"), "AB"),
        (b"", DEBIT),
    ],
)
def test_the_preferred_name_is_shown_if_its_alphabet_is_the_terminal_s(
    inside: bytes, shown: str
) -> None:
    again = "00A4040207A000000333010100"
    wanted = inside + tlv("87", "80")
    k = kernel()
    asked = until_question(k, [LIST[0], (LIST[1][0], fci(DEBIT, wanted)), (again, "6A82"), LIST[2]])
    assert asked.candidate.shown == shown


def test_the_tenth_alphabet_is_bit_two_of_the_fourth_byte() -> None:
    again = "00A4040207A000000333010100"
    inside = tlv("9F12", b"\xd0") + tlv("9F11", "10") + tlv("87", "80")
    k = kernel(additional=bytes.fromhex("FE00F0F200"))
    asked = until_question(k, [LIST[0], (LIST[1][0], fci(DEBIT, inside)), (again, "6A82"), LIST[2]])
    assert asked.candidate.shown == b"\xd0".decode("iso8859-10")


def test_the_longest_aid_gives_the_row() -> None:
    rows = (
        Application(bytes.fromhex("A000000333"), version=b"\x00\x01"),
        Application(bytes.fromhex(DEBIT), version=b"\x00\x02"),
        Application(bytes.fromhex("A0000003330101"), version=b"\x00\x03"),
    )
    played = play(kernel(applications=rows), Card())
    assert played.online is not None
    assert bytes.fromhex("9F09020002") in played.online.de55


# --- what is read --------------------------------------------------------------------------------


class Changed(Card):
    """A card one of whose answers, told by INS and P1 P2, is another."""

    def __init__(self, answers: dict[str, str], **told: Any) -> None:
        super().__init__(**told)
        self.answers = answers

    def answer(self, command: bytes) -> bytes | None:
        other = self.answers.get(command[1:4].hex().upper())
        return super().answer(command) if other is None else bytes.fromhex(other)


def ends(answers: dict[str, str], **told: Any) -> Outcome:
    return play(Kernel(profile(), transaction()), Changed(answers, **told)).outcome


STATIC = Card().static()


def without(tag: str) -> str:
    """The static record without one object."""
    at, kept = 0, b""
    while at < len(STATIC):
        size = 2 if STATIC[at] & 0x1F == 0x1F else 1
        end = at + size + 1 + STATIC[at + size]
        kept += b"" if STATIC[at : at + size].hex().upper() == tag else STATIC[at:end]
        at = end
    return (tlv("70", kept) + b"\x90\x00").hex()


@pytest.mark.parametrize("tag", ["5A", "5F24", "8C", "8D"])
def test_a_card_without_mandatory_data_is_a_card_error(tag: str) -> None:
    outcome = ends({"B20114": without(tag)})
    assert outcome.kind is OutcomeKind.CARD_ERROR
    assert "missing" in outcome.reasons[0]


@pytest.mark.parametrize("tag", ["5F34", "5F28", "9F07", "9F42"])
def test_a_card_without_optional_data_goes_online(tag: str) -> None:
    assert ends({"B20114": without(tag)}).kind is OutcomeKind.APPROVED


TRACK = PAN[:-1] + "D3012220"  # 27 digits: an F or a digit more makes whole bytes


@pytest.mark.parametrize(
    ("track", "kind"),
    [
        (TRACK + "0000000000F", OutcomeKind.APPROVED),
        (TRACK + "0" * 9, OutcomeKind.APPROVED),
        (TRACK.replace("D", "E") + "0", OutcomeKind.CARD_ERROR),
        (TRACK.replace("6228", "6229") + "0", OutcomeKind.CARD_ERROR),
        (TRACK[:-2] + "F", OutcomeKind.CARD_ERROR),
        ("", OutcomeKind.CARD_ERROR),
    ],
)
def test_track_2_must_be_that_of_the_pan(track: str, kind: OutcomeKind) -> None:
    assert ends({"B2011C": (tlv("70", tlv("57", track)) + b"\x90\0").hex()}).kind is kind


@pytest.mark.parametrize(
    ("place", "answer"),
    [
        ("B20114", "6A83"),
        ("B20114", "6283"),
        ("B2011C", "70009000"),
        ("B2011C", "77009000"),
        ("B2011C", "9000"),
        ("B2011C", "7003570100" + "9000"),
        ("A80000", "80027C009000"),
        ("A80000", "80067C00080101009000"[:-4] + "6283"),
        ("A80000", "80077C0008010100009000"),
        ("A80000", "8006FC00F80101009000"),
        ("A80000", "770482027C009000"),
        ("A80000", "770A82017C9404080101009000"),
        ("A80000", "70009000"),
        ("A80000", "9000"),
        ("A80000", "80009000"),
    ],
)
def test_damaged_answers_are_card_errors(place: str, answer: str) -> None:
    assert ends({place: answer}).kind is OutcomeKind.CARD_ERROR


def test_an_answer_in_format_77_is_read_and_counts_as_card_data() -> None:
    options = tlv("82", "7C00") + tlv("94", "1001040118010100")
    assert ends({"A80000": (tlv("77", options) + b"\x90\0").hex()}).kind is OutcomeKind.APPROVED
    twice = options + tlv("5F34", "01")  # the record says it too
    outcome = ends({"A80000": (tlv("77", twice) + b"\x90\0").hex()})
    assert (outcome.kind, "duplicate" in outcome.reasons[0]) == (OutcomeKind.CARD_ERROR, True)


@pytest.mark.parametrize(
    "extra",
    [
        tlv("5A", PAN),
        tlv("5F30", "0220") + tlv("5F30", "0220"),
        tlv("5F30", "0A20"),
        tlv("5F25", "2401"),
        tlv("9F07", "FF"),
        tlv("DF01", "01") + tlv("DF01", "01"),
        tlv("97", "9F02"),
    ],
)
def test_a_tag_said_twice_or_in_a_wrong_format_is_a_card_error(extra: bytes) -> None:
    played = play(Kernel(profile(), transaction()), Card(extra=extra))
    assert played.outcome.kind is OutcomeKind.CARD_ERROR
    assert played.online is None


@pytest.mark.parametrize(
    "extra",
    [
        tlv("9F02", "000000000001"),
        tlv("95", "0000000000"),
        tlv("9F1E", b"12345678"),
        tlv("5F30", ""),
        tlv("73", tlv("5A", PAN)),
        tlv("DF01", "01"),
    ],
)
def test_what_is_the_terminal_s_to_say_is_not_heard_from_the_card(extra: bytes) -> None:
    plain, told = Card(), Card(extra=extra)
    first = play(Kernel(profile(), transaction()), plain)
    second = play(Kernel(profile(), transaction()), told)
    assert second.outcome.kind is OutcomeKind.APPROVED
    assert first.commands == second.commands


@pytest.mark.parametrize("record_bytes", [tlv("70", b"\xaa\xbb"), b"\xaa\xbb"])
def test_files_above_ten_are_signed_whole_and_never_read(record_bytes: bytes) -> None:
    class Other(Card):
        def answer(self, command: bytes) -> bytes | None:
            if command[1] == 0xA8:
                return tlv("80", self.aip + bytes.fromhex("100104011801010058010101")) + b"\x90\0"
            return super().answer(command)

        def records(self) -> dict[tuple[int, int], bytes]:
            return super().records() | {(11, 1): record_bytes + b"\x90\x00"}

        def icc_certificate(self, static: bytes) -> tuple[bytes, bytes]:
            return super().icc_certificate(static + record_bytes)

    played = play(Kernel(profile(), transaction()), Other())
    assert played.outcome.kind is OutcomeKind.APPROVED  # told to the bank, not ended
    failed = Tvr.DDA_FAILED in played.outcome.data.tvr
    assert failed is (record_bytes[0] != 0x70)


def test_lists_longer_than_a_command_are_a_card_error_before_the_request() -> None:
    long = STATIC.replace(tlv("9F07", "FF00"), b"").replace(b"\x9f\x37\x04", b"\x9f\x37\xff")
    outcome = ends({"B20114": (tlv("70", long) + b"\x90\0").hex()})
    assert (outcome.kind, "dol" in outcome.reasons[0]) == (OutcomeKind.CARD_ERROR, True)


def test_options_that_ask_for_more_than_a_command_carries_are_a_card_error() -> None:
    answer = fci(NAME, tlv("9F38", "9F37FF")).upper()
    outcome = ends({"A40400": answer})
    assert (outcome.kind, "command_length" in outcome.reasons[0]) == (OutcomeKind.CARD_ERROR, True)


def test_a_card_with_endless_records_is_left_after_eighty_commands() -> None:
    class Endless(Card):
        def answer(self, command: bytes) -> bytes | None:
            if command[1] == 0xA8:
                return tlv("80", self.aip + bytes.fromhex("1001FF00")) + b"\x90\0"
            if command[1] == 0xB2:
                return b"\x70\x00\x90\x00"
            return super().answer(command)

    played = play(Kernel(profile(), transaction()), Endless())
    assert (played.outcome.kind, len(played.commands)) == (OutcomeKind.CARD_ERROR, 81)


@pytest.mark.parametrize("raw", [b"", b"\x90", bytes(300)])
def test_an_answer_of_impossible_length_is_a_card_error(raw: bytes) -> None:
    whole = Card()
    play(Kernel(profile(), transaction()), whole)
    kinds = {0x88: OutcomeKind.APPROVED}  # a failed signature, no more
    for at, command in enumerate(whole.commands, start=1):
        kind = kinds.get(command[1], OutcomeKind.CARD_ERROR)
        if at == len(whole.commands):
            kind = OutcomeKind.REVERSE
        outcome = play(Kernel(profile(), transaction()), Card(fails_at={at: Rapdu(raw)})).outcome
        assert outcome.kind is kind, at


# --- how the kernel is used ----------------------------------------------------------------------


def test_an_answer_to_what_was_not_asked_is_our_mistake_and_changes_nothing() -> None:
    k = kernel()
    with pytest.raises(OurMistake):
        k.step(CardGone())
    first = k.step()
    wrong: list[Input | None] = [None, PinCaptured(), Chosen(0)]
    for given in wrong:
        with pytest.raises(OurMistake):
            k.step(given)
    assert isinstance(first, Apdu)
    assert first.command[5:-1] == PSE
    assert isinstance(k.step(Rapdu(b"\x6a\x82")), Apdu)


def test_a_choice_outside_the_list_is_our_mistake() -> None:
    case = CASES["two apps ordered by 87"]
    k = kernel()
    until_question(k, [tuple(pair) for pair in case["io"]])
    for index in (-1, 2):
        with pytest.raises(OurMistake):
            k.step(Chosen(index))
    event = k.step(Chosen(1))
    assert isinstance(event, Apdu)
    assert event.command.hex().upper() == f"00A4040008{CREDIT}00"


def test_a_kernel_is_used_once() -> None:
    k = kernel()
    k.step()
    assert isinstance(k.step(CardGone()), Outcome)
    for given in (None, CardGone(), Rapdu(b"\x90\x00")):
        with pytest.raises(OurMistake):
            k.step(given)


def test_a_card_on_the_exception_file_is_told_to_the_bank() -> None:
    hot = frozenset({Pan(PAN.rstrip("F"))})
    played = play(Kernel(profile(exception_file=hot), transaction()), Card())
    assert played.online is not None
    assert played.online.record.tvr.wire.hex() == "1000048000"


@pytest.mark.parametrize(("floor", "over"), [(0, True), (50_000, True), (50_001, False)])
def test_the_floor_limit_is_exceeded_when_it_is_reached(floor: int, over: bool) -> None:
    row = Application(bytes.fromhex(NAME), floor_limit_fen=Fen(floor))
    played = play(Kernel(profile(applications=(row,)), transaction()), Card())
    assert played.online is not None
    assert (played.online.record.tvr.wire.hex() == "0000048000") is over


@pytest.mark.parametrize(
    "changes",
    [{"unpredictable": b"123"}, {"amount_fen": -1}, {"amount_fen": 10**12}, {"other_fen": -1},
     {"sequence": "1234567"}, {"sequence": "1234567x"}],
)  # fmt: skip
def test_a_transaction_that_does_not_fit_the_wire_is_our_mistake(changes: dict[str, Any]) -> None:
    with pytest.raises(OurMistake):
        transaction(**changes)


@pytest.mark.parametrize(
    "changes", [{"ifd_serial": "1"}, {"ifd_serial": "一二三四五六七八"}, {"country": b"\1"},
                {"currency": b"\1"}, {"additional": b"\1"}],
)  # fmt: skip
def test_a_terminal_that_does_not_fit_the_wire_is_our_mistake(changes: dict[str, Any]) -> None:
    with pytest.raises(OurMistake):
        profile(**changes)


def test_nothing_secret_shows() -> None:
    played: Played = play(Kernel(profile(), transaction()), Card())
    assert isinstance(played.events[0], NeedOnlinePin)
    assert isinstance(played.events[1], GoOnline)
    pan = PAN.rstrip("F")
    rapdu = Rapdu(Card().records()[(2, 1)])
    said = repr((played.events, Apdu(played.commands[-1]), rapdu, played.events[1].track2))
    for secret in (pan, pan[6:-4], "=3012", "D3012", played.commands[-1][5:].hex()):
        assert secret.lower() not in said.lower()
    assert "622848*********0010" in said
