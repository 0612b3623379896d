"""Faults of a card by name: what each changes before the card is made, or while it runs.

Besides the rows there are three families: `sw_6985_at_gpo` (a status word of `STATUS_WORDS` at a
step), `pulled_at_7` and `mute_at_7` (the seventh command since the reset).
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from tests.hw_sim.cards import atr
from tests.hw_sim.cards.application import Application, Personalisation
from tests.hw_sim.cards.authority import CA_ROWS, CaKey, Issuer, issuer
from tests.hw_sim.cards.behaviour import GOOD, Behaviour, Directory, Edit, Step
from tests.hw_sim.cards.spoiled_answers import ANSWER_EDITS
from tests.hw_sim.cards.spoiled_records import EDITS
from tests.hw_sim.faults import UnknownFault

STATUS_WORDS = (0x6985, 0x6983, 0x6A82, 0x6A81, 0x6A83, 0x6300, 0x6700, 0x6D00, 0x6F00)
TRUNCATED_BYTES = 3
SLOW_S = 2.0
LATE_S = 11.0  # over the 10 s a terminal gives one exchange (gempc-serial.md section 7)
STRANGER = "no such authority"  # the seed of a CA no terminal has loaded
UNKNOWN_CA_INDEX = "7E"


@dataclass(frozen=True, slots=True)
class Blueprint:
    """A card about to be made."""

    personalisation: Personalisation
    issuer: Issuer
    behaviour: Behaviour = GOOD
    edits: tuple[str, ...] = ()  # names in `spoiled_records.EDITS`
    blocked_card: bool = False
    blocked_applications: bool = False


@dataclass(frozen=True, slots=True)
class Fault:
    """One way for a card to be wrong."""

    about: str
    change: Callable[[Blueprint], Blueprint] = field(repr=False)


def apply(blueprint: Blueprint, names: Iterable[str]) -> Blueprint:
    """The blueprint with those faults built in. Raises UnknownFault."""
    for name in names:
        blueprint = fault(name).change(blueprint)
    return blueprint


def fault(name: str) -> Fault:
    """The fault of that name, `-` or `_`. Raises UnknownFault."""
    wanted = name.replace("-", "_")
    if wanted in FAULTS:
        return FAULTS[wanted]
    made = _counted(wanted)
    if made is None:
        raise UnknownFault(f"no fault {name!r} of a card; `faults` lists them")
    return made


def _counted(name: str) -> Fault | None:
    kind, _, count = name.rpartition("_at_")
    if kind not in ("pulled", "mute") or not count.isdecimal() or not int(count):
        return None
    at = {f"{kind}_at": int(count)}
    return Fault(f"{kind} from command {count} on", lambda plan: _behave(plan, at))


def _data(about: str, **changes: Any) -> Fault:
    """A fault of the personalisation: fields of every application."""

    def change(plan: Blueprint) -> Blueprint:
        card = plan.personalisation
        applications = tuple(_changed(each, changes) for each in card.applications)
        return replace(plan, personalisation=replace(card, applications=applications))

    return Fault(about, change)


def _changed(application: Application, changes: Mapping[str, Any]) -> Application:
    if "expiry" in changes:  # the track would else contradict the record
        head = len(application.pan) + 1
        track = application.track2
        changed = track[:head] + changes["expiry"][:4] + track[head + 4 :]
        return replace(application, track2=changed, **changes)
    return replace(application, **changes)


def _acts(about: str, **changes: Any) -> Fault:
    return Fault(about, lambda plan: _behave(plan, changes))


def _behave(plan: Blueprint, changes: Mapping[str, Any]) -> Blueprint:
    return replace(plan, behaviour=replace(plan.behaviour, **changes))


def _record(name: str, about: str) -> Fault:
    return Fault(about, lambda plan: replace(plan, edits=(*plan.edits, name)))


def _made(about: str, **changes: Any) -> Fault:
    return Fault(about, lambda plan: replace(plan, **changes))


def _card(about: str, **changes: Any) -> Fault:
    def change(plan: Blueprint) -> Blueprint:
        return replace(plan, personalisation=replace(plan.personalisation, **changes))

    return Fault(about, change)


def _issuer(about: str, change: Callable[[Issuer], Issuer]) -> Fault:
    return Fault(about, lambda plan: replace(plan, issuer=change(plan.issuer)))


def _spoils(about: str, step: Step) -> Fault:
    return Fault(about, lambda plan: _behave(plan, {"spoiled": plan.behaviour.spoiled | {step}}))


def _edits(about: str, step: Step, edit: Edit) -> Fault:
    def change(plan: Blueprint) -> Blueprint:
        return _behave(plan, {"edits": {**plan.behaviour.edits, step: edit}})

    return Fault(about, change)


def _truncates(step: Step) -> Fault:
    about = f"the answer at {step.value} loses its last bytes"
    return _edits(about, step, lambda data: data[:-TRUNCATED_BYTES])


def _refuses(sw: int, step: Step) -> Fault:
    def change(plan: Blueprint) -> Blueprint:
        return _behave(plan, {"refusals": {**plan.behaviour.refusals, step: sw}})

    return Fault(f"{sw:04X} at {step.value}", change)


def _strange_ca(own: Issuer) -> Issuer:
    """Signed by somebody else under an index that the terminal knows."""
    other = issuer(STRANGER, CA_ROWS[0])
    return replace(own, ca=replace(other.ca, index=own.ca.index))


def _unlisted_ca(own: Issuer) -> Issuer:
    return replace(own, ca=CaKey(UNKNOWN_CA_INDEX, own.ca.key))


FAULTS = {
    "expired": _data("application expired in 2020", expiry="200131"),
    "not_yet_effective": _data("application effective from 2049", effective="490101"),
    "other_version": _data("application version is not the terminal's", version="0099"),
    "no_oda": _data("no offline data authentication at all", aip="1C00"),
    "no_issuer_authentication": _data(
        "AIP without EXTERNAL AUTHENTICATE", aip="7800", issuer_authentication=False
    ),
    "no_cash": _data("usage control without cash", usage="2900"),
    "malformed_cdol": _data("CDOL1 ends inside a tag", cdol1="9F02069F"),
    "odd_cvm_list": _data("CVM list of an odd length", cvm_list="0000000000000000420300"),
    "offline_pin": _data("CVM list asks for an offline PIN only", cvm_list="00000000000000000100"),
    "blocked_application": _made("every application is blocked (6283)", blocked_applications=True),
    "blocked_card": _made("the card is blocked (6A81)", blocked_card=True),
    "no_pse": _card("no directory", has_pse=False),
    "no_application": _card("an empty card", applications=()),
    "wrong_certificate": _issuer("issuer certificate by a stranger", _strange_ca),
    "unknown_ca": _issuer("CA index no terminal has", _unlisted_ca),
    "certificate_expired": _issuer(
        "issuer certificate expired in 2020", lambda own: replace(own, certificate_expiry="0120")
    ),
    **{name: _record(name, edit.about) for name, edit in EDITS.items()},
    **{name: _edits(edit.about, edit.step, edit.change) for name, edit in ANSWER_EDITS.items()},
    **{
        f"directory_{each.name.lower()}": _acts(f"directory: {each.value}", directory=each)
        for each in Directory
        if each is not Directory.GOOD
    },
    "wrong_signature": _spoils("DDA signature wrong by a bit", Step.INTERNAL_AUTH),
    "wrong_cda_first": _spoils("CDA signature of the first cryptogram wrong", Step.AC1),
    "wrong_cda_second": _spoils("CDA signature of the second cryptogram wrong", Step.AC2),
    "aac_always": _acts("declines at the first GENERATE AC", first_ac=0x00, second_ac=0x00),
    "aac_service_not_allowed": _acts("declines with reason 001", first_ac=0x01),
    "tc_first": _acts("gives a TC where an ARQC was asked", first_ac=0x40),
    "rfu_cid": _acts("gives CID C0, which means nothing", first_ac=0xC0),
    "aac_second": _acts("declines after the bank approved", second_ac=0x00),
    "arqc_second": _acts("gives an ARQC at the second GENERATE AC", second_ac=0x80),
    "arpc_rejected": _acts("takes no ARPC for right (6300)", arpc_rejected=True),
    "script_fails": _acts("answers 6985 to every script command", scripts_fail=True),
    "script_mac_unchecked": _acts("takes any script MAC", script_mac_unchecked=True),
    "mute": _acts("no ATR and no answer", atr=b"", mute_at=1),
    "wrong_atr": _acts("TS is neither 3B nor 3F", atr=atr.WRONG_TS),
    "wrong_tck": _acts("TCK of the ATR is wrong", atr=atr.WRONG_TCK),
    "not_emv_atr": _acts("TB1 is not zero", atr=atr.NOT_EMV),
    "fast": _acts("no fault: TA1 asks the host for PPS before anything else", atr=atr.FAST),
    "slow": _acts(f"takes {SLOW_S} s over every answer", delay_s=SLOW_S),
    "late": _acts(f"takes {LATE_S} s over every answer", delay_s=LATE_S),
    **{f"truncated_at_{step.value}": _truncates(step) for step in Step if step is not Step.OTHER},
    **{
        f"sw_{sw:04x}_at_{step.value}": _refuses(sw, step)
        for sw in STATUS_WORDS
        for step in Step
        if step is not Step.OTHER
    },
}
