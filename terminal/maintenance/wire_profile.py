"""`huinong wire profile`: every key of `bank.toml` with type, default and meaning, as Markdown.

Taken from the types that read the file, so that it cannot tell of a key that is not there. It
stands in `docs/bank-integration.md`, and a test compares.
"""

from __future__ import annotations

import json
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from typing import Any

import msgspec

from protocol.bank import mac, messages
from terminal.bank.profile import BankProfile

BY_NAME = {"fields": "fields.N", "operations": "operations.SERVICE", "codes": "codes.CODE"}
"""Tables of tables: what stands for their names."""


def add_arguments(parser: ArgumentParser) -> None:
    """None."""


def run(_args: Namespace) -> int:
    print("\n".join(reference()))
    return 0


def reference() -> Iterator[str]:
    """A table for each table of the file."""
    schema = msgspec.json.schema(BankProfile)
    defined: dict[str, dict[str, Any]] = schema["$defs"]
    for name, place in defined["BankProfile"]["properties"].items():
        pointed = place.get("additionalProperties", place)
        pointed = pointed.get("anyOf", [pointed])[0]
        yield from _table(BY_NAME.get(name, name), defined[pointed["$ref"].rpartition("/")[2]])
    yield f"MAC algorithms: {_list(mac.KINDS)}."
    yield ""
    yield f"Services: {_list(messages.BY_NAME)}."


def _table(name: str, of: dict[str, Any]) -> Iterator[str]:
    yield f"### `[{name}]`"
    yield ""
    yield of["description"]
    yield ""
    yield "| key | type | default | meaning |"
    yield "|---|---|---|---|"
    for key, told in of["properties"].items():
        needed = key in of.get("required", ())
        default = "must be given" if needed else _default(told["default"])
        yield f"| `{key}` | {_type(told)} | {default} | {told['description']} |"
    yield ""


def _default(value: object) -> str:
    return "none" if value is None or value == "" else f"`{json.dumps(value, ensure_ascii=False)}`"


def _type(told: dict[str, Any]) -> str:
    if "enum" in told:
        return _list([str(one) for one in told["enum"] if one is not None])
    if "anyOf" in told:
        return _type(told["anyOf"][0])
    if "minimum" in told:
        return f"{told['minimum']} to {told['maximum']}"
    return {"string": "text", "boolean": "true, false", "array": "list", "integer": "number"}[
        told["type"]
    ]


def _list(names: Any) -> str:
    return ", ".join(f"`{name}`" for name in names)
