"""The kernel, the simulated cards and the sandbox bank: three hands, one sheet (`emv.md`).

Cards and bank were written from the sheet by others and share no code with the kernel; here whole
withdrawals are played, and each fault of a card must come to what the sheet says of it.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from protocol.emv.bits import Tvr
from protocol.emv.ca_keys import ca_key
from protocol.emv.events import CardGone, GoOnline, HostResult, Input, Rapdu
from protocol.emv.kernel import Kernel
from protocol.emv.outcome import Outcome, OutcomeKind, Reversal
from protocol.emv.profile import Application
from protocol.values import Fen
from tests.bank_sim.counter import Counter
from tests.hw_sim.bank.chips import chips_of, queue_script
from tests.hw_sim.bank.opening import STATION_OPENING_FEN
from tests.hw_sim.cards import deck
from tests.hw_sim_tests.cards.session import PYEMV_WARNS
from tests.hw_sim_tests.cards.test_against_the_bank import COUNTY, FEN, PEOPLE, RICH
from tests.protocol.emv.played import Played, play, profile, transaction

pytestmark = PYEMV_WARNS
UNIONPAY = (Application(bytes.fromhex("A0000003330101")),)
CA_KEYS = tuple(ca_key(key.record()) for key in deck.ca_keys(str(PEOPLE["seed"])))
HOLDERS = {entry["key"]: entry for entry in PEOPLE["villagers"]}
METHODS = ("sda", "dda", "cda")
USUAL = Tvr.ONLINE_PIN_ENTERED | Tvr.FLOOR_LIMIT_EXCEEDED


@pytest.fixture
def counter() -> Iterator[Counter]:
    made = Counter(PEOPLE, COUNTY, STATION_OPENING_FEN)
    object.__setattr__(made.bank, "chips", chips_of(deck.chip_keys(PEOPLE)))
    made.sign_in()
    yield made
    assert made.books_sum() == 0


def withdraw(counter: Counter, key: str, *faults: str, method: str = "") -> Played:
    """A withdrawal by the villager's card, or by a card of another method with faults."""
    dealt = deck.Dealt(key, method or deck.dealt_to(PEOPLE, key).profile, faults)
    card = deck.card_of(PEOPLE, dealt)
    card.reset()

    def answers(command: bytes) -> Input:
        answer = card.transmit(command)
        return Rapdu(answer) if answer else CardGone()

    def bank(online: GoOnline) -> Input:
        asked = counter.withdrawal(HOLDERS[key], FEN)
        number = {2: online.pan.reveal(), 22: "051", 23: online.psn.zfill(3)}
        reply = counter.send("0200", asked | number | {55: online.de55.hex().upper()})
        return HostResult(reply.get(39), bytes.fromhex(reply.fields.get(55, "")))

    terminal = profile(applications=UNIONPAY, ca_keys=CA_KEYS)
    kernel = Kernel(terminal, transaction(amount_fen=Fen(FEN)))
    return play(kernel, answers, host=bank)


@pytest.mark.parametrize("key", RICH)
def test_every_villager_s_card_is_approved_without_a_bad_bit(counter: Counter, key: str) -> None:
    outcome = withdraw(counter, key).outcome
    assert outcome.kind is OutcomeKind.APPROVED
    assert outcome.data.tvr & ~Tvr.SDA_SELECTED == USUAL
    assert outcome.data.tsi.wire.hex() == "f800"


