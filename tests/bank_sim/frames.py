"""Frames of the county wire as a terminal makes and reads them, with public libraries alone."""

from __future__ import annotations

from typing import Any, NamedTuple

import iso8583
from psec import pinblock

from tests.bank_sim.counter import MERCHANT, TERMINAL, TMK_M, TMK_P
from tests.hw_sim.bank.block_cipher import decrypt, encrypt
from tests.hw_sim.bank.mac import cup_ecb
from tests.hw_sim.bank.wire import SPEC

TPDU_AND_HEADER = bytes.fromhex("6000030000603100311000")
FIRST_BATCH = "000001"
NOT_IN_A_REVERSAL = ("26", "35", "36", "52", "53")  # bank-wire.md 4.1

Fields = dict[str, str]


class Keys(NamedTuple):
    pik: bytes
    mak: bytes


NO_KEYS = Keys(b"", b"")


def frame(mti: str, fields: Fields, mak: bytes = b"") -> bytes:
    """LEN, TPDU, header, body; DE64 under the MAK where the fields ask for it."""
    body, _ = iso8583.encode({"t": mti, **fields}, SPEC)
    if "64" in fields:
        body = body[:-8] + cup_ecb(mak, bytes(body[:-8]))
    rest = TPDU_AND_HEADER + bytes(body)
    return len(rest).to_bytes(2, "big") + rest


def fields_of(whole: bytes) -> Fields:
    decoded, _ = iso8583.decode(whole[13:], SPEC)
    return dict(decoded)


def sign_in(trace: str, terminal: str = TERMINAL) -> Fields:
    return {
        "11": trace,
        "41": terminal,
        "42": MERCHANT,
        "60": f"00{FIRST_BATCH}003",
        "63": b"01 ".hex(),
    }


def keys_of(signed_in: Fields) -> Keys:
    """PIK under TMK-P, KCV, MAK under TMK-M, KCV (county-wire.md, sign-in)."""
    payload = bytes.fromhex(signed_in["62"])
    return Keys(decrypt(TMK_P, payload[:16]), decrypt(TMK_M, payload[20:36]))


def money(de3: str, de60: str, trace: str, terminal: str = TERMINAL) -> Fields:
    return {
        "3": de3,
        "11": trace,
        "22": "012",
        "25": "00",
        "41": terminal,
        "42": MERCHANT,
        "49": "156",
        "60": de60,
        "64": "00" * 8,
    }


def with_card(fields: Fields, holder: dict[str, Any], pik: bytes, pin: str | None = None) -> Fields:
    block = pinblock.encode_pinblock_iso_0(pin or holder["pin"], holder["card"]["pan"])
    return fields | {
        "22": "021",
        "26": "12",
        "35": holder["card"]["track2"].replace("=", "D"),
        "52": encrypt(pik, block).hex(),
        "53": "2600000000000000",
    }


def withdrawal(
    trace: str, fen: int, holder: dict[str, Any], pik: bytes, pin: str | None = None
) -> Fields:
    asked = money("010000", f"01{FIRST_BATCH}11160", trace) | {
        "4": f"{fen:012d}",
        "62": b"FE0010".hex(),
    }
    return with_card(asked, holder, pik, pin)


def balance(trace: str, holder: dict[str, Any], pik: bytes) -> Fields:
    return with_card(money("310000", f"01{FIRST_BATCH}00060", trace), holder, pik)


def reversal_of(fields: Fields) -> Fields:
    kept = {n: v for n, v in fields.items() if n not in NOT_IN_A_REVERSAL}
    return kept | {"2": fields["35"].partition("D")[0], "39": "98"}
