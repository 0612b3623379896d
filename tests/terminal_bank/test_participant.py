"""The contribution query's echo of a person: read in full, or the answer is unknown."""

from __future__ import annotations

import pytest

from protocol.values import IdNumber
from terminal.bank.dialect import Misfit
from terminal.core.exchange import Verdict
from tests.terminal_bank.asks import ASKS, heard, reply_with


@pytest.mark.parametrize(
    "elements",
    [
        "ID0181101011980030787",
        "NM006王秀英ST001ATW003103",  # no ID
        "ID01811010119800307873XNM006王秀英ST001ATW003103PD0042023",
        "ID01811010119800307873XNM006王秀英ST001ATW003103BL003abc",
        "ID01811010119800307873XNM006王秀英ST001ATW003103BL0031_0",
        "ID01811010119800307873XNM006王秀英ST001ATW003103YS005 2026",
        "ID01811010119800307873XNM006王秀英ST001ATW003103TL002-5",
        "ID01811010119800307873XNM006王秀英ST001ATW003103PD0092023:10,5",
        "ID01811010119800307873XNM006王秀英TW003103",  # no status
        "ID01811010119800307873XNM006王秀英ST001VTW003103",  # one of the identity check
        "ID01811010119800307873XNM006王秀英ST001XTW003103",
        "ID01811010119800307873XNM006王秀英ST001AST001DTW003103",  # two of them
        "ID01811010119800307873XST001ATW003103",  # no name
        "ID01811010119800307873XNM006王秀英ST001A",  # no township
        "ID01811010119800307873XNM006王秀英ST001ATW003103HN003a,b",
    ],
)
def test_an_odd_participant_makes_the_query_unknown(elements: str) -> None:
    reply = reply_with("contribution-query", {62: elements.encode("gb18030")})
    with pytest.raises(Misfit):
        heard(reply, ASKS["contribution-query"])


def test_nobody_known_by_that_number_is_an_answer() -> None:
    reply = reply_with("contribution-query", {62: b"ST001N"})
    told = heard(reply, ASKS["contribution-query"])
    assert (told.verdict, told.participant) == (Verdict.APPROVED, None)


def test_household_members_are_read() -> None:
    told = "ID01811010119800307873XNM006王秀英ST001ATW003103HN027110101195506120043,李四,R"
    told = told.replace("HN027", f"HN{len('110101195506120043,李四,R'.encode('gb18030')):03d}")
    reply = reply_with("contribution-query", {62: told.encode("gb18030")})
    found = heard(reply, ASKS["contribution-query"]).participant
    assert found is not None
    ((number, name, status),) = found.household
    assert number == IdNumber("110101195506120043")
    assert (name.reveal(), status) == ("李四", "R")