FAILED = {"sda": Tvr.SDA_FAILED, "dda": Tvr.DDA_FAILED, "cda": Tvr.CDA_FAILED}
# Told to the bank and approved: the bits besides, but for what authentication adds.
TOLD = {
    "expired": Tvr.EXPIRED,
    "not_yet_effective": Tvr.NOT_YET_EFFECTIVE,
    "other_version": Tvr.VERSIONS_DIFFER,
    "no_oda": Tvr.ODA_NOT_PERFORMED,
    "no_issuer_authentication": Tvr(0),
    "no_pse": Tvr(0),
    "largest_record": Tvr(0),
    "directory_no_sfi": Tvr(0),
    "directory_empty": Tvr(0),
    "directory_ddf_first": Tvr(0),
    "directory_endless": Tvr(0),
    "directory_malformed": Tvr(0),
    "gpo_format2": Tvr(0),
    "ac_format2": Tvr(0),
}
UNSIGNED = (
    *("wrong_certificate", "unknown_ca", "certificate_expired", "wrong_issuer_certificate"),
    *("short_certificate", "changed_static_data", "no_ca_index"),
)
ENDS = {
    OutcomeKind.CARD_ERROR: (
        *("malformed_cdol", "odd_cvm_list", "no_cdol", "no_expiry", "other_track_pan"),
        *("oversized_record", "huge_length", "truncated_tlv", "duplicate_tag", "trailing_bytes"),
        *("not_a_template", "gpo_short", "gpo_odd_afl", "gpo_wrong_sfi", "gpo_backwards"),
        *("gpo_long", "ac_no_cid", "ac_empty", "truncated_at_read", "truncated_at_gpo"),
        *("truncated_at_ac1", "sw_6985_at_read", "sw_6985_at_ac1", "sw_6a81_at_gpo"),
    ),
    OutcomeKind.NOT_ACCEPTED: (
        *("blocked_application", "no_application", "fci_other_name", "fci_no_name"),
        *("sw_6985_at_select", "sw_6985_at_gpo", "truncated_at_select"),
    ),
    OutcomeKind.DECLINED_OFFLINE: (
        *("no_cash", "offline_pin", "aac_always", "aac_service_not_allowed", "tc_first", "rfu_cid"),
    ),
    OutcomeKind.CARD_BLOCKED: ("blocked_card", "sw_6a81_at_pse"),
    OutcomeKind.CARD_MUTE: ("mute",),
    OutcomeKind.REVERSE: (
        *("ac2_empty", "aac_second", "arqc_second", "arpc_rejected", "truncated_at_ac2"),
        *("sw_6985_at_ac2", "sw_6985_at_external_auth"),
    ),
    OutcomeKind.APPROVED: (
        *("sw_6985_at_pse", "sw_6985_at_internal_auth", "truncated_at_internal_auth"),
        *(
            "sw_6985_at_get_data",
            "sw_6985_at_verify",
            "sw_6985_at_script",
            "wrong_static_signature",
        ),
    ),
}


@pytest.mark.parametrize("fault", TOLD)
def test_what_is_no_reason_to_end_is_told_to_the_bank(counter: Counter, fault: str) -> None:
    outcome = withdraw(counter, RICH[0], fault, method="dda").outcome
    assert outcome.kind is OutcomeKind.APPROVED
    assert outcome.data.tvr & ~Tvr.DDA_FAILED == TOLD[fault] | USUAL


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("fault", UNSIGNED)
def test_each_damaged_certificate_is_noticed(counter: Counter, method: str, fault: str) -> None:
    played = withdraw(counter, RICH[0], fault, method=method)
    assert played.online is not None
    assert FAILED[method] in played.online.record.tvr
    missing = Tvr.ICC_DATA_MISSING in played.online.record.tvr
    assert missing is (fault == "no_ca_index")


@pytest.mark.parametrize(
    ("kind", "fault"), [(kind, fault) for kind, faults in ENDS.items() for fault in faults]
)
def test_each_fault_ends_as_the_sheet_says(counter: Counter, kind: OutcomeKind, fault: str) -> None:
    outcome: Outcome = withdraw(counter, RICH[0], fault, method="dda").outcome
    assert outcome.kind is kind
    due = Reversal.CARD_REFUSED if kind is OutcomeKind.REVERSE else None
    assert outcome.reversal is due


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        ("wrong_cda_first", OutcomeKind.DECLINED_OFFLINE),
        ("wrong_cda_second", OutcomeKind.REVERSE),
    ],
)
def test_a_cryptogram_signed_wrongly_moves_no_money(
    counter: Counter, fault: str, kind: OutcomeKind
) -> None:
    played = withdraw(counter, RICH[0], fault, method="cda")
    assert played.outcome.kind is kind
    assert Tvr.CDA_FAILED in played.outcome.data.tvr
    assert (played.online is None) is (kind is OutcomeKind.DECLINED_OFFLINE)


@pytest.mark.parametrize("tag", ["71", "72"])
@pytest.mark.parametrize(("fault", "result"), [((), "2000000001"), (("script_fails",), "11")])
def test_the_bank_s_scripts_reach_the_card(
    counter: Counter, tag: str, fault: tuple[str, ...], result: str
) -> None:
    number = HOLDERS[RICH[0]]["card"]["pan"]
    queue_script(counter.bank, number, tag, "00000001", ["841E0000"])
    outcome = withdraw(counter, RICH[0], *fault, method="dda").outcome
    assert outcome.kind is OutcomeKind.APPROVED
    assert outcome.data.script_results.hex().startswith(result)
    assert outcome.script_upload
