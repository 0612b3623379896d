"""Texts of screen and slip. The Chinese text is the message; a catalogue holds the other language.

`N_` marks a text in a table; `texts(language)` gives the function that is called `_` where it is
used.
"""

from __future__ import annotations

import gettext
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Final, Literal

DOMAIN = "huinong"
Language = Literal["zh", "en"]
CHINESE: Final = "zh"
ENGLISH: Final = "en"
LANGUAGES: tuple[Language, ...] = (CHINESE, ENGLISH)
FOLDER = Path(__file__).parent

Translate = Callable[[str], str]


def N_(text: str) -> str:
    """`text` itself: marks it for the catalogue where it stands in a table."""
    return text


@cache
def texts(language: str) -> Translate:
    """Translate into `language`; Chinese where the catalogue is missing (it is built by make)."""
    if language == CHINESE:
        return N_
    return gettext.translation(DOMAIN, FOLDER, [language], fallback=True).gettext
