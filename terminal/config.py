"""Reads a TOML file into a frozen, strict type; every mistake names the file and the key.

The types themselves stand with what they describe: `BankProfile` in `terminal.bank.profile`,
`County` in `terminal.county`, `Station` in `terminal.station`.
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import TypeVar

import msgspec


class ConfigError(Exception):
    """A configuration file that cannot be used; the message says file, key and what is expected."""


T = TypeVar("T")


def load(path: Path, kind: type[T]) -> T:
    """The file as a `kind` (a frozen msgspec.Struct with forbid_unknown_fields). Raises
    ConfigError.
    """
    try:
        data = tomllib.loads(path.read_text("utf-8"))
    except OSError as why:
        raise ConfigError(f"{path}: {why.strerror or why}") from why
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as why:
        raise ConfigError(f"{path}: not valid TOML: {why}") from why
    try:
        return msgspec.convert(data, kind)
    except msgspec.ValidationError as why:
        raise ConfigError(f"{path}: {_in_words(str(why))}") from why


def _in_words(message: str) -> str:
    """msgspec's `… - at `$.link.path`` as `link.path: …`; a type's own check keeps its text."""
    text, found, place = message.partition(" - at `$")
    return f"{place.rstrip('`').lstrip('.')}: {text}" if found else text
