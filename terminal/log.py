"""The station's log: one key=value line a fact on stderr, and no card or identity number in it
ever.
"""

from __future__ import annotations

import logging
import re
import sys

from protocol.values import Pan

# not inside a longer run of letters or digits: hashes and keys of facts stay as they are
CARD = re.compile(r"(?<![0-9A-Za-z])\d{13,19}(?![0-9A-Za-z])")
IDENTITY = re.compile(r"(?<![0-9A-Za-z])\d{17}[0-9Xx](?![0-9A-Za-z])")
FORMAT = "%(asctime)s %(levelname)s %(name)s %(message)s"


class Masking(logging.Formatter):
    """Masks what looks like a card or identity number, in messages and in tracebacks alike."""

    def format(self, record: logging.LogRecord) -> str:
        return masked(super().format(record))


def masked(text: str) -> str:
    """`text` with every identity number and every Luhn-valid 13 to 19 digits masked."""
    text = IDENTITY.sub(lambda found: f"{found[0][:3]}***********{found[0][-4:]}", text)
    return CARD.sub(_card, text)


def _card(found: re.Match[str]) -> str:
    pan = Pan(found[0])
    return pan.masked if pan.luhn_ok else found[0]


def start() -> None:
    """Log to stderr; systemd keeps it."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(Masking(FORMAT))
    logging.basicConfig(level=logging.INFO, handlers=[handler])
    for quiet in ("httpx", "httpcore"):
        logging.getLogger(quiet).setLevel(logging.WARNING)
