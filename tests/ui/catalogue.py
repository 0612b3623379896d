"""What the English catalogue must hold: every text of terminal/, found the way pybabel finds them.

`python -m tests.ui.catalogue` rewrites the .po in place: new texts come in empty, unused ones go.
"""

from __future__ import annotations

from io import BytesIO
from os import getpid
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from terminal.i18n import DOMAIN, ENGLISH, FOLDER

SOURCES = Path(__file__).parents[2] / "terminal"
PO = FOLDER / ENGLISH / "LC_MESSAGES" / f"{DOMAIN}.po"
KEYWORDS = {"_": None, "N_": None}


def texts_in_code() -> set[str]:
    found = extract_from_dir(SOURCES, keywords=KEYWORDS, comment_tags=())
    return {message for _file, _line, message, _comments, _context in found if message}


def english() -> Catalog:
    return read_po(BytesIO(PO.read_bytes()), locale=ENGLISH, domain=DOMAIN)


def compile_english() -> None:
    """The .mo that make builds, for tests that show English."""
    built = PO.with_suffix(".mo")
    fresh = PO.with_suffix(f".mo.{getpid()}")  # of its own: test processes run side by side
    content = BytesIO()
    write_mo(content, english())
    fresh.write_bytes(content.getvalue())
    fresh.replace(built)


def rewrite() -> None:
    wanted = texts_in_code()
    old = english() if PO.exists() else Catalog(locale=ENGLISH, domain=DOMAIN)
    new = Catalog(
        locale=ENGLISH,
        domain=DOMAIN,
        project=DOMAIN,
        header_comment="# English texts of screen and slip; the message is the Chinese text.",
        msgid_bugs_address="none",
        last_translator="none",
        language_team="none",
        creation_date=old.creation_date,
        revision_date=old.revision_date,
        fuzzy=False,
    )
    for text in sorted(wanted):
        known = old.get(text)
        new.add(text, known.string if known is not None else "")
    PO.parent.mkdir(parents=True, exist_ok=True)
    with PO.open("wb") as out:
        write_po(out, new, width=100, omit_header=False, no_location=True)


if __name__ == "__main__":
    rewrite()
