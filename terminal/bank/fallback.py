"""Several addresses of one bank (`bank-wire.md` section 15, hosts): the next one is asked only when
nobody was reached at the one before, so nothing is ever sent twice.
"""

from __future__ import annotations

from collections.abc import Sequence

from terminal.bank.transport import ANSWER_BYTES_MAX, NOBODY_REACHED, Response, Transport, Unsent


class Fallback:
    """Used by one thread. The first address is tried first each time."""

    def __init__(self, lines: Sequence[Transport]) -> None:
        assert lines
        self._lines = lines

    def post(
        self,
        body: bytes,
        headers: dict[str, str],
        *,
        answer_s: float,
        path: str = "",
        answer_bytes_max: int = ANSWER_BYTES_MAX,
        bank_s: int | None = None,
    ) -> Response:
        """Raises the last address's Unsent, or Lost from wherever a byte has left to."""
        for line in self._lines:
            try:
                return line.post(
                    body,
                    headers,
                    answer_s=answer_s,
                    path=path,
                    answer_bytes_max=answer_bytes_max,
                    bank_s=bank_s,
                )
            except Unsent as why:
                if why.cause not in NOBODY_REACHED or line is self._lines[-1]:
                    raise
        raise AssertionError("the last address ends the loop")

    def close(self) -> None:
        for line in self._lines:
            line.close()
