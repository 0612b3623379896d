"""The example files, and copies of them with one thing changed."""

from __future__ import annotations

import copy
import tomllib
from pathlib import Path
from typing import Any

EXAMPLES = Path(__file__).parents[2] / "deploy" / "examples"
GONE = object()


def example(name: str) -> dict[str, Any]:
    return tomllib.loads((EXAMPLES / name).read_text("utf-8"))


def changed(data: dict[str, Any], path: str, value: object) -> dict[str, Any]:
    """`data` with the key at `path` (`scheme.townships.0.code`) set, or removed if GONE."""
    data = copy.deepcopy(data)
    *way, last = (int(step) if step.isdigit() else step for step in path.split("."))
    place: Any = data
    for step in way:
        place = place[step]
    if value is GONE:
        del place[last]
    else:
        place[last] = value
    return data


def toml(data: dict[str, Any]) -> str:
    """TOML of plain tables, lists, texts, numbers and booleans, inline where it is nested."""
    return "".join(f"{key} = {_value(value)}\n" for key, value in data.items())


def _value(value: object) -> str:
    match value:
        case bool():
            return str(value).lower()
        case dict():
            return "{" + ", ".join(f"{key} = {_value(item)}" for key, item in value.items()) + "}"
        case list():
            return "[" + ", ".join(_value(item) for item in value) + "]"
        case str():
            return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return str(value)
