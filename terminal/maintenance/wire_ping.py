"""`huinong wire ping`: is the bank there, who is it, and how long does each step take.

It needs no sequence number of the journal's, so it may run beside a working station: a bank with
signatures is asked at its echo path without one, any other by the echo test 0820/301, which moves
no counter (`bank-wire.md` section 4.1). Every failure is one line on stderr and exit code 1.
"""

from __future__ import annotations

import os
import ssl
import sys
import time
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from cryptography import x509

from terminal.bank import asking, dialect
from terminal.bank.dialect import Misfit
from terminal.bank.opening import open_line, tls_of
from terminal.bank.profile import BankProfile
from terminal.bank.reaching import Reached, reach
from terminal.bank.tls import cause_of
from terminal.bank.transport import OK, Cause, Lost, Transport, Unsent
from terminal.config import ConfigError, load
from terminal.core.exchange import Ask, Service
from terminal.keys import passphrase
from terminal.keys.api import KeyUnavailable
from terminal.keys.store import KeyStore, open_store
from terminal.station import Station, beside

ECHO_PATH = "/v1/terminal/echo"
ECHOED = bytes(range(64))
ECHO_TEST = Ask(Service.ECHO, trace=1, batch=1, terminal_seq=1, operator="")
SENTENCES = {
    Cause.NAME_LOOKUP: "the name is unknown: check the network, then link.url in bank.toml",
    Cause.REFUSED: "nobody listens there: check the port in link.url, then ask the bank",
    Cause.UNREACHABLE: "there is no way to it: check the cable and the router",
    Cause.TIMEOUT: "it did not answer in time: the network is slow, or a firewall is in between",
    Cause.CERTIFICATE_FOREIGN: "its certificate is not of the bank's CA, or for another host: do"
    " no business, call the bank",
    Cause.CERTIFICATE_EXPIRED: "its certificate has expired: call the bank",
    Cause.CERTIFICATE_NOT_YET_VALID: "its certificate is not valid yet: check this clock",
    Cause.TLS: "no TLS came about: wrong port, too old a version, or our certificate is refused",
}


class NoPing(Exception):
    """What does not work, in one sentence."""


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("file", type=Path, metavar="STATION_TOML")


def run(args: Namespace) -> int:
    """0 when the bank answered; 1 after one line on stderr."""
    try:
        station = load(args.file, Station)
        bank_file = beside(args.file, station.files.bank)
        profile = load(bank_file, BankProfile)
        store = open_store(beside(args.file, station.files.state), passphrase.find(os.environ))
        for line in ping(profile, bank_file, store):
            print(line, flush=True)
    except (ConfigError, KeyUnavailable, NoPing) as why:
        print(f"huinong wire: {why}", file=sys.stderr)
        return 1
    return 0


def ping(profile: BankProfile, bank_file: Path, store: KeyStore) -> Iterator[str]:
    """What is found out, step by step. Raises NoPing, ConfigError, KeyUnavailable."""
    yield profile.link.url
    yield from _connection(profile, tls_of(profile.link, bank_file, store))
    with closing(open_line(profile.link, bank_file, store)) as line:
        yield f"echo         {_timed(line, profile)}, new connection"
        if profile.link.keep_alive:
            yield f"again        {_timed(line, profile)}, same connection"


def _connection(profile: BankProfile, context: ssl.SSLContext | None) -> Iterator[str]:
    try:
        reached = reach(profile.link.url, context, profile.link.connect_timeout_s)
    except OSError as why:
        raise NoPing(SENTENCES[cause_of(why)]) from None
    with closing(reached.line):
        yield from _told(reached)


def _told(reached: Reached) -> Iterator[str]:
    yield f"name lookup  {_ms(reached.lookup_s)}"
    yield f"connection   {_ms(reached.connect_s)} to {reached.line.getpeername()[0]}"
    if reached.tls_s is None:
        yield "no TLS: whoever sits on this line reads the cards' tracks"
        return
    assert isinstance(reached.line, ssl.SSLSocket)
    yield f"TLS          {_ms(reached.tls_s)}, {reached.line.version()}"
    shown = reached.line.getpeercert(binary_form=True)
    assert shown  # the context demands one
    yield from _certificate(x509.load_der_x509_certificate(shown), datetime.now(UTC))


def _certificate(shown: x509.Certificate, now: datetime) -> Iterator[str]:
    first, last = shown.not_valid_before_utc, shown.not_valid_after_utc
    yield f"certificate  {shown.subject.rfc4514_string()}"
    yield f"issued by    {shown.issuer.rfc4514_string()}"
    yield f"valid        {first:%Y-%m-%d} to {last:%Y-%m-%d}, {(last - now).days} days left"
    if now > last:
        raise NoPing(SENTENCES[Cause.CERTIFICATE_EXPIRED])
    if now < first:
        raise NoPing(SENTENCES[Cause.CERTIFICATE_NOT_YET_VALID])


def _timed(line: Transport, profile: BankProfile) -> str:
    """Raises NoPing."""
    begun = time.monotonic()
    try:
        _echo(line, profile)
    except Unsent as why:
        raise NoPing(SENTENCES[why.cause]) from None
    except Lost as why:
        raise NoPing(f"connected, but no whole answer came ({why})") from None
    except Misfit as why:
        raise NoPing(f"it answers, but not as this profile has it: {why}") from None
    return _ms(time.monotonic() - begun)


def _echo(line: Transport, profile: BankProfile) -> None:
    link = profile.link
    headers = {"Content-Type": link.content_type}
    if link.signed:
        sent = ECHOED
        answer = line.post(sent, headers, answer_s=link.answer_timeout_s, path=ECHO_PATH)
    else:
        sent = asking.request(ECHO_TEST, profile, "", _no_mac)
        answer = line.post(sent, headers, answer_s=link.answer_timeout_s)
    if answer.status != OK:
        raise NoPing(
            f"a server answers with status {answer.status}: is the path in link.url right?"
        )
    if link.signed and answer.body != sent:
        raise NoPing("what came back is not what was sent")
    if not link.signed:
        dialect.answer(answer.body, ECHO_TEST, profile, _no_mac)


def _no_mac(_data: bytes) -> bytes:
    raise AssertionError("an echo test has no MAC")


def _ms(seconds: float) -> str:
    return f"{seconds * 1000:.1f} ms"
