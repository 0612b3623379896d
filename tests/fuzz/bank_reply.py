"""The bank's replies, spoilt: none but the true one is an approval (`bank-wire.md` section 9)."""

from __future__ import annotations

from hypothesis import strategies as st

from protocol.bank.frame import BODY_AT
from terminal.bank.dialect import Misfit
from terminal.core.exchange import Verdict
from tests.fuzz.damage import DAMAGES, Damage, spoilt, with_its_length
from tests.fuzz.target import FalseApproval, Target
from tests.terminal_bank import asks

# sign-in, settlement and fee table have no MAC, and what is not signed in gets none
UNPROVED = {"sign-in", "settlement-balanced", "fee-table-download", "not-signed-in"}
PROVED = sorted(asks.ASKS.keys() - UNPROVED)
FRAMES = {case: asks.frame(case, 1) for case in PROVED}


def spoilt_reply(drawn: tuple[str, list[Damage], bool]) -> None:
    """It is unknown, or it is the bank's own word: what the MAC covers is untouched.

    TPDU and header stand before the MAC's beginning. That exchanged blocks leave the CUP MAC equal
    is why every reply is signed as well; no damage here exchanges blocks.
    """
    case, damages, mended = drawn
    reply = spoilt(FRAMES[case], damages)
    if mended and len(reply) <= 65_535:
        reply = with_its_length(reply)
    try:
        heard = asks.heard(reply, asks.ASKS[case])
    except Misfit:
        return
    if heard.verdict is Verdict.APPROVED and reply[BODY_AT:] != FRAMES[case][BODY_AT:]:
        raise FalseApproval(case)


TARGETS = (
    Target(
        "bank_reply",
        st.tuples(st.sampled_from(PROVED), DAMAGES, st.booleans()),
        spoilt_reply,
        20_000,
    ),
)
