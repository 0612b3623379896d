"""Data that must be forgotten: destroying a key erases what was sealed under it (I7)."""

from __future__ import annotations

import hashlib
import hmac
import shutil

import pytest

from terminal.keys.api import Box, KeyUnavailable
from terminal.keys.vault import FileVault
from tests.keys.conftest import PERSON_KEY

BATCH = "card-000012"
PAN = b"6217001234567890128"


@pytest.fixture
def vault(store):
    return FileVault(store)


@pytest.fixture
def box(vault):
    vault.prepare(BATCH)
    return vault.seal(BATCH, PAN, b"fact 17")


@pytest.fixture
def key_file(store):
    return store.directory / "vault" / f"{BATCH}.key"


def test_a_box_opens_to_what_was_sealed(vault, box):
    assert vault.open(box, b"fact 17") == PAN


def test_a_box_opens_after_the_next_start(box, reopened):
    assert FileVault(reopened()).open(box, b"fact 17") == PAN


def test_two_boxes_of_the_same_content_differ(vault, box):
    assert vault.seal(BATCH, PAN, b"fact 17").sealed != box.sealed


def test_preparing_again_keeps_the_key(vault, box):
    vault.prepare(BATCH)
    assert vault.open(box, b"fact 17") == PAN


def test_a_box_about_another_fact_does_not_open(vault, box):
    with pytest.raises(KeyUnavailable, match="changed or moved"):
        vault.open(box, b"fact 18")


@pytest.mark.parametrize("sealed", [b"", bytes(27), bytes(47)])
def test_a_changed_box_does_not_pass_for_an_erased_one(vault, box, sealed):
    with pytest.raises(KeyUnavailable, match="changed or moved"):
        vault.open(Box(BATCH, sealed), b"fact 17")


def test_a_box_under_a_key_that_never_was_does_not_pass_for_an_erased_one(vault):
    with pytest.raises(KeyUnavailable, match="restore the backup"):
        vault.open(Box("card-000099", bytes(40)), b"fact 17")


def test_nothing_is_sealed_under_a_key_that_was_not_prepared(vault):
    with pytest.raises(KeyUnavailable, match="not prepared"):
        vault.seal(BATCH, PAN, b"fact 17")


def test_sealing_opening_and_preparing_again_touch_no_disk(vault, box, store):
    shutil.rmtree(store.directory)
    vault.prepare(BATCH)
    assert vault.open(vault.seal(BATCH, PAN, b"fact 18"), b"fact 18") == PAN


def test_a_key_that_could_not_be_written_is_not_sealed_under(vault, disk_full):
    with disk_full(), pytest.raises(OSError, match="too large"):
        vault.prepare(BATCH)
    with pytest.raises(KeyUnavailable, match="not prepared"):
        vault.seal(BATCH, PAN, b"fact 17")


def test_after_destroying_the_data_are_erased(vault, box):
    vault.destroy(BATCH)
    assert vault.open(box, b"fact 17") is None


def test_after_destroying_and_the_next_start_the_data_are_erased(vault, box, reopened):
    vault.destroy(BATCH)
    assert FileVault(reopened()).open(box, b"fact 17") is None


def test_destroying_removes_the_key_file_and_leaves_the_other_keys(vault, box, key_file, reopened):
    vault.prepare("person-2026-11")
    other = vault.seal("person-2026-11", b"name", b"fact 18")
    vault.destroy(BATCH)
    assert not key_file.exists()
    assert FileVault(reopened()).open(other, b"fact 18") == b"name"


def test_the_names_are_those_of_the_keys_that_are_there(vault, box):
    vault.prepare("person-2026-11")
    vault.destroy(BATCH)
    assert vault.names == {"person-2026-11"}


def test_destroying_twice_is_destroying(vault, box):
    vault.destroy(BATCH)
    vault.destroy(BATCH)
    assert vault.open(box, b"fact 17") is None


def test_a_destroyed_key_seals_nothing(vault, box):
    vault.destroy(BATCH)
    with pytest.raises(KeyUnavailable, match="not prepared"):
        vault.seal(BATCH, PAN, b"fact 17")


def test_a_name_that_comes_back_is_sealed_under_a_key_of_its_own(vault, box, reopened):
    """Batch numbers begin again after 999999; what was erased stays erased."""
    vault.destroy(BATCH)
    vault.prepare(BATCH)
    again = vault.seal(BATCH, PAN, b"fact 99")
    assert again.key == f"{BATCH}-2"
    assert FileVault(reopened()).open(again, b"fact 99") == PAN
    assert FileVault(reopened()).open(box, b"fact 17") is None


def test_a_generation_that_is_destroyed_makes_way_for_the_next(vault, box):
    vault.destroy(BATCH)
    vault.prepare(BATCH)
    vault.destroy(f"{BATCH}-2")
    vault.prepare(BATCH)
    assert vault.seal(BATCH, PAN, b"fact 99").key == f"{BATCH}-3"


@pytest.mark.parametrize("kept_bytes", [60, 31, 0], ids=["whole", "torn", "empty"])
def test_a_key_file_that_survived_the_power_cut_is_erased_at_the_next_start(
    vault, box, key_file, reopened, kept_bytes
):
    survived = key_file.read_bytes()[:kept_bytes]
    vault.destroy(BATCH)
    key_file.write_bytes(survived)
    assert FileVault(reopened()).open(box, b"fact 17") is None
    assert not key_file.exists()


def test_what_an_unfinished_write_left_is_erased_at_the_next_start(vault, box, key_file, reopened):
    left = key_file.with_name(f".{key_file.name}.new")
    shutil.copy(key_file, left)
    FileVault(reopened())
    assert not left.exists()


def test_a_power_cut_before_the_list_is_durable_leaves_the_key(vault, box, reopened, disk_full):
    vault.destroy("card-000011")
    with disk_full(), pytest.raises(OSError, match="too large"):
        vault.destroy(BATCH)
    assert vault.open(box, b"fact 17") == PAN
    assert FileVault(reopened()).open(box, b"fact 17") == PAN


def test_a_key_file_put_under_another_name_is_noticed(vault, box, key_file, store):
    key_file.rename(key_file.with_name("card-000013.key"))
    with pytest.raises(KeyUnavailable, match=r"card-000013.key: damaged"):
        FileVault(store)


@pytest.mark.parametrize("name", ["", "../escape", "Card-1", "a/b", ".card", "card.key", "卡"])
def test_a_name_that_is_no_plain_word_is_our_mistake(vault, name):
    with pytest.raises(AssertionError):
        vault.prepare(name)


def test_a_key_file_open_to_others_is_refused(vault, box, key_file, store):
    key_file.chmod(0o644)
    with pytest.raises(KeyUnavailable, match="chmod 0600"):
        FileVault(store)


def test_the_key_is_not_in_the_clear_on_disk_nor_the_data(vault, box, key_file, store):
    assert len(key_file.read_bytes()) == 12 + 32 + 16
    assert all(PAN not in path.read_bytes() for path in key_file.parent.iterdir())


def test_a_persons_tag_is_the_hmac_under_the_countys_key(vault):
    expected = hmac.new(PERSON_KEY, b"11010519491231002X", hashlib.sha256).hexdigest()
    assert vault.person_tag("11010519491231002X") == expected


def test_the_check_letter_gives_one_tag_however_it_was_keyed(vault):
    assert vault.person_tag("11010519491231002x") == vault.person_tag("11010519491231002X")


def test_without_the_countys_key_there_is_no_tag(fresh_store):
    with pytest.raises(KeyUnavailable, match="person key is not loaded"):
        FileVault(fresh_store).person_tag("11010519491231002X")
