"""`[keys]` of `bank.toml`: the working keys of a sign-in and what is made with them. Strict."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct

from protocol.bank import mac
from protocol.bank.keys import family_of


class KeyPlace(Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """One key of a sign-in's DE62: name, bytes of the key, bytes of its check value, the master key
    it comes under, and how many zero bytes stand between the two. A tdk is passed over.
    """

    name: Literal["pik", "mak", "tdk"]
    key_bytes: Literal[8, 16, 24]
    kcv_bytes: Literal[3, 4]
    master: Literal["TMK-P", "TMK-M"]
    fill: Annotated[int, Meta(ge=0, le=16)] = 0


class Keys(Struct, frozen=True, forbid_unknown_fields=True):
    """Working keys, and what is made with them (`security.md` sections 1 and 3)."""

    layout: Annotated[
        tuple[KeyPlace, ...],
        Meta(
            description="the keys of the 0810 in order: name (pik, mak, tdk), bytes, bytes of the "
            "check value, master key (TMK-P, TMK-M), and how many zero bytes follow the key"
        ),
    ] = (
        KeyPlace("pik", 16, 4, "TMK-P"),
        KeyPlace("mak", 16, 4, "TMK-M"),
    )
    tmk_index: Annotated[
        int,
        Meta(ge=0, le=9, description="slot of TMK-P in the PIN pad"),
    ] = 0
    mac: Annotated[
        str,
        Meta(
            description="algorithm of DE64; with cup-sm4, cup-sm4-raw and sm4-cbc MAK and TMK-M "
            "are SM4 keys"
        ),
    ] = "cup-ecb"
    mac_required_on_decline: Annotated[
        bool,
        Meta(description="false: a decline may come without DE64"),
    ] = True

    def __post_init__(self) -> None:
        if self.mac not in mac.KINDS:
            raise ValueError(f"mac is {self.mac!r}; known are {', '.join(sorted(mac.KINDS))}")
        used = {(key.name, key.master) for key in self.layout if key.name != "tdk"}
        if used != {("pik", "TMK-P"), ("mak", "TMK-M")}:
            raise ValueError(
                "layout needs one pik under TMK-P and one mak under TMK-M: one key for both"
                " would let the key store open PIN keys"
            )
        if len({key.name for key in self.layout}) != len(self.layout):
            raise ValueError("layout names a key twice")
        fitting = family_of(self.mac).key_bytes
        mak = next(key for key in self.layout if key.name == "mak")
        if mak.key_bytes not in fitting:
            sizes = " or ".join(map(str, fitting))
            raise ValueError(f"layout has a mak of {mak.key_bytes} bytes; {self.mac} takes {sizes}")
