"""`huinong doctor card` on the simulated chip reader: what it says, and what it does not."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest

from drivers.registry import Settings
from protocol.emv.ca_keys import CaKey
from protocol.emv.events import Rapdu
from terminal.maintenance.doctor import Verdict
from terminal.maintenance.doctor_card import examine_card
from tests.config.written import EXAMPLES, changed, example, toml
from tests.contract.shop import TMK_P
from tests.hw_sim.bench import DEVICES, Bench, running_devices
from tests.hw_sim.smart_card import PLAIN_ATR
from tests.maintenance.conftest import Said
from tests.protocol.emv.card import PAN, Card
from tests.protocol.emv.played import CA_KEY
from tests.vectors import rows_of

Huinong = Callable[..., Said]
LOGGED = {case["name"]: bytes.fromhex(case["in"]) for case in rows_of("emv/tlv.json", "cases")}
NOW = datetime(2026, 11, 23, 10, 30, tzinfo=UTC)


@dataclass
class InTheSlot:
    """A scripted card as the reader's contacts meet it: over T=0 a command may come without Le."""

    card: Card = field(default_factory=Card)
    atr: bytes = PLAIN_ATR

    def reset(self) -> bytes:
        self.card.seen = b""
        return self.atr

    def transmit(self, apdu: bytes) -> bytes:
        bare = len(apdu) > 5 and len(apdu) == 5 + apdu[4]
        answer = self.card(apdu + b"\x00" if bare else apdu)
        return answer.raw if isinstance(answer, Rapdu) else b""


@dataclass
class Shown:
    """The exchanges that `tlv.json` took from a real card's log."""

    atr: bytes = PLAIN_ATR

    def reset(self) -> bytes:
        return self.atr

    def transmit(self, apdu: bytes) -> bytes:
        if apdu[1] == 0xA8:
            return LOGGED["card_gpo_77"] + b"\x90\x00"
        is_ppse = b"2PAY" in apdu
        return LOGGED["card_ppse_fci" if is_ppse else "card_aid_fci"] + b"\x90\x00"


CARDS = {
    "shown": Shown(),
    "good": InTheSlot(),
    "forged": InTheSlot(Card(fault="signature")),
    "blocked": InTheSlot(Card(fault="blocked")),
}


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    fitted = (*DEVICES, "chip", "contactless")
    with running_devices(tmp_path / "dev", {}, tmk_p=TMK_P, fitted=fitted, chips=CARDS) as running:
        yield running


def verdicts(bench: Bench, card: str, *keys: CaKey) -> list[Verdict]:
    bench.do("chip", f"insert {card}")
    return list(examine_card("chip", "gempc-serial", bench.url("chip"), Settings(), NOW, keys))


def test_a_good_card_is_explained_in_one_line_an_application(bench: Bench) -> None:
    (said,) = verdicts(bench, "good", CA_KEY)
    assert said.well
    assert said.identity == (
        "A000000333010101 DEBIT 622848*********0010/01; valid … to 301231; DDA good"
    )


def test_a_forged_card_is_a_fault(bench: Bench) -> None:
    (said,) = verdicts(bench, "forged", CA_KEY)
    assert (said.fault, said.well) == ("signature", False)
    assert "DDA bad" in said.identity


def test_without_ca_keys_nothing_is_judged(bench: Bench) -> None:
    (said,) = verdicts(bench, "forged")
    assert said.well
    assert "no CA keys here" in said.identity


def test_a_blocked_card_is_told_as_such(bench: Bench) -> None:
    (said,) = verdicts(bench, "blocked", CA_KEY)
    assert (said.fault, said.detail) == ("card", "card blocked")


def tapped(bench: Bench, card: str) -> list[Verdict]:
    bench.do("contactless", f"tap {card}")
    url = bench.url("contactless")
    return list(examine_card("contactless", "pn532", url, Settings(), NOW))


def test_a_card_shown_to_the_contactless_reader_is_explained_too(bench: Bench) -> None:
    (said,) = tapped(bench, "shown")
    assert said.well
    assert said.identity == (
        "A000000333010101 PBOC DEBIT 629999******9999/00; valid … to 2011; signs nothing"
    )


def test_a_card_without_a_contactless_application_says_so(bench: Bench) -> None:
    (said,) = tapped(bench, "good")
    assert (said.fault, said.detail) == ("card", "no common application")


def test_nothing_secret_is_said(bench: Bench) -> None:
    line = verdicts(bench, "good", CA_KEY)[0].line
    assert PAN[6:15] not in line
    assert "3012220" not in line


def test_the_command_reads_the_card_in_the_configured_reader(
    huinong: Huinong, bench: Bench, tmp_path: Path
) -> None:
    file = tmp_path / "station.toml"
    for name in ("bank.toml", "county.toml"):
        (tmp_path / name).write_text((EXAMPLES / name).read_text("utf-8"), "utf-8")
    chip = {"model": "gempc-serial", "port": bench.url("chip")}
    file.write_text(toml(changed(example("station.toml"), "devices.chip", chip)), "utf-8")
    bench.do("chip", "insert good")
    said = huinong("doctor", "card", "--station", file)
    assert (said.code, said.err) == (0, "")
    assert "622848*********0010/01" in said.out
    file.write_text(toml(example("station.toml")), "utf-8")
    without = huinong("doctor", "card", "--station", file)
    assert (without.code, "neither [devices.chip]" in without.out) == (1, True)
