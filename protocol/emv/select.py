"""Application selection (`emv.md` section 6): directory, else list of AIDs, then the choice."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

from protocol.emv import commands
from protocol.emv.events import Candidate, ChooseApp, Chosen, ConfirmApp
from protocol.emv.fields import CardData
from protocol.emv.outcome import Ended, OutcomeKind
from protocol.emv.profile import Application, Profile
from protocol.emv.session import Phase, Session, ask, send
from protocol.emv.tlv import Objects, branch, leaf, parse
from protocol.errors import PeerMistake

OK, BLOCKED, CARD_BLOCKED, END_OF_DIRECTORY = 0x9000, 0x6283, 0x6A81, 0x6A83
DIRECTORY_RECORDS_MAX = 16  # section 6, 2: no endless directories
NEXT_MAX = 8  # applications that share one partial name
SFI_MAX = 10
CONFIRM, PRIORITY = 0x80, 0x0F  # of tag 87
NO_PRIORITY = 16  # after 15


def candidates(s: Session) -> Phase[list[Candidate]]:
    """What this card and this terminal have in common, best first. Ended when there is nothing."""
    answer = yield from send(s, commands.select(commands.PSE))
    if answer.sw == CARD_BLOCKED:
        raise Ended(OutcomeKind.CARD_BLOCKED, "card blocked")
    found: list[Candidate] = []
    directory = _fci(answer.data) if answer.sw == OK else None
    if directory is not None and 1 <= directory.get(0x88, b"\x00")[0] <= SFI_MAX:
        found = yield from _directory(s, directory)
    if not found:
        found = yield from _list_of_aids(s)
    return sorted(found, key=lambda one: one.priority or NO_PRIORITY)


def contactless_candidates(s: Session) -> Phase[list[Candidate]]:
    """The applications of a contactless card: all stand in the answer to the PPSE's SELECT."""
    answer = yield from send(s, commands.select(commands.PPSE))
    found: list[Candidate] = []
    with suppress(PeerMistake):
        proprietary = branch(branch(parse(answer.data), 0x6F) or [], 0xA5) or []
        for tag, entry in branch(proprietary, 0xBF0C) or []:
            if tag == 0x61 and isinstance(entry, list):
                _keep(s, found, leaf(entry, 0x4F), _told(entry), b"")
    return sorted(found, key=lambda one: one.priority or NO_PRIORITY)


def choose(found: list[Candidate]) -> Phase[Candidate]:
    """One candidate stands for itself unless it wants a yes; several are the villager's choice."""
    if not found:
        raise Ended(OutcomeKind.NOT_ACCEPTED, "no common application")
    if len(found) > 1:
        given = yield from ask(ChooseApp(tuple(found)))
        assert isinstance(given, Chosen)
        return found[given.index]
    if found[0].needs_confirmation:
        yield from ask(ConfirmApp(found[0]))
    return found[0]


def final_select(s: Session, one: Candidate) -> Phase[bool]:
    """Select the chosen one for good. False: it did not answer to its name, choose again."""
    answer = yield from send(s, commands.select(one.name))
    fci = _fci(answer.data) if answer.sw == OK else None
    if fci is None or fci.get(0x84) != one.name:
        return False
    s.name, s.label, s.fci = one.name, one.shown, fci
    s.application = _accepted(s.profile, one.name)
    return True


def _directory(s: Session, directory: CardData) -> Phase[list[Candidate]]:
    """The entries of the payment system directory; damaged records and entries are passed over."""
    found: list[Candidate] = []
    sfi, code_table = directory[0x88][0], directory.get(0x9F11, b"")
    for number in range(1, DIRECTORY_RECORDS_MAX + 1):
        answer = yield from send(s, commands.read_record(sfi, number))
        if answer.sw == END_OF_DIRECTORY:
            break
        if answer.sw == OK:
            for entry in _entries(answer.data):
                _keep(s, found, leaf(entry, 0x4F), _told(entry), code_table)
    return found


def _entries(data: bytes) -> Iterator[Objects]:
    try:
        directory_record = branch(parse(data), 0x70) or []
    except PeerMistake:
        return
    for tag, entry in directory_record:
        if tag == 0x61 and isinstance(entry, list):
            yield entry


def _told(entry: Objects) -> CardData | None:
    """What an entry says of itself, None when it says it wrongly."""
    told = CardData()
    try:
        told.add(entry)
    except PeerMistake:
        return None
    return told


def _list_of_aids(s: Session) -> Phase[list[Candidate]]:
    """Every AID of ours is tried; a partial name may stand for several applications (P2 = 02)."""
    found: list[Candidate] = []
    for row in s.profile.applications:
        command = commands.select(row.aid)
        for _ in range(NEXT_MAX):
            answer = yield from send(s, command)
            if answer.sw == CARD_BLOCKED:
                raise Ended(OutcomeKind.CARD_BLOCKED, "card blocked")
            fci = _fci(answer.data) if _has_more(answer.sw) else None
            if fci is None:
                break
            name = fci.get(0x84, b"")
            if answer.sw == OK:
                _keep(s, found, name, fci, fci.get(0x9F11, b""))
            if not row.partial or name == row.aid or not name.startswith(row.aid):
                break
            command = commands.select_next(row.aid)
    return found


def _has_more(sw: int) -> bool:
    """9000 and warnings: something was selected, though a blocked application is no candidate."""
    return sw == OK or sw >> 8 in (0x62, 0x63)


def _keep(
    s: Session, found: list[Candidate], name: bytes, told: CardData | None, code_table: bytes
) -> None:
    """Add the candidate if the terminal accepts its name and it is not there yet."""
    if told is None or _accepted(s.profile, name) is None:
        return
    if any(one.name == name for one in found):
        return
    indicator = told.get(0x87, b"\x00")[0]
    shown = _shown(told, code_table, s.profile.additional) or name.hex().upper()
    found.append(Candidate(name, shown, indicator & PRIORITY, bool(indicator & CONFIRM)))


def _accepted(profile: Profile, name: bytes) -> Application | None:
    """The terminal's row for a name: the longest AID that fits it."""
    if not 5 <= len(name) <= 16 or name in profile.refused_names:
        return None
    fitting = [
        row
        for row in profile.applications
        if name == row.aid or (row.partial and name.startswith(row.aid))
    ]
    return max(fitting, key=lambda row: len(row.aid), default=None)


def _shown(told: CardData, code_table: bytes, additional: bytes) -> str:
    """The preferred name if its alphabet is ours, else the label (section 6, 4)."""
    table = int(code_table.hex() or "0")
    supported = int.from_bytes(additional[3:5], "big")  # 9F40 byte 4 bits 2, 1; byte 5
    if 0x9F12 in told and 1 <= table <= 10 and supported & 1 << (table - 1):
        return _printable(told[0x9F12].decode(f"iso8859-{table}", "replace"))
    # Chinese cards write the label in GB 18030, of which ASCII is a part; 9F11 names no such table
    return _printable(told.get(0x50, b"").decode("gb18030", "replace"))


def _printable(text: str) -> str:
    return "".join(char for char in text if char.isprintable()).strip()


def _fci(data: bytes) -> CardData | None:
    """What a SELECT told: name and proprietary data. None when it is damaged."""
    told = CardData()
    try:
        inside = branch(parse(data), 0x6F)
        if inside is None:
            return None
        told.add([(tag, value) for tag, value in inside if tag == 0x84])
        told.add([one for one in branch(inside, 0xA5) or [] if one[0] != 0x84])
    except PeerMistake:
        return None
    return told
