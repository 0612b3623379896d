"""ARQC, ARPC and issuer scripts: emv.md sections 15 to 17, vectors/emv/arqc_arpc.json."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from psec import mac as iso9797
from pyemv import ac, kd

from tests.bank_sim.counter import Counter, Villager
from tests.bank_sim.vectors import load
from tests.hw_sim.bank import chips, tlv
from tests.hw_sim.bank.chips import BadChips, chips_of, queue_script, read_chips, session_key
from tests.hw_sim.bank.wire import Message

CASES = {case["name"]: case for case in load("emv/arqc_arpc.json")["cases"]}
PUBLISHED = CASES["pboc_1"]
IMK = {"ac": PUBLISHED["IMK_AC"], "smi": "11" * 8 + "22" * 8, "smc": "33" * 8 + "44" * 8}
CHIP_CARD = 1
ATC = "0240"
CVN_17 = PUBLISHED["components"]["9F10"].replace("070001", "070017", 1)


@pytest.fixture
def holder(counter: Counter) -> Villager:
    """A villager whose card has its keys in chips.json."""
    villager = counter.villagers[CHIP_CARD]
    row = {f"imk_{name}": key for name, key in IMK.items()} | {"psn": "01", "cvn": "01"}
    object.__setattr__(counter.bank, "chips", chips_of({villager["card"]["pan"]: row}))
    return villager


def card_key(holder: Villager, name: str) -> bytes:
    return kd.derive_icc_mk_a(bytes.fromhex(IMK[name]), holder["card"]["pan"], "01")


def de55(holder: Villager, fen: int, **changed: str) -> str:
    """The tags of the published case, for another amount and card, under that card's key."""
    tags = PUBLISHED["components"] | {"9F02": f"{fen:012d}"} | changed
    order = ("9F02", "9F03", "9F1A", "95", "5F2A", "9A", "9C", "9F37", "82", "9F36")
    covered = bytes.fromhex("".join(tags[tag] for tag in order) + tags["CVR"])
    made = ac.generate_ac(session_key(card_key(holder, "ac"), bytes.fromhex(ATC)), covered)
    sent = {"9F26": made.hex(), "9F27": "80"} | tags
    sent.pop("CVR")
    return tlv.write([(tag, bytes.fromhex(text)) for tag, text in sent.items()]).hex().upper()


def by_chip(counter: Counter, holder: Villager, fen: int, data: str) -> dict[int, str]:
    chip = {2: holder["card"]["pan"], 22: "051", 23: "001", 55: data}
    return counter.withdrawal(holder, fen) | chip


def tags_of(reply: Message) -> dict[str, bytes]:
    return tlv.read(bytes.fromhex(reply.get(55)))


@pytest.mark.parametrize("name", ["pboc_1", "pboc_2"])
def test_the_published_session_keys_cryptograms_and_answers_come_out(name: str) -> None:
    case = CASES[name]
    key = session_key(bytes.fromhex(case["UDK"]), bytes.fromhex(case["ATC"]))
    arqc = ac.generate_ac(key, bytes.fromhex(case["mac_input"]), ac.PaddingType.EMV)
    arpc = ac.generate_arpc_1(key, arqc, case["ARC_ascii"].encode())
    assert (key.hex().upper(), arqc.hex().upper(), arpc.hex().upper()) == (
        case["SK"],
        case["ARQC"],
        case["ARPC"],
    )


def test_the_published_card_key_comes_out_but_for_parity() -> None:
    made = kd.derive_icc_mk_a(
        bytes.fromhex(PUBLISHED["IMK_AC"]), PUBLISHED["PAN_as_used"], PUBLISHED["PSN"]
    )
    assert [b >> 1 for b in made] == [b >> 1 for b in bytes.fromhex(PUBLISHED["UDK"])]


def test_a_right_cryptogram_is_answered_with_arpc_and_arc(
    counter: Counter, holder: Villager
) -> None:
    asked = by_chip(counter, holder, 20_000, de55(holder, 20_000))
    reply = counter.send("0200", asked)
    key = session_key(card_key(holder, "ac"), bytes.fromhex(ATC))
    arqc = tlv.read(bytes.fromhex(asked[55]))["9F26"]
    assert reply.get(39) == "00"
    assert tags_of(reply) == {"91": ac.generate_arpc_1(key, arqc, b"00") + b"00"}


def test_a_decline_of_the_issuer_carries_its_own_arc(counter: Counter, holder: Villager) -> None:
    asked = by_chip(counter, holder, 999_000, de55(holder, 999_000))
    reply = counter.send("0200", asked)
    assert (reply.get(39), tags_of(reply)["91"][8:]) == ("61", b"61")


@pytest.mark.parametrize(
    "changed", [{"9F26": "00" * 8}, {"9F36": "0241"}, {"95": "0000048000"}], ids=str
)
def test_a_cryptogram_that_is_not_the_cards_is_59_and_unanswered(
    counter: Counter, holder: Villager, changed: dict[str, str]
) -> None:
    tags = tlv.read(bytes.fromhex(de55(holder, 20_000)))
    tags |= {tag: bytes.fromhex(text) for tag, text in changed.items()}
    data = tlv.write(tags.items()).hex().upper()
    reply = counter.send("0200", by_chip(counter, holder, 20_000, data))
    assert (reply.get(39), 55 in reply.fields) == ("59", False)
    assert counter.balance_fen("card:v02") == holder["balance_fen"]


