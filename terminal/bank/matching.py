"""Whether a frame answers a request, or one before it (`bank-wire.md` section 4.1). Pure."""

from __future__ import annotations

from protocol.bank.frame import LEN_BYTES, open_frame
from protocol.bank.messages import answer_mti
from protocol.errors import PeerMistake

MUST_AGREE = (11, 41, 42)
AGREE_IF_BOTH = (3, 4)


def belongs(asked: bytes, got: bytes) -> bool:
    """False only for a readable answer to something else: what cannot be read, or lacks a field,
    is not dropped but judged (`dialect.answer`).
    """
    try:
        ours, _ = open_frame(asked, max_frame=len(asked) - LEN_BYTES)
        theirs, _ = open_frame(got, max_frame=len(got) - LEN_BYTES)
    except PeerMistake:
        return True
    if theirs.mti != answer_mti(ours.mti):
        return False
    return all(
        ours.text(de) == theirs.text(de)
        for de in (*MUST_AGREE, *AGREE_IF_BOTH)
        if de in ours.fields and de in theirs.fields
    )
