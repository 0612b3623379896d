"""The tracks of one swipe as the capability's answer, whatever reader took them."""

from __future__ import annotations

from drivers.api import BadSwipe, Stripe
from protocol import tracks


def stripe_of(texts: tuple[str, str, str]) -> Stripe | BadSwipe:
    """The card of tracks 1 to 3, or why they give none (`magstripe.md` sections 4, 6)."""
    card = tracks.judge(*texts)
    if isinstance(card, tracks.Flaw):
        return BadSwipe.UNREADABLE if card is tracks.Flaw.MISSING else BadSwipe.CORRUPT
    return Stripe(card.pan, card.expiry, card.service_code, card.track2, card.track3)
