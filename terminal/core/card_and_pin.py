"""The rows that every service with a card shares: chip or stripe, PIN, and leaving with nothing
sent. A chip stays in its slot: it makes its cryptogram once the PIN is in.
"""

from __future__ import annotations

from terminal.core.effects import ChipWord, GoOnWithChip, LetCardGo, StopPad, StopReader
from terminal.core.events import (
    AppChosen,
    AppsFound,
    Cancel,
    CardRead,
    ChipReady,
    DeviceEnded,
    InputRefused,
    PinEntered,
    PinForChip,
    SwipeFailed,
)
from terminal.core.flow import Stage, Table
from terminal.core.words import ask_pin, choose_app, let_card_go, read_card, requested, send

S = Stage

# fmt: off
ROWS: Table = {
    (S.CARD,        CardRead):    (S.PIN,         (ask_pin,)),
    (S.CARD,        AppsFound):   (S.APPLICATION, ()),
    (S.CARD,        SwipeFailed): (S.CARD,        (read_card,)),
    (S.CARD,        DeviceEnded): (S.STOPPED,     ()),
    (S.CARD,        Cancel):      (S.LEAVING,     (StopReader(),)),

    (S.APPLICATION, AppChosen):   (S.CARD,        (choose_app,)),
    (S.APPLICATION, InputRefused): (S.APPLICATION, ()),
    (S.APPLICATION, Cancel):      (S.LEAVING,     (GoOnWithChip(ChipWord.CANCEL),)),

    (S.PIN,         PinEntered):  (S.SENT,        (requested, send)),
    (S.PIN,         PinForChip):  (S.CRYPTOGRAM,  (GoOnWithChip(ChipWord.PIN),)),
    (S.PIN,         DeviceEnded): (S.STOPPED,     (let_card_go,)),
    (S.PIN,         Cancel):      (S.LEAVING,     (StopPad(),)),

    (S.CRYPTOGRAM,  ChipReady):   (S.SENT,        (requested, send)),
    (S.CRYPTOGRAM,  DeviceEnded): (S.STOPPED,     (let_card_go,)),
    (S.CRYPTOGRAM,  SwipeFailed): (S.STOPPED,     (let_card_go,)),  # pulled while it signed

    # the device may still answer after Esc; whatever it says, nothing is sent
    (S.LEAVING,     CardRead):    (S.ENDED,       (let_card_go,)),
    (S.LEAVING,     AppsFound):   (S.ENDED,       (LetCardGo(),)),
    (S.LEAVING,     SwipeFailed): (S.ENDED,       ()),
    (S.LEAVING,     PinEntered):  (S.ENDED,       ()),
    (S.LEAVING,     PinForChip):  (S.ENDED,       (LetCardGo(),)),
    (S.LEAVING,     DeviceEnded): (S.ENDED,       (let_card_go,)),
}
# fmt: on
