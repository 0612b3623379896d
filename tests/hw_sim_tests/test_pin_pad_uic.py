"""The PIN pad simulator beyond its worked exchanges (pinpad-uic.md sections 3 to 7 and 11)."""

from typing import Any

import pytest
from psec import des

from tests.hw_sim.pin_pad_keys import MasterKey, Usage, encrypted_block
from tests.hw_sim.pin_pad_uic import State
from tests.hw_sim_tests.shop import TEST_MASTER, DirectShop, load_master
from tests.hw_sim_tests.vectors import device_vectors, pin_blocks

pytestmark = pytest.mark.filterwarnings("ignore:.*TripleDES:UserWarning:psec")

PINPAD = device_vectors("pinpad-uic")
ACK, NAK, EOT = b"\x06", b"\x15", b"\x04"
SELECT_0 = PINPAD["select-key-0"].steps[0].data
ASK_PIN = PINPAD["pin-entry-ok"].steps[0].data
PIN_BLOCK = PINPAD["pin-entry-ok"].steps[2].data
CANCEL = PINPAD["cancel-idle"].host_bytes
SESSION = PINPAD["pin-entry-ok"].decoded["session_sent"]


def admin(text: str) -> bytes:
    return framed(0x0F, text, 0x0E)


def transaction(text: str) -> bytes:
    return framed(0x02, text, 0x03)


def framed(start: int, text: str, end: int) -> bytes:
    body = text.encode() + bytes([end])
    check = 0
    for byte in body:
        check ^= byte
    return bytes([start]) + body + bytes([check])


@pytest.fixture
def pad(direct: DirectShop) -> DirectShop:
    """A pad with the sheet's master key, key 0 selected."""
    load_master(direct)
    direct.exchange("pinpad", SELECT_0)
    direct.exchange("pinpad", ACK)
    return direct


@pytest.fixture
def entering(pad: DirectShop) -> DirectShop:
    assert pad.exchange("pinpad", ASK_PIN) == ACK
    return pad


def typed(shop: DirectShop, digits: str) -> bytes:
    shop.pin_pad.type_digits(digits)
    shop.pin_pad.press_enter()
    return shop.taken("pinpad")


@pytest.mark.parametrize("vector", pin_blocks(), ids=lambda vector: vector["id"])
def test_the_block_is_iso_9564_format_0_under_the_key(vector: dict[str, Any]) -> None:
    key = bytes.fromhex(vector.get("key", TEST_MASTER.hex()))
    block = bytes.fromhex(encrypted_block(key, vector["pin"], vector["pan"]))
    assert des.decrypt_tdes_ecb(key, block).hex().upper() == vector["clear_block"]
    assert block.hex().upper() == vector.get("encrypted_block", block.hex().upper())


def test_enter_after_three_digits_beeps_and_waits(entering: DirectShop) -> None:
    assert typed(entering, "123") == b""
    assert (entering.pin_pad.beeps, entering.pin_pad.state) == (1, State.ENTERING)
    assert typed(entering, "456") == PIN_BLOCK


def test_a_thirteenth_digit_beeps_and_is_not_taken(entering: DirectShop) -> None:
    assert typed(entering, "1234567890123")[5:7] == b"12"
    assert entering.pin_pad.beeps == 1


def test_clear_starts_the_pin_over(entering: DirectShop) -> None:
    entering.pin_pad.type_digits("999")
    entering.pin_pad.press_clear()
    assert typed(entering, "123456") == PIN_BLOCK


def test_the_display_shows_the_amount_and_stars_only(entering: DirectShop) -> None:
    entering.pin_pad.type_digits("1234")
    assert entering.pin_pad.display == ("$100.00", "ENTER PIN ****")


def test_an_entry_ends_with_eot_when_its_time_is_over(entering: DirectShop) -> None:
    entering.wait(59.9)
    assert entering.taken("pinpad") == b""
    entering.wait(0.2)
    assert entering.taken("pinpad") == EOT


def test_without_a_selected_key_pin_entry_is_refused(direct: DirectShop) -> None:
    load_master(direct)
    assert direct.exchange("pinpad", ASK_PIN) == ACK + EOT


