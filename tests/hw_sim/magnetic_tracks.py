"""A magnetic card and the bits of its tracks (magstripe.md sections 2 and 4).

Texts are kept without sentinels and LRC. Track data never shows in a repr.
"""

from dataclasses import dataclass, field

TRACK3_START_SHOWN = (
    "+"  # what readers print; on the stripe it is the 5-bit code of `;` (section 3)
)


@dataclass(frozen=True)
class Coding:
    """How one track writes characters: data bits, lowest code, sentinels on the stripe."""

    data_bits: int
    lowest: int
    start: str
    end: str = "?"


# Section 4: track 1 has 7 bits a character, tracks 2 and 3 have 5, parity included.
CODINGS = (Coding(6, 0x20, "%"), Coding(4, 0x30, ";"), Coding(4, 0x30, ";"))


@dataclass(frozen=True)
class MagneticCard:
    """Three tracks, None where the stripe is blank, and what is wrong with the writing."""

    track1: str | None = field(default=None, repr=False)
    track2: str | None = field(default=None, repr=False)
    track3: str | None = field(default=None, repr=False)
    wrong_lrc: bool = False
    wrong_parity: bool = False

    @property
    def tracks(self) -> tuple[str | None, str | None, str | None]:
        return self.track1, self.track2, self.track3


BLANK = MagneticCard()


def lrc_char(text: str, coding: Coding) -> str:
    """The LRC of a track text with its sentinels, as a character (section 4)."""
    lrc = 0
    for char in text:
        lrc ^= ord(char) - coding.lowest
    return chr(lrc + coding.lowest)


def shown(card: MagneticCard, index: int) -> bytes:
    """Track `index` (0..2) as a reader prints it in ISO form: sentinels, no LRC."""
    text = card.tracks[index]
    if text is None:
        return b""
    start = TRACK3_START_SHOWN if index == 2 else CODINGS[index].start
    return f"{start}{text}{CODINGS[index].end}".encode("ascii")


def raw(card: MagneticCard, index: int) -> bytes:
    """Track `index` (0..2) as the bits on the stripe, LRC included, packed high bit first."""
    text = card.tracks[index]
    if text is None:
        return b""
    coding = CODINGS[index]
    whole = f"{coding.start}{text}{coding.end}"
    lrc = ord(lrc_char(whole, coding)) - coding.lowest
    codes = [ord(char) - coding.lowest for char in whole] + [lrc ^ card.wrong_lrc]
    bits = [bit for code in codes for bit in _char_bits(code, coding.data_bits)]
    if card.wrong_parity:
        bits[-1] ^= 1
    return _pack(bits)


def _char_bits(code: int, data_bits: int) -> list[int]:
    data = [code >> place & 1 for place in range(data_bits)]
    return [*data, 1 - sum(data) % 2]


def _pack(bits: list[int]) -> bytes:
    padded = bits + [0] * (-len(bits) % 8)
    octets = (padded[at : at + 8] for at in range(0, len(padded), 8))
    return bytes(int("".join(map(str, octet)), 2) for octet in octets)
