"""Answers a card gives in another form than its healthy self: wrong ones, and rare right ones.

Right but rare: format 2 of GPO and GENERATE AC (emv.md sections 8 and 14), a directory with a DDF.
"""

from collections.abc import Callable
from dataclasses import dataclass

from tests.hw_sim.cards.behaviour import Step
from tests.hw_sim.cards.tlv import parse, tlv

CID_AT, ATC, AC, IAD = 0, slice(1, 3), slice(3, 11), slice(11, None)
AIP_BYTES = 2


@dataclass(frozen=True, slots=True)
class AnswerEdit:
    """At which step, and what becomes of the answer's data; errors are left as they are."""

    about: str
    step: Step
    change: Callable[[bytes], bytes]


def _value(data: bytes) -> bytes:
    """The value of an answer's one template."""
    ((_, value),) = parse(data)
    return value


def _fci(change: Callable[[str, bytes], bytes]) -> Callable[[bytes], bytes]:
    """An FCI whose objects are each written by `change`."""
    return lambda data: tlv("6F", b"".join(change(tag, each) for tag, each in parse(_value(data))))


def _other_name(tag: str, value: bytes) -> bytes:
    return tlv(tag, value[:-1] + bytes((value[-1] ^ 0x0F,)) if tag == "84" else value)


def _no_name(tag: str, value: bytes) -> bytes:
    return b"" if tag == "84" else tlv(tag, value)


def _no_sfi(tag: str, value: bytes) -> bytes:
    if tag != "A5":
        return tlv(tag, value)
    return tlv(tag, b"".join(tlv(inner, each) for inner, each in parse(value) if inner != "88"))


def _afl(afl: str) -> Callable[[bytes], bytes]:
    return lambda data: tlv("80", _value(data)[:AIP_BYTES] + bytes.fromhex(afl))


def _gpo_format2(data: bytes) -> bytes:
    value = _value(data)
    return tlv("77", tlv("82", value[:AIP_BYTES]) + tlv("94", value[AIP_BYTES:]))


def _ac_format2(data: bytes) -> bytes:
    if data[0] != 0x80:
        return data  # signed: format 2 already
    value = _value(data)
    objects = tlv("9F27", value[CID_AT : CID_AT + 1]) + tlv("9F36", value[ATC])
    return tlv("77", objects + tlv("9F26", value[AC]) + tlv("9F10", value[IAD]))


def _ac_without_cid(data: bytes) -> bytes:
    value = _value(data)
    return tlv("77", tlv("9F36", value[ATC]) + tlv("9F26", value[AC]))


ANSWER_EDITS = {
    "fci_other_name": AnswerEdit("SELECT names another application (84)", Step.SELECT,
                                 _fci(_other_name)),
    "fci_no_name": AnswerEdit("SELECT gives no name (84)", Step.SELECT, _fci(_no_name)),
    "directory_no_sfi": AnswerEdit("the directory does not say where it is (88)", Step.PSE,
                                   _fci(_no_sfi)),
    "gpo_format2": AnswerEdit("right: processing options in format 2", Step.GPO, _gpo_format2),
    "gpo_short": AnswerEdit("processing options without AFL", Step.GPO, _afl("")),
    "gpo_odd_afl": AnswerEdit("an AFL of three bytes", Step.GPO, _afl("080101")),
    "gpo_wrong_sfi": AnswerEdit("an AFL with SFI 31", Step.GPO, _afl("F8010101")),
    "gpo_backwards": AnswerEdit("an AFL whose last record is before its first", Step.GPO,
                                _afl("08030200")),
    "gpo_long": AnswerEdit("an AFL of 60 files of 250 records", Step.GPO, _afl("0801FA00" * 60)),
    "ac_format2": AnswerEdit("right: the first cryptogram in format 2, unsigned", Step.AC1,
                             _ac_format2),
    "ac_no_cid": AnswerEdit("the first cryptogram without its kind (9F27)", Step.AC1,
                            _ac_without_cid),
    "ac_empty": AnswerEdit("9000 and no cryptogram", Step.AC1, lambda _: b""),
    "ac2_empty": AnswerEdit("9000 and no second cryptogram", Step.AC2, lambda _: b""),
}  # fmt: skip
