"""The bank as one running thing: composed from its directory, served from a thread."""

from __future__ import annotations

import asyncio
import random
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, Protocol

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from tests.hw_sim.bank import checkpoint
from tests.hw_sim.bank.authority import Authority, open_authority, read_enrolments
from tests.hw_sim.bank.chip_parameters import read_chip_objects
from tests.hw_sim.bank.chips import read_chips
from tests.hw_sim.bank.control import Control, Op
from tests.hw_sim.bank.county import read_county
from tests.hw_sim.bank.key_registry import KeyRegistry
from tests.hw_sim.bank.opening import STATION_OPENING_FEN, open_books
from tests.hw_sim.bank.server import Server
from tests.hw_sim.bank.state import LOG_ORIGIN, Bank
from tests.hw_sim.bank.store import open_store, raise_setting, transaction
from tests.hw_sim.bank.tcp_link import TcpLink

KEEP_ALIVE_S = 300
SHUTDOWN_S = 1
START_WAIT_S = 20


class Listening(Protocol):
    """A listening socket, asyncio's or our own."""

    def getsockname(self) -> Any: ...


@dataclass(frozen=True)
class Doors:
    """Where the bank can be reached; a port of 0 is any free one, None is no such door."""

    listen: str = "127.0.0.1"
    names: tuple[str, ...] = ()  # of its certificate, beside localhost
    tcp: int | None = None
    tls: int | None = None


@dataclass(frozen=True)
class Settings:
    """How the bank is started; see the command line for the meaning of each."""

    directory: Path
    people: Mapping[str, Any] = field(repr=False)
    county: Path
    port: int = 0
    seed: int = 0
    first_day: date | None = None
    station_fen: int = STATION_OPENING_FEN
    clock: Callable[[], float] = time.time
    log_origin: str = LOG_ORIGIN
    doors: Doors = field(default_factory=Doors)


@dataclass
class RunningBank:
    """A bank that answers. `stopped` is set when somebody asked it to end."""

    url: str
    tcp_url: str | None  # tcp://host:port
    tls_url: str | None  # tls://host:port
    ca_file: Path
    socket_file: Path
    stopped: threading.Event
    _control: Control = field(repr=False)
    _loop: asyncio.AbstractEventLoop = field(repr=False)

    def control(self, op: Op) -> Op:
        """The same operations as on the control socket."""

        async def ask() -> Op:
            return self._control.answer(op)

        return asyncio.run_coroutine_threadsafe(ask(), self._loop).result()

    def stop(self) -> None:
        """Asks the bank to end; one that has ended already is left alone."""
        with suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self._control.stop)


@contextmanager
def running_bank(
    directory: Path,
    people: Mapping[str, Any],
    county: Path,
    *,
    port: int = 0,
    seed: int = 0,
    first_day: date | None = None,
    station_fen: int = STATION_OPENING_FEN,
    clock: Callable[[], float] = time.time,
    log_origin: str = LOG_ORIGIN,
    doors: Doors | None = None,
) -> Iterator[RunningBank]:
    """A bank in a thread of its own, ready when the body begins, gone when it ends.

    `directory` holds terminals.json; books, CA and host key found there are used again.
    """
    settings = Settings(
        directory,
        people,
        county,
        port,
        seed,
        first_day,
        station_fen,
        clock,
        log_origin,
        doors or Doors(),
    )
    ready: list[RunningBank] = []
    started, stopped = threading.Event(), threading.Event()

    def run() -> None:
        try:
            asyncio.run(_serve(settings, ready, started, stopped))
        finally:
            started.set()
            stopped.set()

    thread = threading.Thread(target=run, name="sandbox-bank", daemon=True)
    thread.start()
    if not started.wait(START_WAIT_S) or not ready:
        raise RuntimeError("the sandbox bank did not start")
    try:
        yield ready[0]
    finally:
        ready[0].stop()
        thread.join()


