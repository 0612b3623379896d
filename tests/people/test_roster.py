"""Admitting, suspending, unlocking, and the file that remembers it (`security.md` section 8)."""

from __future__ import annotations

import json

import pytest

from terminal.keys.api import KeyUnavailable
from terminal.keys.store import make_store
from terminal.people import records, roster
from terminal.people.operators import Blocked, Wrong
from terminal.people.pin_rule import PinRefused
from terminal.people.records import Operator, Role
from terminal.people.roster import OperatorRefused
from tests.people.conftest import LI, NOON_MS, PASSPHRASE, PIN

WANG = Operator("02", "王某", Role.TECHNICIAN)
OTHER_PIN = "805316"


def test_whoever_is_admitted_is_listed_by_number(store):
    roster.admit(store, WANG, OTHER_PIN)
    assert [operator for operator, _ in roster.admitted(store)] == [LI, WANG]


def test_a_taken_number_is_refused_and_the_old_pin_stays(store, screen):
    with pytest.raises(OperatorRefused, match="01 exists already"):
        roster.admit(store, Operator("01", "王某", Role.TECHNICIAN), OTHER_PIN)
    assert screen.sign_in("01", PIN) == LI


def test_a_refused_pin_admits_nobody(store):
    with pytest.raises(PinRefused):
        roster.admit(store, WANG, "123456")
    assert [operator for operator, _ in roster.admitted(store)] == [LI]


def test_guesses_before_the_admission_do_not_lock_the_new_operator_out(store, screen):
    screen.fail("02", 7)
    roster.admit(store, WANG, OTHER_PIN)
    assert screen.sign_in("02", OTHER_PIN) == WANG


def test_numbers_that_were_only_tried_are_not_listed(store, screen):
    screen.fail("57", 2)
    assert [operator for operator, _ in roster.admitted(store)] == [LI]


def test_unlocking_ends_a_suspension(store, screen):
    roster.suspend(store, "01")
    roster.unlock(store, "01")
    assert screen.sign_in("01", PIN) == LI


def test_forgiving_failures_leaves_a_suspension_as_it_is(store, screen):
    screen.fail("01", 5)
    roster.suspend(store, "01")
    roster.forgive(store, "01")
    assert screen.sign_in("01", PIN) == Blocked()


@pytest.mark.parametrize("change", [roster.suspend, roster.unlock, roster.forgive])
@pytest.mark.parametrize("number", ["57", "xx"])
def test_a_number_nobody_has_is_neither_suspended_nor_unlocked(store, screen, change, number):
    with pytest.raises(OperatorRefused, match=f"no operator {number}"):
        change(store, number)


def test_a_technicians_command_counts_while_the_engine_runs(store, screen):
    screen.fail("01", 4)
    roster.unlock(store, "01")
    assert screen.fail("01", 1) == [Wrong(left=4)]


def test_the_file_shows_numbers_only(store):
    path = store.directory / "operators.json"
    (_, record), *_ = roster.admitted(store)
    content = path.read_bytes()
    assert path.stat().st_mode & 0o777 == 0o600
    assert [line["number"] for line in json.loads(content)["operators"]] == ["01"]
    for hidden in ("李某".encode(), b'operator"', record.salt, record.tag, PIN.encode()):
        assert hidden not in content


def test_a_record_put_under_another_number_is_noticed(store):
    path = store.directory / "operators.json"
    path.write_bytes(path.read_bytes().replace(b'"01"', b'"99"'))
    with pytest.raises(KeyUnavailable, match=r"operators.json: damaged"):
        roster.admitted(store)


@pytest.mark.parametrize("content", [b"", b"{}", b'{"version":1,"operators":[{"number":"01"}]}'])
def test_a_damaged_file_is_named(store, content):
    (store.directory / "operators.json").write_bytes(content)
    with pytest.raises(KeyUnavailable, match=r"operators.json: damaged"):
        roster.admitted(store)


def test_records_of_another_station_are_not_taken(store, tmp_path):
    other = make_store(tmp_path / "other", PASSPHRASE, "44010002")
    (store.directory / "operators.json").rename(other.directory / "operators.json")
    with pytest.raises(KeyUnavailable, match="another key store"):
        roster.admitted(other)


def test_neither_pin_nor_tag_is_shown_by_a_record(store):
    (_, record), *_ = roster.admitted(store)
    shown = f"{record} {record!r}"
    assert repr(record.tag)[2:-1] not in shown
    assert record.tag.hex() not in shown


def test_a_station_without_operators_has_none(tmp_path):
    assert records.read(make_store(tmp_path / "new", PASSPHRASE, "44010001")) == {}


def test_the_clock_of_a_lock_is_utc_milliseconds(store, screen):
    screen.fail("01", 5)
    (_, record), *_ = roster.admitted(store)
    assert record.locked_until_ms == NOON_MS + 15 * 60 * 1000
