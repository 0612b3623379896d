"""Answers that nothing ends but silence: what old devices say of themselves."""

from __future__ import annotations

from drivers.port import Port

TEXT_BYTES_MAX = 80


def text_until_silent(port: Port, first_s: float, silence_s: float, *, end: bytes = b"") -> str:
    """The printable ASCII that arrives, "" when none does.

    first_s: how long the first byte may take, silence_s: between two; `end` ends it at once.
    """
    got, until = b"", port.now() + first_s
    while len(got) < TEXT_BYTES_MAX and not (end and end in got):
        data = port.read(until)
        if not data:
            break
        got, until = got + data, port.now() + silence_s
    text = got[:TEXT_BYTES_MAX].decode("ascii", "ignore")
    return "".join(char for char in text if char.isprintable()).strip()
