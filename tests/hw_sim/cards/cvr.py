"""Card verification results, bytes 4 to 7 of the IAD (PBOC, as VIS has them).

emv.md names their place and length; the bits are those of JR/T 0025 part 5, which the sheet does
not print, so that nobody but this card and a reader of logs depends on them.
"""

from tests.hw_sim.cards.memory import ApplicationMemory
from tests.hw_sim.cards.state import Session

AAC, TC, ARQC = 0x00, 0x40, 0x80  # CID, section 14
TYPE_MASK = 0xC0
NOT_YET = 0x80  # the second cryptogram has not been asked for
SCRIPTS_MAX = 0x0F


def cvr(
    session: Session, kept: ApplicationMemory, pin_tries: int, first: int, second: int
) -> bytes:
    """Four bytes; `first` and `second` are CIDs, `second` NOT_YET before the second."""
    now = second | first >> 2
    now |= 0x08 if session.issuer_authenticated is False else 0
    now |= 0x04 if session.pin_checked is not None else 0
    now |= 0x02 if session.pin_checked is False else 0
    before = 0x80 if kept.online_unfinished else 0
    before |= 0x40 if pin_tries == 0 else 0
    before |= 0x10 if kept.last_online_atc == 0 else 0
    before |= 0x08 if kept.issuer_authentication_failed else 0
    last = min(kept.script_commands, SCRIPTS_MAX) << 4
    last |= 0x08 if kept.script_failed else 0
    last |= 0x02 if session.dda_done else 0
    return bytes((3, now, before, last))
