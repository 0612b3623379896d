"""The bank on the line: starlette endpoints, and the faults that happen on the way.

What a fault does to the answer's content is in `front`; here is what it does to time, order and
connection. Everything runs in one event loop, so requests are judged one after another.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from http import HTTPStatus

from starlette.applications import Starlette
from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tests.hw_sim.bank import classic, front, host
from tests.hw_sim.bank.authority import Authority
from tests.hw_sim.bank.faults import Fault, FaultPlan
from tests.hw_sim.bank.front import Read
from tests.hw_sim.bank.http_signatures import HttpAnswer, HttpRequest
from tests.hw_sim.bank.reordering import HeldBack
from tests.hw_sim.bank.services.table import find_service
from tests.hw_sim.bank.state import Bank
from tests.hw_sim.bank.store import transaction
from tests.hw_sim.bank.wire import Message, Unreadable, decode

PLAIN_PATH = "/plain/{size:int}"
PLAIN_BYTES_MAX = 65_536
ELSEWHERE = "https://localhost:1/"  # where a redirect points: nobody is there

FindTransport = Callable[[tuple[str, int]], asyncio.Transport]


@dataclass(frozen=True)
class Line:
    """One request on its connection."""

    http: Request
    request: HttpRequest
    read: Read
    transport: asyncio.Transport
    fault: Fault | None

    @property
    def message(self) -> Message:
        if isinstance(self.read, Unreadable):
            return self.read.message or Message("", {})
        return self.read or Message("", {})

    async def hung_up(self) -> None:
        while (await self.http.receive())["type"] != "http.disconnect":
            continue


class Server:
    """Owns what spans requests: the fault plan, the held requests, who is in flight."""

    def __init__(self, bank: Bank, authority: Authority, find_transport: FindTransport) -> None:
        self.bank = bank
        self.plan = FaultPlan()
        self._authority = authority
        self._find_transport = find_transport
        self.held = HeldBack()
        self._in_flight: dict[str, int] = {}

    def app(self) -> Starlette:
        paths = (*front.SIGNED_PATHS, *classic.PATHS)
        routes = [Route(path, self._post, methods=["POST"]) for path in paths]
        return Starlette(routes=[*routes, Route(PLAIN_PATH, self._plain, methods=["POST"])])

    async def _plain(self, http: Request) -> Response:
        """So many bytes for whatever was posted: the floor of a benchmark. No bank behind it."""
        await http.body()
        size = min(http.path_params["size"], PLAIN_BYTES_MAX)
        if not _common_name(self._transport_of(http)):
            self._transport_of(http).abort()
        return Response(bytes(size), media_type=front.FRAME_TYPE)

    async def _post(self, http: Request) -> Response:
        line = await self._line(http)
        if not line.request.peer and line.request.target not in front.OPEN_PATHS:
            return await _cut(line)  # nobody without a certificate gets an answer
        named = line.request.headers.get("terminal-id", "").strip('"')
        terminal = named or classic.terminal_of(line.read)
        money = line.message.mti == "0200"
        if money and self._in_flight.get(terminal):
            with transaction(self.bank.db):
                host.note_violation(self.bank, f"two 0200 at once: {terminal}")
        self._in_flight[terminal] = self._in_flight.get(terminal, 0) + money
        try:
            return await DELIVER.get(line.fault.name if line.fault else "", _plainly)(self, line)
        finally:
            self._in_flight[terminal] -= money

    async def _line(self, http: Request) -> Line:
        transport = self._transport_of(http)
        target = http.url.path + (f"?{http.url.query}" if http.url.query else "")
        request = HttpRequest(
            http.method,
            target,
            http.headers.get("host", "").lower(),
            tuple((k.decode("latin-1"), v.decode("latin-1")) for k, v in http.headers.raw),
            await http.body(),
            _common_name(transport),
        )
        read = decode(request.body) if target in front.FRAME_PATHS else None
        line = Line(http, request, read, transport, None)
        service = find_service(line.message)
        fault = self.plan.take(line.message.mti, service.name if service else "")
        return Line(http, request, read, transport, fault)

    def _transport_of(self, http: Request) -> asyncio.Transport:
        assert http.client is not None
        return self._find_transport((http.client.host, http.client.port))

    def book(self, line: Line) -> HttpAnswer:
        """The bank's answer; then what `reorder` held back for this message is delivered."""
        answer = front.receive(self.bank, self._authority, line.request, line.read, line.fault)
        with transaction(self.bank.db):
            self.held.deliver_after(self.bank, line.message)
        return answer

    def hold(self, line: Line) -> None:
        """Admits a request without showing it to the host."""
        if line.request.target in classic.PATHS and isinstance(line.read, Message):
            self.held.hold(classic.terminal_of(line.read), classic.NO_SEQ, line.read)
            return
        verified = front.admit_signature(self._authority, line.request)
        if isinstance(verified, HttpAnswer) or not isinstance(line.read, Message):
            return
        with transaction(self.bank.db):
            if not front.refused_status(self.bank, line.request, verified, line.read):
                self.held.hold(verified.terminal, verified.seq, line.read)

    def note_lost(self, line: Line) -> None:
        """A request that never reached the bank still stands in the list of all requests."""
        assert line.fault is not None
        named = line.request.headers.get("terminal-id", "").strip('"')
        terminal = named or classic.terminal_of(line.read)
        service = find_service(line.message)
        with transaction(self.bank.db):
            host.record(
                self.bank,
                terminal,
                int(line.request.headers.get("terminal-seq", "0")),
                line.message,
                service.name if service else "",
                self.bank.accounting_day(),
                line.fault.name,
            )

    def reach(self, line: Line) -> HttpAnswer | None:
        """The answer, or None when the fault strikes before the booking."""
        assert line.fault is not None
        if line.fault.before_booking:
            self.note_lost(line)
            return None
        return self.book(line)