async def _serve(
    settings: Settings,
    ready: list[RunningBank],
    started: threading.Event,
    stopped: threading.Event,
) -> None:
    bank, authority = _open(settings)
    config = _config(authority)
    web = uvicorn.Server(config)
    server = Server(bank, authority, lambda client: _transport(web, client))
    config.app = server.app()

    def stop() -> None:
        stopped.set()
        server.plan.clear()
        web.should_exit = True

    doors = settings.doors
    listening = socket.create_server((doors.listen, settings.port))
    # asyncio does not set it on sockets made elsewhere: 40 ms a reply, head waiting for body
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    control = Control(bank, server.plan, stop)
    path = settings.directory / "control.sock"
    path.unlink(missing_ok=True)
    control_server = await asyncio.start_unix_server(control.converse, path)
    link = TcpLink(bank, server.plan, server.held)
    tcp = await _listen(link, doors, doors.tcp, None)
    tls = await _listen(link, doors, doors.tls, _context(authority))
    loop = asyncio.get_running_loop()
    ready.append(
        RunningBank(
            _url(doors, "https", listening),
            _url(doors, "tcp", tcp.sockets[0]) if tcp else None,
            _url(doors, "tls", tls.sockets[0]) if tls else None,
            authority.ca_file,
            path,
            stopped,
            control,
            loop,
        )
    )
    started.set()
    try:
        await web.serve(sockets=[listening])
    finally:
        for listener in filter(None, (control_server, tcp, tls)):
            listener.close()
        bank.db.close()
        path.unlink(missing_ok=True)


async def _listen(
    link: TcpLink, doors: Doors, port: int | None, tls: ssl.SSLContext | None
) -> asyncio.Server | None:
    if port is None:
        return None
    return await asyncio.start_server(link.converse, doors.listen, port, ssl=tls)


def _url(doors: Doors, scheme: str, listening: Listening) -> str:
    name = doors.names[0] if doors.names else "localhost"
    return f"{scheme}://{name}:{listening.getsockname()[1]}"


def _open(settings: Settings) -> tuple[Bank, Authority]:
    settings.directory.mkdir(parents=True, exist_ok=True)
    enrolments = read_enrolments(settings.directory)
    db = open_store(settings.directory / "books.sqlite")
    registry = KeyRegistry(db, settings.clock)
    with transaction(db):
        starts = raise_setting(db, "starts")
        # TLS is judged by this machine's clock, whatever the bank's clock says
        authority = open_authority(
            settings.directory, enrolments, registry, settings.doors.names, time.time()
        )
    bank = Bank(
        db,
        read_county(settings.county),
        {enrolment.terminal.id: enrolment.terminal for enrolment in enrolments},
        settings.clock,
        # another start draws other keys, or a restart would bring the revoked ones back
        random.Random(f"{settings.seed}/{starts}"),
        signing_keys=registry.by_terminal,
        log_origin=settings.log_origin,
        chips=read_chips(settings.directory),
        chip_objects=read_chip_objects(settings.directory),
        checkpoints=settings.directory / "checkpoints",
    )
    open_books(
        bank,
        settings.people,
        {enrolment.terminal.id: enrolment.batch for enrolment in enrolments},
        first_day=settings.first_day,
        station_fen=settings.station_fen,
    )
    checkpoint.write_files(bank)
    return bank, authority


def _config(authority: Authority) -> uvicorn.Config:
    def context(_config: uvicorn.Config, _default: Callable[[], ssl.SSLContext]) -> ssl.SSLContext:
        return _context(authority)

    return uvicorn.Config(
        app="",
        http="h11",
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        timeout_keep_alive=KEEP_ALIVE_S,
        timeout_graceful_shutdown=SHUTDOWN_S,
        ssl_context_factory=context,
    )


def _context(authority: Authority) -> ssl.SSLContext:
    """TLS 1.2 or newer; a certificate of another CA ends it, none at all is for the paths."""
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.minimum_version = ssl.TLSVersion.TLSv1_2
    tls.load_cert_chain(authority.server_file)
    tls.load_verify_locations(authority.ca_file)
    tls.verify_mode = ssl.CERT_OPTIONAL
    return tls


def _transport(web: uvicorn.Server, client: tuple[str, int]) -> asyncio.Transport:
    """The connection of a request: ASGI hides it, and faults have to cut it."""
    for protocol in web.server_state.connections:
        assert isinstance(protocol, H11Protocol)
        if protocol.client == client:
            return protocol.transport
    raise ConnectionError("the connection has gone")
