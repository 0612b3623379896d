"""One exchange as the engine sees it: what is an answer, what was not sent, what is unknown (I8).

The bank at the other end (`front`) is written with other libraries from the same sheets.
"""

from __future__ import annotations

from dataclasses import replace

import msgspec
import pytest

from terminal.bank.link import BankLink
from terminal.bank.transport import Lost, Unsent
from terminal.core.exchange import Answer, Doubt, NotSent, Reply, Service, Unknown, Verdict
from terminal.keys.mac_key import StoredMacKey
from tests.hw_sim.bank.http_signatures import HttpAnswer
from tests.hw_sim.bank.working_keys import WorkingKeys, de62
from tests.terminal_bank.asks import APPROVED, ASKS, PROFILE
from tests.terminal_bank.conftest import TMK_M, Clock, Lay
from tests.terminal_bank.front import MAK, NOW_S, Front, frame_answer, json_answer

WITHDRAWAL, REVERSAL, SIGN_IN = ASKS["withdrawal"], ASKS["withdrawal-reversal"], ASKS["sign-in"]
ECHO = replace(SIGN_IN, service=Service.ECHO)
PIK = bytes.fromhex("FEDCBA98765432100123456789ABCDEF")
TMK_P = bytes.fromhex("19191919191919195B5B5B5B5B5B5B5B")
KEYS = de62(WorkingKeys(PIK, MAK), TMK_P, TMK_M)


def doubt_of(reply: Reply) -> Doubt | str:
    return reply.doubt if isinstance(reply, Unknown) else f"not unknown: {reply}"


# --- what counts as the answer


def test_an_approval_proved_by_signature_and_mac_is_the_answer(link: BankLink) -> None:
    assert link.exchange(WITHDRAWAL) == replace(
        APPROVED, rrn="326112000104", fee_fen=0, bank_at_ms=NOW_S * 1000
    )


def test_what_leaves_is_the_frame_the_bank_understands_under_a_signature_of_ours(
    link: BankLink, front: Front
) -> None:
    link.exchange(replace(WITHDRAWAL, terminal_seq=77))
    assert (front.asked.mti, front.asked.get(11), front.asked.get(4)) == (
        "0200",
        "000104",
        "000000030000",
    )
    (verified,) = front.verified
    assert (verified.terminal, verified.seq, verified.created) == ("44010001", 77, NOW_S)


def test_a_decline_proved_by_its_mac_is_the_answer(link: BankLink, front: Front) -> None:
    front.changed = {39: "51"}
    declined = link.exchange(WITHDRAWAL)
    assert isinstance(declined, Answer)
    assert (declined.verdict, declined.code) == (Verdict.DECLINED, "51")


@pytest.mark.parametrize("code", ["77", "97", "A0", "30"])
def test_these_declines_need_no_mac(link: BankLink, front: Front, code: str) -> None:
    front.changed, front.mac = {39: code}, None
    declined = link.exchange(WITHDRAWAL)
    assert isinstance(declined, Answer)
    assert (declined.verdict is Verdict.APPROVED, declined.code) == (False, code)


@pytest.mark.parametrize("status", [403, 429])
def test_a_signed_refusal_of_service_is_a_decline_with_nothing_booked(
    link: BankLink, front: Front, status: int
) -> None:
    front.answer = lambda request: json_answer(b"{}", status)
    refused = link.exchange(WITHDRAWAL)
    assert isinstance(refused, Answer)
    assert (refused.verdict, refused.code) == (Verdict.DECLINED, str(status))
    assert refused.bank_at_ms == NOW_S * 1000


# --- what is unknown


@pytest.mark.parametrize("code", ["00", "51", "55"])
def test_an_answer_without_its_mac_is_unknown(link: BankLink, front: Front, code: str) -> None:
    front.changed, front.mac = {39: code}, None
    assert doubt_of(link.exchange(WITHDRAWAL)) is Doubt.WRONG_MAC


def test_a_wrong_mac_is_unknown_with_its_own_reason(link: BankLink, front: Front) -> None:
    front.mac = lambda data: b"00000000"
    assert doubt_of(link.exchange(WITHDRAWAL)) is Doubt.WRONG_MAC


