"""The worked exchanges of `tests/vectors/devices`, by id; bytes of one side joined."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parents[2] / "vectors" / "devices"


@dataclass(frozen=True)
class Vector:
    steps: tuple[tuple[str, bytes], ...]
    decoded: dict[str, Any]

    def sent_by(self, side: str) -> bytes:
        return b"".join(data for who, data in self.steps if who == side)


def vectors(device: str) -> dict[str, Vector]:
    raw = json.loads((FOLDER / f"{device}.json").read_text("utf-8"))
    return {one["id"]: _vector(one) for one in raw["vectors"]}


def _vector(raw: dict[str, Any]) -> Vector:
    steps = tuple((step["from"], bytes.fromhex(step["hex"])) for step in raw["steps"])
    return Vector(steps, raw["decoded"])
