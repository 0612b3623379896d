"""What a slip needs beside the transaction: the shop that prints it, and what seals its code."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from protocol.values import Pan
from terminal.county import County
from terminal.i18n import Translate
from terminal.receipts.proof import Sign
from terminal.station import Station


@dataclass(frozen=True, slots=True)
class Shop:
    """What `station.toml`, `county.toml` and `bank.toml` say of it. townships: code to name."""

    name: str
    terminal: str
    merchant: str
    phone: str
    issuer_name: str
    own_bins: tuple[str, ...]
    townships: Mapping[str, str]
    store_copy_months: int
    columns: int
    texts: Translate

    def is_own(self, pan: Pan) -> bool:
        return pan.reveal().startswith(self.own_bins)


@dataclass(frozen=True, slots=True)
class Extras:
    """sign is the device key's, key_id its name in a code (`proof.key_id`).

    chain is the journal's chain hash of the fact `deal.answered_seq`; balance_fen is told on paper
    and written nowhere.
    """

    sign: Sign
    key_id: bytes
    chain: bytes
    balance_fen: int | None = None


def shop_of(
    station: Station, county: County, *, terminal: str, merchant: str, texts: Translate
) -> Shop:
    """The shop that the three files describe; terminal and merchant are fields 41 and 42."""
    return Shop(
        name=station.station.name,
        terminal=terminal,
        merchant=merchant,
        phone=county.county.consult_phone,
        issuer_name=county.county.issuer_name,
        own_bins=county.county.own_bins,
        townships={place.code: place.name for place in county.scheme.townships},
        store_copy_months=county.retention.store_copy_months,
        columns=station.paper.columns,
        texts=texts,
    )
