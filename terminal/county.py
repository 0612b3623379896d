"""`county.toml`: what the county decided, as strict types, and the questions that it answers.

Every figure is data (`scheme.md`): no code knows a tier, an age or a fee.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Literal

from msgspec import Meta, Struct

from protocol.values import Pan

Fen = Annotated[int, Meta(ge=0)]
PositiveFen = Annotated[int, Meta(gt=0)]
Name = Annotated[str, Meta(min_length=1, max_length=40)]
Count = Annotated[int, Meta(ge=1)]
Age = Annotated[int, Meta(ge=1, le=120)]

PER_TEN_THOUSAND = 10_000


class Identity(Struct, frozen=True, forbid_unknown_fields=True):
    """Who is behind the station. own_bins are leading digits of the own bank's cards."""

    name: Name
    own_bins: Annotated[tuple[str, ...], Meta(min_length=1)]
    issuer_name: Name
    consult_phone: str

    def __post_init__(self) -> None:
        if not all(_digits(prefix) and 2 <= len(prefix) <= 12 for prefix in self.own_bins):
            raise ValueError("own_bins must be the first 2 to 12 digits of a card number each")
        if not _digits(self.consult_phone.replace("-", "").replace(" ", "")):
            raise ValueError("consult_phone may hold digits, blanks and hyphens only")


class WithdrawalRule(Struct, frozen=True, forbid_unknown_fields=True):
    """助农取款. card_day_fen and count_card_day are the bank's to judge; the station shows them."""

    min_fen: PositiveFen
    step_fen: PositiveFen
    max_fen: PositiveFen
    card_day_fen: PositiveFen
    count_card_day: Count
    cash_not_handed: Literal["reversal"]

    def __post_init__(self) -> None:
        if self.min_fen % self.step_fen or self.max_fen % self.step_fen:
            raise ValueError("min_fen and max_fen must be multiples of step_fen")
        if not self.min_fen <= self.max_fen <= self.card_day_fen:
            raise ValueError("min_fen, max_fen and card_day_fen must not fall")


class Township(Struct, frozen=True, forbid_unknown_fields=True):
    code: str
    name: Name

    def __post_init__(self) -> None:
        if len(self.code) != 3 or not _digits(self.code):
            raise ValueError("code must be 3 digits")  # DE62 element TW


class Scheme(Struct, frozen=True, forbid_unknown_fields=True):
    """新农保. A person of age_min to age_max may contribute and draws from pension_age on."""

    code: Annotated[str, Meta(min_length=3, max_length=3)]  # DE62 element SC
    tiers_fen: Annotated[tuple[PositiveFen, ...], Meta(min_length=1)]
    age_min: Age
    age_max: Age
    pension_age: Age
    base_pension_fen: Fen
    months_divisor: Count
    subsidy_fen: Fen
    part_payment: bool
    arrears_years: Annotated[int, Meta(ge=0, le=50)]
    townships: Annotated[tuple[Township, ...], Meta(min_length=1)]

    def __post_init__(self) -> None:
        if tuple(sorted(set(self.tiers_fen))) != self.tiers_fen:
            raise ValueError("tiers_fen must rise, each tier once")
        if not self.age_min <= self.age_max < self.pension_age:
            raise ValueError("age_min, age_max and pension_age must rise")
        twice = _first_repeated(township.code for township in self.townships)
        if twice:
            raise ValueError(f"townships has the code {twice!r} twice")


class FeeRow(Struct, frozen=True, forbid_unknown_fields=True):
    """One line of the fee table (`county-wire.md`, element FT)."""

    service: Literal["withdrawal", "transfer", "remittance"]
    scope: Literal["own", "other"]
    per_ten_thousand: Annotated[int, Meta(ge=0, le=PER_TEN_THOUSAND)]
    min_fen: Fen
    max_fen: Fen

    def __post_init__(self) -> None:
        if self.min_fen > self.max_fen:
            raise ValueError("min_fen is more than max_fen")


class Session(Struct, frozen=True, forbid_unknown_fields=True):
    """Idle time and wrong PINs of an operator (`security.md` section 8)."""

    auto_lock_min: Count
    wrong_pins_lock: Count
    wrong_pins_block: Count
    lock_min: Count

    def __post_init__(self) -> None:
        if self.wrong_pins_lock >= self.wrong_pins_block:
            raise ValueError("wrong_pins_block must be more than wrong_pins_lock")


class Retention(Struct, frozen=True, forbid_unknown_fields=True):
    store_copy_months: Count
    person_months: Count


class Queue(Struct, frozen=True, forbid_unknown_fields=True):
    """待上传: cash contributions taken while the bank cannot be asked, and how many may wait."""

    enabled: bool = False
    count_max: Count = 20
    total_max_fen: PositiveFen = 400_000


class County(Struct, frozen=True, forbid_unknown_fields=True):
    """The whole file."""

    county: Identity
    withdrawal: WithdrawalRule
    scheme: Scheme
    session: Session
    retention: Retention
    fees: tuple[FeeRow, ...] = ()
    queue: Queue = Queue()

    def __post_init__(self) -> None:
        twice = _first_repeated(f"{row.service}, {row.scope}" for row in self.fees)
        if twice:
            raise ValueError(f"fees has two rows for {twice}")


def fee(county: County, service: str, *, own_bank: bool, amount_fen: int) -> int:
    """What the bank takes beside `amount_fen`: clamped, half a fen rounded up; no row is free."""
    scope = "own" if own_bank else "other"
    for row in county.fees:
        if (row.service, row.scope) == (service, scope):
            half = PER_TEN_THOUSAND // 2
            share_fen = (amount_fen * row.per_ten_thousand + half) // PER_TEN_THOUSAND
            return min(max(share_fen, row.min_fen), row.max_fen)
    return 0


def is_own_bank(county: County, pan: Pan) -> bool:
    """A card is known by its leading digits (DE2, BIN)."""
    return pan.reveal().startswith(county.county.own_bins)


def monthly_pension(county: County, *, account_fen: int) -> int:
    """基础养老金 + 个人账户 ÷ 139 in fen a month, rounded down: an estimate must not promise."""
    scheme = county.scheme
    return scheme.base_pension_fen + account_fen // scheme.months_divisor


def township_name(county: County, code: str) -> str:
    """The name, or the code itself for a township that only the bank knows."""
    names = {township.code: township.name for township in county.scheme.townships}
    return names.get(code, code)


def _digits(text: str) -> bool:
    return text.isascii() and text.isdigit()


def _first_repeated(names: Iterable[str]) -> str:
    """The first name that comes a second time, "" where none does."""
    seen: set[str] = set()
    for name in names:
        if name in seen:
            return name
        seen.add(name)
    return ""
