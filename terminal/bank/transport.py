"""What a line to the bank may end with: a whole answer, nothing sent, or lost.

The one question that matters for money is answered here: did a byte of the request leave? `Unsent`
is raised only when none did; any later failure is `Lost`. Two lines are built on it, `Https` and
`Frames`; which of them, `bank.toml` says by its URL (`opening`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Protocol

ANSWER_BYTES_MAX = 64 * 1024  # `security.md` section 4, check 1
IDLE_S = 5.0  # an idle connection is not trusted longer: middle boxes drop it silently
OK = 200


class Cause(Enum):
    """Why nothing was sent: the first word of `NotSent.why`, before a colon. A closed set, so that
    the screen has a sentence for each.
    """

    NAME_LOOKUP = "name_lookup"
    REFUSED = "refused"  # the machine is there, nobody listens
    UNREACHABLE = "unreachable"  # no network, no way, the line broke
    TIMEOUT = "timeout"
    CERTIFICATE_FOREIGN = "certificate_foreign"  # of another CA, or for another host
    CERTIFICATE_EXPIRED = "certificate_expired"
    CERTIFICATE_NOT_YET_VALID = "certificate_not_yet_valid"
    TLS = "tls"  # no common version, or what answered is no TLS
    NO_KEY = "no_key"  # ours: not signed in, or the key store is shut
    OUR_MISTAKE = "our_mistake"  # the dialect cannot say what was asked
    NOT_OFFERED = "not_offered"  # the profile's bank has no such path

    def told(self, detail: str) -> str:
        """The word, and for the log what lies behind it."""
        return f"{self.value}: {detail}"


NOBODY_REACHED = frozenset({Cause.NAME_LOOKUP, Cause.REFUSED, Cause.UNREACHABLE, Cause.TIMEOUT})
"""Another address of the bank may be tried. A wrong certificate is no such cause."""


class Unsent(Exception):
    """No byte of the request left this machine. Begins with the word of a `Cause`."""

    @property
    def cause(self) -> Cause:
        return Cause(str(self).partition(":")[0])


class Lost(Exception):
    """The request may have arrived; no whole answer came."""


@dataclass(frozen=True, slots=True)
class Response:
    """A line without HTTP answers with status 200 and no headers."""

    status: int
    headers: Sequence[tuple[str, str]]
    body: bytes = field(repr=False)


class Transport(Protocol):
    def post(
        self,
        body: bytes,
        headers: dict[str, str],
        *,
        answer_s: float,
        path: str = "",
        answer_bytes_max: int = ANSWER_BYTES_MAX,
        bank_s: int | None = None,
    ) -> Response:
        """To the exchange, or to another path of the same host. bank_s: the bank's time (unix s)
        by which its certificate must be good, None for any. Raises Unsent, Lost.
        """
        ...

    def close(self) -> None: ...
