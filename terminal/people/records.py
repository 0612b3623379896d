"""The operators' file: one sealed record for every number that was admitted or tried.

A number nobody has looks like the others to whoever tries it: its record holds a pretend salt and
tag derived from the pepper, and the failures counted on it. Each record is sealed under a key from
the operator pepper (`security.md` section 8) and bound to its number. Putting an older copy of the
file back is not noticed here.
"""

from __future__ import annotations

import base64
import hmac
import re
from dataclasses import dataclass, field
from enum import Enum

import msgspec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from terminal.keys import private_files
from terminal.keys.api import KeyUnavailable
from terminal.keys.sealing import Unsealable, seal, unseal
from terminal.keys.store import KeyStore
from terminal.people.proof import COST, SALT_BYTES, Cost

FILE = "operators.json"
VERSION = 1
NUMBER = re.compile("0[1-9]|[1-9][0-9]")  # 01 to 99


class Role(Enum):
    """Who may do what stands in `scheme.md`, "People and what they may do"."""

    OPERATOR = "operator"
    AGENT = "agent"
    INFORMATION_CLERK = "information_clerk"
    ACCOUNT_MANAGER = "account_manager"
    TECHNICIAN = "technician"


@dataclass(frozen=True, slots=True)
class Operator:
    """A person admitted to the station."""

    number: str
    name: str
    role: Role
    suspended: bool = False


@dataclass(frozen=True, slots=True)
class Record:
    """All that is kept of a number. `operator` is None for a number nobody has."""

    operator: Operator | None
    salt: bytes
    tag: bytes = field(repr=False)
    cost: Cost = COST
    failures: int = 0
    locked_until_ms: int = 0


class _Line(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    number: str
    sealed: str


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    version: int
    operators: tuple[_Line, ...]


def read(store: KeyStore) -> dict[str, Record]:
    """Every record by number; empty before the first. Raises KeyUnavailable for a changed file."""
    path = store.directory / FILE
    if not path.exists():
        return {}
    try:
        file = msgspec.json.decode(private_files.read(path), type=_File)
        return {line.number: _unsealed(line, store.pepper) for line in file.operators}
    except (ValueError, Unsealable):  # msgspec's and base64's errors are ValueErrors
        raise KeyUnavailable(
            f"{path}: damaged or of another key store; restore the backup"
        ) from None


def write(store: KeyStore, records: dict[str, Record]) -> None:
    """Durable when it returns."""
    lines = tuple(_sealed(number, records[number], store.pepper) for number in sorted(records))
    private_files.write(store.directory / FILE, msgspec.json.encode(_File(VERSION, lines)))


def of(store: KeyStore, known: dict[str, Record], number: str) -> Record:
    """The number's record in `known`, or the pretend one: its salt never changes, no PIN fits."""
    if number in known:
        return known[number]
    salt = _derived(store.pepper, f"pretend-salt/{number}")[:SALT_BYTES]
    return Record(None, salt, _derived(store.pepper, f"pretend-tag/{number}"))


def _sealed(number: str, record: Record, pepper: bytes) -> _Line:
    sealed = seal(_cipher(pepper), msgspec.json.encode(record), number.encode())
    return _Line(number, base64.b64encode(sealed).decode())


def _unsealed(line: _Line, pepper: bytes) -> Record:
    sealed = base64.b64decode(line.sealed, validate=True)
    clear = unseal(_cipher(pepper), sealed, line.number.encode())
    return msgspec.json.decode(clear, type=Record)


def _cipher(pepper: bytes) -> AESGCM:
    return AESGCM(_derived(pepper, "records"))


def _derived(pepper: bytes, purpose: str) -> bytes:
    text = f"huinong-operators-v1/{purpose}"
    return hmac.digest(pepper, text.encode("utf-8", "backslashreplace"), "sha256")
