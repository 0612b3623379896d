"""The card of synthetic_pboc_card.json, byte for byte, from its private keys alone."""

import pytest

from tests.hw_sim_tests.cards import synthetic

SCENARIOS = sorted(synthetic.SCENARIOS)


@pytest.mark.parametrize("name", SCENARIOS)
def test_a_card_answers_every_command_of_the_scenario_as_printed(name: str) -> None:
    card = synthetic.card(name)
    card.reset()
    for exchange in synthetic.SCENARIOS[name]["exchange"]:
        got = card.transmit(bytes.fromhex(exchange["c"])).hex().upper()
        assert got == exchange["r"], exchange["note"]


@pytest.mark.parametrize("name", SCENARIOS)
def test_a_card_finds_nothing_against_the_sheet_in_a_printed_scenario(name: str) -> None:
    card = synthetic.card(name)
    for exchange in synthetic.SCENARIOS[name]["exchange"]:
        card.transmit(bytes.fromhex(exchange["c"]))
    assert card.violations == []


def test_the_exported_ca_key_has_the_vectors_checksum() -> None:
    ca = synthetic.issuer().ca
    assert ca.row()["sha1_checksum"] == synthetic.VECTOR["ca_key"]["sha1_checksum"]
