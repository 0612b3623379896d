"""What the store copy says of the chip (`station-day.md`, "Paper"; `emv.md` section 18)."""

from __future__ import annotations

from protocol.emv.tlv import leaf, parse
from terminal.core.deal import Deal
from terminal.core.exchange import Entry

ATC, ARQC, TVR = 0x9F36, 0x9F26, 0x95


def rows(deal: Deal) -> tuple[tuple[str, str], ...]:
    """(label, value); none for a stripe. With the card's last word its own values count."""
    wanted, ended = deal.requested, deal.chip_ended
    if wanted.entry is not Entry.CHIP:
        return ()
    told = parse(bytes.fromhex(wanted.chip))
    name, cryptogram = ("TC", ended.cryptogram) if ended else ("ARQC", leaf(told, ARQC).hex())
    return (
        ("AID", wanted.aid.upper()),
        (name, cryptogram.upper()),
        ("TVR", (ended.tvr if ended else leaf(told, TVR).hex()).upper()),
        ("ATC", leaf(told, ATC).hex().upper()),
    )
