"""What a card remembers without power: counters, blocks, what issuer scripts have changed."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

PIN_TRIES = 3
ATC_MAX = 0xFFFF


@dataclass(slots=True)
class ApplicationMemory:
    """One application's own; names follow PBOC card risk management (JR/T 0025 part 5)."""

    atc: int = 0
    last_online_atc: int = 0
    blocked: bool = False
    online_unfinished: bool = False
    issuer_authentication_failed: bool = False
    script_commands: int = 0  # done since the last second GENERATE AC
    script_failed: bool = False
    objects: dict[str, str] = field(default_factory=dict)  # PUT DATA
    records: dict[str, str] = field(default_factory=dict)  # UPDATE RECORD, by "SFI/number"


@dataclass(slots=True)
class CardMemory:
    """The whole card's; a PIN that a script has changed is not written out by `as_json`."""

    blocked: bool = False
    pin_tries: int = PIN_TRIES
    pin: str | None = field(default=None, repr=False)
    applications: dict[str, ApplicationMemory] = field(default_factory=dict)

    def of(self, aid: str) -> ApplicationMemory:
        return self.applications.setdefault(aid, ApplicationMemory())

    def as_json(self) -> dict[str, Any]:
        kept = asdict(self)
        del kept["pin"]
        return kept

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> "CardMemory":
        applications = {
            aid: ApplicationMemory(**entry) for aid, entry in kept["applications"].items()
        }
        return cls(kept["blocked"], kept["pin_tries"], None, applications)
