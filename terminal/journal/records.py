"""Facts as bytes and back: canonical JSON (sorted keys, no spaces, integers only), secrets sealed.

A card number is sealed under the key of its batch, a person under the key of the month; beside the
box stand the mask, and for an identity number the county's HMAC, so that the facts stay readable
when the key is destroyed (I7). A fact is checked after encoding by reading it back.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from dataclasses import fields
from datetime import UTC, datetime
from enum import Enum
from functools import cache
from typing import Any, get_args, get_type_hints

import msgspec

from protocol.values import IdNumber, Pan, PersonName, Secret
from terminal.core import facts
from terminal.core.facts import Fact, Recorded, Requested
from terminal.keys.api import Box, Vault

FACT_OF: Mapping[str, Callable[..., Fact]] = {kind.__name__: kind for kind in get_args(Fact)}
ENVELOPE = frozenset({"seq", "at", "op", "tx", "t"})
SECRETS: Mapping[str, type[Secret]] = {"pan": Pan, "person": IdNumber, "name": PersonName}


class BadEntry(Exception):
    """Bytes that are no fact of this version; the message says why and shows none of them."""


def card_key(batch: int) -> str:
    """The erasable key of the card numbers of a batch."""
    return f"card-{batch:06d}"


def person_key(at_ms: int) -> str:
    """The erasable key of the persons of a month (UTC)."""
    return f"person-{datetime.fromtimestamp(at_ms / 1000, UTC):%Y-%m}"


def encode(recorded: Recorded, vault: Vault) -> bytes:
    """The entry of a fact. Raises KeyUnavailable when a key it needs was not prepared."""
    kind = type(recorded.fact).__name__
    values: dict[str, object] = {
        "seq": recorded.seq,
        "at": recorded.at_ms,
        "op": recorded.operator,
        "tx": recorded.tx,
        "t": kind,
    }
    for name, default in _defaults(kind):
        value = getattr(recorded.fact, name)
        if value != default:
            values[name] = _plain(value, name, recorded, vault)
    return canonical(values)


def canonical(values: Mapping[str, object]) -> bytes:
    return msgspec.json.encode(values, order="sorted")


def decode(entry: bytes, vault: Vault | None) -> Recorded:
    """The fact of an entry. Without a vault, or with the key destroyed, a secret is None.

    Raises BadEntry.
    """
    values = read(entry)
    kind = FACT_OF[values["t"]]
    enums = _enums(kind)
    given = values.keys() - ENVELOPE
    if not given <= enums.keys():
        raise BadEntry(f"{values['t']} has fields that this version does not know")
    try:
        fact = kind(**{name: _typed(values, name, enums[name], vault) for name in given})
    except (TypeError, ValueError) as why:
        raise BadEntry(f"{values['t']} does not fit: {type(why).__name__}") from None
    return Recorded(values["seq"], values["at"], values["op"], values["tx"], fact)


def read(entry: bytes) -> dict[str, Any]:
    """An entry's values as they stand, sealed. Raises BadEntry."""
    try:
        values = msgspec.json.decode(entry)
    except (msgspec.DecodeError, ValueError, RecursionError):
        raise BadEntry("not JSON") from None
    if not isinstance(values, dict) or not _has_envelope(values):
        raise BadEntry("no fact")
    if values["t"] not in FACT_OF:
        raise BadEntry("a fact that this version does not know")
    return values


def _has_envelope(values: dict[str, Any]) -> bool:
    """Spelt out: every start reads a day of these."""
    get = values.get
    numbers = isinstance(get("seq"), int) and isinstance(get("at"), int)
    return numbers and isinstance(get("tx"), int) and type(get("op")) is type(get("t")) is str


def _plain(value: object, name: str, recorded: Recorded, vault: Vault) -> object:
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Secret):
        return _sealed(value, name, recorded, vault)
    assert isinstance(value, str | int)
    return value


def _sealed(secret: Secret, name: str, recorded: Recorded, vault: Vault) -> dict[str, str]:
    if isinstance(secret, Pan):
        assert isinstance(recorded.fact, Requested)
        key = card_key(recorded.fact.batch)
    else:
        key = person_key(recorded.at_ms)
    box = vault.seal(key, secret.reveal().encode("utf-8"), _about(recorded.seq, name))
    sealed = {
        "box": base64.b64encode(box.sealed).decode("ascii"),
        "k": box.key,
        "mask": secret.masked,
    }
    if isinstance(secret, IdNumber):
        sealed["tag"] = vault.person_tag(secret.reveal())
    return sealed


def _typed(
    values: dict[str, Any], name: str, enum: type[Enum] | None, vault: Vault | None
) -> object:
    value = values[name]
    if enum is not None:
        return enum(value)
    if name not in SECRETS or not isinstance(value, dict):
        return value
    if vault is None:
        return None
    box = Box(value["k"], base64.b64decode(value["box"]))
    clear = vault.open(box, _about(values["seq"], name))
    return None if clear is None else SECRETS[name](clear.decode("utf-8"))


def _about(seq: int, name: str) -> bytes:
    return f"{seq}|{name}".encode("ascii")


@cache
def _defaults(kind: str) -> tuple[tuple[str, object], ...]:
    """Each field, and the value that is left out (`MISSING` where there is none)."""
    known: Any = FACT_OF[kind]
    assert not ENVELOPE & {field.name for field in fields(known)}
    return tuple((field.name, field.default) for field in fields(known))


@cache
def _enums(kind: Callable[..., Fact]) -> dict[str, type[Enum] | None]:
    """Each field, and what its value is an Enum of, if it is one."""
    hints = get_type_hints(kind, vars(facts))
    return {name: next(filter(_is_enum, get_args(h) or (h,)), None) for name, h in hints.items()}


def _is_enum(kind: object) -> bool:
    return isinstance(kind, type) and issubclass(kind, Enum)
