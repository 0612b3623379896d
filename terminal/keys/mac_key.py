"""The MAC key of the day (MAK), opened under TMK-M in the key store (`design.md` decision 11).

It lives in this object only, from sign-in to sign-out. `forget` drops the reference; Python gives
no promise that the bytes are overwritten in memory, and none is made here.
"""

from __future__ import annotations

import hmac

from protocol.bank.keys import Family, family_of
from protocol.bank.keys import kcv as check_value
from protocol.bank.mac import KINDS, Mac, keyed
from terminal.keys.api import KcvMismatch, KeyUnavailable
from terminal.keys.store import KeyStore

DES_KEY_BYTES = 8
KCV_BYTES = (3, 4)  # `bank-wire.md` section 7: 4; some private hosts announce 3


class StoredMacKey:
    """A `MacKey` in software. `kind` is the profile's algorithm, a name of `protocol.bank.mac`."""

    __slots__ = ("_family", "_kind", "_mac", "_store")

    def __init__(self, store: KeyStore, kind: str) -> None:
        """Raises KeyUnavailable for an algorithm this version does not have."""
        if kind not in KINDS:
            raise KeyUnavailable(f"MAC algorithm {kind!r}: bank.toml may name {', '.join(KINDS)}")
        self._store = store
        self._kind = kind
        self._family = family_of(kind)
        self._mac: Mac | None = None

    def load(self, cipher: bytes, kcv: bytes) -> None:
        """Raises KcvMismatch, or KeyUnavailable without a TMK-M; no key is loaded then."""
        self.forget()
        if len(cipher) not in self._family.key_bytes or len(kcv) not in KCV_BYTES:
            raise KcvMismatch(f"MAK of {len(cipher)} bytes with a check value of {len(kcv)}")
        mak = _opened(cipher, self._store.tmk_m_of(self._family), self._family)
        if not hmac.compare_digest(check_value(mak, self._family)[: len(kcv)], kcv):
            raise KcvMismatch("MAK: the check value is not the announced one")
        self._mac = keyed(self._kind, mak)

    def forget(self) -> None:
        self._mac = None

    def mac(self, data: bytes) -> bytes:
        """Field 64 over `data`. Raises KeyUnavailable before sign-in."""
        if self._mac is None:
            raise KeyUnavailable("no MAC key: sign in first")
        return self._mac(data)


def _opened(cipher: bytes, tmk: bytes, family: Family) -> bytes:
    """The clear MAK, by ECB; a second half of zeros means single DES (`security.md` 1)."""
    if family is Family.DES and cipher[DES_KEY_BYTES:] == bytes(DES_KEY_BYTES):
        cipher = cipher[:DES_KEY_BYTES]
    return family.decrypt(tmk, cipher)
