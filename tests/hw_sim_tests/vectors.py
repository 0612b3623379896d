"""The sheets' worked bytes, by id."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1] / "vectors"


@dataclass(frozen=True)
class Step:
    from_host: bool
    data: bytes


@dataclass(frozen=True)
class Vector:
    name: str
    steps: tuple[Step, ...]
    decoded: dict[str, Any]

    @property
    def host_bytes(self) -> bytes:
        return b"".join(step.data for step in self.steps if step.from_host)


def device_vectors(sheet: str) -> dict[str, Vector]:
    listed = json.loads((ROOT / "devices" / f"{sheet}.json").read_text(encoding="utf-8"))
    return {entry["id"]: _vector(entry) for entry in listed["vectors"]}


def pin_blocks() -> list[dict[str, Any]]:
    listed: list[dict[str, Any]] = json.loads(
        (ROOT / "crypto" / "pin_blocks.json").read_text(encoding="utf-8")
    )["vectors"]
    return [entry for entry in listed if entry["format"] == 0]


def _vector(entry: dict[str, Any]) -> Vector:
    steps = (Step(s["from"] == "host", bytes.fromhex(s["hex"])) for s in entry["steps"])
    return Vector(entry["id"], tuple(steps), entry["decoded"])
