"""The card's side of T=1 (gempc-serial.md section 5; ISO/IEC 7816-3 section 11)."""

import pytest

from tests.hw_sim.smart_card import PlainCard
from tests.hw_sim.smart_card_atr import BadAtr, read
from tests.hw_sim.smart_card_t1 import T1Card

COMMAND = bytes.fromhex("00A4040007A000000333010100")
LONG = bytes(range(100)) + b"\x90\x00"


def block(pcb: int, info: bytes = b"") -> bytes:
    body = bytes([0, pcb, len(info)]) + info
    lrc = 0
    for byte in body:
        lrc ^= byte
    return body + bytes([lrc])


@pytest.fixture
def plain() -> PlainCard:
    return PlainCard({COMMAND[:-1].hex(): LONG.hex()})


@pytest.fixture
def card(plain: PlainCard) -> T1Card:
    return T1Card(plain, ifsc=32)


def test_an_answer_longer_than_the_readers_blocks_is_chained(card: T1Card) -> None:
    asked = [block(0x00, COMMAND), block(0x90), block(0x80), block(0x90)]
    parts = [card.exchange(each) for each in asked]
    assert [part[1] for part in parts] == [0x20, 0x60, 0x20, 0x40]
    assert b"".join(part[3:-1] for part in parts) == LONG


def test_an_ifs_request_makes_the_blocks_longer(card: T1Card) -> None:
    assert card.exchange(block(0xC1, b"\xfe")) == block(0xE1, b"\xfe")
    assert card.exchange(block(0x00, COMMAND)) == block(0x00, LONG)


def test_a_chained_command_is_acknowledged_part_by_part(card: T1Card, plain: PlainCard) -> None:
    assert card.exchange(block(0x20, COMMAND[:5])) == block(0x90)
    assert card.exchange(block(0x40, COMMAND[5:]))[1] == 0x20
    assert plain.seen == [COMMAND]


def test_a_block_with_a_wrong_check_is_refused_and_not_run(card: T1Card, plain: PlainCard) -> None:
    spoilt = block(0x00, COMMAND)[:-1] + b"\x00"
    assert card.exchange(spoilt) == block(0x81)
    assert plain.seen == []


def test_a_block_longer_than_the_card_takes_is_refused(card: T1Card) -> None:
    assert card.exchange(block(0x00, bytes(33))) == block(0x82)


def test_a_repeat_is_sent_again_and_the_command_runs_once(card: T1Card, plain: PlainCard) -> None:
    first = card.exchange(block(0x00, COMMAND))
    assert card.exchange(block(0x81)) == first
    assert len(plain.seen) == 1


def test_a_card_may_ask_for_time(card: T1Card) -> None:
    card.asks_for_time = True
    assert card.exchange(block(0x00, COMMAND)) == block(0xC3, b"\x02")
    assert card.exchange(block(0xE3, b"\x02"))[1] == 0x20


def test_resynchronisation_starts_the_numbers_again(card: T1Card) -> None:
    card.exchange(block(0xC1, b"\xfe"))
    card.exchange(block(0x00, COMMAND))
    assert card.exchange(block(0xC0)) == block(0xE0)
    assert card.exchange(block(0x00, COMMAND))[1] == 0x20


@pytest.mark.parametrize(
    ("atr", "protocols", "fi_di", "ifsc"),
    [
        ("3B67000050424F43545354", (0,), 0x11, 32),  # gempc-serial.md section 12
        ("3B1013", (0,), 0x13, 32),
        ("3B80800101", (0, 1), 0x11, 32),
        ("3B808131FE458B", (1,), 0x11, 0xFE),  # TD1 81, TD2 31, TA3 FE, TB3 45
    ],
)
def test_an_atr_says_protocol_speed_and_block_size(
    atr: str, protocols: tuple[int, ...], fi_di: int, ifsc: int
) -> None:
    got = read(bytes.fromhex(atr))
    assert (got.protocols, got.fi_di, got.ifsc) == (protocols, fi_di, ifsc)


@pytest.mark.parametrize(
    ("atr", "error"), [("", 0xF8), ("3C00", 0xF8), ("3B8001", 0xF7), ("3B", 0xF7)]
)
def test_a_spoilt_atr_is_refused_with_the_sheets_error(atr: str, error: int) -> None:
    with pytest.raises(BadAtr) as why:
        read(bytes.fromhex(atr))
    assert why.value.error == error
