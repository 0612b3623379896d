"""What the terminal needs of its devices: capabilities, their values, and what every driver may
raise.

A driver is a plain synchronous object over one open port. Its methods block until the answer, the
deadline or `cancel()`; they run in the device's own thread (`drivers/attachment.py`). `cancel()`
and `close()` may be called from any thread. Declined, cancelled and timed out are answers;
`DeviceFault` is for what the operator or technician must mend.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Protocol

from protocol.atr import Atr
from protocol.id_card import IdCard
from protocol.values import Pan, PinBlock, Track2, Track3


class Fault(Enum):
    """Why a device cannot do its work; each has its sentence for the operator."""

    GONE = "gone"  # the port vanished: cable pulled, power off
    SILENT = "silent"  # the port is there, the device does not answer
    BROKEN = "broken"  # the device says that it is defective
    TAMPERED = "tampered"  # PIN pad only
    NO_MASTER_KEY = "no_master_key"  # 未注入主密钥
    WRONG_KEY = "wrong_key"  # session key refused: sign in again
    BUSY = "busy"  # PIN pad throttle (`pinpad-uic.md` section 6, code 7)
    PAPER_OUT = "paper_out"
    COVER_OPEN = "cover_open"
    CUTTER = "cutter"
    HEAD_HOT = "head_hot"
    NOT_UNDERSTOOD = "not_understood"  # answers that fit no row of the sheet


class Notice(Enum):
    """What a device says while it still does its work; it stops no business."""

    PAPER_LOW = "paper_low"  # 打印纸即将用完 (`escpos-printer.md` section 8)


class DeviceFault(Exception):
    """The device cannot do what was asked; `fault` says why. Carries no card data."""

    def __init__(self, fault: Fault, detail: str = "") -> None:
        super().__init__(f"{fault.value}{': ' if detail else ''}{detail}")
        self.fault = fault


class PortError(Exception):
    """The port named in the configuration cannot be opened; the message names the URL and why."""


@dataclass(frozen=True, slots=True)
class Cancelled:
    """The villager pressed CAN, or the operator cancelled."""


@dataclass(frozen=True, slots=True)
class TimedOut:
    """Nobody swiped, or nobody entered a PIN, within the wait."""


# --- magnetic stripe


class BadSwipe(Enum):
    """A swipe that gave no usable card; the operator may ask for another (`magstripe.md` section
    6).
    """

    UNREADABLE = "unreadable"
    SPEED = "speed"
    CORRUPT = "corrupt"  # track mismatch, character set, LRC, impossible date


@dataclass(frozen=True, slots=True)
class Stripe:
    """One good swipe. expiry is YYMM ("" when the card has none), service_code 3 digits or ""."""

    pan: Pan
    expiry: str
    service_code: str
    track2: Track2
    track3: Track3 | None

    @property
    def has_chip(self) -> bool:
        """Service code 2xx or 6xx: the chip must be used (`magstripe.md` section 4)."""
        return self.service_code[:1] in ("2", "6")


class MagneticReader(Protocol):
    def read_card(self, *, wait_s: float) -> Stripe | BadSwipe | Cancelled | TimedOut:
        """The next swipe. A bad one is returned at once; the caller decides on another try."""
        ...

    def check(self) -> None:
        """Raise DeviceFault unless the reader answers. Only while idle."""
        ...

    def cancel(self) -> None: ...
    def close(self) -> None: ...


# --- chip cards, in the slot and on the reader


class CardEvent(Enum):
    """What somebody did with the card."""

    INSERTED = "inserted"
    REMOVED = "removed"


class CardFailure(Enum):
    """Why a chip gave no answer; the session with this card is over, the reader is well.

    The operator may ask for the card again (`gempc-serial.md` section 9, `pn532.md` section 5).
    """

    REMOVED = "removed"  # gone, or another one has taken its place
    MUTE = "mute"  # 请重新插入卡片,芯片朝上
    GARBLED = "garbled"  # errors on the contacts or in the protocol: 读卡错误,请擦拭芯片后重试
    UNKNOWN = "unknown"  # no ATR of a bank card: 无法识别的卡片
    UNSUPPORTED = "unsupported"  # 卡片不支持
    CROWDED = "crowded"  # contactless: 请只放一张卡


class IcReader(Protocol):
    """A contact reader. After any CardFailure the card must be powered on again.

    APDUs and answers are card data: they stand in no log and no exception.
    """

    def await_card(self, *, wait_s: float) -> CardEvent | Cancelled | TimedOut:
        """INSERTED as soon as a card is in the slot; at once when one is."""
        ...

    def await_removal(self, *, wait_s: float) -> CardEvent | Cancelled | TimedOut:
        """REMOVED as soon as the slot is empty; at once when it is."""
        ...

    def power_on(self) -> Atr | CardFailure:
        """Reset the card and agree on speed and protocol; ready for `exchange`."""
        ...

    def exchange(self, apdu: bytes) -> bytes | CardFailure:
        """The card's answer, data and status word, to a short APDU. Sent to the card once.

        Status words 61 and 6C are dealt with here. OurMistake when `apdu` is none.
        """
        ...

    def power_off(self) -> None: ...
    def check(self) -> None: ...
    def cancel(self) -> None: ...
    def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Tapped:
    """One card that talks APDUs lies on the reader (ISO/IEC 14443-4)."""


class ContactlessReader(Protocol):
    """A reader of contactless cards. After any CardFailure the card must be awaited again.

    APDUs and answers are card data: they stand in no log and no exception.
    """

    def await_card(self, *, wait_s: float) -> Tapped | CardFailure | Cancelled | TimedOut:
        """The next card. CROWDED when there are two, UNSUPPORTED for one without APDUs: at once."""
        ...

    def exchange(self, apdu: bytes) -> bytes | CardFailure:
        """The card's answer, data and status word, to a short APDU. Sent to the card once."""
        ...

    def release(self) -> None:
        """Let go of the card, so that the next one can be found."""
        ...

    def check(self) -> None: ...
    def cancel(self) -> None: ...
    def close(self) -> None: ...


