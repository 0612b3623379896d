"""Raw TCP and TLS: LEN, TPDU, header, body; one request at a time on each connection.

bank-wire.md section 1. A connection may carry one request or many; who closes it is the terminal,
or a fault. A LEN of 0 is the probe of some hosts and is passed over. Faults are those of rule 8 of
county-wire.md but for what only HTTP has (http_500, redirect) and what only signatures have.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass

from tests.hw_sim.bank import classic, host
from tests.hw_sim.bank.faults import KINDS, Fault, FaultPlan
from tests.hw_sim.bank.reordering import HeldBack
from tests.hw_sim.bank.services.table import find_service
from tests.hw_sim.bank.state import Bank
from tests.hw_sim.bank.store import transaction
from tests.hw_sim.bank.wire import (
    FRAME_BYTES_MAX,
    FRAME_BYTES_MIN,
    Message,
    Unreadable,
    decode,
)

LEN_BYTES = 2
PROBE = 0
OFFERED = frozenset(KINDS) - {"http_500", "redirect", "bad_signature", "unsigned"}


@dataclass(frozen=True)
class Call:
    """One request on its connection."""

    read: Message | Unreadable
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    fault: Fault | None

    @property
    def message(self) -> Message:
        message = self.read.message if isinstance(self.read, Unreadable) else self.read
        return message or Message("", {})

    @property
    def wait_s(self) -> float:
        assert self.fault is not None
        return self.fault.wait_s

    async def say(self, frame: bytes | None) -> bool:
        """Sends the frame; False, which ends the connection, when there is none to send."""
        if frame is None:
            return False
        self.writer.write(frame)
        await self.writer.drain()
        return True


class TcpLink:
    """Shares faults and held-back requests with the HTTPS door: it is the same bank."""

    def __init__(self, bank: Bank, plan: FaultPlan, held: HeldBack) -> None:
        self.bank = bank
        self.plan = plan
        self.held = held

    async def converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serves one connection until either side ends it."""
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            while await self._serve_one(reader, writer):
                continue
        writer.close()

    async def _serve_one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        head = await reader.readexactly(LEN_BYTES)
        size = int.from_bytes(head, "big")
        if size == PROBE:
            return True
        if not FRAME_BYTES_MIN <= size <= FRAME_BYTES_MAX:
            return False
        read = decode(head + await reader.readexactly(size))
        call = Call(read, reader, writer, None)
        service = find_service(call.message)
        fault = self.plan.take(call.message.mti, service.name if service else "", OFFERED)
        call = Call(read, reader, writer, fault)
        return await DELIVER.get(fault.name if fault else "", _plainly)(self, call)

    def book(self, call: Call) -> bytes | None:
        """The bank's answer; then what `reorder` held back for this message is delivered."""
        with transaction(self.bank.db):
            answered = classic.answer(self.bank, call.read, call.fault)
            self.held.deliver_after(self.bank, call.message)
        return answered

    def reach(self, call: Call) -> None:
        """Books, unless the fault strikes before; then the request stands in the list alone."""
        assert call.fault is not None
        if not call.fault.before_booking:
            self.book(call)
            return
        service = find_service(call.message)
        with transaction(self.bank.db):
            host.record(
                self.bank,
                classic.terminal_of(call.read),
                classic.NO_SEQ,
                call.message,
                service.name if service else "",
                self.bank.accounting_day(),
                call.fault.name,
            )


Deliver = Callable[[TcpLink, Call], Awaitable[bool]]


async def _plainly(link: TcpLink, call: Call) -> bool:
    return await call.say(link.book(call))


async def _drop(link: TcpLink, call: Call) -> bool:
    link.reach(call)
    return False


async def _delay(link: TcpLink, call: Call) -> bool:
    frame = link.book(call)
    await link.plan.pause(call.wait_s)
    return await call.say(frame)


async def _late(link: TcpLink, call: Call) -> bool:
    """Answers when the terminal has hung up, or asked again, or the time is over."""
    frame = link.book(call)
    waits = [
        asyncio.ensure_future(call.reader.read(1)),
        asyncio.ensure_future(link.plan.pause(call.wait_s)),
    ]
    await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
    for wait in waits:
        wait.cancel()
    await call.say(frame)
    return False


async def _twice(link: TcpLink, call: Call) -> bool:
    frame = link.book(call)
    return await call.say(frame) and await call.say(frame)


async def _reorder(link: TcpLink, call: Call) -> bool:
    if isinstance(call.read, Message):
        link.held.hold(classic.terminal_of(call.read), classic.NO_SEQ, call.read)
    return False


async def _truncate(link: TcpLink, call: Call) -> bool:
    frame = link.book(call) or b""
    await call.say(frame[: len(frame) // 2])
    return False


async def _slow_drip(link: TcpLink, call: Call) -> bool:
    for byte in link.book(call) or b"":
        if call.writer.is_closing():
            break
        await call.say(bytes([byte]))
        await link.plan.pause(call.wait_s)
    return False


async def _restart(link: TcpLink, call: Call) -> bool:
    link.reach(call)
    link.bank.sessions.clear()
    return False


async def _day_cut(link: TcpLink, call: Call) -> bool:
    """The message is the first of the new accounting day."""
    with transaction(link.bank.db):
        link.bank.cut_day()
    return await call.say(link.book(call))


# Faults that are not here change the answer's content only (classic).
DELIVER: dict[str, Deliver] = {
    "drop_before": _drop,
    "drop_after": _drop,
    "delay": _delay,
    "late": _late,
    "twice": _twice,
    "reorder": _reorder,
    "truncate": _truncate,
    "slow_drip": _slow_drip,
    "restart": _restart,
    "day_cut": _day_cut,
}
assert set(DELIVER) <= OFFERED
