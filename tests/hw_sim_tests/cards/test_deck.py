"""The cards of the bench's people, and the keys bank and terminal get (emv.md 1 and 15)."""

import json
import subprocess
import sys
from hashlib import sha1
from pathlib import Path
from typing import Any

import pytest
from pyemv import kd

from tests.hw_sim.cards import deck
from tests.hw_sim.cards.__main__ import main
from tests.hw_sim.cards.memory import CardMemory
from tests.hw_sim.cards.tlv import parse
from tests.hw_sim.people import make_people
from tests.hw_sim.villager import villagers_of
from tests.hw_sim_tests.cards.session import AID, PYEMV_WARNS, Transaction, flat, send, sw
from tests.hw_sim_tests.vectors import ROOT

pytestmark = PYEMV_WARNS
PEOPLE = make_people(3, 12, ["101", "103"], ["622999"])
KEYS = tuple(deck.deal(PEOPLE))
CA_VECTOR: dict[str, Any] = json.loads((ROOT / "emv" / "ca_keys.json").read_text(encoding="utf-8"))[
    "keys"
][0]


@pytest.mark.parametrize("key", KEYS)
def test_a_villagers_chip_has_the_number_of_the_stripe(key: str) -> None:
    transaction = Transaction(deck.cards_of(PEOPLE)[key])
    transaction.start()
    tags = transaction.records()
    assert tags["5A"].hex().rstrip("f") == villagers_of(PEOPLE)[key].pan


def test_every_kind_of_card_is_dealt_and_everybody_has_one() -> None:
    dealt = deck.deal(PEOPLE)
    assert set(dealt) == set(villagers_of(PEOPLE))
    assert {row.profile for row in dealt.values()} == set(deck.EVERYDAY)


@pytest.mark.parametrize("key", KEYS)
def test_a_stripe_beside_a_chip_says_so_and_keeps_its_length(key: str) -> None:
    before, after = villagers_of(PEOPLE)[key], villagers_of(deck.with_chips(PEOPLE))[key]
    track, old = after.card.track2, before.card.track2
    assert track is not None
    assert old is not None
    assert track.split("=")[1][4:7] == "220"
    assert (len(track), track.split("=")[0]) == (len(old), before.pan)


@pytest.mark.parametrize("key", KEYS)
def test_the_exported_keys_are_those_the_card_uses(key: str) -> None:
    """The derivation of pyemv, from chips.json alone."""
    card = deck.cards_of(PEOPLE)[key]
    pan = villagers_of(PEOPLE)[key].pan
    row = deck.chip_keys(PEOPLE)[pan]
    for name, used in (("imk_ac", "ac"), ("imk_smi", "smi"), ("imk_smc", "smc")):
        made = kd.derive_icc_mk_a(bytes.fromhex(row[name]), pan, row["psn"])
        held = getattr(card.state.applications[0].keys, used)
        assert [byte >> 1 for byte in made] == [byte >> 1 for byte in held]


def test_a_ca_key_record_has_the_form_of_the_download() -> None:
    made = [tag for tag, _ in parse(deck.ca_keys("x")[0].record())]
    assert made == [tag for tag, _ in parse(bytes.fromhex(CA_VECTOR["raw_tlv"]))]


def test_a_ca_key_checksum_covers_rid_index_modulus_and_exponent() -> None:
    row = deck.ca_keys("x")[0].row()
    whole = f"{row['rid']}{row['index']}{row['modulus']}{row['exponent']}"
    assert row["sha1_checksum"] == sha1(bytes.fromhex(whole)).hexdigest().upper()


def test_what_is_exported_reads_back(tmp_path: Path) -> None:
    deck.export(tmp_path, PEOPLE)
    chips = json.loads((tmp_path / "chips.json").read_text(encoding="ascii"))
    assert chips == deck.chip_keys(PEOPLE)
    assert deck.read_deck(tmp_path / "cards.json") == deck.deal(PEOPLE)
    lines = (tmp_path / "ca_keys.tlv").read_text(encoding="ascii").split()
    listed = json.loads((tmp_path / "ca_keys.json").read_text(encoding="ascii"))["keys"]
    assert [row["raw_tlv"] for row in listed] == lines


def test_another_process_makes_the_same_keys() -> None:
    program = "from tests.hw_sim.cards import deck; print(deck.ca_keys('x')[0].checksum.hex())"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == deck.ca_keys("x")[0].checksum.hex()


def test_the_issuers_keys_have_odd_parity() -> None:
    masters = deck.issuer_of(PEOPLE).masters
    whole = masters.ac + masters.smi + masters.smc
    assert all(byte.bit_count() % 2 for byte in whole)


def test_what_a_script_blocked_stays_blocked_in_a_card_made_anew() -> None:
    row = deck.deal(PEOPLE)["v01"]
    card = deck.card_of(PEOPLE, row, memory=CardMemory(blocked=True))
    assert sw(Transaction(card).start()) == "6A81"


def test_a_changed_pin_is_not_written_out() -> None:
    assert "123456" not in json.dumps(CardMemory(pin="123456").as_json())


def test_counters_are_carried_into_a_card_made_anew() -> None:
    row = deck.deal(PEOPLE)["v01"]
    old = deck.card_of(PEOPLE, row)
    Transaction(old).online_start()
    kept = CardMemory.from_json(json.loads(json.dumps(old.memory.as_json())))
    new = Transaction(deck.card_of(PEOPLE, row, memory=kept))
    new.start()
    assert flat(send(new.card, "80CA9F3600"))["9F36"] == b"\0\2"


def test_no_secret_shows_in_a_repr() -> None:
    card = deck.cards_of(PEOPLE)["v01"]
    villager = villagers_of(PEOPLE)["v01"]
    shown = f"{card!r} {card.state!r} {deck.issuer_of(PEOPLE)!r}"
    secrets = (villager.pan, villager.pin, villager.name, villager.card.track2)
    assert not [secret for secret in secrets if str(secret) in shown]


def test_an_unknown_profile_is_named() -> None:
    with pytest.raises(deck.UnknownCard, match="gold"):
        deck.card_of(PEOPLE, deck.Dealt("v01", "gold"))


def test_the_list_masks_every_account_number(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["list"]) == 0
    shown = capsys.readouterr().out
    people = make_people(0, 12, ["101", "103", "201"], ["622999"])
    assert len(shown.splitlines()) == 12
    assert not [v for v in villagers_of(people).values() if v.pan in shown]


@pytest.mark.parametrize("profile", ["two", "t1"])
def test_a_card_is_shown_without_its_account_number(
    profile: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--profile", profile, "show", "v01"]) == 0
    shown = capsys.readouterr().out
    people = make_people(0, 12, ["101", "103", "201"], ["622999"])
    assert villagers_of(people)["v01"].pan not in shown
    assert AID in shown


def test_an_export_by_hand_writes_four_files(tmp_path: Path) -> None:
    assert main(["export", str(tmp_path / "out")]) == 0
    names = sorted(path.name for path in (tmp_path / "out").iterdir())
    assert names == ["ca_keys.json", "ca_keys.tlv", "cards.json", "chips.json"]


def test_a_command_by_hand_is_answered(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--fault", "blocked-card", "apdu", "v01", "00A4040008A00000033301010100"]) == 0
    assert "< 6A81" in capsys.readouterr().out


def test_an_unknown_villager_is_an_error_in_words(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["show", "nobody"]) == 1
    assert "nobody" in capsys.readouterr().err


def test_the_word_of_a_card_from_the_deck_is_ok() -> None:
    assert sw(Transaction(deck.cards_of(PEOPLE)["v03"]).start()) == "9000"
