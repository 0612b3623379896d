"""From a transaction to its slip. A slip says what the facts say, never more (I6)."""

from __future__ import annotations

from terminal.core.deal import Deal, Outcome
from terminal.core.facts import SlipKind
from terminal.receipts import proof
from terminal.receipts.balance import balance
from terminal.receipts.content import Write
from terminal.receipts.contribution import voucher
from terminal.receipts.declined import declined
from terminal.receipts.exception import exception
from terminal.receipts.paper import Lines, lay_out
from terminal.receipts.proof import CHAIN_BYTES, Kind, Proof, Result
from terminal.receipts.provisional import provisional
from terminal.receipts.reversal import reversal
from terminal.receipts.services import KINDS
from terminal.receipts.shop import Extras, Shop
from terminal.receipts.unknown import unknown
from terminal.receipts.withdrawal import customer_copy, store_copy

SLIPS: dict[SlipKind, Write] = {
    SlipKind.STORE_COPY: store_copy,
    SlipKind.CUSTOMER_COPY: customer_copy,
    SlipKind.VOUCHER: voucher,
    SlipKind.DECLINED: declined,
    SlipKind.UNKNOWN: unknown,
    SlipKind.REVERSAL: reversal,
    SlipKind.BALANCE: balance,
    SlipKind.PROVISIONAL: provisional,
    SlipKind.EXCEPTION: exception,
}
REPORTS = {SlipKind.SETTLEMENT, SlipKind.SHIFT}  # of no transaction (`report.py`)
assert set(SLIPS) == set(SlipKind) - REPORTS

RESULTS: dict[Outcome, Result] = {
    Outcome.APPROVED: Result.APPROVED,
    Outcome.DECLINED: Result.DECLINED,
    Outcome.UNKNOWN: Result.UNKNOWN,
    Outcome.CANCELLING: Result.UNKNOWN,  # debited, not undone yet: only the bank's answer ends it
    Outcome.EXCEPTION: Result.UNKNOWN,
    Outcome.REVERSED: Result.REVERSED,
    Outcome.QUEUED: Result.UNKNOWN,  # only the bank's answer makes it a contribution
}
CHECK_BYTES = 4  # of the chain hash, as people read them over the telephone


def compose(kind: SlipKind, deal: Deal, copy: int, shop: Shop, extras: Extras) -> Lines:
    """The lines of one slip; copy 1 is the first, later ones say 重打印."""
    assert copy >= 1
    content = SLIPS[kind](deal, shop, extras)
    code = _code(deal, shop, extras)
    return lay_out(content, deal, shop, copy=copy, code=code, check=_check(deal, extras))


def _code(deal: Deal, shop: Shop, extras: Extras) -> str:
    """The text of the QR code, "" for a service that the code has no number for."""
    wanted = deal.requested
    kind = KINDS.get(wanted.service)
    if kind is None:
        return ""
    pan = wanted.pan.masked if wanted.pan else ""
    result = RESULTS[deal.outcome]
    return proof.seal(
        Proof(
            kind=Kind.REVERSAL if result is Result.REVERSED else kind,
            key_id=extras.key_id,
            terminal=shop.terminal,
            seq=deal.answered_seq,
            at_s=deal.answered_at_ms // 1000,
            amount_fen=wanted.amount_fen,
            result=result,
            pan=pan[:6] + pan[-4:],
            rrn=deal.answered.rrn if deal.answered else "",
            chain=extras.chain[:CHAIN_BYTES],
        ),
        extras.sign,
    )


def _check(deal: Deal, extras: Extras) -> str:
    """The journal entry's number and the head of its chain hash: short enough to be read aloud."""
    return f"{deal.answered_seq}-{extras.chain[:CHECK_BYTES].hex().upper()}"
