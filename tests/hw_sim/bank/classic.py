"""The `cup-classic` profile: frames without HTTP signatures (county-wire.md, head).

Over HTTPS on the paths of bank-wire.md section 1, or over TCP (`tcp_link`). Who asks, DE41 says
alone; the checks of the host are the same, sequence numbers and nonces there are none.
"""

from __future__ import annotations

from tests.hw_sim.bank import admission
from tests.hw_sim.bank.faults import Fault
from tests.hw_sim.bank.host import handle
from tests.hw_sim.bank.spoiling import spoilt
from tests.hw_sim.bank.state import Bank
from tests.hw_sim.bank.wire import Message, Unreadable, frame_of

PATHS = ("/mjc/webtrans/VPB_lb", "/unp/webtrans/VPB_lb", "/unp/webtrans/WPOS")
FRAME_TYPE = "x-ISO-TPDU/x-auth"
NO_SEQ = 0


def answer(bank: Bank, read: Message | Unreadable, fault: Fault | None) -> bytes | None:
    """The reply's frame; None for silence. Runs inside the caller's transaction."""
    terminal = terminal_of(read)
    if admission.refused_with(bank, terminal) is not None:
        return None
    forced_code = fault.arg if fault and fault.name == "decline" else None
    miscount = fault is not None and fault.name == "miscount"
    reply = handle(bank, terminal, NO_SEQ, read, forced_code, miscount=miscount)
    if reply is None:
        return None
    return spoilt(bank, terminal, reply, fault.name) if fault else frame_of(reply)


def terminal_of(read: Message | Unreadable | None) -> str:
    """DE41, as far as it can be read."""
    message = read.message if isinstance(read, Unreadable) else read
    return message.get(41) if message else ""
