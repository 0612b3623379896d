"""Signed POSTs beside ISO 8583 (`county-wire.md`): what is in them, and what their answers mean.

A letter is made on the engine's thread, which alone reads the journal, and sent from the line's.
A profile that offers no witness (`cup-classic`) sends none.
"""

from __future__ import annotations

from collections.abc import Callable

from terminal.core.effects import SendPost
from terminal.core.exchange import NotSent, PostReply
from terminal.journal import checkpoint
from terminal.keys.api import Signer
from terminal.state import State

LOG = "huinong.example"  # `security.md` section 7: the name is frozen, the vectors use it

Letter = Callable[[SendPost, State], Callable[[], PostReply]]
SignHead = Callable[[int, bytes], str]


def sign_head(terminal: str, signer: Signer) -> SignHead:
    """The signed note of a size and root, under the terminal's own log name."""
    origin = f"{LOG}/{terminal}"
    return lambda size, root: checkpoint.sign(checkpoint.text(origin, size, root), origin, signer)


def nobody(effect: SendPost, state: State) -> Callable[[], PostReply]:
    """A bank that keeps no checkpoints and gives no statement."""
    return lambda: NotSent("the profile has no such service")
