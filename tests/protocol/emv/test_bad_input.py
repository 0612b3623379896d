"""Whatever a card or a bank answers, a transaction ends as a typed outcome (issue 7, "Bad input").

Never an exception out of `step`, never more commands than the bound, and never an approval without
what makes one: a host that approves and a card that answers TC.
"""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from protocol.emv.bits import Capability
from protocol.emv.events import CardGone, HostResult, Input
from protocol.emv.kernel import Kernel
from protocol.emv.outcome import OutcomeKind
from protocol.emv.profile import ActionCodes, Application
from protocol.values import Fen
from tests.protocol.emv.card import AIP_OF, NAME, Card, tlv
from tests.protocol.emv.chance import HOSTS, INPUTS, PATIENT, judged, objects
from tests.protocol.emv.played import play, profile, transaction


@PATIENT
@given(st.sampled_from(sorted(AIP_OF)), st.data())
def test_one_answer_of_any_kind_at_any_command(method: str, data: st.DataObject) -> None:
    at, given_ = data.draw(st.integers(1, 13)), data.draw(INPUTS)
    card, host = Card(method=method, fails_at={at: given_}), data.draw(HOSTS)
    judged(play(Kernel(profile(), transaction()), card, host=host), host)


@PATIENT
@given(st.sampled_from(sorted(AIP_OF)), st.integers(1, 13), st.data())
def test_one_changed_byte_in_any_answer_never_approves_unsigned_data(
    method: str, at: int, data: st.DataObject
) -> None:
    """With CDA what was signed cannot change unseen; else the bank is told."""

    class Bent(Card):
        def answer(self, command: bytes) -> bytes | None:
            told = super().answer(command)
            if told is None or len(self.commands) != at:
                return told
            place = data.draw(st.integers(0, len(told) - 1))
            flip = data.draw(st.integers(1, 255))
            return told[:place] + bytes([told[place] ^ flip]) + told[place + 1 :]

    card, host = Bent(method=method), HostResult("00")
    outcome = judged(play(Kernel(profile(), transaction()), card, host=host), host)
    if method == "CDA" and card.commands[at - 1 : at] and card.commands[at - 1][1] == 0xAE:
        assert outcome.kind is not OutcomeKind.APPROVED or outcome.data.tvr.wire[0] == 0


@PATIENT
@given(st.lists(INPUTS, min_size=1, max_size=30), HOSTS, st.sampled_from([0x01, 0x31]))
def test_a_card_of_pure_chance(answers: list[Input], host: Input, type_: int) -> None:
    left = iter(answers)

    def card(command: bytes) -> Input:
        return next(left, CardGone())

    txn = transaction(type=type_, amount_fen=Fen(0 if type_ == 0x31 else 50_000))
    played = play(Kernel(profile(), txn), card, host=host)
    judged(played, host)


@PATIENT
@given(st.data())
def test_records_of_chance_between_sound_ones(data: st.DataObject) -> None:
    extra = b"".join(data.draw(st.lists(objects(), max_size=3)))[:200]
    card, host = Card(method=data.draw(st.sampled_from(sorted(AIP_OF)))), data.draw(HOSTS)
    card.extra = extra
    judged(play(Kernel(profile(), transaction()), card, host=host), host)


@PATIENT
@given(st.binary(max_size=60), st.sampled_from(["71", "72"]))
def test_scripts_of_chance_never_stop_a_transaction(template: bytes, tag: str) -> None:
    card, host = Card(), HostResult("00", tlv(tag, template))
    outcome = judged(play(Kernel(profile(), transaction()), card, host=host), host)
    assert outcome.kind is OutcomeKind.APPROVED
    assert len(outcome.data.script_results) == 5


CVM_BYTES = st.binary(min_size=0, max_size=40)


@PATIENT
@given(CVM_BYTES, st.sampled_from([0x00, 0x01, 0x09, 0x31]))
def test_any_list_of_methods_ends_in_a_verdict(listed: bytes, type_: int) -> None:
    card, host = Card(cvm=listed.hex()), HostResult("00")
    played = play(Kernel(profile(), transaction(type=type_)), card, host=host)
    outcome = judged(played, host)
    sound = not listed or (len(listed) >= 8 and len(listed) % 2 == 0)
    assert (outcome.kind is OutcomeKind.CARD_ERROR) is not sound


@PATIENT
@given(
    st.sampled_from(sorted(AIP_OF)),
    st.integers(0, 0xFFFFFF),
    st.integers(0, 0xFFFFFFFF),
    st.tuples(*[st.integers(0, 0xFFFFFFFFFF)] * 3),
    st.sampled_from([0x14, 0x21, 0x22, 0x24, 0x25]),
    st.booleans(),
)
def test_any_terminal_plays_any_sound_card_to_its_end(
    method: str,
    capabilities: int,
    floor: int,
    codes: tuple[int, int, int],
    terminal_type: int,
    pin_always: bool,
) -> None:
    row = Application(bytes.fromhex(NAME), codes=ActionCodes(*codes), floor_limit_fen=Fen(floor))
    terminal = profile(
        applications=(row,),
        capabilities=Capability(capabilities),
        terminal_type=terminal_type,
        pin_always=pin_always,
    )
    card, host = Card(method=method), HostResult("00")
    played = play(Kernel(terminal, transaction()), card, host=host)
    outcome = judged(played, host)
    denied = outcome.data.tvr & codes[0]
    assert outcome.kind is (OutcomeKind.DECLINED_OFFLINE if denied else OutcomeKind.APPROVED)
