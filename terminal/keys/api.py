"""Ports behind which keys live: a `Signer` for the device key, a `MacKey` for field 64, a `Vault`
for data that must be forgotten (`security.md` sections 1, 4 and 5; `design.md` decision 11).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


class KeyUnavailable(Exception):
    """A key that is needed is missing, locked or cannot be opened; the message says which and what
    to do.
    """


class KcvMismatch(Exception):
    """A key's check value is not the announced one; nothing was loaded."""


class Signer(Protocol):
    """The device key K_sig. `alg`: `ecdsa-p256-sha256` or `ed25519`; `sign`: 64 raw bytes."""

    @property
    def alg(self) -> str: ...
    @property
    def key_id(self) -> str: ...
    def public_spki_der(self) -> bytes: ...
    def sign(self, data: bytes) -> bytes: ...


class MacKey(Protocol):
    """The working MAC key of the day, opened under TMK-M and never leaving this object."""

    def load(self, cipher: bytes, kcv: bytes) -> None:
        """Raises KcvMismatch; the old key is then gone as well (signed out)."""
        ...

    def forget(self) -> None: ...

    def mac(self, data: bytes) -> bytes:
        """Field 64 over `data` (MTI up to field 63) by the profile's algorithm. KeyUnavailable
        without a key.
        """
        ...


@dataclass(frozen=True, slots=True)
class Box:
    """Sealed bytes: AES-GCM under the erasable key `key`, with the nonce in front."""

    key: str
    sealed: bytes


class Vault(Protocol):
    """Erasable keys by name (`card-000012` for a batch, `person-2026-11` for a month)."""

    def prepare(self, key: str) -> None:
        """Make the key durable now, so that sealing under it later writes nothing to disk."""
        ...

    def seal(self, key: str, clear: bytes, about: bytes) -> Box:
        """Under the name's living key, which the box names. Raises KeyUnavailable for one that
        was not prepared. `about` is bound (AAD).
        """
        ...

    def open(self, box: Box, about: bytes) -> bytes | None:
        """None when the key has been destroyed: the data are erased."""
        ...

    def destroy(self, key: str) -> None: ...

    def person_tag(self, id_number: str) -> str:
        """HMAC-SHA-256 of an identity number under the county's person key, 64 hex digits."""
        ...
