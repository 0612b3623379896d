"""Whole transactions of the synthetic card, byte for byte (`emv.md` sections 2, 14 to 18)."""

from __future__ import annotations

from typing import Any

import pytest

from protocol.emv.events import HostResult, HostUnreachable, Input
from protocol.emv.kernel import Kernel
from protocol.emv.outcome import OutcomeKind, Reversal
from tests.protocol.emv.played import FILE, play, profile, transaction, transcript
from tests.vectors import rows_of

SCENARIOS = rows_of(FILE, "scenarios")


def host_of(expected: dict[str, Any]) -> Input:
    host = expected.get("host")
    if isinstance(host, dict):
        return HostResult(host["DE39"], bytes.fromhex(host["DE55"]))
    return HostUnreachable()


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda s: s["name"])
def test_every_command_and_every_result_is_that_of_the_transcript(scenario: dict[str, Any]) -> None:
    expected = scenario["expected"]
    pairs = [(one["c"], one["r"]) for one in scenario["exchange"]]

    played = play(Kernel(profile(), transaction()), transcript(pairs), host=host_of(expected))

    assert len(played.commands) == len(pairs)
    record = played.outcome.data
    assert record.tvr.wire.hex().upper() == expected["final"]["95"]
    assert record.tsi.wire.hex().upper() == expected["final"]["9B"]
    first = expected["after_first_ac"]
    assert record.cvm.wire.hex().upper() == first["9F34"]
    if online := played.online:
        assert online.de55.hex().upper() == expected["online_de55"]
        assert online.track2.reveal().replace("=", "D") == expected["DE35_track2"]
        assert online.psn.zfill(3) == expected["DE23"]
        assert online.record.tvr.wire.hex().upper() == first["95"]
        assert online.record.tsi.wire.hex().upper() == first["9B"]
        assert online.record.cryptogram.hex().upper() == first["9F26"]
    assert played.outcome.script_upload.hex().upper() == expected.get("script_upload_de55", "")
    assert record.script_results.hex().upper() == expected.get("DF31", "")


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda s: s["name"])
def test_every_transcript_ends_as_it_says(scenario: dict[str, Any]) -> None:
    expected = scenario["expected"]
    pairs = [(one["c"], one["r"]) for one in scenario["exchange"]]
    outcome = play(
        Kernel(profile(), transaction()), transcript(pairs), host=host_of(expected)
    ).outcome
    told = expected["reversal"]
    if told is None:
        assert outcome.kind is OutcomeKind[expected["outcome"]]
        assert outcome.reversal is None
    else:  # the transcript says "declined, with a reversal": section 2.2 calls that REVERSE
        assert expected["outcome"] == "DECLINED"
        assert outcome.kind is OutcomeKind.REVERSE
        assert outcome.reversal is Reversal(told[:2])
    if "reversal_de55" in expected:
        assert outcome.reversal_de55.hex().upper() == expected["reversal_de55"]


def test_a_bank_surely_not_reached_leaves_nothing_to_reverse() -> None:
    scenario = next(one for one in SCENARIOS if one["name"] == "host_unreachable")
    pairs = [(one["c"], one["r"]) for one in scenario["exchange"]]
    kernel = Kernel(profile(), transaction())
    outcome = play(kernel, transcript(pairs), host=HostUnreachable(None)).outcome
    assert (outcome.kind, outcome.reversal) == (OutcomeKind.DECLINED, None)
