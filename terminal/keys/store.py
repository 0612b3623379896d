"""The key store: K_sig and K_tls as encrypted PKCS#8 files, all other secrets in one sealed file.

Default custody of `security.md` section 5. It protects against a copied file or disk, not against
root on the running machine. One slow derivation (scrypt) at opening guards every file: PKCS#8's own
is too quick to stand alone, so the PEM files are encrypted under a key derived from that one too.
"""

from __future__ import annotations

import hashlib
import os
import re
import ssl
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import msgspec
from cryptography.hazmat.primitives.asymmetric.ec import (
    SECP256R1,
    EllipticCurvePrivateKey,
    generate_private_key,
)
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
    load_pem_private_key,
)

from protocol.bank.keys import Family
from terminal.keys import private_files
from terminal.keys.api import KeyUnavailable
from terminal.keys.sealing import KEY_BYTES, Unsealable, seal, unseal

SIGN_KEY, TLS_KEY, SECRETS = "sign_key.pem", "tls_key.pem", "secrets.bin"

MAGIC = b"HNS1"  # first bytes of secrets.bin: magic, salt, then the sealed record
SALT_BYTES = 16
# 2^13 costs about 30 ms and 8 MiB here; enough before a machine-made passphrase (`passphrase.py`)
SCRYPT_N, SCRYPT_R, SCRYPT_P, SCRYPT_BYTES_MAX = 1 << 13, 8, 1, 16 << 20

PERSON_KEY_BYTES = 32
PEPPER_BYTES = 32

DeviceKey = EllipticCurvePrivateKey | Ed25519PrivateKey


@dataclass(frozen=True, slots=True)
class Secrets:
    """What the sealed file holds. `tmk_m` and `person_key` are None until they have been loaded;
    tmk_m_family names the cipher TMK-M is for, one of `protocol.bank.keys.Family`.
    """

    terminal_id: str
    pepper: bytes = field(repr=False)
    tmk_m: bytes | None = field(default=None, repr=False)
    person_key: bytes | None = field(default=None, repr=False)
    tmk_m_family: str = Family.DES.name


@dataclass(frozen=True, slots=True)
class KeyStore:
    """An opened store. Its copy of the secrets is that of the moment of opening."""

    directory: Path
    salt: bytes = field(repr=False)
    root: bytes = field(repr=False)
    secrets: Secrets

    @property
    def terminal_id(self) -> str:
        return self.secrets.terminal_id

    @property
    def tmk_m(self) -> bytes:
        """TMK-M. Raises KeyUnavailable before it was loaded."""
        return _loaded(self.secrets.tmk_m, "TMK-M", "tmk-m")

    def tmk_m_of(self, family: Family) -> bytes:
        """TMK-M for keys under this cipher. Raises KeyUnavailable also for a key of another one:
        no key serves two purposes (`security.md` section 1).
        """
        key, held = self.tmk_m, self.secrets.tmk_m_family
        if held != family.name:
            raise KeyUnavailable(
                f"TMK-M is a {held} key, and the MAC of bank.toml needs one of {family.name}: load"
                f" it with `huinong keys load tmk-m --cipher {family.name.lower()}`"
            )
        return key

    @property
    def person_key(self) -> bytes:
        """The county's person key (I7), 32 bytes. Raises KeyUnavailable before it was loaded."""
        return _loaded(self.secrets.person_key, "the county's person key", "person")

    @property
    def pepper(self) -> bytes:
        return self.secrets.pepper

    def derived(self, purpose: str) -> bytes:
        """A key of its own for `purpose`: no key serves two purposes (`security.md` section 1)."""
        return _derived(self.root, purpose)

    def sign_key(self) -> DeviceKey:
        return _read_device_key(self.directory / SIGN_KEY, self.root)

    def tls_key(self) -> DeviceKey:
        return _read_device_key(self.directory / TLS_KEY, self.root)

    def present_to_tls(self, context: ssl.SSLContext, certificate: Path) -> None:
        """Gives `context` the client certificate with K_tls, which stays encrypted on disk.

        Raises KeyUnavailable when one of them is missing or they do not belong together.
        """
        key = self.directory / TLS_KEY
        private_files.read(key)
        try:
            context.load_cert_chain(certificate, key, _pem_password(self.root))
        except OSError as why:  # ssl.SSLError is one
            raise KeyUnavailable(f"{certificate} with {key}: {why.strerror or why}") from why

    def keep(self, change: Callable[[Secrets], Secrets]) -> KeyStore:
        """The store after `change` to what the disk holds now; durable when this returns."""
        with private_files.exclusive(self.directory):
            fresh = change(_read_secrets(self.directory, self.salt, self.root))
            _write_secrets(self.directory, self.salt, self.root, fresh)
        return KeyStore(self.directory, self.salt, self.root, fresh)