# --- identity card


class BadDocument(Enum):
    """What lay on the reader gave no identity (`idcard-sam.md` sections 3, 4)."""

    MOVED = "moved"  # 请重新放置证件
    NOT_VERIFIED = "not_verified"  # 证件无法验证，请人工核对: not to be accepted
    WRONG_KIND = "wrong_kind"  # 不是居民身份证
    UNSUPPORTED = "unsupported"  # 此证件类型不支持
    INCONSISTENT = "inconsistent"  # number, birth date and sex contradict one another: refuse


class IdCardReader(Protocol):
    def read_card(self, *, wait_s: float) -> IdCard | BadDocument | Cancelled | TimedOut:
        """The next identity card. A bad one is returned at once; the caller decides on another try.

        Whether it is still valid is the engine's question: only it knows the business date.
        """
        ...

    def check(self) -> None: ...
    def cancel(self) -> None: ...
    def close(self) -> None: ...


# --- voice


class Announcer(Protocol):
    def say(self, text: str) -> None:
        """Speak, without waiting for the end; cuts short what is being said. Never fails."""
        ...

    def hush(self) -> None: ...
    def close(self) -> None: ...


# --- PIN pad


class PinPad(Protocol):
    def load_pin_key(self, cipher: bytes, kcv: bytes) -> None:
        """Take the PIK under the pad's TMK-P. A pad that cannot check the KCV keeps it."""
        ...

    def enter_pin(
        self, pan: Pan, *, amount_fen: int | None, wait_s: int
    ) -> PinBlock | Cancelled | TimedOut:
        """Ask the villager once. Never repeated by the driver. amount_fen None shows no amount."""
        ...

    def check(self) -> None: ...
    def cancel(self) -> None: ...
    def close(self) -> None: ...


# --- receipt printer


class Align(Enum):
    LEFT = "left"
    CENTRE = "centre"


@dataclass(frozen=True, slots=True)
class Text:
    """One printed line, already no wider than the paper (ASCII 1 column, Han 2). Size 2 is 2x2."""

    text: str
    align: Align = Align.LEFT
    size: int = 1
    bold: bool = False


@dataclass(frozen=True, slots=True)
class Qr:
    """A QR code of level M, centred, with its quiet zone."""

    content: str


@dataclass(frozen=True, slots=True)
class Feed:
    lines: int = 1


Line = Text | Qr | Feed


@dataclass(frozen=True, slots=True)
class Printed:
    """The fence answered: everything left the printer's buffer."""


@dataclass(frozen=True, slots=True)
class Unconfirmed:
    """Sent, but whether it is whole on paper is not known. Never reprinted without being asked."""

    fault: Fault | None


@dataclass(frozen=True, slots=True)
class Paper:
    """State of the paper. near_end is always False on printers without the sensor."""

    near_end: bool


class ReceiptPrinter(Protocol):
    columns: int  # 32 on 58 mm, 48 on 80 mm

    def print_slip(self, lines: tuple[Line, ...]) -> Printed | Unconfirmed:
        """Print, feed and cut one slip. DeviceFault only when nothing was sent."""
        ...

    def check(self) -> Paper:
        """Raise DeviceFault unless the printer is ready to print a whole slip."""
        ...

    def cancel(self) -> None: ...
    def close(self) -> None: ...
