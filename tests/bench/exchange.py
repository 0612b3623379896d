"""A withdrawal's whole exchange against the same client's plain POST, on the running sandbox bank.

The exchange packs, signs, posts, verifies and unpacks, and the bank judges and books. The plain
POST carries as many bytes to the bank's echo path and back over the same connection. Each
withdrawal is reversed at once, untimed, so that no card comes to its limit.
"""

from __future__ import annotations

import itertools
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from psec import pinblock

from protocol.values import Pan, PinBlock, Track2
from terminal import bootstrap
from terminal.bank.link import BankLink, Chance
from terminal.bank.opening import open_line, pinned_keys
from terminal.bank.transport import Transport
from terminal.core.exchange import Answer, Ask, Card, Entry, Service, Verdict
from terminal.keys.mac_key import StoredMacKey
from terminal.keys.signer import open_signer
from terminal.keys.store import open_store
from tests.bench import site
from tests.bench.processes import Bench
from tests.bench.site import Site
from tests.hw_sim.bank.block_cipher import decrypt, encrypt

ROUNDS, WARM_UP = 200, 20
ECHO_PATH = "/v1/terminal/echo"
FEN = 10_000
PLAIN_BYTES = 126 + 490  # the withdrawal's frame, and what its signature headers add


@dataclass(frozen=True)
class Line:
    """A signed-in link, the transport below it, and what it asks."""

    link: BankLink
    transport: Transport
    asks: Iterator[Ask]

    def withdraw(self, ask: Ask) -> float:
        """Seconds of one whole exchange."""
        began = time.perf_counter()
        answer = self.link.exchange(ask)
        took = time.perf_counter() - began
        assert isinstance(answer, Answer), answer
        assert answer.verdict is Verdict.APPROVED, answer
        return took

    def echo(self, body: bytes, headers: dict[str, str]) -> float:
        began = time.perf_counter()
        response = self.transport.post(body, headers, answer_s=60, path=ECHO_PATH)
        took = time.perf_counter() - began
        assert response.body == body
        return took


@contextmanager
def laid(made: Site) -> Iterator[Line]:
    """The station's own link by the bench's files, as `huinong station` would lay it."""
    os.environ.update(made.environment)
    files = bootstrap.read(made.station_file)
    passphrase = Path(made.environment["HUINONG_KEYS_PASSPHRASE_FILE"]).read_bytes()
    store = open_store(files.state, passphrase)
    with closing(open_line(files.bank.link, files.bank_file, store)) as transport:
        link = BankLink(
            files.bank,
            files.county.scheme.code,
            transport,
            open_signer(store),
            StoredMacKey(store, files.bank.keys.mac),
            pinned_keys(files.bank.link, files.bank_file),
            Chance(lambda: time.time_ns() // 1_000_000, os.urandom),
        )
        yield Line(link, transport, _asks(link, made))


def _asks(link: BankLink, made: Site) -> Iterator[Ask]:
    """A withdrawal and its reversal, over and over; each with a number and, but for the reversal,
    a trace of its own."""
    first = Ask(Service.SIGN_IN, trace=1, batch=1, terminal_seq=1, operator="01")
    signed_in = link.exchange(first)
    assert isinstance(signed_in, Answer)
    assert signed_in.keys is not None
    holder = next(person for person in made.people["villagers"] if person.get("card"))
    clear = pinblock.encode_pinblock_iso_0(holder["pin"], holder["card"]["pan"])
    block = encrypt(decrypt(bytes.fromhex(made.tmk_p), signed_in.keys.pin_key), clear)
    card = Card(Pan(holder["card"]["pan"]), "", Track2(holder["card"]["track2"]))
    numbers = itertools.count(2)
    for trace in itertools.count(2):
        ask = replace(
            first,
            service=Service.WITHDRAWAL,
            trace=trace,
            batch=signed_in.batch,
            terminal_seq=next(numbers),
            entry=Entry.STRIPE,
            amount_fen=FEN,
            fee_fen=0,
            card=card,
            pin=PinBlock(block.hex().upper()),
        )
        yield ask
        undone = replace(card, track2=None)
        yield replace(ask, terminal_seq=next(numbers), card=undone, pin=None, reversal_reason="06")


def measure(made: Site) -> dict[str, float]:
    """Milliseconds of each, by alternating rounds."""
    with laid(made) as line:
        whole: list[float] = []
        plain: list[float] = []
        headers = {"Content-Type": "application/octet-stream"}
        for _ in range(ROUNDS + WARM_UP):
            ask = next(line.asks)
            whole.append(line.withdraw(ask))
            line.withdraw(next(line.asks))
            plain.append(line.echo(bytes(PLAIN_BYTES), headers))
    ours, against = _quick(whole[WARM_UP:]), _quick(plain[WARM_UP:])
    return {
        "whole_ms": round(ours, 3),
        "plain_ms": round(against, 3),
        "ratio": round(ours / against, 2),
    }


def _quick(times_s: list[float]) -> float:
    """The first decile in ms: what else runs on the machine makes some rounds slow, none quick."""
    return statistics.quantiles(times_s, n=10)[0] * 1000


def main() -> int:
    with tempfile.TemporaryDirectory(prefix="huinong-exchange-") as folder:
        made = site.make(Path(folder), seed=1)
        bench = Bench(made)
        try:
            bench.start_bank()
            print(json.dumps(measure(made)))
        finally:
            bench.end("bank")
    return 0


if __name__ == "__main__":
    sys.exit(main())
