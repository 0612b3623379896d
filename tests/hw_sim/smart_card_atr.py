"""What a reader must read off an answer to reset (ISO/IEC 7816-3 section 8; gempc-serial.md 6)."""

from dataclasses import dataclass

DEFAULT_FI_DI = 0x11
DEFAULT_IFSC = 32
CONVENTIONS = (0x3B, 0x3F)


class BadAtr(Exception):
    """An ATR the reader refuses; `error` is the bError of section 9."""

    def __init__(self, error: int) -> None:
        super().__init__(f"bError {error:02X}")
        self.error = error


@dataclass(frozen=True)
class Atr:
    """Protocols in the order offered; `fi_di` is TA1; `specific` when TA2 fixes the first one."""

    protocols: tuple[int, ...]
    fi_di: int
    specific: bool
    ifsc: int


def read(atr: bytes) -> Atr:
    """Raises BadAtr F8 for the first byte, F7 for the check byte or a wrong length."""
    if not atr or atr[0] not in CONVENTIONS:
        raise BadAtr(0xF8)
    try:
        groups, end = _groups(atr)
    except IndexError as why:
        raise BadAtr(0xF7) from why
    protocols = tuple(dict.fromkeys(group["T"] for group in groups if "T" in group)) or (0,)
    _check(atr, end, has_tck=any(each != 0 for each in protocols))
    offered = tuple(each for each in protocols if each != 15)  # T=15 announces global bytes only
    first_t1 = next((at for at, g in enumerate(groups) if at and g.get("T") == 1), None)
    return Atr(
        protocols=offered,
        fi_di=groups[0].get("A", DEFAULT_FI_DI),
        specific=len(groups) > 1 and "A" in groups[1],
        ifsc=_ifsc(groups, first_t1),
    )


def _groups(atr: bytes) -> tuple[list[dict[str, int]], int]:
    """Interface bytes by letter, group by group, and where the historical bytes end."""
    groups: list[dict[str, int]] = []
    present, at = atr[1] >> 4, 2
    while True:
        group: dict[str, int] = {}
        for bit, letter in enumerate("ABCD"):
            if present >> bit & 1:
                group[letter] = atr[at]
                at += 1
        groups.append(group)
        if "D" not in group:
            return groups, at + (atr[1] & 0x0F)
        group["T"] = group["D"] & 0x0F
        present = group["D"] >> 4


def _check(atr: bytes, end: int, *, has_tck: bool) -> None:
    if len(atr) != end + has_tck:
        raise BadAtr(0xF7)
    total = 0
    for byte in atr[1:]:
        total ^= byte
    if has_tck and total:
        raise BadAtr(0xF7)


def _ifsc(groups: list[dict[str, int]], first_t1: int | None) -> int:
    """TA of the group after the first TDi (i >= 2) that says T=1."""
    if first_t1 is None or first_t1 + 1 >= len(groups):
        return DEFAULT_IFSC
    return groups[first_t1 + 1].get("A", DEFAULT_IFSC)