Deliver = Callable[[Server, Line], Awaitable[Response]]


async def _plainly(server: Server, line: Line) -> Response:
    return _response(server.book(line))


async def _drop(server: Server, line: Line) -> Response:
    server.reach(line)
    return await _cut(line)


async def _delay(server: Server, line: Line) -> Response:
    assert line.fault is not None
    answer = server.book(line)
    await server.plan.pause(line.fault.wait_s)
    return _response(answer)


async def _late(server: Server, line: Line) -> Response:
    """Answers when the terminal has hung up: the bytes go to nobody, the booking stands."""
    assert line.fault is not None
    answer = server.book(line)
    waits = [
        asyncio.ensure_future(line.hung_up()),
        asyncio.ensure_future(server.plan.pause(line.fault.wait_s)),
    ]
    await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
    for wait in waits:
        wait.cancel()
    return _response(answer)


async def _twice(server: Server, line: Line) -> Response:
    answer = server.book(line)

    async def again() -> None:
        line.transport.write(_raw(answer))

    return _response(answer, BackgroundTask(again))


async def _reorder(server: Server, line: Line) -> Response:
    server.hold(line)
    return await _cut(line)


async def _truncate(server: Server, line: Line) -> Response:
    answer = server.book(line)
    line.transport.write(_raw(answer)[: -len(answer.body) // 2])
    line.transport.close()
    await line.hung_up()
    return _response(answer)


async def _http_500(server: Server, line: Line) -> Response:
    server.reach(line)
    return Response(b"internal error", HTTPStatus.INTERNAL_SERVER_ERROR)


async def _redirect(server: Server, line: Line) -> Response:
    server.reach(line)
    return Response(status_code=HTTPStatus.TEMPORARY_REDIRECT, headers={"Location": ELSEWHERE})


async def _slow_drip(server: Server, line: Line) -> Response:
    assert line.fault is not None
    answer = server.book(line)
    for byte in _raw(answer):
        if line.transport.is_closing():
            break
        line.transport.write(bytes([byte]))
        await server.plan.pause(line.fault.wait_s)
    return await _cut(line)


async def _restart(server: Server, line: Line) -> Response:
    """Working keys are gone (county-wire.md, batch and day), and so is this connection."""
    server.reach(line)
    server.bank.sessions.clear()
    return await _cut(line)


async def _day_cut(server: Server, line: Line) -> Response:
    """The message is the first of the new accounting day."""
    with transaction(server.bank.db):
        server.bank.cut_day()
    return _response(server.book(line))


# Faults that are not here change the answer's content only (front).
DELIVER: dict[str, Deliver] = {
    "drop_before": _drop,
    "drop_after": _drop,
    "delay": _delay,
    "late": _late,
    "twice": _twice,
    "reorder": _reorder,
    "truncate": _truncate,
    "http_500": _http_500,
    "redirect": _redirect,
    "slow_drip": _slow_drip,
    "restart": _restart,
    "day_cut": _day_cut,
}


async def _cut(line: Line) -> Response:
    """Ends the connection; the response returned goes nowhere."""
    line.transport.abort()
    await line.hung_up()
    return Response(status_code=HTTPStatus.NO_CONTENT)


def _response(answer: HttpAnswer, background: BackgroundTask | None = None) -> Response:
    return Response(answer.body, answer.status_code, answer.headers, background=background)


def _raw(answer: HttpAnswer) -> bytes:
    """The answer as HTTP/1.1 bytes, for what no web framework would send."""
    headers = {**answer.headers, "Content-Length": str(len(answer.body))}
    head = [f"HTTP/1.1 {answer.status_code} {HTTPStatus(answer.status_code).phrase}"]
    head += [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join([*head, "", ""]).encode("latin-1") + answer.body


def _common_name(transport: asyncio.Transport) -> str:
    certificate = transport.get_extra_info("peercert") or {}
    names = dict(pair for part in certificate.get("subject", ()) for pair in part)
    return str(names.get("commonName", ""))
