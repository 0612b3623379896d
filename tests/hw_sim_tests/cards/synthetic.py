"""The card of synthetic_pboc_card.json, made by this simulator from the vector's private keys."""

import json
from collections.abc import Mapping
from typing import Any

from tests.hw_sim.cards.application import AIP_CDA, CDOL1, Application, Fixed, Personalisation
from tests.hw_sim.cards.authority import CaKey, Issuer, IssuerKeys
from tests.hw_sim.cards.behaviour import Behaviour
from tests.hw_sim.cards.card import ChipCard
from tests.hw_sim.cards.memory import ApplicationMemory, CardMemory
from tests.hw_sim.cards.personalise import load
from tests.hw_sim.cards.rsa_keys import RsaKey
from tests.hw_sim_tests.vectors import ROOT

VECTOR: dict[str, Any] = json.loads(
    (ROOT / "emv" / "synthetic_pboc_card.json").read_text(encoding="utf-8")
)
SCENARIOS: dict[str, Any] = {each["name"]: each for each in VECTOR["scenarios"]}
AID = "A000000333010101"
DDA_NUMBER = "1122334455667788"  # 9F4C of cert_recovery.json
CDA_NUMBER = "99AABBCCDDEEFF00"  # recovered from both signatures of `cda_pdol_approve`
TRACK2 = "6228489900000000010D30122200000000000"  # the vector's DE35

# What the card of a scenario does that a healthy one would not.
MISBEHAVING: Mapping[str, Behaviour] = {
    "dda_approve_script_ok": Behaviour(script_mac_unchecked=True),
    "dda_approve_script_fail": Behaviour(scripts_fail=True),
    "approved_card_aac": Behaviour(second_ac=0x00),
    "first_ac_aac": Behaviour(first_ac=0x00),
}


def key(name: str) -> RsaKey:
    given = VECTOR["private_keys_test_only"][name]
    return RsaKey(*(int(given[part], 16) for part in ("modulus", "e", "d")))


def issuer() -> Issuer:
    card = VECTOR["card"]
    masters = IssuerKeys(*(bytes.fromhex(card["issuer_master_key_AC"]),) * 3)
    return Issuer(CaKey(VECTOR["ca_key"]["index"], key("ca")), key("iss"), masters)


def application(scenario: Mapping[str, Any]) -> Application:
    number = CDA_NUMBER if scenario["aip"] == AIP_CDA else DDA_NUMBER
    return Application(
        aid=AID,
        label="PBOC DEBIT",
        preferred_name="PBOC DEBIT",
        code_table="01",
        pan=VECTOR["card"]["pan"],
        psn=VECTOR["card"]["psn"],
        expiry="301231",
        track2=TRACK2,
        aip=scenario["aip"],
        pdol=scenario["pdol"],
        cdol1=CDOL1,
        fixed=Fixed(cvr="03A0A000", iad_mac="A1B2C3D4", dynamic_number=number),
    )


def card(name: str) -> ChipCard:
    """The card as it stands before that scenario: its next transaction has the vector's ATC."""
    scenario = SCENARIOS[name]
    loaded = load(application(scenario), issuer(), key("icc"))
    before = ApplicationMemory(atc=int(VECTOR["card"]["ATC"], 16) - 1)
    return ChipCard(
        Personalisation("synthetic", (loaded.data,)),
        (loaded,),
        memory=CardMemory(applications={AID: before}),
        behaviour=MISBEHAVING.get(name, Behaviour()),
    )
