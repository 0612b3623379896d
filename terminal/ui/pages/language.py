"""The key that changes the language; it is named in the language that it changes to."""

from __future__ import annotations

from dataclasses import replace

from terminal.i18n import CHINESE, ENGLISH
from terminal.ui.sheet import Become, Key
from terminal.ui.state import UiState


def other_language(state: UiState, key: str) -> Key:
    if state.language == CHINESE:
        return Key(key, "English", Become(replace(state, language=ENGLISH)))
    return Key(key, "中文", Become(replace(state, language=CHINESE)))
