"""The ways a card can be told to misbehave; a good card has none of them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum


class Step(Enum):
    """The commands of a transaction, by the name faults call them."""

    PSE = "pse"
    SELECT = "select"
    READ = "read"
    GPO = "gpo"
    GET_DATA = "get_data"
    INTERNAL_AUTH = "internal_auth"
    VERIFY = "verify"
    AC1 = "ac1"
    EXTERNAL_AUTH = "external_auth"
    AC2 = "ac2"
    SCRIPT = "script"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Behaviour:
    """`pulled_at` and `mute_at` count commands since the reset, from 1."""

    refusals: Mapping[Step, int] = field(default_factory=dict)
    spoiled: frozenset[Step] = frozenset()  # signatures with one bit wrong
    truncated: frozenset[Step] = frozenset()  # answers that lose their last data bytes
    first_ac: int | None = None  # the CID given whatever was asked
    second_ac: int | None = None
    arpc_rejected: bool = False
    script_mac_unchecked: bool = False
    scripts_fail: bool = False
    pulled_at: int | None = None
    mute_at: int | None = None
    delay_s: float = 0.0
    atr: bytes | None = None


GOOD = Behaviour()
