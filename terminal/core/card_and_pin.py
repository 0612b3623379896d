"""The rows that every service with a card shares: swipe, PIN, and leaving with nothing sent."""

from __future__ import annotations

from terminal.core.effects import ReadCard, StopPad, StopReader
from terminal.core.events import Cancel, CardRead, DeviceEnded, PinEntered, SwipeFailed
from terminal.core.flow import Stage, Table
from terminal.core.words import ask_pin, requested, send

S = Stage

# fmt: off
ROWS: Table = {
    (S.CARD,    CardRead):    (S.PIN,     (ask_pin,)),
    (S.CARD,    SwipeFailed): (S.CARD,    (ReadCard(),)),
    (S.CARD,    DeviceEnded): (S.STOPPED, ()),
    (S.CARD,    Cancel):      (S.LEAVING, (StopReader(),)),

    (S.PIN,     PinEntered):  (S.SENT,    (requested, send)),
    (S.PIN,     DeviceEnded): (S.STOPPED, ()),
    (S.PIN,     Cancel):      (S.LEAVING, (StopPad(),)),

    # the device may still answer after Esc; whatever it says, nothing is sent
    (S.LEAVING, CardRead):    (S.ENDED,   ()),
    (S.LEAVING, SwipeFailed): (S.ENDED,   ()),
    (S.LEAVING, PinEntered):  (S.ENDED,   ()),
    (S.LEAVING, DeviceEnded): (S.ENDED,   ()),
}
# fmt: on