def test_selecting_a_key_beyond_9_fails(direct: DirectShop) -> None:
    wanted = PINPAD["select-key-fail"].steps[2].data
    assert direct.exchange("pinpad", admin("08A")) == ACK + wanted


def test_after_a_pin_the_pad_refuses_until_72(entering: DirectShop) -> None:
    typed(entering, "123456")
    assert entering.exchange("pinpad", ACK + SELECT_0) == ACK + EOT
    assert entering.exchange("pinpad", CANCEL + SELECT_0)[:1] == ACK
    assert entering.pin_pad.violations == ["message 08 before 72"]


def test_during_entry_only_72_is_honoured(entering: DirectShop) -> None:
    assert entering.exchange("pinpad", admin("16")) == b""
    assert entering.exchange("pinpad", CANCEL) == EOT


def test_a_repeat_of_the_question_after_a_lost_ack_asks_only_once(pad: DirectShop) -> None:
    pad.faults.set("ack_lost", 1)
    assert pad.exchange("pinpad", ASK_PIN) == b""
    pad.pin_pad.type_digits("12")
    assert pad.exchange("pinpad", ASK_PIN) == ACK
    assert typed(pad, "3456") == PIN_BLOCK


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("0", f"70.\x1c{SESSION}100.00"),
        ("2", f"70.1234567\x1c{SESSION}100.00"),
        ("3", f"70.12345678901234567890\x1c{SESSION}100.00"),
        ("4", f"70.62123456789A\x1c{SESSION}100.00"),
        ("1", f"70.6212345678901232\x1c{'0' * 32}100.00"),
        ("1", f"70.6212345678901232\x1c{SESSION[:16]}100.00"),
        ("5", f"70.6212345678901232\x1c{'X' * 32}100.00"),
        ("6", f"70.6212345678901232\x1c{SESSION}100.00\x1c0"),
        ("8", f"70.6212345678901232\x1c{SESSION}1,00.0"),
        ("E", f"70.6212345678901232\x1c{SESSION}100.00\x1c2\x1c3"),
    ],
)
def test_a_wrong_field_of_70_has_its_own_code(code: str, text: str, pad: DirectShop) -> None:
    assert pad.exchange("pinpad", transaction(text)) == ACK + transaction("71" + code)


def test_the_throttle_answers_7_until_an_hour_has_passed(pad: DirectShop) -> None:
    pad.pin_pad.blocks_max = 1
    pad.counter.stand("v01")
    assert pad.exchange("pinpad", ASK_PIN) == ACK + PIN_BLOCK
    pad.exchange("pinpad", ACK + CANCEL + SELECT_0 + ACK)
    assert pad.exchange("pinpad", ASK_PIN) == ACK + transaction("717")
    pad.exchange("pinpad", ACK)
    pad.wait(3601)
    assert pad.exchange("pinpad", ASK_PIN) == ACK + PIN_BLOCK


def test_a_key_of_usage_p0_encrypts_the_block_itself(pad: DirectShop) -> None:
    pad.pin_pad.keys["0"] = MasterKey(TEST_MASTER, Usage.P0)
    pad.exchange("pinpad", transaction(f"70.6212345678901232\x1c{'0' * 32}100.00"))
    block = bytes.fromhex(typed(pad, "123456")[9:25].decode())
    assert des.decrypt_tdes_ecb(TEST_MASTER, block).hex().upper() == "061217139876FEDC"


def test_z62_takes_only_prompts_of_its_table(pad: DirectShop) -> None:
    frame = PINPAD["pin-entry-z62"].steps[0].data[1:-2].decode()
    asked = transaction(frame.replace("ENTER PIN", "SAY YOUR PIN"))
    assert pad.exchange("pinpad", asked) == ACK + EOT


def test_z62_with_six_to_six_digits_wants_six(pad: DirectShop) -> None:
    assert pad.exchange("pinpad", PINPAD["pin-entry-z62"].steps[0].data) == ACK
    assert typed(pad, "12345") == b""
    assert typed(pad, "67")[5:7] == b"06"


