"""Public test data, copied unchanged with their sources."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any


def vectors(name: str) -> list[dict[str, Any]]:
    """The vectors of one file, e.g. `crypto/journal.json`."""
    return json.loads((Path(__file__).parent / name).read_text("utf-8"))["vectors"]