@pytest.mark.parametrize("tag", ["9F26", "9F10", "9F27", "9F36", "9F37"])
def test_a_de55_without_what_the_cryptogram_covers_is_30(
    counter: Counter, holder: Villager, tag: str
) -> None:
    tags = tlv.read(bytes.fromhex(de55(holder, 20_000)))
    del tags[tag]
    data = tlv.write(tags.items()).hex().upper()
    assert counter.send("0200", by_chip(counter, holder, 20_000, data)).get(39) == "30"


@pytest.mark.parametrize(
    "changed",
    [{"9F27": "40"}, {"9F27": "00"}, {"9F10": "07000103"}, {"9F10": CVN_17}],
    ids=str,
)
def test_a_de55_of_no_arqc_is_30(
    counter: Counter, holder: Villager, changed: dict[str, str]
) -> None:
    tags = tlv.read(bytes.fromhex(de55(holder, 20_000)))
    tags |= {tag: bytes.fromhex(text) for tag, text in changed.items()}
    data = tlv.write(tags.items()).hex().upper()
    assert counter.send("0200", by_chip(counter, holder, 20_000, data)).get(39) == "30"


def test_a_de55_of_another_amount_than_de4_is_30(counter: Counter, holder: Villager) -> None:
    asked = by_chip(counter, holder, 20_000, de55(holder, 10_000))
    assert counter.send("0200", asked).get(39) == "30"


def test_a_wrong_pin_is_judged_before_the_cryptogram(counter: Counter, holder: Villager) -> None:
    wrong = f"{(int(holder['pin']) + 1) % 10**6:06d}"
    asked = by_chip(counter, holder, 20_000, "9F3602000A")
    asked[52] = counter.withdrawal(holder, 20_000, pin=wrong)[52]
    assert counter.send("0200", asked).get(39) == "55"


def test_a_balance_by_chip_is_answered_too(counter: Counter, holder: Villager) -> None:
    fields = counter.by_stripe(counter.money("310000", "01"), holder, None)
    chip = {2: holder["card"]["pan"], 22: "051", 23: "001", 55: de55(holder, 0)}
    reply = counter.send("0200", fields | chip)
    assert (reply.get(39), tags_of(reply)["91"][8:]) == ("00", b"00")


def test_a_card_without_keys_is_answered_without_de55(counter: Counter, holder: Villager) -> None:
    other = counter.villagers[0]
    reply = counter.send("0200", by_chip(counter, other, 1_000, "9F3602000A"))
    assert (reply.get(39), 55 in reply.fields) == ("00", False)


def test_a_script_goes_out_once_with_the_mac_of_its_transaction(
    counter: Counter, holder: Villager
) -> None:
    pan = holder["card"]["pan"]
    queue_script(counter.bank, pan, "72", "00000001", ["84240000"])
    asked = by_chip(counter, holder, 20_000, de55(holder, 20_000))
    first = counter.send("0200", asked)
    again = counter.send("0200", by_chip(counter, holder, 20_000, de55(holder, 20_000)))

    key = session_key(card_key(holder, "smi"), bytes.fromhex(ATC))
    arqc = tlv.read(bytes.fromhex(asked[55]))["9F26"]
    covered = bytes.fromhex("8424000004" + ATC) + arqc
    mac = iso9797.generate_retail_mac(key[:8], key[8:], covered, 2, 4)
    script = bytes.fromhex("9F180400000001" + "8609" + "8424000004") + mac
    assert tags_of(first)["72"] == script
    assert "72" not in tags_of(again)


def test_a_command_without_secure_messaging_goes_out_as_it_is(
    counter: Counter, holder: Villager
) -> None:
    queue_script(counter.bank, holder["card"]["pan"], "71", "", ["00DA9F5801", "00DA9F5902"])
    reply = counter.send("0200", by_chip(counter, holder, 20_000, de55(holder, 20_000)))
    both = "8606" + "00DA9F580101" + "8606" + "00DA9F590102"
    assert tags_of(reply)["71"] == bytes.fromhex(both)


def test_the_folder_says_which_cards_have_a_chip(tmp_path: Path) -> None:
    row = {f"imk_{name}": key for name, key in IMK.items()} | {"psn": "01", "cvn": "01"}
    (tmp_path / "chips.json").write_text(json.dumps({"6229990000000000017": row}))
    found = read_chips(tmp_path)["6229990000000000017"]
    assert (found.imk_ac.hex().upper(), found.psn) == (IMK["ac"], "01")
    assert IMK["ac"].lower() not in repr(found).lower()


def test_a_folder_without_the_file_has_no_chips(tmp_path: Path) -> None:
    assert read_chips(tmp_path) == {}


def test_a_cryptogram_version_nobody_plays_here_is_refused_at_the_start() -> None:
    row = {f"imk_{name}": key for name, key in IMK.items()} | {"psn": "01", "cvn": "17"}
    with pytest.raises(BadChips):
        chips_of({"6229990000000000017": row})


def test_the_arqc_covers_the_tags_of_the_sheet() -> None:
    """Section 15: 9F02 9F03 9F1A 95 5F2A 9A 9C 9F37 82 9F36, then CVR."""
    sheet = "9F02 9F03 9F1A 95 5F2A 9A 9C 9F37 82 9F36"
    assert tuple(sheet.split()) == chips.ARQC_TAGS
