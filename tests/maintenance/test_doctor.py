"""`huinong doctor` on the simulated counter: a verdict a line, by the devices' own words."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from protocol.escpos import columns_of
from tests.config.written import EXAMPLES, changed, example, toml
from tests.contract.shop import TMK_P
from tests.hw_sim.bench import DEVICES, Bench, running_devices
from tests.maintenance.conftest import Said

Huinong = Callable[..., Said]


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    with running_devices(tmp_path / "dev", {}, tmk_p=TMK_P, fitted=(*DEVICES, "idcard")) as running:
        yield running


@pytest.fixture
def station(tmp_path: Path, bench: Bench) -> Path:
    """The example's files, their ports being the bench's, with an identity-card reader besides."""
    station = example("station.toml")
    for place in ("reader", "pinpad", "printer"):
        station = changed(station, f"devices.{place}.port", bench.url(place))
    idcard = {"model": "idcard-sam", "port": bench.url("idcard")}
    file = tmp_path / "station.toml"
    file.write_text(toml(changed(station, "devices.idcard", idcard)), "utf-8")
    for name in ("bank.toml", "county.toml"):
        (tmp_path / name).write_text((EXAMPLES / name).read_text("utf-8"), "utf-8")
    return file


def test_every_configured_device_has_its_verdict_in_one_line(
    huinong: Huinong, station: Path
) -> None:
    said = huinong("doctor", "--station", station)
    lines = said.out.splitlines()
    assert (said.code, said.err) == (0, "")
    assert [line.split()[:2] for line in lines] == [
        ["ok", "reader"],
        ["ok", "pinpad"],
        ["ok", "printer"],
        ["ok", "idcard"],
    ]
    assert all(line.endswith(" ms") for line in lines)


def test_a_device_is_named_by_its_own_words(huinong: Huinong, station: Path) -> None:
    said = huinong("doctor", "--json", "--station", station)
    found = {row["place"]: row for row in map(json.loads, said.out.splitlines())}
    assert found["reader"]["identity"] == "REVU2.31"  # `magstripe.md` section 2
    assert found["printer"]["identity"] == "SIM-58"
    assert found["idcard"]["identity"].startswith("SAM ")
    assert all(row["well"] and row["answer_ms"] >= 0 for row in found.values())


def test_a_pulled_cable_and_an_open_cover_are_the_verdict_and_the_rest_is_examined(
    huinong: Huinong, station: Path, bench: Bench
) -> None:
    bench.pull("reader")
    bench.do("printer", "cover open")
    said = huinong("doctor", "--json", "--station", station)
    found = {row["place"]: row["fault"] for row in map(json.loads, said.out.splitlines())}
    assert said.code == 1
    assert found == {"reader": "port", "pinpad": "", "printer": "cover_open", "idcard": ""}


def test_a_silent_device_is_told_with_its_port(
    huinong: Huinong, station: Path, bench: Bench
) -> None:
    bench.fault("idcard", "silence")
    said = huinong("doctor", "--station", station)
    last = said.out.splitlines()[-1]
    assert last.startswith("FAULT")
    assert f"{bench.url('idcard')}  silent: " in last


def test_a_port_that_another_program_holds_is_told(
    huinong: Huinong, station: Path, bench: Bench
) -> None:
    from drivers.port import LineSettings, open_port

    held = open_port(bench.url("reader"), LineSettings())
    try:
        said = huinong("doctor", "--station", station)
    finally:
        held.close()
    assert said.code == 1
    assert "that no other program holds it" in said.out.splitlines()[0]


def test_the_test_slip_has_ruler_characters_and_code_and_is_cut(
    huinong: Huinong, station: Path, bench: Bench
) -> None:
    said = huinong("doctor", "print-test", "--station", station)
    (slip,) = bench.wait_for_slips(1)
    assert (said.code, said.out.split()[0]) == (0, "ok")
    assert slip.qr_contents == ("HN1:PRINT-TEST:0123456789",)
    assert "12345678901234567890123456789012" in slip.text
    assert "￥" in slip.text
    assert all(columns_of(line) <= 32 for line in slip.text.splitlines())


def test_a_test_slip_without_paper_is_a_fault(
    huinong: Huinong, station: Path, bench: Bench
) -> None:
    bench.do("printer", "paper out")
    said = huinong("doctor", "print-test", "--station", station)
    assert said.code == 1
    assert "paper_out" in said.out


def test_a_test_slip_that_nothing_confirms_is_to_be_looked_at(
    huinong: Huinong, station: Path, bench: Bench
) -> None:
    bench.fault("printer", "silence")
    said = huinong("doctor", "print-test", "--station", station)
    assert said.code == 1
    assert "unconfirmed: look whether the slip is whole" in said.out


def test_a_probe_suggests_the_configuration_of_what_it_found(
    huinong: Huinong, bench: Bench
) -> None:
    said = huinong("doctor", "--probe", bench.url("reader"), bench.url("printer"))
    assert said.code == 0
    assert f'[devices.reader]\nmodel = "msr605"\nport = "{bench.url("reader")}"' in said.out
    assert f'[devices.printer]\nmodel = "escpos-58"\nport = "{bench.url("printer")}"' in said.out


def test_a_probe_of_nothing_says_so(huinong: Huinong, tmp_path: Path) -> None:
    said = huinong("doctor", "--probe", tmp_path / "nothing")
    assert said.code == 1
    assert "nothing that names itself" in said.err


def test_a_configuration_that_cannot_be_read_is_one_line(huinong: Huinong, tmp_path: Path) -> None:
    said = huinong("doctor", "--station", tmp_path / "station.toml")
    assert said.code == 2
    assert said.err.startswith("huinong doctor: ")
    assert said.out == ""
