"""The files of an application: records by SFI and number, and the AFL over them.

The layout is that of synthetic_pboc_card.json: SFI 1 the track, SFI 2 what is authenticated and the
keys, SFI 3 the static signature (emv.md sections 8 and 9).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tests.hw_sim.cards import certificates
from tests.hw_sim.cards.application import Application
from tests.hw_sim.cards.authority import Issuer
from tests.hw_sim.cards.rsa_keys import RsaKey
from tests.hw_sim.cards.tlv import tlv

Records = Mapping[tuple[int, int], bytes]  # (SFI, record number) -> the whole record
DDOL = "9F3704"
STATIC_SIGNATURE = (3, 1)
AUTHENTICATED = (2, 1)
ISSUER_RECORD = (2, 2)
ICC_RECORD = (2, 3)


@dataclass(frozen=True, slots=True)
class AflEntry:
    """Records `first` to `last` of a file, the first `authenticated` of them signed."""

    sfi: int
    first: int
    last: int
    authenticated: int

    def bytes(self) -> bytes:
        return bytes((self.sfi << 3, self.first, self.last, self.authenticated))


AFL = (AflEntry(1, 1, 1, 0), AflEntry(2, 1, 4, 1), AflEntry(3, 1, 1, 0))


def afl(entries: Sequence[AflEntry] = AFL) -> bytes:
    return b"".join(entry.bytes() for entry in entries)


def records(of: Application, issuer: Issuer, icc: RsaKey) -> Records:
    """Every record of the application, certificates made with the keys given."""
    data = authenticated_data(of)
    static = data + bytes.fromhex(of.aip)  # because the tag list 9F4A says 82
    icc_90 = certificates.icc_certificate(
        issuer.key, icc, of.pan, _mmyy(of.expiry), of.icc_serial, static
    )
    signature = certificates.static_signature(issuer.key, of.data_authentication_code, static)
    return {
        (1, 1): tlv("70", tlv("57", track2_bytes(of)) + tlv("5F20", of.name.encode("gb18030"))),
        AUTHENTICATED: tlv("70", data),
        ISSUER_RECORD: tlv("70", _issuer_objects(of, issuer)),
        ICC_RECORD: tlv("70", tlv("9F46", icc_90)),
        (2, 4): tlv("70", _icc_objects(issuer, icc)),
        STATIC_SIGNATURE: tlv("70", tlv("93", signature) + tlv("5F30", "0" + of.service_code)),
    }


def authenticated_data(of: Application) -> bytes:
    """The value of the record that certificates and static signature cover."""
    rows = (
        ("5A", of.pan + "F" * (len(of.pan) % 2)),
        ("5F34", of.psn),
        ("5F24", of.expiry),
        ("5F25", of.effective),
        ("5F28", "0156"),
        ("9F07", of.usage),
        ("9F08", of.version),
        ("8C", of.cdol1),
        ("8D", of.cdol2),
        ("8E", of.cvm_list),
        ("9F0D", of.action_codes.default),
        ("9F0E", of.action_codes.denial),
        ("9F0F", of.action_codes.online),
        ("9F4A", "82"),
    )
    limits = (("9F14", of.offline_limits[:2]), ("9F23", of.offline_limits[2:]))
    return b"".join(tlv(tag, value) for tag, value in (*rows, *limits) if value)


def track2_bytes(of: Application) -> bytes:
    """Tag 57: compressed digits, padded with F."""
    return bytes.fromhex(of.track2 + "F" * (len(of.track2) % 2))


def _issuer_objects(of: Application, issuer: Issuer) -> bytes:
    rest = certificates.remainder(issuer.key, issuer.ca.key, certificates.ISSUER_OVERHEAD)
    return (
        tlv("8F", issuer.ca.index)
        + tlv("9F32", issuer.key.exponent_bytes)
        + (tlv("92", rest) if rest else b"")
        + tlv("90", issuer.certificate(of.pan))
    )


def _icc_objects(issuer: Issuer, icc: RsaKey) -> bytes:
    rest = certificates.remainder(icc, issuer.key, certificates.ICC_OVERHEAD)
    objects = tlv("9F47", icc.exponent_bytes) + (tlv("9F48", rest) if rest else b"")
    return objects + tlv("9F49", DDOL)


def _mmyy(expiry: str) -> str:
    return expiry[2:4] + expiry[:2]