def test_an_unsigned_answer_is_unknown_though_its_mac_is_right(
    link: BankLink, front: Front
) -> None:
    front.signs = False
    assert doubt_of(link.exchange(WITHDRAWAL)) is Doubt.NO_ANSWER


def test_an_answer_bound_to_another_request_is_unknown(link: BankLink, front: Front) -> None:
    """The very same ask, answered with the true answer to its first sending."""
    kept: list[HttpAnswer] = []
    front.on_the_way = kept.append
    link.exchange(WITHDRAWAL)

    def first_again(answer: HttpAnswer) -> None:
        answer.headers, answer.body = kept[0].headers, kept[0].body

    front.on_the_way = first_again
    assert doubt_of(link.exchange(WITHDRAWAL)) is Doubt.NO_ANSWER


@pytest.mark.parametrize("signs", [True, False])
@pytest.mark.parametrize("status", [201, 204, 307, 400, 401, 404, 409, 500, 502, 503])
def test_every_other_status_is_unknown_even_with_a_true_frame_in_it(
    link: BankLink, front: Front, status: int, signs: bool
) -> None:
    link.exchange(WITHDRAWAL)
    approving = front.reply(front.heard[-1].body)
    front.answer, front.signs = lambda request: frame_answer(approving, status), signs
    assert doubt_of(link.exchange(WITHDRAWAL)) is Doubt.NO_ANSWER


@pytest.mark.parametrize("status", [403, 429])
def test_an_unsigned_refusal_is_unknown(link: BankLink, front: Front, status: int) -> None:
    front.answer, front.signs = lambda request: json_answer(b"{}", status), False
    assert doubt_of(link.exchange(WITHDRAWAL)) is Doubt.NO_ANSWER


def test_an_answer_cut_short_on_the_way_is_unknown(link: BankLink, front: Front) -> None:
    def cut(answer: HttpAnswer) -> None:
        answer.body = answer.body[:-9]

    front.on_the_way = cut
    assert doubt_of(link.exchange(WITHDRAWAL)) is Doubt.NO_ANSWER


@pytest.mark.parametrize(
    "body",
    [b"", b"<html>", bytes(96), bytes.fromhex("0015600000000360311000000210") + bytes(9)],
    ids=["empty", "a proxy's page", "zeros", "cut short"],
)
def test_garbage_under_a_true_signature_is_unknown(
    link: BankLink, front: Front, body: bytes
) -> None:
    front.answer = lambda request: frame_answer(body)
    assert doubt_of(link.exchange(WITHDRAWAL)) is Doubt.NO_ANSWER


@pytest.mark.parametrize(
    ("field", "value"),
    [(41, "99990009"), (42, "000000000000000"), (11, "000105"), (4, "000000030001")],
    ids=["terminal", "merchant", "trace", "amount"],
)
def test_an_answer_to_somebody_elses_request_is_unknown(
    link: BankLink, front: Front, field: int, value: str
) -> None:
    front.changed = {field: value}
    assert doubt_of(link.exchange(WITHDRAWAL)) is Doubt.NO_ANSWER


def test_no_answer_is_unknown(link: BankLink, front: Front) -> None:
    front.ends_with = Lost("the deadline passed")
    assert link.exchange(WITHDRAWAL) == Unknown(Doubt.NO_ANSWER, "the deadline passed")


# --- what was not sent


def test_a_bank_out_of_reach_is_not_sent(link: BankLink, front: Front) -> None:
    front.ends_with = Unsent("refused: ConnectError")
    assert link.exchange(WITHDRAWAL) == NotSent("refused: ConnectError")


def test_without_a_mac_key_nothing_is_posted(lay: Lay, front: Front) -> None:
    end = lay(PROFILE).exchange(WITHDRAWAL)
    assert isinstance(end, NotSent)
    assert end.why.startswith("no_key: ")
    assert front.heard == []


def test_what_the_dialect_cannot_say_is_not_posted(link: BankLink, front: Front) -> None:
    too_much = replace(WITHDRAWAL, amount_fen=10**12)  # DE4 has 12 digits
    end = link.exchange(too_much)
    assert isinstance(end, NotSent)
    assert end.why.startswith("our_mistake: ")
    assert front.heard == []


