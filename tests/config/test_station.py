"""`station.toml`: one counter's name, ports and paper, and what is refused in them."""

from __future__ import annotations

from pathlib import Path

import pytest

from terminal.config import ConfigError, load
from terminal.station import Files, Station, beside
from tests.config.written import EXAMPLES, GONE, changed, example, toml

EXAMPLE = example("station.toml")


@pytest.fixture(scope="module")
def station() -> Station:
    return load(EXAMPLES / "station.toml", Station)


def test_the_example_names_station_paper_and_devices(station: Station) -> None:
    assert station.station.name == "桃源村服务站"
    assert station.devices.reader.port == "/dev/huinong/reader"
    assert station.paper.columns == 32


def test_paper_of_80_mm_has_48_columns(tmp_path: Path) -> None:
    wide = changed(EXAMPLE, "paper.width_mm", 80)
    wide = changed(wide, "devices.printer.model", "escpos-80")
    assert _load(wide, tmp_path).paper.columns == 48


def test_what_is_left_out_is_what_the_example_says(station: Station, tmp_path: Path) -> None:
    short = changed(changed(EXAMPLE, "files", GONE), "station.language", GONE)
    assert _load(short, tmp_path) == station
    assert station.files == Files()


def test_a_port_may_be_a_url(tmp_path: Path) -> None:
    url = "socket://127.0.0.1:7001"
    assert _load(changed(EXAMPLE, "devices.reader.port", url), tmp_path).devices.reader.port == url


def test_profiles_lie_beside_the_station_file_unless_their_name_is_absolute() -> None:
    file = Path("/etc/huinong/station.toml")
    assert beside(file, "bank.toml") == Path("/etc/huinong/bank.toml")
    assert beside(file, "/var/lib/huinong") == Path("/var/lib/huinong")


WRONG = [
    ("station.name", "", "station.name"),
    ("station.language", "fr", "station.language: Invalid enum value 'fr'"),
    ("station.villlage", "x", "station: Object contains unknown field `villlage`"),
    ("station.village", GONE, "station: Object missing required field `village`"),
    ("paper.width_mm", 60, "paper.width_mm: Invalid enum value 60"),
    ("paper.width_mm", "58", "paper.width_mm: Expected `int`, got `str`"),
    ("paper.width_mm", 80, "paper.width_mm is 80, but devices.printer.model is 'escpos-58'"),
    ("paper.copies", 2, "paper: Object contains unknown field `copies`"),
    ("devices.reader.port", "ttyUSB0", "devices.reader: port is 'ttyUSB0', not a device file"),
    ("devices.reader.port", "/dev/huinong/pinpad", "devices: reader, pinpad and printer need"),
    ("devices.reader.speed", 9601, "devices.reader.speed: Invalid enum value 9601"),
    ("devices.reader.speed", "9600", "devices.reader.speed: Expected `int | null`, got `str`"),
    ("devices.pinpad.format", "9X1", "devices.pinpad.format: Invalid enum value '9X1'"),
    ("devices.printer.colour", "red", "devices.printer: Object contains unknown field `colour`"),
    ("devices.printer", GONE, "devices: Object missing required field `printer`"),
    ("files.bank", "", "files.bank"),
    ("devices", GONE, "Object missing required field `devices`"),
    ("terminal", "44010001", "Object contains unknown field `terminal`"),
]


@pytest.mark.parametrize(("key", "value", "said"), WRONG)
def test_a_wrong_key_type_or_value_is_named_with_its_file_in_one_line(
    key: str, value: object, said: str, tmp_path: Path
) -> None:
    with pytest.raises(ConfigError) as refused:
        _load(changed(EXAMPLE, key, value), tmp_path)
    message = str(refused.value)
    assert message.startswith(f"{tmp_path / 'station.toml'}: {said}")
    assert "\n" not in message
    assert "$" not in message


def test_a_missing_file_and_broken_toml_are_one_line_too(tmp_path: Path) -> None:
    missing, broken = tmp_path / "station.toml", tmp_path / "broken.toml"
    broken.write_text("[station\n", "utf-8")
    with pytest.raises(ConfigError, match=r"station\.toml: No such file or directory$"):
        load(missing, Station)
    with pytest.raises(ConfigError, match=r"broken\.toml: not valid TOML: .*$"):
        load(broken, Station)


def _load(data: dict, folder: Path) -> Station:
    file = folder / "station.toml"
    file.write_text(toml(data), "utf-8")
    return load(file, Station)
