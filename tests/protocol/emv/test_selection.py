"""Which application is taken (`emv.md` section 6), and what its records must hold (section 8)."""

from __future__ import annotations

from typing import Any

import pytest

from protocol.emv.events import (
    Apdu,
    Cancelled,
    ChooseApp,
    Chosen,
    ConfirmApp,
    Rapdu,
)
from protocol.emv.kernel import Kernel
from protocol.emv.outcome import Outcome, OutcomeKind
from protocol.emv.profile import Application
from tests.protocol.emv.card import PSE_NAME, Card, tlv
from tests.protocol.emv.played import play, profile, transaction, transcript
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


def test_the_tenth_file_may_be_the_directory() -> None:
    answer = fci(PSE_NAME, tlv("88", "0A"))
    assert until_question(kernel(), [(SELECT_PSE, answer)]) == "00B2015400"


def test_the_directory_tells_the_alphabet_of_its_entries() -> None:
    directory = (SELECT_PSE, fci(PSE_NAME, tlv("88", "01") + tlv("9F11", "01")))
    entries = record(entry(DEBIT, tlv("9F12", b"N\xe9e"), tlv("87", "80")))
    asked = until_question(kernel(), [directory, (READ[0], entries), (READ[1], "6A83")])
    assert asked.candidate.shown == "Née"


def test_an_eleventh_alphabet_is_nobody_s_whatever_the_terminal_says() -> None:
    inside = tlv("50", b"LABEL") + tlv("9F12", b"N") + tlv("9F11", "11") + tlv("87", "80")
    pairs = [LIST[0], (LIST[1][0], fci(DEBIT, inside)), ("00A4040207A000000333010100", "6A82")]
    asked = until_question(kernel(additional=bytes.fromhex("FE00F0FFFF")), [*pairs, LIST[2]])
    assert asked.candidate.shown == "LABEL"


@pytest.mark.parametrize("word", ["6283", "6310", "62FF"])
def test_a_warning_is_no_candidate_but_there_may_be_more(word: str) -> None:
    again = "00A4040207A000000333010100"
    warned = (LIST[1][0], fci(CREDIT)[:-4] + word)
    pairs = [LIST[0], warned, (again, fci(DEBIT)), (again, "6A82"), LIST[2]]
    assert until_question(kernel(), pairs) == f"00A4040008{DEBIT}00"


@pytest.mark.parametrize("size", [4, 5, 16, 17])
def test_a_name_has_five_to_sixteen_bytes(size: int) -> None:
    name = "A0" * size
    rows = (Application(bytes.fromhex("A0A0A0A0")),)
    pairs = [*DIRECTORY, (READ[0], record(entry(name))), (READ[1], "6A83")]
    asked = until_question(kernel(applications=rows), pairs)
    sound = 5 <= size <= 16
    assert asked == (f"00A40400{size:02X}{name}00" if sound else "00A4040004A0A0A0A000")