def make_store(directory: Path, passphrase: bytes, terminal_id: str) -> KeyStore:
    """A new store with fresh K_sig, K_tls (P-256) and pepper; TMK-M and person key still empty.

    Raises KeyUnavailable, having changed nothing, when the directory holds keys already.
    """
    if not re.fullmatch("[0-9A-Za-z]{8}", terminal_id):
        raise KeyUnavailable("a terminal id has 8 letters or digits (field 41)")
    private_files.make_directory(directory)
    for name in (SIGN_KEY, TLS_KEY, SECRETS):
        if (directory / name).exists():
            raise KeyUnavailable(
                f"{directory / name} exists and is never overwritten; choose an empty directory, "
                "or have the bank revoke the old keys and remove the files"
            )

    salt = os.urandom(SALT_BYTES)
    root = _slow_root(passphrase, salt)
    for name in (SIGN_KEY, TLS_KEY):
        _write_device_key(directory / name, generate_private_key(SECP256R1()), root)
    secrets = Secrets(terminal_id, pepper=os.urandom(PEPPER_BYTES))
    _write_secrets(directory, salt, root, secrets)
    return KeyStore(directory, salt, root, secrets)


def open_store(directory: Path, passphrase: bytes) -> KeyStore:
    """Raises KeyUnavailable: missing, modes too wide, wrong passphrase, damaged."""
    private_files.check_directory(directory)
    path = directory / SECRETS
    if not path.exists():
        raise KeyUnavailable(f"{path}: no keys here; make them with `huinong keys make`")
    content = private_files.read(path)
    salt = content[len(MAGIC) : len(MAGIC) + SALT_BYTES]
    root = _slow_root(passphrase, salt)
    return KeyStore(directory, salt, root, _read_secrets(directory, salt, root))


def _read_secrets(directory: Path, salt: bytes, root: bytes) -> Secrets:
    path = directory / SECRETS
    content, header = private_files.read(path), MAGIC + salt
    if not content.startswith(header):
        raise KeyUnavailable(f"{path}: not this key store's file")
    try:
        clear = unseal(AESGCM(_derived(root, "secrets")), content[len(header) :], header)
    except Unsealable:
        raise KeyUnavailable(
            f"{path}: wrong passphrase or damaged; check the passphrase, else restore the backup"
        ) from None
    return msgspec.json.decode(clear, type=Secrets)


def _write_secrets(directory: Path, salt: bytes, root: bytes, secrets: Secrets) -> None:
    header = MAGIC + salt
    sealed = seal(AESGCM(_derived(root, "secrets")), msgspec.json.encode(secrets), header)
    private_files.write(directory / SECRETS, header + sealed)


def _read_device_key(path: Path, root: bytes) -> DeviceKey:
    pem = private_files.read(path)
    try:
        key = load_pem_private_key(pem, _pem_password(root))
    except (ValueError, TypeError):
        raise KeyUnavailable(
            f"{path}: not a private key of this key store; restore the backup or enrol again"
        ) from None
    if isinstance(key, Ed25519PrivateKey):
        return key
    if isinstance(key, EllipticCurvePrivateKey) and isinstance(key.curve, SECP256R1):
        return key
    raise KeyUnavailable(f"{path}: a device key is P-256 or Ed25519")


def _write_device_key(path: Path, key: DeviceKey, root: bytes) -> None:
    locked = BestAvailableEncryption(_pem_password(root))
    private_files.write(path, key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, locked))


def _slow_root(passphrase: bytes, salt: bytes) -> bytes:
    return hashlib.scrypt(
        passphrase,
        salt=salt,
        n=SCRYPT_N,
        r=SCRYPT_R,
        p=SCRYPT_P,
        maxmem=SCRYPT_BYTES_MAX,
        dklen=KEY_BYTES,
    )


def _derived(root: bytes, purpose: str) -> bytes:
    return HKDFExpand(SHA256(), KEY_BYTES, f"huinong-keys-v1/{purpose}".encode()).derive(root)


def _pem_password(root: bytes) -> bytes:
    return _derived(root, "pem").hex().encode()


def _loaded(key: bytes | None, name: str, argument: str) -> bytes:
    if key is None:
        raise KeyUnavailable(f"{name} is not loaded; load it with `huinong keys load {argument}`")
    return key
