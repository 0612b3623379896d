"""What the county decided, read from the same file that the station reads."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Withdrawal:
    min_fen: int
    step_fen: int
    max_fen: int
    card_day_fen: int
    count_card_day: int


@dataclass(frozen=True)
class Scheme:
    code: str
    tiers_fen: tuple[int, ...]
    age_min: int
    age_max: int
    subsidy_fen: int
    base_pension_fen: int
    months_divisor: int
    part_payment: bool
    arrears_years: int
    townships: tuple[str, ...]


@dataclass(frozen=True)
class Fee:
    service: str
    scope: str
    per_ten_thousand: int
    min_fen: int
    max_fen: int


@dataclass(frozen=True)
class County:
    own_bins: tuple[str, ...]
    issuer_name: str
    withdrawal: Withdrawal
    scheme: Scheme
    fees: tuple[Fee, ...]
    fee_version: int = 1

    def scope(self, pan: str) -> str:
        return "own" if pan.startswith(self.own_bins) else "other"

    def fee_fen(self, service: str, scope: str, amount_fen: int) -> int:
        """The fee by the table; a missing row is free (county-wire.md, under DE62)."""
        for fee in self.fees:
            if (fee.service, fee.scope) == (service, scope):
                exact = (amount_fen * fee.per_ten_thousand + 5_000) // 10_000
                return min(max(exact, fee.min_fen), fee.max_fen)
        return 0


def read_county(path: Path) -> County:
    """Raises KeyError naming what the file lacks."""
    raw = tomllib.loads(path.read_text("utf-8"))
    scheme, withdrawal = raw["scheme"], raw["withdrawal"]
    return County(
        own_bins=tuple(raw["county"]["own_bins"]),
        issuer_name=raw["county"]["issuer_name"],
        withdrawal=Withdrawal(**{name: withdrawal[name] for name in Withdrawal.__annotations__}),
        scheme=Scheme(
            code=scheme["code"],
            tiers_fen=tuple(scheme["tiers_fen"]),
            age_min=scheme["age_min"],
            age_max=scheme["age_max"],
            subsidy_fen=scheme["subsidy_fen"],
            base_pension_fen=scheme["base_pension_fen"],
            months_divisor=scheme["months_divisor"],
            part_payment=scheme["part_payment"],
            arrears_years=scheme["arrears_years"],
            townships=tuple(row["code"] for row in scheme["townships"]),
        ),
        fees=tuple(
            Fee(**{name: row[name] for name in Fee.__annotations__}) for row in raw.get("fees", [])
        ),
        fee_version=raw["county"].get("fee_version", 1),
    )
