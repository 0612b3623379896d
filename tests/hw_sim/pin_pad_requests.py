"""What a host asks when it asks for a PIN: messages 70, Z60 and Z62 (pinpad-uic.md section 4)."""

import re
from dataclasses import dataclass, field

from tests.hw_sim.pin_pad_keys import EntryError

FS = "\x1c"
TIMEOUT_UNIT_S = 30
TIMEOUT_DEFAULT = "9"
PIN_DIGITS_MIN, PIN_DIGITS_MAX = 4, 12
ACCOUNT_DIGITS_MIN, ACCOUNT_DIGITS_MAX = 8, 19
AMOUNT = re.compile(r"(?=.{4,8}$)[0-9]+(\.[0-9]+)?")
KEY_CHARS = (32, 16)
AMOUNT_CHARS_MIN, AMOUNT_CHARS_MAX = 4, 8
Z62_SETTINGS = re.compile(r"(\d\d)(\d\d)([YN])(.*)", re.DOTALL)

# The pad's fixed tables are not in the sheet; these hold what its worked exchanges use.
FIXED_PROMPTS = {"001": "ENTER PIN", "002": "RE-ENTER PIN", "003": "PLEASE WAIT"}
Z62_PROMPTS = frozenset({"ENTER PIN", "RE-ENTER PIN", "PROCESSING", "PLEASE WAIT"})


class Refused(Exception):
    """The pad answers 04 at once: a prompt that is not in its table (section 4)."""


@dataclass(frozen=True)
class PinRequest:
    account: str = field(repr=False)
    session_key_sent: str = field(repr=False)
    prompts: tuple[str, str]
    timeout_s: int
    processing: str = "PROCESSING"
    digits_min: int = PIN_DIGITS_MIN
    digits_max: int = PIN_DIGITS_MAX
    null_allowed: bool = False


def parse_70(text: str) -> PinRequest:
    """Message 70 without its id. Raises EntryError (section 6)."""
    fields = _fields(text, at_most=3)
    key, amount = _key_and_amount(fields[1])
    return PinRequest(fields[0], key, (f"${amount}", "ENTER PIN"), _timeout_s(fields[2:]))


def parse_z60(text: str, prompt: str) -> PinRequest:
    fields = _fields(text, at_most=3)
    return PinRequest(fields[0], fields[1], (prompt, ""), _timeout_s(fields[2:]))


def parse_z62(text: str) -> PinRequest:
    """Message Z62 without its id. Raises EntryError, or Refused for a prompt of one's own."""
    fields = _fields(text, at_most=5)
    if len(fields) < 4:
        raise EntryError("8")
    key, digits_min, digits_max, null_flag, prompt1 = _key_and_settings(fields[1])
    prompts = (prompt1, fields[2])
    if not {*prompts, fields[3]} <= Z62_PROMPTS:
        raise Refused
    if not PIN_DIGITS_MIN <= digits_min <= digits_max <= PIN_DIGITS_MAX:
        raise EntryError("8")
    return PinRequest(
        fields[0],
        key,
        prompts,
        _timeout_s(fields[4:]),
        processing=fields[3],
        digits_min=digits_min,
        digits_max=digits_max,
        null_allowed=null_flag == "Y",
    )


def _fields(text: str, *, at_most: int) -> list[str]:
    fields = text.removeprefix(".").split(FS)
    _check_account(fields[0] if text.startswith(".") else "")
    if len(fields) > at_most:
        raise EntryError("E")
    if len(fields) < 2:
        raise EntryError("5")
    return fields


def _check_account(account: str) -> None:
    if not account:
        raise EntryError("0")
    if not account.isdecimal():
        raise EntryError("4")
    if len(account) < ACCOUNT_DIGITS_MIN:
        raise EntryError("2")
    if len(account) > ACCOUNT_DIGITS_MAX:
        raise EntryError("3")


def _key_and_amount(joined: str) -> tuple[str, str]:
    """Key and amount stand without a separator: only the length tells them apart."""
    for chars in KEY_CHARS:
        if chars + AMOUNT_CHARS_MIN <= len(joined) <= chars + AMOUNT_CHARS_MAX:
            key, amount = joined[:chars], joined[chars:]
            break
    else:
        raise EntryError("5" if len(joined) < KEY_CHARS[-1] else "8")
    if not AMOUNT.fullmatch(amount):
        raise EntryError("8")
    return key, amount


def _key_and_settings(joined: str) -> tuple[str, int, int, str, str]:
    for chars in KEY_CHARS:
        settings = Z62_SETTINGS.fullmatch(joined[chars:])
        if settings:
            low, high, null_flag, prompt = settings.groups()
            return joined[:chars], int(low), int(high), null_flag, prompt
    raise EntryError("5")


def _timeout_s(rest: list[str]) -> int:
    timeout = rest[0] if rest else TIMEOUT_DEFAULT
    if timeout not in "123456789" or len(timeout) != 1:
        raise EntryError("6")
    return int(timeout) * TIMEOUT_UNIT_S
