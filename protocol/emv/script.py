"""Issuer scripts, templates 71 and 72 (`emv.md` section 16): sent verbatim, told step by step."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from protocol.emv.bits import Tsi, Tvr
from protocol.emv.outcome import Ended
from protocol.emv.session import SCRIPT_COMMANDS_MAX, Phase, Session, send
from protocol.emv.tlv import spans
from protocol.errors import PeerMistake

NOT_PERFORMED, FAILED, ALL_OK = 0x00, 0x10, 0x20  # high nibble of a result's first byte
FAILED_AT_MAX = 0x0F  # the fifteenth command, or a later one
SUCCESSES = (0x90, 0x62, 0x63)  # SW1
COMMAND_BYTES_MIN, COMMAND_BYTES_MAX = 4, 261
IDENTIFIER, COMMAND = 0x9F18, 0x86
NO_IDENTIFIER = bytes(4)


@dataclass(frozen=True, slots=True)
class Script:
    """One template. commands is empty when the template was malformed: it is not performed."""

    identifier: bytes
    commands: tuple[bytes, ...] = field(repr=False)


def parse_script(template: bytes) -> Script:
    """What stands in a template 71 or 72. Never raises: an unreadable one has no commands."""
    try:
        objects = [(span.tag, template[span.starts : span.ends]) for span in spans(template)]
    except PeerMistake:
        return Script(NO_IDENTIFIER, ())
    named = [value for tag, value in objects if tag == IDENTIFIER and len(value) == 4]
    commands = tuple(value for tag, value in objects if tag == COMMAND)
    sound = all(COMMAND_BYTES_MIN <= len(one) <= COMMAND_BYTES_MAX for one in commands)
    return Script(named[0] if named else NO_IDENTIFIER, commands if sound else ())


def run_scripts(s: Session, templates: Sequence[bytes], failed: Tvr) -> Phase[None]:
    """Run the scripts in order; `failed` is set when one did not come through.

    A failing command ends its own script, not the next one. When the card goes, what is known so
    far is kept in the session and Ended is passed on.
    """
    for template in templates:
        script = parse_script(template)
        total = s.script_commands + len(script.commands)
        if not script.commands or total > SCRIPT_COMMANDS_MAX:
            _note(s, NOT_PERFORMED, script, failed)
            continue
        s.script_commands = total
        s.tsi |= Tsi.SCRIPT_PROCESSED
        yield from _run(s, script, failed)


def _run(s: Session, script: Script, failed: Tvr) -> Phase[None]:
    for number, command in enumerate(script.commands, start=1):
        try:
            answer = yield from send(s, command)
        except (Ended, PeerMistake):
            _note(s, FAILED | min(number, FAILED_AT_MAX), script, failed)
            raise
        if answer.sw >> 8 not in SUCCESSES:
            _note(s, FAILED | min(number, FAILED_AT_MAX), script, failed)
            return
    _note(s, ALL_OK, script, failed)


def _note(s: Session, result: int, script: Script, failed: Tvr) -> None:
    s.script_results += bytes([result]) + script.identifier
    if result != ALL_OK:
        s.tvr |= failed
