from __future__ import annotations

import pytest

from terminal.i18n import texts
from tests.ui.catalogue import compile_english


@pytest.fixture(scope="session", autouse=True)
def _english_catalogue() -> None:
    """What make builds; without it English pages would be Chinese."""
    compile_english()
    texts.cache_clear()
