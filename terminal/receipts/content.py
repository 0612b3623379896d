"""What one kind of slip says beside what all slips say; `paper.py` puts it into lines."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from terminal.core.deal import Deal
from terminal.receipts.shop import Extras, Shop


@dataclass(frozen=True, slots=True)
class Content:
    """All texts are already in the language of the slip.

    alarm stands in double size under the title; rows are (label, value) of this kind alone; says
    are sentences below the references. amount_fen None leaves the money out: none was asked for.
    check_code prints the short code that the consult phone asks for.
    """

    title: str
    subtitle: str
    amount_label: str
    amount_fen: int | None
    alarm: tuple[str, ...] = ()
    rows: tuple[tuple[str, str], ...] = ()
    says: tuple[str, ...] = ()
    check_code: bool = False
    signature: bool = False
    note: str = ""


Rows = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Report:
    """A slip of the station's own, of no transaction. at_ms is the station's time; sections are
    set apart, rows without a value are headings.
    """

    title: str
    subtitle: str
    alarm: tuple[str, ...]
    operator: str
    at_ms: int
    sections: tuple[Rows, ...]
    says: tuple[str, ...] = ()
    signatures: tuple[str, ...] = ()


Write = Callable[[Deal, Shop, Extras], Content]
