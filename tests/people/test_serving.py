"""Whose names stand on the screen: those of the file as it is now."""

from __future__ import annotations

from terminal.people import records, roster
from terminal.people.records import Operator, Role
from terminal.people.serving import Serving
from tests.people.conftest import LI

WANG = Operator("02", "王某", Role.AGENT)
TECHNICIAN = Operator("90", "赵某", Role.TECHNICIAN)
OTHER_PIN = "805316"


def test_somebody_admitted_while_the_station_runs_is_known_at_once(store):
    serving = Serving(store)
    assert dict(serving) == {LI.number: LI.name}
    roster.admit(store, WANG, OTHER_PIN)
    assert dict(serving) == {LI.number: LI.name, WANG.number: WANG.name}


def test_who_does_not_serve_at_the_counter_is_not_named_there(store):
    serving = Serving(store)
    roster.admit(store, TECHNICIAN, OTHER_PIN)
    assert set(serving) == {LI.number}


def test_a_file_that_cannot_be_read_leaves_the_names_as_they_were(store):
    serving = Serving(store)
    assert len(serving) == 1
    (store.directory / records.FILE).write_bytes(b"{}")
    assert serving[LI.number] == LI.name
    (store.directory / records.FILE).unlink()
    assert serving[LI.number] == LI.name


def test_the_file_is_read_again_only_when_it_has_changed(store):
    serving = Serving(store)
    assert serving._fresh() is serving._fresh()
