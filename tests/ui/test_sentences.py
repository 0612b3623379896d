"""Every kind, code and state that a view may hold has its sentence."""

from __future__ import annotations

import pytest

from drivers.api import BadSwipe, Fault
from terminal import clearing, queueing, shift
from terminal.bank.transport import Cause
from terminal.core.deal import Cash, Outcome
from terminal.core.events import Unsent
from terminal.core.exchange import MOVES_MONEY, Payer, Service
from terminal.core.facts import Trouble, WhyCashMoved, WhyNoCash
from terminal.feed.views import Page
from terminal.i18n import ENGLISH, texts
from terminal.journal import words
from terminal.people.operators import Standing
from terminal.ui import kinds, phrases, sentences, unsent
from terminal.ui.codes import CODES
from terminal.ui.pages import comes_back, count, notes
from terminal.ui.pages.today import SLIP_OUTCOMES
from tests.ui.catalogue import english, texts_in_code
from tests.ui.examples import VIEWS

# The kinds of `terminal.feed.views` that are words and not enums
REASONS = """cancelled_by_operator cancelled_by_villager no_swipe no_pin bad_swipe chip expired
    foreign_card amount_rule no_cash no_answer not_found already_paid status_not_payable
    no_years id_rule tier_rule year_rule"""
DEVICE_REASONS = """device_gone device_silent device_broken tampered no_master_key wrong_key
    busy"""
LACKS = """paper_out cover_open printer pad reader signed_out signing_in reversal_open
    cash_short disk clock shift_closed role journal_damaged"""
ALERTS = """reversal_open reversal_answered exception cash_unconfirmed queued queued_refused
    rolled_back signed_out device device_gone paper_out cover_open paper_low clock"""
NOTES = "count to drawer not_open reference wrong locked blocked role disk"  # shift, clearing
DONE = "closed delivered banked shift_closed handed_over"
UNLOCKED = "unlocked " + " ".join(s.value for s in Standing if s is not Standing.LOCKED)
SLIPS = ["printing", "printed", "uncertain", *(fault.value for fault in Fault)]
# `bank-wire.md` section 12 without the approvals, `county-wire.md` "Answers beside the base table"
DECLINES = """01 02 03 04 05 06 07 09 12 13 14 15 17 19 20 21 22 23 25 30 31 33 34 35 36 37 38
    39 40 41 42 43 44 45 51 52 53 54 55 56 57 58 59 60 61 62 63 64 65 66 67 68 75 77 79 87 88 89 90
    91 92 93 94 95 96 97 98 99 A0 A1 A3 A7 P1 P2 P3 P4 P5 P6 P7 P8 P9"""


@pytest.mark.parametrize(
    ("table", "kinds"),
    [
        (sentences.REASONS, REASONS.split() + [bad.value for bad in BadSwipe]),
        (sentences.FAULTS, [fault.value for fault in Fault]),
        (unsent.UNSENT, [cause.value for cause in Cause]),
        (sentences.LACKS, LACKS.split()),
        (sentences.ALERTS, ALERTS.split()),
        (sentences.SLIPS, SLIPS),
        (sentences.SERVICES, [service.value for service in Service]),
        (sentences.OUTCOMES, [outcome.value for outcome in Outcome]),
        (sentences.CASH, [cash.value for cash in Cash]),
        (sentences.WHY_NOT_HANDED, [why.value for why in WhyNoCash]),
        (sentences.PAYERS, [payer.value for payer in Payer]),
        (sentences.STATUSES, [*"APRDN", queueing.UNCHECKED]),
        (sentences.SIGN_ON_NOTES, ["wrong", "locked", "blocked", "role", "disk"]),
        (notes.REFUSED_NOTES, NOTES.split()),
        (notes.DONE_NOTES, DONE.split()),
        (sentences.UNLOCK_NOTES, UNLOCKED.split()),
        (CODES, DECLINES.split()),
    ],
)
def test_every_kind_has_its_sentence(table: dict[str, object], kinds: list[str]) -> None:
    assert [kind for kind in kinds if kind not in table] == []


