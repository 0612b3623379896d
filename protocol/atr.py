"""The answer to reset of a contact card: ISO/IEC 7816-3 clause 8 (`gempc-serial.md` section 6)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from operator import xor

from protocol.errors import PeerMistake

CONVENTIONS = (0x3B, 0x3F)  # direct, inverse; EMV and PBOC know no other
ATR_BYTES_MAX = 33  # ISO/IEC 7816-3 clause 8.1
DEFAULT_FI_DI = 0x11
WI_DEFAULT, BWI_CWI_DEFAULT, IFSC_DEFAULT = 10, 0x4D, 32  # section 5.3
IFSC_MAX = 254


@dataclass(frozen=True, slots=True)
class Atr:
    """What a card says of itself after a reset.

    groups holds TA, TB, TC of each group, None where absent: groups[0] is TA1, TB1, TC1.
    protocols are the T of TD1, TD2, ... in order; (0,) when the card announces none.
    """

    raw: bytes
    groups: tuple[tuple[int | None, int | None, int | None], ...]
    protocols: tuple[int, ...]
    historical: bytes

    @property
    def inverse(self) -> bool:
        return self.raw[0] == 0x3F

    @property
    def ta1(self) -> int | None:
        return self.groups[0][0]

    @property
    def tb1(self) -> int | None:
        return self.groups[0][1]

    @property
    def guard_time(self) -> int:
        """TC1, 0 when absent."""
        return self.groups[0][2] or 0

    @property
    def ta2(self) -> int | None:
        """Present in specific mode only: then no PPS may be sent."""
        return self.groups[1][0] if len(self.groups) > 1 else None

    @property
    def waiting_integer(self) -> int:
        """WI of T=0, from TC2."""
        wi = self.groups[1][2] if len(self.groups) > 1 else None
        return WI_DEFAULT if wi is None else wi

    @property
    def first_protocol(self) -> int:
        """T of TA2 in specific mode, else the one offered first."""
        return self.protocols[0] if self.ta2 is None else self.ta2 & 0x0F

    @property
    def ifsc(self) -> int:
        """Longest information field of a T=1 block that the card takes, from TA3."""
        ifsc = self._of_t1(0)
        return ifsc if ifsc is not None and 0 < ifsc <= IFSC_MAX else IFSC_DEFAULT

    @property
    def bwi_cwi(self) -> int:
        """Waiting times of T=1, from TB3."""
        times = self._of_t1(1)
        return BWI_CWI_DEFAULT if times is None else times

    @property
    def uses_crc(self) -> bool:
        """T=1 blocks end in a CRC instead of an LRC, from TC3."""
        return bool((self._of_t1(2) or 0) & 1)

    def _of_t1(self, letter: int) -> int | None:
        """TA, TB or TC of the first group for T=1, which is never before the third."""
        for before, group in enumerate(self.groups[2:], start=1):
            if self.protocols[before] == 1:
                return group[letter]
        return None


def parse(raw: bytes) -> Atr:
    """The ATR decoded. PeerMistake kinds: `ts`, `length`, `tck`."""
    if not raw or raw[0] not in CONVENTIONS:
        raise PeerMistake("ts")
    if not 2 <= len(raw) <= ATR_BYTES_MAX:
        raise PeerMistake("length")
    groups, protocols, at = _groups(raw)
    end = at + (raw[1] & 0x0F)
    checked = any(protocol != 0 for protocol in protocols)
    if len(raw) != end + checked:
        raise PeerMistake("length", offset=len(raw))
    if checked and reduce(xor, raw[1:]) != 0:
        raise PeerMistake("tck", offset=end)
    return Atr(raw, groups, protocols or (0,), raw[at:end])


def _groups(
    raw: bytes,
) -> tuple[tuple[tuple[int | None, int | None, int | None], ...], tuple[int, ...], int]:
    """The interface bytes, the protocols they announce, and where the historical bytes begin."""
    groups: list[tuple[int | None, int | None, int | None]] = []
    protocols: list[int] = []
    at, present = 2, raw[1] >> 4
    while True:
        found: list[int | None] = []
        for bit in range(4):
            if not present >> bit & 1:
                found.append(None)
                continue
            if at >= len(raw):
                raise PeerMistake("length", offset=at)
            found.append(raw[at])
            at += 1
        groups.append((found[0], found[1], found[2]))
        following = found[3]
        if following is None:
            return tuple(groups), tuple(protocols), at
        protocols.append(following & 0x0F)
        present = following >> 4


def pps_request(atr: Atr) -> bytes | None:
    """The PPS that takes the speed of TA1 (section 5.2), None when none may or need be sent."""
    if atr.ta1 is None or atr.ta1 == DEFAULT_FI_DI or atr.ta2 is not None:
        return None
    asked = bytes([0xFF, 0x10 | atr.first_protocol, atr.ta1])
    return asked + bytes([reduce(xor, asked)])
