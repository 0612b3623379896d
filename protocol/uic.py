"""Messages of the UIC PP791 family of PIN pads, master/session keys (`pinpad-uic.md` section 4).

Messages that the terminal sends are rows; there is none for a key in the clear (02), for a 16-digit
(single DES) session key, nor for DUKPT. No error text repeats a value: values are PANs and keys.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from protocol.errors import OurMistake, PeerMistake
from protocol.link.stx_etx import Envelope, Frame
from protocol.values import PinBlock

FS = "\x1c"
AMOUNT_FEN_MAX = 9_999_999  # 99999.99: the amount of message 70 has at most 8 characters
TIMEOUT_UNIT_S = 30  # section 4
TIMEOUT_UNITS_MAX = 9
REFUSED_WITHIN_S = 1.0  # section 6
TIMED_OUT_MARGIN_S = 2.0  # section 6
SESSION_KEY_BYTES = 16  # 32 hex digits: two-key TDES


@dataclass(frozen=True, slots=True)
class Field:
    name: str
    form: str  # a regular expression for the whole value


@dataclass(frozen=True, slots=True)
class Row:
    """One message as the manual prints it: literals and fields in wire order."""

    name: str
    envelope: Envelope
    layout: tuple[str | Field, ...]


ACCOUNT = Field("account", r"[0-9]{8,19}")
SESSION_KEY = Field("session_key", r"[0-9A-F]{32}")
TIMEOUT = Field("timeout", r"[1-9]")
PROMPT = r"[ -~]{1,16}"

ROWS = (
    Row("key_loaded", Envelope.ADMIN, ("04", Field("slot", r"[0-9]"))),
    Row("select_key", Envelope.ADMIN, ("08", Field("slot", r"[0-9]"))),
    Row("serial_number", Envelope.ADMIN, ("06",)),
    Row("capability", Envelope.ADMIN, ("1C",)),
    Row("self_test", Envelope.ADMIN, ("16",)),
    Row(
        "enter_pin_for_amount",
        Envelope.TRANSACTION,
        ("70.", ACCOUNT, FS, SESSION_KEY, Field("amount", r"[0-9.]{4,8}"), FS, TIMEOUT),
    ),
    Row("cancel", Envelope.TRANSACTION, ("72",)),
    Row(
        "enter_pin",
        Envelope.TRANSACTION,
        (
            *("Z62.", ACCOUNT, FS, SESSION_KEY),
            *(Field("digits_min", r"[0-9]{2}"), Field("digits_max", r"[0-9]{2}"), "N"),
            *(Field("prompt", PROMPT), FS, Field("prompt_again", PROMPT), FS),
            *(Field("processing", PROMPT), FS, TIMEOUT),
        ),
    ),
)
BY_NAME = {row.name: row for row in ROWS}
assert len(BY_NAME) == len(ROWS) == len({row.layout[0] for row in ROWS})


class Refusal(Enum):
    """Why the pad refused PIN entry, by what has to be done about it (section 6)."""

    REQUEST = "request"  # a field of our request
    KEY = "key"  # session key: sign in again
    THROTTLED = "throttled"
    NO_MASTER_KEY = "no master key"
    SLOT = "key slot"
    BROKEN = "broken"


class EotMeaning(Enum):
    """What EOT instead of message 71 says; the byte alone does not tell (section 6)."""

    REFUSED = "refused"
    CANCELLED = "cancelled"
    TIMED_OUT = "timed out"


REFUSALS = {
    **dict.fromkeys("02346", Refusal.REQUEST),
    **dict.fromkeys("15", Refusal.KEY),
    "7": Refusal.THROTTLED,
    "8": Refusal.REQUEST,
    "9": Refusal.NO_MASTER_KEY,
    "A": Refusal.SLOT,
    **dict.fromkeys("BC", Refusal.BROKEN),
    "E": Refusal.REQUEST,
    "G": Refusal.BROKEN,
}

READERS = ("ICC", "SAM", "MSR")
SELF_TEST_FAULTS = {"1": "RAM", "2": "ROM", "5": "key CRC"}


@dataclass(frozen=True, slots=True)
class PinRefused:
    refusal: Refusal
    code: str


def encode(name: str, values: Mapping[str, str] | None = None) -> Frame:
    """The message `name` with its fields. Raises OurMistake naming a field that does not fit."""
    row = BY_NAME[name]
    given = values or {}
    text = "".join(
        part if isinstance(part, str) else _fitting(row, part, given) for part in row.layout
    )
    return Frame(row.envelope, text.encode("ascii"))


def _fitting(row: Row, part: Field, values: Mapping[str, str]) -> str:
    value = values.get(part.name, "")
    if not re.fullmatch(part.form, value, re.ASCII):
        raise OurMistake(f"PIN pad message {row.name}: field {part.name} does not fit {part.form}")
    return value


def amount_text(amount_fen: int) -> str:
    """The amount as the pad shows it after its `$`: `100.00`. Raises OurMistake beyond 99999.99."""
    if not 0 <= amount_fen <= AMOUNT_FEN_MAX:
        raise OurMistake("the PIN pad shows amounts up to 99999.99 yuan")
    return f"{amount_fen // 100}.{amount_fen % 100:02d}"


def timeout_units(wait_s: float) -> int:
    """The pad's own time limit that is not shorter than `wait_s`, in units of 30 s."""
    return min(max(1, -int(-wait_s // TIMEOUT_UNIT_S)), TIMEOUT_UNITS_MAX)


def answers(name: str, frame: Frame) -> bool:
    """Whether `frame` carries the identifier of the answer to the message `name`."""
    identifier = "71" if name.startswith("enter_pin") else str(BY_NAME[name].layout[0])
    return frame.envelope is BY_NAME[name].envelope and frame.text.startswith(identifier.encode())


def key_loaded(frame: Frame) -> bool:
    """Answer 04: `F` and the key's usage, or `0`."""
    return _part(frame, r"04(0|F.*)") != "0"


def key_selected(frame: Frame) -> bool:
    """Answer 08: 0 selected, 1 index too high. Says nothing about the key being there."""
    return _part(frame, r"08([01])") == "0"


def self_test_faults(frame: Frame) -> tuple[str, ...]:
    """Answer 16: what is defective, nothing when healthy."""
    digits = _part(frame, r"16(0|[125]{1,3})")
    return () if digits == "0" else tuple(SELF_TEST_FAULTS[digit] for digit in digits)


def serial_number(frame: Frame) -> str:
    """Answer 06: text, maybe none."""
    return _part(frame, r"06(.*)").strip()


def capability(frame: Frame) -> tuple[str, ...]:
    """Answer 1C: the readers in the same case (`ICC`, `SAM`, `MSR`), none for `0`."""
    parts = _part(frame, r"1C(.*)").split(FS)
    return tuple(part for part in parts if part in READERS)


def pin_answer(frame: Frame) -> PinBlock | PinRefused:
    """Answer 71: the encrypted block (format 0, 4 to 12 digits typed), or the pad's error code."""
    text = frame.text.decode("ascii")
    if entered := re.fullmatch(r"71\.0(0[4-9]|1[0-2])01([0-9A-F]{16})", text):
        return PinBlock(entered[2])
    code = _part(frame, r"71(.)")
    if code not in REFUSALS:
        raise PeerMistake("answer", detail="message 71 with an unknown error code")
    return PinRefused(REFUSALS[code], code)


def eot_meaning(after_s: float, pad_limit_s: float) -> EotMeaning:
    """By the time since the request was acknowledged and the pad's own time limit."""
    if after_s < REFUSED_WITHIN_S:
        return EotMeaning.REFUSED
    over = after_s >= pad_limit_s - TIMED_OUT_MARGIN_S
    return EotMeaning.TIMED_OUT if over else EotMeaning.CANCELLED


def _part(frame: Frame, form: str) -> str:
    found = re.fullmatch(form, frame.text.decode("ascii"), re.DOTALL)
    if found is None:
        raise PeerMistake("answer", detail=f"a PIN pad answer does not fit {form}")
    return found[1]
