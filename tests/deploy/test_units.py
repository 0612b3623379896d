"""The units: what systemd itself says of them, and the hardening of `security.md` section 8."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from terminal.config import load
from terminal.station import Station

DEPLOY = Path(__file__).parents[2] / "deploy"
UNITS = {
    "huinong-station.service": "huinong-station.service",
    "huinong-ui@.service": "huinong-ui@tty1.service",  # an instance, since a template cannot run
}
EXPOSURE_MAX = 2.0  # systemd's own scale, 10 is bare
NOT_INSTALLED_HERE = re.compile(r"^\S+: Command \S+ is not executable: No such file or directory$")

needs_systemd_analyze = pytest.mark.skipif(
    shutil.which("systemd-analyze") is None,
    reason="NOT CHECKED: systemd-analyze is missing, the units were not verified",
)

Settings = dict[str, list[str]]


def settings(name: str) -> Settings:
    """Every `Key=value` of a unit; a key may come more than once."""
    text = (DEPLOY / "systemd" / name).read_text("utf-8").replace("\\\n", " ")
    found: Settings = {}
    for line in text.splitlines():
        key, equals, value = line.partition("=")
        if equals and not line.startswith("#"):
            found.setdefault(key, []).append(" ".join(value.split()))
    return found


@pytest.fixture(scope="module")
def station_unit() -> Settings:
    return settings("huinong-station.service")


@pytest.fixture(scope="module")
def screen_unit() -> Settings:
    return settings("huinong-ui@.service")


@pytest.fixture(scope="module")
def station() -> Station:
    return load(DEPLOY / "examples" / "station.toml", Station)


@needs_systemd_analyze
@pytest.mark.parametrize("unit", UNITS)
def test_systemd_finds_no_mistake_in_a_unit(unit: str, tmp_path: Path) -> None:
    file = tmp_path / UNITS[unit]
    shutil.copy(DEPLOY / "systemd" / unit, file)
    said = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", file],
        capture_output=True,
        text=True,
        check=False,
        env={"SYSTEMD_UNIT_PATH": f"{tmp_path}:", "PATH": "/usr/bin:/bin"},
        timeout=60,
    ).stderr
    complaints = [line for line in said.splitlines() if not NOT_INSTALLED_HERE.match(line)]
    assert complaints == []


@needs_systemd_analyze
def test_systemd_calls_the_station_well_confined() -> None:
    unit = DEPLOY / "systemd" / "huinong-station.service"
    said = subprocess.run(
        ["systemd-analyze", "security", "--offline=true", "--no-pager", unit],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    ).stdout
    level = re.search(r"Overall exposure level for \S+: ([0-9.]+)", said)
    assert level is not None, said
    assert float(level[1]) <= EXPOSURE_MAX


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("User", "huinong"),
        ("NoNewPrivileges", "yes"),
        ("ProtectSystem", "strict"),
        ("StateDirectory", "huinong"),
        ("StateDirectoryMode", "0700"),
        ("DevicePolicy", "closed"),
        ("UMask", "0077"),
        ("LimitCORE", "0"),
        ("Restart", "always"),
        ("CapabilityBoundingSet", ""),
        ("LoadCredentialEncrypted", "huinong-keys:/etc/huinong/huinong-keys.cred"),
    ],
)
def test_the_station_is_hardened_as_the_sheet_says(
    key: str, value: str, station_unit: Settings
) -> None:
    assert station_unit[key] == [value]


def test_only_serial_ports_are_opened_to_the_station(station_unit: Settings) -> None:
    assert sorted(station_unit["DeviceAllow"]) == [
        "char-ttyACM rw",
        "char-ttyS rw",
        "char-ttyUSB rw",
    ]


def test_the_banks_addresses_are_ready_to_be_filled_in() -> None:
    text = (DEPLOY / "systemd" / "huinong-station.service").read_text("utf-8")
    assert "\n#IPAddressDeny=any\n" in text
    assert "\n#IPAddressAllow=192.0.2.10\n" in text  # RFC 5737: an address of nobody


def test_the_screen_is_another_user_and_reaches_no_network(screen_unit: Settings) -> None:
    assert screen_unit["User"] == ["huinong-ui"]
    assert screen_unit["IPAddressDeny"] == ["any"]
    assert screen_unit["RestrictAddressFamilies"] == ["AF_UNIX AF_NETLINK"]
    assert "LoadCredentialEncrypted" not in screen_unit
    assert "StateDirectory" not in screen_unit


def test_units_and_station_toml_agree_on_where_things_lie(
    station: Station, station_unit: Settings, screen_unit: Settings
) -> None:
    assert station.files.state == f"/var/lib/{station_unit['StateDirectory'][0]}"
    assert Path(station.files.socket).parent == Path("/run", station_unit["RuntimeDirectory"][0])
    assert f"--socket {station.files.socket}" in screen_unit["ExecStart"][0]


def test_udev_names_every_device_of_station_toml(station: Station) -> None:
    rules = (DEPLOY / "udev" / "70-huinong.rules").read_text("utf-8")
    named = {f"/dev/{name}" for name in re.findall(r'SYMLINK\+="([^"]+)"', rules)}
    devices = station.devices
    assert named == {devices.reader.port, devices.pinpad.port, devices.printer.port}


def test_udev_knows_a_device_by_its_socket_and_gives_it_to_the_service_alone() -> None:
    rules = (DEPLOY / "udev" / "70-huinong.rules").read_text("utf-8")
    lines = [line for line in rules.splitlines() if "SYMLINK" in line]
    assert all(re.match(r'ENV\{ID_PATH\}=="[^"*?]+", ', line) for line in lines)
    assert all('GROUP="huinong", MODE="0660"' in line for line in lines)


@pytest.mark.parametrize("action", ["spawn-terminal", "show-urls-launch", "clipboard-paste"])
def test_no_key_of_the_terminal_leaves_the_screen(action: str) -> None:
    ini = (DEPLOY / "kiosk" / "foot.ini").read_text("utf-8")
    assert f"\n{action}=none\n" in ini
