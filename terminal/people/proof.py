"""What the screen computes so that an operator's PIN never leaves it: a proof for a challenge.

The engine keeps `stretched(PIN)` sealed and checks one HMAC; the slow work is the screen's. Whoever
knew the stretched PIN could make a proof as well, which is why it stands on disk only sealed.
Imports nothing of ours: the screen may import it.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass

TAG_BYTES = 32
SALT_BYTES = 16


@dataclass(frozen=True, slots=True)
class Cost:
    """Argon2id parameters (RFC 9106)."""

    memory_kib: int
    passes: int
    lanes: int


COST = Cost(memory_kib=65536, passes=3, lanes=1)  # `security.md` section 8: about 155 ms


@dataclass(frozen=True, slots=True)
class Challenge:
    """Sent to the screen for one attempt; nothing in it is secret."""

    number: str
    salt: bytes
    nonce: bytes
    cost: Cost


def prove(pin: str, challenge: Challenge) -> bytes:
    """The answer to `challenge`, 32 bytes. Slow on purpose: call it in a worker thread."""
    tag = stretched(pin, challenge.salt, challenge.cost)
    return proof_of(tag, challenge.nonce, challenge.number)


def stretched(pin: str, salt: bytes, cost: Cost) -> bytes:
    """Argon2id of the PIN, 32 bytes."""
    from argon2.low_level import Type, hash_secret_raw  # late: the engine never stretches

    return hash_secret_raw(
        pin.encode(),
        salt,
        time_cost=cost.passes,
        memory_cost=cost.memory_kib,
        parallelism=cost.lanes,
        hash_len=TAG_BYTES,
        type=Type.ID,
    )


def proof_of(tag: bytes, nonce: bytes, number: str) -> bytes:
    return hmac.digest(tag, nonce + number.encode(), "sha256")
