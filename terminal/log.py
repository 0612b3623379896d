"""The station's log: one key=value line a fact on stderr, and no card or identity number in it
ever. Of a mistake of ours it says type and place: an exception's message quotes what it met.
"""

from __future__ import annotations

import logging
import re
import sys
import threading
from contextlib import suppress
from types import TracebackType
from typing import TextIO

from drivers.mistake import named
from protocol.values import Pan

# not inside a longer run of letters or digits: hashes and keys of facts stay as they are
CARD = re.compile(r"(?<![0-9A-Za-z])\d{13,19}(?![0-9A-Za-z])")
IDENTITY = re.compile(r"(?<![0-9A-Za-z])\d{17}[0-9Xx](?![0-9A-Za-z])")
FORMAT = "%(asctime)s %(levelname)s %(name)s %(message)s"


Caught = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]

log = logging.getLogger("huinong")


class Masking(logging.Formatter):
    """Masks what looks like a card or identity number; an exception is named, not quoted."""

    def format(self, record: logging.LogRecord) -> str:
        return masked(super().format(record)).replace("\n", " ")

    def formatException(self, ei: Caught) -> str:
        return "" if ei[1] is None else named(ei[1])


class Stderr(logging.StreamHandler[TextIO]):
    """Says of a line that it cannot write where it came from, and not what stood in it."""

    def handleError(self, record: logging.LogRecord) -> None:
        why = sys.exc_info()[1]
        with suppress(OSError, ValueError):  # stderr itself: there is nobody left to tell
            if why is not None:
                self.stream.write(
                    f"unwritten line={record.filename}:{record.lineno} {named(why)}\n"
                )


def masked(text: str) -> str:
    """`text` with every identity number and every Luhn-valid 13 to 19 digits masked."""
    text = IDENTITY.sub(lambda found: f"{found[0][:3]}***********{found[0][-4:]}", text)
    return CARD.sub(_card, text)


def _card(found: re.Match[str]) -> str:
    pan = Pan(found[0])
    return pan.masked if pan.luhn_ok else found[0]


def start() -> None:
    """Log to stderr; systemd keeps it. What nobody catches goes the same way, in any thread."""
    handler = Stderr(sys.stderr)
    handler.setFormatter(Masking(FORMAT))
    logging.basicConfig(level=logging.INFO, handlers=[handler])
    for quiet in ("httpx", "httpcore"):
        logging.getLogger(quiet).setLevel(logging.WARNING)
    threading.excepthook = _thread_ended
    sys.unraisablehook = _nobody_told
    if sys.excepthook is sys.__excepthook__:  # `huinong` has one for people, which logs here too
        sys.excepthook = _process_ended


def _thread_ended(args: threading.ExceptHookArgs) -> None:
    if args.exc_value is not None and not isinstance(args.exc_value, SystemExit):
        thread = args.thread.name if args.thread is not None else ""
        log.critical("fault thread=%s why=%s", thread, named(args.exc_value))


def _nobody_told(args: sys.UnraisableHookArgs) -> None:
    if args.exc_value is not None:
        log.error("fault unraisable why=%s", named(args.exc_value))


def _process_ended(
    kind: type[BaseException], fault: BaseException, trace: TracebackType | None
) -> None:
    log.critical("fault why=%s", named(fault))
