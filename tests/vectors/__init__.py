"""Public test data, copied unchanged with their sources."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any


def vectors(name: str) -> list[dict[str, Any]]:
    """The vectors of one file, e.g. `crypto/journal.json`."""
    return list(rows_of(name, "vectors"))


def rows_of(name: str, key: str) -> Any:
    """What stands under `key` in one file."""
    return json.loads((Path(__file__).parent / name).read_text("utf-8"))[key]