def test_z60_needs_a_fixed_pin_prompt_first(pad: DirectShop) -> None:
    asked = transaction(f"Z60.6212345678901232\x1c{SESSION}\x1c2")
    assert pad.exchange("pinpad", asked) == ACK + EOT
    pad.exchange("pinpad", PINPAD["prompt-pin-mode"].steps[0].data)
    pad.exchange("pinpad", ACK)
    assert pad.exchange("pinpad", asked) == ACK
    assert typed(pad, "123456") == PIN_BLOCK


def test_an_unknown_fixed_prompt_is_status_1(direct: DirectShop) -> None:
    assert direct.exchange("pinpad", transaction("Z2\x1e999\x1a")) == ACK + transaction("Z21")


def test_a_loaded_key_is_stored_only_when_the_host_accepts_the_echo(direct: DirectShop) -> None:
    load = PINPAD["load-key"].steps[0].data
    assert direct.exchange("pinpad", load) == ACK + load
    assert direct.exchange("pinpad", EOT) == b""
    assert "0" not in direct.pin_pad.keys
    direct.exchange("pinpad", load)
    assert direct.exchange("pinpad", ACK) == EOT
    assert direct.pin_pad.keys["0"].key == TEST_MASTER


def test_the_same_key_in_a_second_slot_is_a_duplicate(pad: DirectShop) -> None:
    assert pad.exchange("pinpad", admin("021" + TEST_MASTER.hex())) == ACK + admin("02?2")


@pytest.mark.parametrize("text", ["020" + "A" * 16, "02Z" + "A" * 32, "020" + "X" * 32])
def test_a_key_of_wrong_form_is_answered_with_eot(text: str, direct: DirectShop) -> None:
    assert direct.exchange("pinpad", admin(text)) == ACK + EOT


def test_wrong_echo_fault_changes_the_key_but_not_the_lrc_rule(direct: DirectShop) -> None:
    direct.faults.set("wrong_echo", 1)
    load = PINPAD["load-key"].steps[0].data
    echo = direct.exchange("pinpad", load)[1:]
    assert echo != load
    assert echo == admin(echo[1:-2].decode())


def test_an_unacknowledged_answer_is_sent_three_times_then_eot(entering: DirectShop) -> None:
    assert typed(entering, "123456") == PIN_BLOCK
    seen = b""
    for _ in range(4):
        entering.wait(1.01)
        seen += entering.taken("pinpad")
    assert seen == PIN_BLOCK + PIN_BLOCK + EOT


def test_three_naks_of_the_host_end_with_eot(entering: DirectShop) -> None:
    typed(entering, "123456")
    assert entering.exchange("pinpad", NAK + NAK + NAK) == PIN_BLOCK + PIN_BLOCK + EOT


def test_a_wrong_lrc_is_answered_with_nak_and_the_third_with_eot(pad: DirectShop) -> None:
    spoilt = ASK_PIN[:-1] + bytes([ASK_PIN[-1] ^ 1])
    assert pad.exchange("pinpad", spoilt * 3) == NAK * 3 + EOT


def test_the_nak_fault_plays_the_vector_of_three_naks(pad: DirectShop) -> None:
    vector = PINPAD["host-frame-nak3"]
    pad.faults.set("nak", 3)
    wanted = b"".join(step.data for step in vector.steps if not step.from_host)
    assert pad.exchange("pinpad", vector.host_bytes) == wanted


def test_half_a_frame_is_forgotten_after_half_a_second(direct: DirectShop) -> None:
    direct.exchange("pinpad", SELECT_0[:3])
    direct.wait(0.6)
    assert direct.exchange("pinpad", CANCEL) == ACK


def test_power_off_during_entry_comes_back_idle_with_keys_but_no_selection(
    entering: DirectShop,
) -> None:
    entering.pin_pad.power_off()
    assert entering.exchange("pinpad", CANCEL) == b""
    entering.pin_pad.power_on()
    assert entering.exchange("pinpad", ASK_PIN) == ACK + EOT
    assert "0" in entering.pin_pad.keys


def test_a_pulled_cable_leaves_the_pad_asking(entering: DirectShop) -> None:
    entering.pin_pad.pulled()
    assert entering.exchange("pinpad", CANCEL) == EOT
