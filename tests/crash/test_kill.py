"""The real engine is killed in mid-service and the books agree; in small, on the bench."""

from __future__ import annotations

import pytest

from tests.crash import kill


@pytest.mark.slow
def test_after_two_kills_the_books_agree_and_nothing_is_paid_twice(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    told = kill.run(tmp_path_factory.mktemp("k"), rounds=2, seed=2)  # a short name: sockets
    assert sum(told["hit"].values()) == 2
    assert (told["lost"], told["doubled"]) == (0, 0)
    assert told["books_agree"]
    assert told["journal_verified"]
