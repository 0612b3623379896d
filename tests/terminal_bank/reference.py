"""`python -m tests.terminal_bank.reference`: the profile's reference into docs, from its schema."""

from __future__ import annotations

from pathlib import Path

from terminal.maintenance.wire_profile import reference

DOCUMENT = Path(__file__).parents[2] / "docs" / "bank-integration.md"
BEGIN, END = "<!-- huinong wire profile -->\n", "<!-- end -->\n"


def renewed(text: str) -> str:
    """The document with what stands between its two marks made anew."""
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    return before + BEGIN + "\n" + "\n".join(reference()) + "\n\n" + END + after


if __name__ == "__main__":
    DOCUMENT.write_text(renewed(DOCUMENT.read_text("utf-8")), "utf-8")
