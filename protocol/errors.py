"""The two kinds of error that `protocol/` raises, and nothing else.

`OurMistake`: the caller asked for what the dialect cannot say. `PeerMistake`: the other side sent
bytes that do not fit. Neither message carries card data, keys or persons.
"""

from __future__ import annotations


class OurMistake(Exception):
    """A value of ours does not fit its row: stops the flow before anything leaves."""


class PeerMistake(Exception):
    """Bytes from the other side that do not fit.

    kind: one of the closed names of the dialect (for the bank wire: the keys of `malformed.json`).
    field: the data element, 0 where none applies. offset: bytes from the start of the frame.
    """

    def __init__(self, kind: str, field: int = 0, offset: int = 0, detail: str = "") -> None:
        super().__init__(f"{kind} (field {field}, offset {offset}){': ' if detail else ''}{detail}")
        self.kind = kind
        self.field = field
        self.offset = offset
