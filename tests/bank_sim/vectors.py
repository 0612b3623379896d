"""The vector files that the bank's tests read."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parents[1] / "vectors"


def load(name: str) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((FOLDER / name).read_text("utf-8"))
    return loaded


COUNTY_CASES = {case["id"]: case["messages"] for case in load("iso8583/county.json")["cases"]}
