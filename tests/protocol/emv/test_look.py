"""A card looked at without a transaction (`emv.md` sections 6 to 9, and contactless)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from protocol.emv.events import Apdu, CardGone, Input, Rapdu
from protocol.emv.look import CONTACTLESS_QUALIFIERS, Seen, look, look_contactless
from protocol.emv.oda import Method
from protocol.emv.outcome import Ended, OutcomeKind
from protocol.emv.profile import Application
from protocol.values import Pan
from tests.protocol.emv.card import NAME, PAN, Card, tlv
from tests.protocol.emv.played import Card as Answers
from tests.protocol.emv.played import profile, transaction
from tests.protocol.emv.test_selection import CREDIT, entry
from tests.vectors import rows_of

UNIONPAY = (Application(bytes.fromhex("A000000333")),)
METHOD_OF = {"none": None, "SDA": Method.SDA, "DDA": Method.DDA, "CDA": Method.CDA}


def seen(card: Answers, **changes: Any) -> tuple[Seen, ...]:
    looked = look(profile(**changes), transaction())
    return answered(looked, card)


def answered(looked: Any, card: Answers) -> tuple[Seen, ...]:
    try:
        question = next(looked)
        while True:
            assert isinstance(question, Apdu)
            question = looked.send(card(question.command))
    except StopIteration as end:
        found: tuple[Seen, ...] = end.value
        return found


@pytest.mark.parametrize("method", METHOD_OF)
@pytest.mark.parametrize("fault", ["", "signature"])
def test_a_card_in_the_slot_is_read_and_judged(method: str, fault: str) -> None:
    (one,) = seen(Card(method=method, fault=fault))
    assert (one.name.hex().upper(), one.label, one.psn) == (NAME, "DEBIT", "01")
    assert (one.pan, one.expires, one.priority) == (Pan(PAN.rstrip("F")), "301231", 1)
    assert one.method is METHOD_OF[method]
    judged = {"SDA": not fault, "DDA": not fault}
    assert one.authenticated is judged.get(method)  # CDA signs cryptograms: none is asked for
    assert bool(one.why_not) is (one.authenticated is False)


def test_looking_asks_for_no_cryptogram() -> None:
    card = Card(method="CDA")
    seen(card)
    assert 0xAE not in [command[1] for command in card.commands]


def test_a_card_without_a_key_of_ours_says_so() -> None:
    (one,) = seen(Card(), ca_keys=())
    assert (one.authenticated, "no CA key" in one.why_not) == (False, True)


@pytest.mark.parametrize(
    ("at", "answer", "trouble"),
    [
        (3, "6A82", "cannot be selected"),
        (4, "6985", "not allowed now"),
        (4, "6F00", "gpo"),
        (6, "6A83", "record"),
    ],
)
def test_an_application_that_cannot_be_read_is_told_as_such(
    at: int, answer: str, trouble: str
) -> None:
    (one,) = seen(Card(fails_at={at: Rapdu(bytes.fromhex(answer))}))
    assert trouble in one.trouble
    assert one.pan is None


def test_a_card_that_goes_or_is_blocked_ends_the_look() -> None:
    with pytest.raises(Ended) as gone:
        seen(Card(fails_at={4: CardGone()}))
    assert gone.value.kind is OutcomeKind.CARD_MUTE
    with pytest.raises(Ended) as blocked:
        seen(Card(fault="blocked"))
    assert blocked.value.kind is OutcomeKind.CARD_BLOCKED


# --- contactless: the exchanges that `tlv.json` took from a real card's log

LOGGED = {case["name"]: bytes.fromhex(case["in"]) for case in rows_of("emv/tlv.json", "cases")}
NUMBER = "6299999999999999"


def tapped(**changes: bytes) -> tuple[tuple[Seen, ...], list[str]]:
    answers = [LOGGED["card_ppse_fci"], LOGGED["card_aid_fci"], LOGGED["card_gpo_77"]]
    answers = [changes.get(f"at{n}", one + b"\x90\x00") for n, one in enumerate(answers)]
    commands: list[str] = []

    def card(command: bytes) -> Input:
        commands.append(command.hex().upper())
        return Rapdu(answers[min(len(commands), len(answers)) - 1])

    terminal = profile(applications=UNIONPAY, qualifiers=CONTACTLESS_QUALIFIERS)
    return answered(look_contactless(terminal, transaction()), card), commands


def test_a_card_on_the_reader_tells_its_application_number_and_date() -> None:
    (one,), commands = tapped()
    assert commands[0] == "00A404000E325041592E5359532E444446303100"
    assert commands[1] == f"00A4040008{NAME}00"
    assert commands[2].startswith("80A8000023832134800000")
    assert (one.label, one.pan, one.expires) == ("PBOC DEBIT", Pan(NUMBER), "2011")
    assert (one.psn, one.method, one.trouble) == ("00", None, "")


@pytest.mark.parametrize(
    ("changes", "trouble"),
    [
        ({"at1": b"\x6a\x82"}, "cannot be selected"),
        ({"at2": b"\x69\x85"}, "not allowed now"),
        ({"at2": b"\x6f\x00"}, "gpo"),
        ({"at2": tlv("80", "7C0008010100") + b"\x90\x00"}, "no track 2"),
    ],
)
def test_a_contactless_application_that_tells_nothing_is_told_as_such(
    changes: dict[str, bytes], trouble: str
) -> None:
    (one,), _ = tapped(**changes)
    assert trouble in one.trouble


@pytest.mark.parametrize(
    "answer", ["9000", "6A82", "6F0184", "6F02A5009000", "6F06A504BF0C0000" + "9000"]
)
def test_a_contactless_card_without_a_directory_has_no_applications(answer: str) -> None:
    found, commands = tapped(at0=bytes.fromhex(answer))
    assert (found, len(commands)) == ((), 1)


def test_contactless_applications_come_best_first() -> None:
    entries = entry(CREDIT, tlv("87", "02")) + entry(NAME, tlv("87", "01")) + tlv("50", b"X")
    directory = tlv("6F", tlv("A5", tlv("BF0C", entries))) + b"\x90\x00"
    found, _ = tapped(at0=directory)
    assert [one.name.hex().upper() for one in found] == [NAME, CREDIT]
    assert replace(found[0], priority=0).priority == 0
