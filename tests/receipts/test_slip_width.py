"""No slip is wider than its paper, whatever names, amounts, answers and languages bring."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from drivers.api import Text
from protocol.values import PersonName
from terminal.core.deal import Deal
from terminal.core.exchange import Verdict
from terminal.core.facts import Answered, Fact, Queued, Requested, SlipKind
from terminal.i18n import N_
from terminal.receipts.shop import Extras, Shop
from terminal.receipts.slip import SLIPS, compose
from tests.receipts.counter import (
    BALANCE,
    CARD_CONTRIBUTION,
    CASH_CONTRIBUTION,
    CASH_TAKEN,
    FORWARDED,
    NO_ANSWER,
    QUEUED,
    REFUSED,
    TOO_LATE,
    UNDONE,
    WITHDRAWAL,
    deal_of,
    width,
)

Slip = tuple[SlipKind, Deal]
EXTRAS = Extras(lambda data: bytes(64), bytes(4), bytes(32))
wide = st.text(max_size=40) | st.text("村·￥，A-", max_size=40)
amounts = st.integers(1, 2**32 - 1)  # four bytes of the code
answers = st.builds(
    Answered,
    code=st.text("0123456789AP", min_size=2, max_size=2),
    verdict=st.just(Verdict.APPROVED),
    text=wide,
    rrn=st.text("0123456789", max_size=12),
    authorisation=st.text("0123456789ABC", max_size=6),
    receipt_number=st.text("0123456789ABC", max_size=20),
    paid_already=wide,
)


def wordy(text: str) -> str:
    """A language of long words that needs three times the room."""
    return text * 3


shops = st.builds(
    Shop,
    name=wide,
    terminal=st.just("44010001"),
    merchant=st.text("0123456789", min_size=15, max_size=15),
    phone=st.text("0123456789-", min_size=4, max_size=20),
    issuer_name=wide,
    own_bins=st.just(("622999",)),
    townships=wide.map(lambda name: {"103": name}),
    store_copy_months=st.integers(1, 999),
    columns=st.sampled_from([32, 48]),
    texts=st.sampled_from([N_, wordy]),
)


@st.composite
def requests(draw: st.DrawFn, *requests: Requested) -> Requested:
    request = draw(st.sampled_from(requests))
    name = PersonName(draw(wide)) if request.name is not None else None
    return replace(request, amount_fen=draw(amounts), fee_fen=draw(amounts), name=name)


queued = amounts.map(lambda fen: replace(QUEUED, amount_fen=fen))
moving = requests(WITHDRAWAL, CARD_CONTRIBUTION, CASH_CONTRIBUTION)
declined = answers.map(lambda answer: replace(answer, verdict=Verdict.DECLINED))
doubts = st.sampled_from([(NO_ANSWER,), (NO_ANSWER, TOO_LATE)])


def slips_of(
    kind: SlipKind, request: st.SearchStrategy[Requested | Queued], facts: st.SearchStrategy
) -> st.SearchStrategy[Slip]:
    def slip(request: Requested | Queued, facts: Fact | tuple[Fact, ...]) -> Slip:
        return kind, deal_of(request, *(facts if isinstance(facts, tuple) else (facts,)))

    return st.builds(slip, request, facts)


SLIPS_OF = {
    SlipKind.STORE_COPY: slips_of(SlipKind.STORE_COPY, requests(WITHDRAWAL), answers),
    SlipKind.CUSTOMER_COPY: slips_of(SlipKind.CUSTOMER_COPY, requests(WITHDRAWAL), answers),
    SlipKind.VOUCHER: slips_of(
        SlipKind.VOUCHER, requests(CARD_CONTRIBUTION, CASH_CONTRIBUTION), answers
    ),
    SlipKind.DECLINED: slips_of(SlipKind.DECLINED, moving, declined),
    SlipKind.UNKNOWN: slips_of(SlipKind.UNKNOWN, moving, doubts),
    SlipKind.REVERSAL: slips_of(SlipKind.REVERSAL, moving, st.just((NO_ANSWER, UNDONE))),
    SlipKind.BALANCE: slips_of(SlipKind.BALANCE, requests(BALANCE), answers),
    SlipKind.PROVISIONAL: slips_of(SlipKind.PROVISIONAL, queued, st.just((CASH_TAKEN,))),
    SlipKind.EXCEPTION: slips_of(SlipKind.EXCEPTION, moving, st.just((NO_ANSWER, TOO_LATE)))
    | slips_of(
        SlipKind.EXCEPTION, queued, declined.map(lambda no: (CASH_TAKEN, FORWARDED, no, REFUSED))
    ),
}
assert set(SLIPS_OF) == set(SLIPS)


@given(st.one_of(SLIPS_OF.values()), shops, st.integers(1, 99), amounts)
def test_no_line_is_wider_than_the_paper(
    slip: Slip, shop: Shop, copy: int, balance_fen: int
) -> None:
    lines = compose(*slip, copy, shop, replace(EXTRAS, balance_fen=balance_fen))
    texts = [line for line in lines if isinstance(line, Text)]
    assert all(width(line.text) * line.size <= shop.columns for line in texts)
