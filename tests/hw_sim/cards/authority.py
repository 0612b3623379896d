"""The test certification authority, the issuer under it, and the keys their terminals load.

All keys follow from the seed of the bench: whoever exports the CA keys and whoever makes the cards
need not be one process.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from hashlib import sha1, sha256
from pathlib import Path

from tests.hw_sim.cards.certificates import issuer_certificate
from tests.hw_sim.cards.rsa_keys import RsaKey, rsa_key
from tests.hw_sim.cards.tlv import tlv

RID = "A000000333"
CA_EXPIRY = "20351231"
ISSUER_CERTIFICATE_EXPIRY = "1235"  # MMYY; as in synthetic_pboc_card.json
ISSUER_SERIAL = "000001"
CA_STORE_TLV = "ca_keys.tlv"
CA_STORE_JSON = "ca_keys.json"


@dataclass(frozen=True, slots=True)
class CaRow:
    """One CA key to be made: sizes and both exponents of emv.md section 9."""

    index: str
    bits: int
    exponent: int


CA_ROWS = (CaRow("FE", 1408, 3), CaRow("FD", 1152, 65537))
ISSUER_BITS = 1152
ICC_BITS = 1024


@dataclass(frozen=True, slots=True)
class CaKey:
    """A CA key pair by RID and index."""

    index: str
    key: RsaKey
    rid: str = RID
    expiry: str = CA_EXPIRY

    @property
    def checksum(self) -> bytes:
        """SHA-1 over RID, index, modulus, exponent (section 1)."""
        head = bytes.fromhex(self.rid + self.index)
        whole = head + self.key.modulus_bytes + self.key.exponent_bytes
        return sha1(whole).digest()

    def record(self) -> bytes:
        """The CA key record of a parameter download (section 1), expiry as eight digits."""
        return (
            tlv("9F06", self.rid)
            + tlv("9F22", self.index)
            + tlv("DF05", self.expiry.encode("ascii"))
            + tlv("DF06", "01")
            + tlv("DF07", "01")
            + tlv("DF02", self.key.modulus_bytes)
            + tlv("DF04", self.key.exponent_bytes)
            + tlv("DF03", self.checksum)
        )

    def row(self) -> dict[str, object]:
        """The same as a row of the vectors' ca_keys.json."""
        return {
            "rid": self.rid,
            "index": self.index,
            "bits": self.key.size * 8,
            "exponent": self.key.exponent_bytes.hex().upper(),
            "expiry": self.expiry,
            "modulus": self.key.modulus_bytes.hex().upper(),
            "sha1_checksum": self.checksum.hex().upper(),
            "raw_tlv": self.record().hex().upper(),
        }


@dataclass(frozen=True, slots=True)
class IssuerKeys:
    """The issuer's master keys, two-key 3DES: cryptograms, script MAC, script confidentiality."""

    ac: bytes = field(repr=False)
    smi: bytes = field(repr=False)
    smc: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Issuer:
    """The bank that makes the cards: its RSA key under one CA and its master keys."""

    ca: CaKey
    key: RsaKey
    masters: IssuerKeys = field(repr=False)
    seed: str = ""
    certificate_expiry: str = ISSUER_CERTIFICATE_EXPIRY
    serial: str = ISSUER_SERIAL

    def certificate(self, pan: str) -> bytes:
        """Tag 90 for cards whose PAN begins as this one does."""
        return issuer_certificate(self.ca.key, self.key, pan, self.certificate_expiry, self.serial)

    def icc_key(self, exponent: int = 3) -> RsaKey:
        """One key for all cards of a seed: twelve villagers need not wait for twelve keys."""
        return rsa_key(f"{self.seed}|icc", ICC_BITS, exponent)


def ca_key(seed: str, row: CaRow) -> CaKey:
    return CaKey(row.index, rsa_key(f"{seed}|ca {row.index}", row.bits, row.exponent))


def ca_keys(seed: str) -> tuple[CaKey, ...]:
    """Every CA key of this seed, as a terminal's store will load them."""
    return tuple(ca_key(seed, row) for row in CA_ROWS)


def issuer(seed: str, row: CaRow = CA_ROWS[0]) -> Issuer:
    """The issuer of this seed under that CA key."""
    masters = IssuerKeys(*(_master(seed, name) for name in ("ac", "smi", "smc")))
    return Issuer(ca_key(seed, row), rsa_key(f"{seed}|issuer", ISSUER_BITS), masters, seed)


def export_ca_keys(directory: Path, keys: Iterable[CaKey]) -> None:
    """Writes the CA keys as the records of a download, hexadecimal a line, and as JSON beside.

    The sandbox bank serves the JSON to terminals that download their CA keys.
    """
    listed = tuple(keys)
    lines = "".join(f"{key.record().hex().upper()}\n" for key in listed)
    (directory / CA_STORE_TLV).write_text(lines, encoding="ascii")
    document = {"keys": [key.row() for key in listed]}
    (directory / CA_STORE_JSON).write_text(json.dumps(document, indent=1), encoding="ascii")


def _master(seed: str, name: str) -> bytes:
    """Sixteen bytes of odd parity, as a 3DES key has them."""
    drawn = sha256(f"{seed}|imk {name}".encode()).digest()[:16]
    return bytes(byte & 0xFE | 1 - (byte >> 1).bit_count() % 2 for byte in drawn)
