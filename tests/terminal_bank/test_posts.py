"""The signed POSTs beside ISO 8583: the proofs and the three ends of the exchange hold for them."""

from __future__ import annotations

import json

import pytest

from terminal.bank.link import BankLink
from terminal.bank.posts import CHECKPOINT, SEQUENCE_USED, STATEMENT, Post, Posted
from terminal.bank.transport import Lost, Unsent
from terminal.core.exchange import NotSent, Unknown
from tests.hw_sim.bank.http_signatures import HttpAnswer
from tests.terminal_bank.asks import ASKS, PROFILE
from tests.terminal_bank.conftest import Lay
from tests.terminal_bank.front import NOW_S, Front, json_answer

BOTH = pytest.mark.parametrize("post", [CHECKPOINT, STATEMENT], ids=lambda post: post.path)
ASKED, TOLD = b'{"batch":"000012"}', b"[]"


@BOTH
def test_a_signed_answer_is_told_with_the_banks_time(
    link: BankLink, front: Front, post: Post
) -> None:
    front.answer = lambda request: json_answer(TOLD)
    assert link.post(post, ASKED, 78) == Posted(200, TOLD, NOW_S * 1000)


@pytest.mark.parametrize(
    ("post", "path", "content_type"),
    [  # `county-wire.md`, "Beside ISO 8583"
        (CHECKPOINT, "/v1/terminal/checkpoint", "text/plain; charset=utf-8"),
        (STATEMENT, "/v1/terminal/statement", "application/json"),
    ],
)
def test_what_is_posted_stands_under_our_signature(
    lay: Lay, front: Front, post: Post, path: str, content_type: str
) -> None:
    """No MAC key is needed: a checkpoint goes before the sign-in."""
    front.answer = lambda request: json_answer(TOLD)
    lay(PROFILE).post(post, ASKED, 78)
    (request,), (verified,) = front.heard, front.verified
    assert (request.target, request.body) == (path, ASKED)
    assert request.headers["content-type"] == content_type
    assert (verified.terminal, verified.seq, verified.created) == ("44010001", 78, NOW_S)


@BOTH
@pytest.mark.parametrize("status", [403, 429])
def test_a_signed_refusal_is_told(link: BankLink, front: Front, post: Post, status: int) -> None:
    front.answer = lambda request: json_answer(b"{}", status)
    assert link.post(post, ASKED, 78) == Posted(status, b"{}", NOW_S * 1000)


def test_a_conflict_is_an_answer_to_a_checkpoint_and_to_nothing_else(
    link: BankLink, front: Front
) -> None:
    front.answer = lambda request: json_answer(b"{}", 409)
    assert link.post(CHECKPOINT, ASKED, 78) == Posted(409, b"{}", NOW_S * 1000)
    used = link.post(STATEMENT, ASKED, 79)
    assert isinstance(used, Unknown)
    assert used.why.startswith(SEQUENCE_USED)


@BOTH
@pytest.mark.parametrize("status", [201, 204, 307, 400, 404, 500, 503])
def test_every_other_status_is_unknown(
    link: BankLink, front: Front, post: Post, status: int
) -> None:
    front.answer = lambda request: json_answer(TOLD, status)
    assert isinstance(link.post(post, ASKED, 78), Unknown)


@BOTH
@pytest.mark.parametrize("status", [200, 403, 409])
def test_what_nobody_signed_is_unknown(
    link: BankLink, front: Front, post: Post, status: int
) -> None:
    front.answer, front.signs = lambda request: json_answer(TOLD, status), False
    assert isinstance(link.post(post, ASKED, 78), Unknown)


@BOTH
@pytest.mark.parametrize("ahead_s", [-301, 301])
def test_an_answer_of_another_time_is_unknown(
    link: BankLink, front: Front, post: Post, ahead_s: int
) -> None:
    front.answer, front.now_s = lambda request: json_answer(TOLD), NOW_S + ahead_s
    assert isinstance(link.post(post, ASKED, 78), Unknown)


@BOTH
def test_an_answer_changed_on_the_way_is_unknown(link: BankLink, front: Front, post: Post) -> None:
    def change(answer: HttpAnswer) -> None:
        answer.body = b"{}"

    front.answer, front.on_the_way = lambda request: json_answer(TOLD), change
    assert isinstance(link.post(post, ASKED, 78), Unknown)


def test_the_answer_to_one_path_is_none_to_another(link: BankLink, front: Front) -> None:
    kept: list[HttpAnswer] = []
    front.answer, front.on_the_way = lambda request: json_answer(TOLD), kept.append
    link.post(STATEMENT, ASKED, 78)

    def that_again(answer: HttpAnswer) -> None:
        answer.headers, answer.body = kept[0].headers, kept[0].body

    front.on_the_way = that_again
    assert isinstance(link.post(CHECKPOINT, ASKED, 78), Unknown)


@pytest.mark.parametrize(
    ("fault", "end"), [(Unsent("refused"), NotSent), (Lost("cut"), Unknown)], ids=["unsent", "lost"]
)
def test_a_fault_on_the_way_ends_as_for_an_exchange(
    link: BankLink, front: Front, fault: Exception, end: type
) -> None:
    front.ends_with = fault
    assert isinstance(link.post(STATEMENT, ASKED, 78), end)


def test_the_wait_is_the_profiles(link: BankLink, front: Front) -> None:
    front.answer = lambda request: json_answer(TOLD)
    link.post(STATEMENT, ASKED, 78)
    assert front.waits == [PROFILE.link.answer_timeout_s]


def test_a_statement_of_a_full_batch_fits_where_the_others_keep_64_kib(
    link: BankLink, front: Front
) -> None:
    """`batch.max_count` is 500 by default, and DE48 counts to 999 on each side of a batch."""
    row = {
        "trace": "999999",
        "batch": "999999",
        "date": "2026-11-23",
        "service": "contribution_card",
        "amount_fen": 999_999_999_999,
        "fee_fen": 999_999_999_999,
        "state": "reversed",
        "rrn": "326112000104",
    }
    front.answer = lambda request: json_answer(TOLD)
    link.post(STATEMENT, ASKED, 78)
    link.post(CHECKPOINT, ASKED, 79)
    link.exchange(ASKS["withdrawal"])
    statement, *others = front.sizes_max
    assert statement >= len(json.dumps([row] * 2 * 999, indent=1))
    assert others == [64 * 1024] * 2


def test_an_answers_body_is_not_in_its_repr(link: BankLink, front: Front) -> None:
    front.answer = lambda request: json_answer(b'{"trace":"000104"}')
    assert "000104" not in repr(link.post(STATEMENT, ASKED, 78))
