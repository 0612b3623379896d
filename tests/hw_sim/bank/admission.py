"""Whether a signed request may come in (security.md section 4, county-wire.md).

In this order: sequence and nonce, clock, standing, peer. The high-water mark rises before the
others are judged: the terminal takes a signed 403 or 429 for "nothing booked", so the same bytes
must never be good for anything later.
"""

from __future__ import annotations

from dataclasses import dataclass

from tests.hw_sim.bank.state import Bank
from tests.hw_sim.bank.wire import Message, Unreadable

LIFETIME_S = 120  # expires = created + 120
WINDOW_S = 300
NONCE_KEEP_S = 600
EXCHANGE_PATH = "/v1/terminal/exchange"
ECHO_PATH = "/v1/terminal/echo"
ENROL_PATH = "/v1/terminal/enrol"
RENEW_PATH = "/v1/terminal/renew"
SIGN_IN = "003"

FORBIDDEN = 403
CONFLICT = 409
TOO_MANY = 429
REFUSALS = (FORBIDDEN, TOO_MANY)  # county-wire.md: refused, nothing booked


class NoRefusal(Exception):
    """The status is none with which the bank refuses a terminal."""


@dataclass(frozen=True)
class Verified:
    """What a good signature says."""

    terminal: str
    seq: int
    nonce: str
    created: int
    expires: int


def refusal(bank: Bank, verified: Verified, peer: str, *, any_clock: bool) -> int | None:
    """The status of the refusal, or None; `peer` is whom the TLS certificate names."""
    fresh = _fresh_nonce(bank, verified)
    created_s = None if any_clock else verified.created
    status = unsigned_refusal(bank, verified.terminal, verified.seq, created_s)
    if not fresh:
        return CONFLICT
    return status or (None if peer == verified.terminal else FORBIDDEN)


def unsigned_refusal(bank: Bank, terminal: str, seq: int, created_s: int | None) -> int | None:
    """The same without peer and nonce; any clock is good where `created_s` is None."""
    if not _raise_high_water(bank, terminal, seq):
        return CONFLICT
    if created_s is not None and not _in_time(created_s, int(bank.clock())):
        return FORBIDDEN
    return refused_with(bank, terminal)


def begin_sequence(bank: Bank, verified: Verified) -> None:
    """A newly enrolled key counts from its own number: what an older key signed is void with it."""
    bank.db.execute(
        "UPDATE terminal SET high_water = ? WHERE id = ?", (verified.seq, verified.terminal)
    )


def takes_any_clock(path: str, message: Message | Unreadable | None) -> bool:
    """Sign-in and echo are how a station with a wrong clock finds the right one."""
    signing_in = (
        isinstance(message, Message) and message.mti == "0800" and message.get(60)[8:11] == SIGN_IN
    )
    return signing_in or path in (ECHO_PATH, ENROL_PATH)


def refuse(bank: Bank, terminal: str, status: int) -> None:
    """Answers everything of this terminal with 403 (its key is revoked) or 429 from now on."""
    if status not in REFUSALS:
        raise NoRefusal(f"a terminal is refused with {' or '.join(map(str, REFUSALS))}")
    bank.db.execute("INSERT OR REPLACE INTO refused VALUES (?, ?)", (terminal, status))


def admit(bank: Bank, terminal: str) -> None:
    bank.db.execute("DELETE FROM refused WHERE terminal = ?", (terminal,))


def refused_with(bank: Bank, terminal: str) -> int | None:
    row = bank.db.execute("SELECT status FROM refused WHERE terminal = ?", (terminal,)).fetchone()
    return int(row["status"]) if row else None


def _raise_high_water(bank: Bank, terminal: str, seq: int) -> bool:
    """Whether the sequence number was above the mark, which it now is."""
    raised = bank.db.execute(
        "UPDATE terminal SET high_water = ? WHERE id = ? AND high_water < ?", (seq, terminal, seq)
    )
    return raised.rowcount == 1


def _in_time(created_s: int, now_s: int) -> bool:
    return created_s - WINDOW_S <= now_s <= created_s + LIFETIME_S + WINDOW_S


def _fresh_nonce(bank: Bank, verified: Verified) -> bool:
    now_s = int(bank.clock())
    bank.db.execute("DELETE FROM nonce WHERE seen_s < ?", (now_s - NONCE_KEEP_S,))
    added = bank.db.execute(
        "INSERT OR IGNORE INTO nonce VALUES (?, ?, ?)", (verified.terminal, verified.nonce, now_s)
    )
    return added.rowcount == 1
