"""Runs targets under hypothesis and counts how they end."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from hypothesis import HealthCheck, Phase, given, seed, settings

from tests.fuzz.target import FalseApproval, Hang, Target, watched


@dataclass
class Ends:
    """inputs by target; the rest are findings, each a target whose run ended in one."""

    inputs: dict[str, int] = field(default_factory=dict)
    crashes: int = 0
    hangs: int = 0
    false_approvals: int = 0
    findings: list[str] = field(default_factory=list)

    @property
    def clean(self) -> bool:
        return not self.findings


def run(targets: Iterable[Target], *, seed_: int, count: int | None = None) -> Ends:
    """Every target with `count` inputs, or with as many as its row says."""
    ends = Ends()
    for target in targets:
        finding = _run(target, seed_, count or target.count, ends.inputs)
        if finding is None:
            continue
        match finding:
            case Hang():
                ends.hangs += 1
            case FalseApproval():
                ends.false_approvals += 1
            case _:
                ends.crashes += 1
        notes = "; ".join(getattr(finding, "__notes__", ()))
        ends.findings.append(f"{target.name}: {type(finding).__name__}: {finding} {notes}")
    return ends


def _run(target: Target, seed_: int, count: int, inputs: dict[str, int]) -> BaseException | None:
    """What the first input that did not end well raised; hypothesis names the smallest such one."""
    inputs[target.name] = 0

    def one(drawn: Any) -> None:
        inputs[target.name] += 1
        with watched():
            target.judge(drawn)

    chosen = settings(
        max_examples=count,
        database=None,
        deadline=None,
        phases=(Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),
        report_multiple_bugs=False,
    )
    try:
        chosen(seed(seed_)(given(target.inputs)(one)))()
    except (Exception, Hang) as finding:  # noqa: BLE001 - whatever it is, it was looked for
        return finding
    return None
