"""A terminal's link and the bank at its other end; the transport and a raw TLS peer."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key

from terminal.bank.https import Https
from terminal.bank.link import BankLink, Chance
from terminal.bank.profile import BankProfile
from terminal.bank.tls import tls_context
from terminal.keys.mac_key import StoredMacKey
from terminal.keys.signer import FileSigner
from terminal.keys.store import KeyStore, Secrets
from tests.hw_sim.bank.block_cipher import encrypt
from tests.hw_sim.bank.working_keys import kcv
from tests.terminal_bank.asks import PROFILE, SCHEME
from tests.terminal_bank.front import KEY, MAK, NOW_S, Front
from tests.terminal_bank.posting import Reach
from tests.terminal_bank.tls_peer import Peer, Trust, make_trust, running

TMK_M = bytes.fromhex("2A2A2A2A2A2A2A2A6B6B6B6B6B6B6B6B")
DEVICE_KEY = generate_private_key(SECP256R1())
SIGNER = FileSigner(DEVICE_KEY, "44010001")


@dataclass
class Clock:
    """The station's own clock, which nobody sets."""

    at_s: int = NOW_S

    def now_ms(self) -> int:
        return self.at_s * 1000


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def front() -> Front:
    return Front({SIGNER.key_id: DEVICE_KEY.public_key()})


@pytest.fixture
def mac_key() -> StoredMacKey:
    """Empty, as before the day's sign-in."""
    store = KeyStore(Path(), b"", b"", Secrets("44010001", b"", tmk_m=TMK_M))
    return StoredMacKey(store, "cup-ecb")


@pytest.fixture
def signed_in(mac_key: StoredMacKey) -> StoredMacKey:
    mac_key.load(encrypt(TMK_M, MAK), kcv(MAK))
    return mac_key


Lay = Callable[[BankProfile], BankLink]


@pytest.fixture
def lay(front: Front, mac_key: StoredMacKey, clock: Clock) -> Lay:
    """A link by some profile."""
    nonces = itertools.count(1)

    def link(profile: BankProfile) -> BankLink:
        chance = Chance(clock.now_ms, lambda size: next(nonces).to_bytes(size, "big"))
        keys = {KEY.keyid: KEY.private.public_key()}
        return BankLink(profile, SCHEME, front, SIGNER, mac_key, keys, chance)

    return link


@pytest.fixture
def link(lay: Lay, signed_in: StoredMacKey) -> BankLink:
    """By the example's profile, signed in."""
    return lay(PROFILE)


@pytest.fixture(scope="module")
def trust(tmp_path_factory: pytest.TempPathFactory) -> Trust:
    return make_trust(tmp_path_factory.mktemp("trust"))


@pytest.fixture
def peer(trust: Trust) -> Iterator[Peer]:
    with running(Peer(trust.server())) as peer:
        yield peer


@pytest.fixture
def reach(trust: Trust, peer: Peer) -> Iterator[Reach]:
    """An `Https` to the peer, or to another URL or with another CA."""
    made = []

    def to(url: str = "", *, ca_file: Path | None = None, keep_alive: bool = True) -> Https:
        context = tls_context(ca_file or trust.ca_file, trust.present)
        made.append(Https(url or peer.url, context, connect_s=1.0, keep_alive=keep_alive))
        return made[-1]

    yield to
    for https in made:
        https.close()
