"""From the bank's answer to the end (`emv.md` sections 15, 16 and 18).

Once the request has left, nothing here raises: whatever the card does becomes a row of section 18.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field

from protocol.emv import commands, de55, generate_ac
from protocol.emv.bits import Aip, CryptogramType, Tsi, Tvr
from protocol.emv.events import HostResult, HostUnreachable, Input
from protocol.emv.outcome import Ended, OutcomeKind, Reversal
from protocol.emv.script import run_scripts
from protocol.emv.session import Phase, Session, send
from protocol.emv.tlv import spans
from protocol.errors import PeerMistake

OK = 0x9000
UNREACHABLE = b"Z3"  # offline declined after the bank could not be reached
ARC, ISSUER_AUTHENTICATION, BEFORE, AFTER = 0x8A, 0x91, 0x71, 0x72
ISSUER_AUTHENTICATION_BYTES = range(8, 17)


@dataclass(frozen=True, slots=True)
class Host:
    """What the bank said. reversal: due because no answer counts, whatever the card does."""

    approved: bool
    arc: bytes
    reversal: Reversal | None = None
    issuer_authentication: bytes = field(default=b"", repr=False)
    scripts_before: tuple[bytes, ...] = field(default=(), repr=False)
    scripts_after: tuple[bytes, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class Verdict:
    kind: OutcomeKind
    reversal: Reversal | None
    reason: str


def hear(given: Input, approvals: frozenset[str]) -> Host:
    """The answer as the kernel takes it. A card that went, or a cancel, is no answer."""
    if isinstance(given, HostUnreachable):
        return Host(False, UNREACHABLE, given.reversal)
    if not isinstance(given, HostResult):
        return Host(False, UNREACHABLE, Reversal.NO_ANSWER)
    approved = given.arc in approvals
    try:
        objects = [(one.tag, given.de55[one.starts : one.ends]) for one in spans(given.de55)]
    except PeerMistake:
        # Section 18, "bad format": an approval that cannot be carried out is taken back.
        return Host(False, UNREACHABLE, Reversal.CARD_REFUSED if approved else None)
    arc = next((value for tag, value in objects if tag == ARC and len(value) == 2), b"")
    return Host(
        approved,
        arc or given.arc.encode("ascii"),
        issuer_authentication=next((v for t, v in objects if t == ISSUER_AUTHENTICATION), b""),
        scripts_before=tuple(value for tag, value in objects if tag == BEFORE),
        scripts_after=tuple(value for tag, value in objects if tag == AFTER),
    )


def complete(s: Session, host: Host) -> Phase[Verdict]:
    """Issuer authentication, scripts, second GENERATE AC, scripts: then section 18 says the end."""
    asked = CryptogramType.TC if host.approved else CryptogramType.AAC
    s.arc, s.issuer_authentication = host.arc, host.issuer_authentication
    try:
        yield from _authenticate_issuer(s)
        yield from run_scripts(s, host.scripts_before, Tvr.SCRIPT_FAILED_BEFORE_FINAL_AC)
        s.ac = yield from generate_ac.second(s, asked)
    except (Ended, PeerMistake) as why:
        return judge(host, None, inquiry=s.txn.is_inquiry, reason=str(why))
    final = s.ac.type
    # A script that fails after the final cryptogram changes nothing (section 18).
    with suppress(Ended, PeerMistake):
        yield from run_scripts(s, host.scripts_after, Tvr.SCRIPT_FAILED_AFTER_FINAL_AC)
    return judge(host, final, inquiry=s.txn.is_inquiry, reason=f"card {final.name}")


def judge(host: Host, final: CryptogramType | None, *, inquiry: bool, reason: str) -> Verdict:
    """Section 18. final: the card's last cryptogram, None when there was none to believe."""
    if not host.approved:
        due = None if inquiry else host.reversal
        kind = OutcomeKind.REVERSE if due else OutcomeKind.DECLINED
        return Verdict(kind, due, f"host {host.arc.decode('latin-1')}, {reason}")
    if final is CryptogramType.TC:
        return Verdict(OutcomeKind.APPROVED, None, reason)
    if inquiry:
        return Verdict(OutcomeKind.DECLINED, None, reason)
    return Verdict(OutcomeKind.REVERSE, Reversal.CARD_REFUSED, reason)


def reversal_de55(s: Session, verdict: Verdict, host: Host, *, card_answered: bool) -> bytes:
    """Field 55 of the reversal that is due: which tags depends on who failed (section 17)."""
    if verdict.reversal is None:
        return b""
    tags: tuple[int, ...] = de55.REVERSAL_CARD_SILENT
    if not host.approved:
        tags = s.profile.timeout_reversal_tags
    elif card_answered:
        tags = de55.REVERSAL_CARD_REFUSED
    return de55.collect(tags, s.values())


def _authenticate_issuer(s: Session) -> Phase[None]:
    """EXTERNAL AUTHENTICATE once, if the card has it; else tag 91 goes to the card by CDOL2."""
    if not s.issuer_authentication or not s.aip & Aip.ISSUER_AUTHENTICATION:
        return
    if len(s.issuer_authentication) in ISSUER_AUTHENTICATION_BYTES:
        s.tsi |= Tsi.ISSUER_AUTHENTICATED
        answer = yield from send(s, commands.external_authenticate(s.issuer_authentication))
        if answer.sw == OK:
            return
    s.tvr |= Tvr.ISSUER_AUTHENTICATION_FAILED
