"""The contactless face: directory, selection, one GPO (emv.md, qPBOC; pn532.md section 4)."""

import json
from dataclasses import replace
from hashlib import sha256

from tests.hw_sim.cards import deck
from tests.hw_sim.cards.contactless import ContactlessFace
from tests.hw_sim.cards.deck import contactless_card
from tests.hw_sim.cards.make import make_card
from tests.hw_sim.cards.profiles import PROFILES, personalise
from tests.hw_sim.people import make_people
from tests.hw_sim_tests.cards.session import (
    AID,
    PYEMV_WARNS,
    Transaction,
    arqc_by_pyemv,
    bank,
    flat,
    new_card,
    sw,
)
from tests.hw_sim_tests.vectors import ROOT, device_vectors

pytestmark = PYEMV_WARNS
REAL_PDOL = next(
    case
    for case in json.loads((ROOT / "emv" / "dol.json").read_text(encoding="utf-8"))["cases"]
    if case["name"] == "real_pdol"
)


def _face(*faults: str) -> ContactlessFace:
    return ContactlessFace(new_card("two", *faults).state)


def _say(face: ContactlessFace, command: str) -> bytes:
    return face.transmit(bytes.fromhex(command))


def test_the_directory_of_the_sheets_command_names_the_applications() -> None:
    command = device_vectors("pn532")["ppse"].decoded["apdu"]
    answer = _say(_face(), command)
    assert flat(answer)["84"] == b"2PAY.SYS.DDF01"
    assert AID in answer.hex().upper()


def test_an_application_asks_for_what_the_real_card_asks() -> None:
    answer = _say(_face(), f"00A4040008{AID}00")
    assert flat(answer)["9F38"].hex().upper() == REAL_PDOL["dol"]


def test_one_command_gives_track_counter_and_cryptogram() -> None:
    face = _face()
    _say(face, f"00A4040008{AID}00")
    tags = flat(_say(face, REAL_PDOL["gpo"]))
    assert set(tags) == {"82", "9F36", "57", "9F10", "9F26", "5F34", "9F6C"}


def test_its_cryptogram_is_the_one_pyemv_works_out() -> None:
    card = new_card("dda")
    face = ContactlessFace(card.state)
    _say(face, f"00A4040008{AID}00")
    tags = flat(_say(face, REAL_PDOL["gpo"]))
    values = Transaction(card).values | REAL_PDOL["values"]
    assert tags["9F26"] == arqc_by_pyemv(card, values, tags["9F10"], tags["82"].hex())


def test_contacts_and_antenna_share_one_counter() -> None:
    card = new_card("dda")
    Transaction(card).start()
    face = ContactlessFace(card.state)
    _say(face, f"00A4040008{AID}00")
    assert flat(_say(face, REAL_PDOL["gpo"]))["9F36"] == b"\0\2"


def test_a_blocked_card_is_blocked_here_as_well() -> None:
    assert sw(_say(_face("blocked_card"), f"00A4040008{AID}00")) == "6A81"


def test_a_blocked_application_says_so_and_gives_no_options() -> None:
    face = _face("blocked_application")
    assert sw(_say(face, f"00A4040008{AID}00")) == "6283"
    assert sw(_say(face, REAL_PDOL["gpo"])) == "6985"


def test_options_data_of_another_length_are_refused() -> None:
    face = _face()
    _say(face, f"00A4040008{AID}00")
    assert sw(_say(face, "80A8000002830000")) == "6700"


def test_a_card_has_one_uid_of_its_own_and_speaks_iso_14443_4() -> None:
    cards = [contactless_card(new_card("dda")) for _ in range(2)]
    assert cards[0].uid == cards[1].uid
    assert (len(cards[0].uid), cards[0].sak & 0x20) == (4, 0x20)
    assert cards[0].uid[0] != 0x08


def test_no_card_has_the_uid_of_a_telephone() -> None:
    """A UID of four bytes that begins with 08 is drawn anew each time (pn532.md section 4)."""
    people = make_people(1, 6, ["101"], ["622999"])
    holder = deck.holder_of(people, "v01")
    drawn = (f"card {at}" for at in range(10_000))
    key = next(each for each in drawn if sha256(each.encode()).digest()[0] == 0x08)
    plain = make_card(personalise(replace(holder, key=key), PROFILES["dda"]), bank())
    assert contactless_card(plain).uid[0] != 0x08
