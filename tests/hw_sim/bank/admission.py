"""Whether a signed request may come in: clock, sequence, nonce, peer (security.md section 4)."""

from __future__ import annotations

from tests.hw_sim.bank.http_signatures import HttpRequest, Verified
from tests.hw_sim.bank.state import Bank
from tests.hw_sim.bank.wire import Message, Unreadable

WINDOW_S = 300
NONCE_KEEP_S = 600
ECHO_PATH = "/v1/terminal/echo"
SIGN_IN = "003"

FORBIDDEN = 403
CONFLICT = 409


def refusal(
    bank: Bank, request: HttpRequest, verified: Verified, message: Message | Unreadable | None
) -> int | None:
    """The status of the refusal, or None; an admitted request has raised the high-water mark."""
    if request.peer != verified.terminal:
        return FORBIDDEN
    now_s = int(bank.clock())
    in_time = verified.created - WINDOW_S <= now_s <= verified.expires + WINDOW_S
    if not in_time and not _any_clock(request, message):
        return FORBIDDEN
    return None if _take_sequence(bank, verified, now_s) else CONFLICT


def _any_clock(request: HttpRequest, message: Message | Unreadable | None) -> bool:
    """Sign-in and echo are how a station with a wrong clock finds the right one."""
    signing_in = (
        isinstance(message, Message) and message.mti == "0800" and message.get(60)[8:11] == SIGN_IN
    )
    return signing_in or request.target == ECHO_PATH


def _take_sequence(bank: Bank, verified: Verified, now_s: int) -> bool:
    bank.db.execute("DELETE FROM nonce WHERE seen_s < ?", (now_s - NONCE_KEEP_S,))
    fresh = bank.db.execute(
        "INSERT OR IGNORE INTO nonce VALUES (?, ?, ?)",
        (verified.terminal, verified.nonce, now_s),
    )
    raised = bank.db.execute(
        "UPDATE terminal SET high_water = ? WHERE id = ? AND high_water < ?",
        (verified.seq, verified.terminal, verified.seq),
    )
    return fresh.rowcount == 1 and raised.rowcount == 1
