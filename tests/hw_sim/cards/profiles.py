"""Kinds of card as data: which applications, how authenticated, how selected."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from tests.hw_sim.cards.application import (
    AIP_CDA,
    AIP_DDA,
    AIP_SDA,
    PDOL_CDA,
    Application,
    Personalisation,
)

CHIP_SERVICE_CODE = "220"
TRACK2_DIGITS = 37
DEBIT, CREDIT, ECASH = "A000000333010101", "A000000333010102", "A000000333010106"


@dataclass(frozen=True, slots=True)
class Face:
    """One application of a profile; `changes` are further fields of `Application`."""

    aid: str = DEBIT
    label: str = "农信借记卡"
    priority: str = "01"
    aip: str = AIP_DDA
    pdol: str = ""
    icc_exponent: int = 3
    changes: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Profile:
    about: str
    faces: tuple[Face, ...] = (Face(),)
    protocol: int = 0
    has_pse: bool = True


CREDIT_FACE = Face(CREDIT, "农信贷记卡", "02")
PROFILES = {
    "dda": Profile("one debit application, DDA, T=0"),
    "cda": Profile("CDA with a PDOL, T=0", (Face(aip=AIP_CDA, pdol=PDOL_CDA),)),
    "two": Profile("debit and credit: the villager is asked", (Face(), CREDIT_FACE)),
    "sda": Profile("SDA only", (Face(aip=AIP_SDA),)),
    "t1": Profile("one debit application, DDA, T=1", protocol=1),
    "list": Profile("no directory: the terminal tries its AIDs", has_pse=False),
    "e65537": Profile(
        "CDA, T=1, card key with exponent 65537",
        (Face(aip=AIP_CDA, pdol=PDOL_CDA, icc_exponent=65537),),
        1,
    ),
    "confirm": Profile("its one application wants to be confirmed", (Face(priority="81"),)),
    "ecash": Profile(
        "debit and pure e-cash, which no station accepts", (Face(), Face(ECASH, "电子现金", "02"))
    ),
    "signature": Profile(
        "no online PIN in its CVM list", (Face(changes={"cvm_list": "00000000000000001E031F00"}),)
    ),
    "velocity": Profile(
        "asks for velocity checks (9F14, 9F23)", (Face(changes={"offline_limits": "0305"}),)
    ),
    "product": Profile(
        "has a product identifier (9F63)",
        (Face(changes={"product": "50424F43303130313031303130313031"}),),
    ),
    "domestic_goods": Profile("usage control without cash", (Face(changes={"usage": "2900"}),)),
}
EVERYDAY = ("dda", "cda", "two", "sda", "t1", "list", "e65537")  # dealt out to people in turn


@dataclass(frozen=True, slots=True)
class Holder:
    """Whose card it is; nothing of this shows in a repr but the key."""

    key: str
    pan: str = field(repr=False)
    expiry: str  # YYMM
    track2: str = field(default="", repr=False)  # the stripe's, = or D; empty: made up
    name: str = field(default="TEST/CARD", repr=False)
    pin: str = field(default="", repr=False)


def personalise(holder: Holder, profile: Profile) -> Personalisation:
    """The card of that person in that kind; its track says that there is a chip."""
    applications = tuple(_application(holder, face) for face in profile.faces)
    return Personalisation(holder.key, applications, profile.protocol, profile.has_pse, holder.pin)


def _application(holder: Holder, face: Face) -> Application:
    plain = Application(
        aid=face.aid,
        label=face.label,
        pan=holder.pan,
        expiry=holder.expiry + "28",  # a day every month has
        track2=chip_track2(holder),
        name=holder.name,
        service_code=CHIP_SERVICE_CODE,
        aip=face.aip,
        priority=face.priority,
        pdol=face.pdol,
        icc_exponent=face.icc_exponent,
    )
    return replace(plain, **face.changes)


def chip_track2(holder: Holder) -> str:
    """Tag 57: the stripe's track with a service code that says chip."""
    head = f"{holder.pan}D{holder.expiry}{CHIP_SERVICE_CODE}"
    rest = holder.track2[len(head) :]
    return head + (rest or "0" * (TRACK2_DIGITS - len(head)))