def test_a_fault_of_our_own_is_not_dressed_up_as_an_end(link: BankLink, front: Front) -> None:
    """The bank line's thread puts it in doubt with reason 96 (`performers.BankLine`)."""
    front.ends_with = RuntimeError("a fault of ours")
    with pytest.raises(RuntimeError):
        link.exchange(WITHDRAWAL)


# --- sign-in


def test_a_sign_in_brings_the_mac_key_of_the_day(lay: Lay, front: Front) -> None:
    link = lay(PROFILE)
    front.changed = {62: KEYS.hex().upper(), 60: "00000012003"}
    answer = link.exchange(SIGN_IN)
    assert isinstance(answer, Answer)
    assert (answer.verdict, answer.batch) == (Verdict.APPROVED, 12)
    front.changed = {}
    assert isinstance(link.exchange(WITHDRAWAL), Answer)


@pytest.mark.parametrize("wrong_s", [-86_400, 86_400])
def test_a_sign_in_brings_the_banks_time_whatever_our_clock_says(
    lay: Lay, front: Front, clock: Clock, wrong_s: int
) -> None:
    link, clock.at_s = lay(PROFILE), NOW_S + wrong_s
    front.changed = {62: KEYS.hex().upper()}
    link.exchange(SIGN_IN)
    front.changed = {}
    assert isinstance(link.exchange(WITHDRAWAL), Answer)
    assert [verified.created for verified in front.verified] == [NOW_S + wrong_s, NOW_S]


@pytest.mark.parametrize("ahead_s", [-301, 301])
def test_before_the_sign_in_an_answer_of_another_time_is_unknown(
    link: BankLink, front: Front, ahead_s: int
) -> None:
    front.now_s = NOW_S + ahead_s
    assert doubt_of(link.exchange(WITHDRAWAL)) is Doubt.NO_ANSWER
    assert isinstance(link.exchange(ECHO), Answer)  # its binding stands for the time


def _one_bit_of_the_mac_keys_check_value() -> str:
    wrong = bytearray(KEYS)
    wrong[-1] ^= 1
    return wrong.hex().upper()


def test_a_mac_key_with_a_wrong_check_value_is_no_sign_in_and_loads_nothing(
    link: BankLink, front: Front, signed_in: StoredMacKey
) -> None:
    """The answer that is written down must not read 00: nothing was approved to us."""
    front.changed = {62: _one_bit_of_the_mac_keys_check_value()}
    answer = link.exchange(SIGN_IN)
    assert isinstance(answer, Answer)
    assert (answer.verdict, answer.code, answer.keys) == (Verdict.DECLINED, "", None)
    assert answer.text == "下载工作密钥失败"  # `bank-wire.md` section 7
    assert isinstance(link.exchange(WITHDRAWAL), NotSent)


def test_a_failed_sign_in_leaves_the_clock_as_it_was(link: BankLink, front: Front) -> None:
    front.now_s = NOW_S + 5_000
    front.changed = {62: _one_bit_of_the_mac_keys_check_value()}
    link.exchange(SIGN_IN)
    link.exchange(ECHO)
    assert front.verified[-1].created == NOW_S


# --- time


@pytest.mark.parametrize(
    ("ask", "wait_s"), [(WITHDRAWAL, 7), (SIGN_IN, 7), (REVERSAL, 9)], ids=["0200", "0800", "0400"]
)
def test_the_profile_says_how_long_to_wait(
    lay: Lay, front: Front, signed_in: StoredMacKey, ask: object, wait_s: int
) -> None:
    waits = msgspec.structs.replace(PROFILE.link, answer_timeout_s=7, reversal_timeout_s=9)
    lay(msgspec.structs.replace(PROFILE, link=waits)).exchange(ask)  # type: ignore[arg-type]
    assert front.waits == [wait_s]


def test_every_request_has_its_own_nonce(link: BankLink, front: Front) -> None:
    for _ in range(3):
        link.exchange(WITHDRAWAL)
    assert len({verified.nonce for verified in front.verified}) == 3


@pytest.mark.parametrize("signs", [True, False], ids=["answered", "unknown"])
def test_no_end_tells_a_card_or_a_pin(link: BankLink, front: Front, signs: bool) -> None:
    front.signs = signs
    told = repr(link.exchange(WITHDRAWAL))
    assert "622999" not in told
    assert "2AB08E" not in told
