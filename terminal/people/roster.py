"""Who is admitted to the station: admit, list, suspend, unlock (account manager, `scheme.md`)."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace

from terminal.keys import private_files
from terminal.keys.store import KeyStore
from terminal.people import pin_rule, records
from terminal.people.proof import COST, SALT_BYTES, stretched
from terminal.people.records import NUMBER, Operator, Record


class OperatorRefused(Exception):
    """An operator's record cannot be changed as asked; the message says why."""


def admitted(store: KeyStore) -> list[tuple[Operator, Record]]:
    """All admitted people by number, suspended ones too."""
    known = records.read(store)
    return [(operator, known[n]) for n in sorted(known) if (operator := known[n].operator)]


def admit(store: KeyStore, operator: Operator, pin: str) -> None:
    """Adds a person; slow, because the PIN is stretched. Earlier tries of the number are forgotten.

    Raises PinRefused, or OperatorRefused when the number is taken; nothing is changed then.
    """
    if not NUMBER.fullmatch(operator.number):
        raise OperatorRefused("an operator's number is 01 to 99")
    pin_rule.check(pin)
    salt = os.urandom(SALT_BYTES)
    fresh = Record(operator, salt, stretched(pin, salt, COST))

    def unless_taken(record: Record) -> Record:
        if record.operator is not None:
            raise OperatorRefused(f"operator {operator.number} exists already")
        return fresh

    _change(store, operator.number, unless_taken)


def suspend(store: KeyStore, number: str) -> None:
    """No PIN lets the person in until `unlock`. Raises OperatorRefused for a number nobody has."""
    _change(store, number, lambda record: _cleared(record, number, suspended=True))


def forgive(store: KeyStore, number: str) -> None:
    """Forgets failures and lock; a suspension stands. Raises OperatorRefused as `suspend` does."""

    def forgiven(record: Record) -> Record:
        _admitted(record, number)
        return replace(record, failures=0, locked_until_ms=0)

    _change(store, number, forgiven)


def unlock(store: KeyStore, number: str) -> None:
    """Forgets failures, lock and suspension. Raises OperatorRefused as `suspend` does."""
    _change(store, number, lambda record: _cleared(record, number, suspended=False))


def _cleared(record: Record, number: str, *, suspended: bool) -> Record:
    operator = replace(_admitted(record, number), suspended=suspended)
    return replace(record, operator=operator, failures=0, locked_until_ms=0)


def _admitted(record: Record, number: str) -> Operator:
    if record.operator is None:
        raise OperatorRefused(f"there is no operator {number}")
    return record.operator


def _change(store: KeyStore, number: str, change: Callable[[Record], Record]) -> None:
    with private_files.exclusive(store.directory):
        known = records.read(store)
        fresh = change(records.of(store, known, number))
        records.write(store, {**known, number: fresh})