@pytest.mark.parametrize(
    "reason",
    DEVICE_REASONS.split()
    + [f"{part}_{f.value}" for part in ("pad", "reader", "printer") for f in Fault],
)
def test_a_device_that_ends_a_service_is_named_with_three_sentences(reason: str) -> None:
    said = phrases.told(sentences.REASONS, reason, VIEWS[Page.STOPPED], texts("zh"))
    assert reason not in "".join(said)
    assert all(sentence.endswith("。") for sentence in said)


@pytest.mark.parametrize("cause", Cause)
def test_the_cause_that_the_bank_link_tells_names_the_sentence(cause: Cause) -> None:
    assert Unsent(cause.told("[Errno 111]: detail")).word == cause.value


def test_the_words_of_the_enums_are_theirs() -> None:
    assert set(kinds.MOVES_MONEY) == {service.value for service in MOVES_MONEY}
    assert Service.BALANCE.value == kinds.BALANCE
    assert set(SLIP_OUTCOMES) <= {outcome.value for outcome in Outcome}
    assert Trouble.QUEUED_REFUSED.value == kinds.QUEUED_REFUSED
    assert {kinds.DELIVERED, kinds.BANKED} == {why.value for why in WhyCashMoved}
    assert set(sentences.WHY_VARIANCE) == set(words.WHY_VARIANCE)
    assert queueing.UNCHECKED == kinds.UNCHECKED
    assert clearing.BY_REFERENCE == comes_back.BY_REFERENCE
    assert shift.DENOMINATIONS_FEN == count.DENOMINATIONS_FEN
    assert set(sentences.WHY_NOT_HANDED) == {why.value for why in WhyNoCash}
    assert set(sentences.PAYERS) == {payer.value for payer in Payer}


def test_every_error_is_three_sentences_the_second_about_the_money() -> None:
    safe = {sentences.NOT_SENT_YET, sentences.NO_CHARGE, "钱没有动。"}
    tables = (
        *(sentences.REASONS, sentences.FAULTS, sentences.SIGN_ON_NOTES),
        *(notes.REFUSED_NOTES, unsent.UNSENT, {"": unsent.GENERAL}),
    )
    told = [told for table in tables for told in table.values()]
    assert {each.safe for each in told} <= safe
    assert all(each.what and each.do for each in told)


@pytest.mark.parametrize("service", sorted(service.value for service in MOVES_MONEY))
def test_there_are_words_for_the_villager_who_comes_back_the_next_day(service: str) -> None:
    """Whatever a reversal may come to (`money-safety.md`, "Reversals")."""
    outcomes = {Outcome.UNKNOWN, Outcome.REVERSED, Outcome.EXCEPTION}
    if service == Service.WITHDRAWAL.value:
        outcomes |= {Outcome.CANCELLING}  # only a withdrawal has cash to hand over
    said = [comes_back.TELL[service, outcome.value] for outcome in outcomes]
    assert all(text.startswith("请告诉客户：") for text in said)


def test_nothing_is_promised_of_what_only_the_bank_can_clear_up() -> None:
    said = [t for (_, outcome), t in comes_back.TELL.items() if outcome == kinds.EXCEPTION]
    assert [text for text in said if "退回" in text or "要等银行查明" not in text] == []


def test_the_english_catalogue_holds_every_text_and_no_other() -> None:
    catalogue = english()
    held = {message.id: message for message in catalogue if message.id}
    assert set(held) == texts_in_code()
    assert [text for text, message in held.items() if not message.string or message.fuzzy] == []


def test_a_translation_has_the_same_places_to_fill() -> None:
    wrong = [
        message.id
        for message in english()
        if message.id and _places(str(message.id)) != _places(str(message.string))
    ]
    assert wrong == []


def test_no_translation_still_holds_chinese_but_where_the_other_language_is_named() -> None:
    han = [m.id for m in english() if m.id and any("\u4e00" <= c <= "\u9fff" for c in m.string)]
    assert han == ["帮助与语言 Language"]


def test_without_a_catalogue_texts_are_chinese() -> None:
    assert texts("fr")("取款") == "取款"
    assert texts(ENGLISH)("取款") == "Withdrawal"


def _places(text: str) -> set[str]:
    return {piece.partition("}")[0] for piece in text.split("{")[1:]}
