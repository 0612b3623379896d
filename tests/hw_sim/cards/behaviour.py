"""The ways a card can be told to misbehave; a good card has none of them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum

Edit = Callable[[bytes], bytes]


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


class Directory(Enum):
    """What READ RECORD finds in the directory."""

    GOOD = "one entry for every application"
    EMPTY = "no record at all"
    DDF_FIRST = "another directory first (9D), then the applications"
    ENDLESS = "a record for every number asked"
    MALFORMED = "a record that ends inside its entry"


@dataclass(frozen=True, slots=True)
class Behaviour:
    """`pulled_at` and `mute_at` count commands since the reset, from 1."""

    refusals: Mapping[Step, int] = field(default_factory=dict)
    spoiled: frozenset[Step] = frozenset()  # signatures with one bit wrong
    edits: Mapping[Step, Edit] = field(default_factory=dict, repr=False)  # of an answer's data
    directory: Directory = Directory.GOOD
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
