"""Facts as bytes and back: canonical JSON (sorted keys, no spaces, integers only), secrets sealed.

A card number is sealed under the key of its batch, a person under the key of the month; beside the
box stand the mask, and for an identity number the county's HMAC, so that the facts stay readable
when the key is destroyed (I7). A fact is checked after encoding by reading it back.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping
from dataclasses import MISSING, fields
from datetime import UTC, datetime
from enum import Enum
from functools import cache
from typing import Any, get_args, get_type_hints

from protocol.values import IdNumber, Pan, PersonName, Secret
from terminal.core import facts
from terminal.core.facts import Fact, Recorded, Requested
from terminal.keys.api import Box, Vault

FACT_OF: Mapping[str, Callable[..., Fact]] = {kind.__name__: kind for kind in get_args(Fact)}
ENVELOPE: Mapping[str, type] = {"seq": int, "at": int, "op": str, "tx": int, "t": str}
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
    values: dict[str, object] = {
        "seq": recorded.seq,
        "at": recorded.at_ms,
        "op": recorded.operator,
        "tx": recorded.tx,
        "t": type(recorded.fact).__name__,
    }
    for field in fields(recorded.fact):
        value = getattr(recorded.fact, field.name)
        if value == field.default and field.default is not MISSING:
            continue
        assert field.name not in values
        values[field.name] = _plain(value, field.name, recorded, vault)
    return canonical(values)


def canonical(values: Mapping[str, object]) -> bytes:
    return json.dumps(
        values, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    ).encode("utf-8")


def decode(entry: bytes, vault: Vault | None) -> Recorded:
    """The fact of an entry. Without a vault, or with the key destroyed, a secret is None.

    Raises BadEntry.
    """
    values = read(entry)
    kind = FACT_OF[values["t"]]
    given = {name: value for name, value in values.items() if name not in ENVELOPE}
    hints = _hints(kind)
    if not set(given) <= set(hints):
        raise BadEntry(f"{values['t']} has fields that this version does not know")
    try:
        fact = kind(
            **{
                name: _typed(value, hints[name], name, values, vault)
                for name, value in given.items()
            }
        )
    except (TypeError, ValueError) as why:
        raise BadEntry(f"{values['t']} does not fit: {type(why).__name__}") from None
    return Recorded(values["seq"], values["at"], values["op"], values["tx"], fact)


def read(entry: bytes) -> dict[str, Any]:
    """An entry's values as they stand, sealed. Raises BadEntry."""
    try:
        values = json.loads(entry)
    except (ValueError, RecursionError):
        raise BadEntry("not JSON") from None
    if not isinstance(values, dict):
        raise BadEntry("no fact")
    if not all(isinstance(values.get(name), kind) for name, kind in ENVELOPE.items()):
        raise BadEntry("no fact")
    if values["t"] not in FACT_OF:
        raise BadEntry("a fact that this version does not know")
    return values


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


def _typed(value: Any, hint: Any, name: str, values: dict[str, Any], vault: Vault | None) -> object:
    if name in SECRETS and isinstance(value, dict):
        if vault is None:
            return None
        box = Box(value["k"], base64.b64decode(value["box"]))
        clear = vault.open(box, _about(values["seq"], name))
        return None if clear is None else SECRETS[name](clear.decode("utf-8"))
    for kind in get_args(hint) or (hint,):
        if isinstance(kind, type) and issubclass(kind, Enum):
            return kind(value)
    return value


def _about(seq: int, name: str) -> bytes:
    return f"{seq}|{name}".encode("ascii")


@cache
def _hints(kind: Callable[..., Fact]) -> dict[str, Any]:
    return get_type_hints(kind, vars(facts))
