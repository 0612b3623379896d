"""A whole station in one folder: keys, people, configuration, made as a technician would make them.

Nothing here looks inside the product: the `huinong` commands make the keys and admit the operator,
and the shipped example files are the configuration, with paths and ports put in.
"""

from __future__ import annotations

import json
import os
import re
import secrets
import subprocess
import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.hw_sim.cards import deck
from tests.hw_sim.cards.authority import CA_STORE_TLV
from tests.hw_sim.people import make_people

EXAMPLES = Path(__file__).parents[2] / "deploy" / "examples"
TERMINAL, MERCHANT = "44010001", "103440160120001"
OPERATOR, OPERATOR_NAME, OPERATOR_PIN = "01", "王芳", "246813"
SECOND, SECOND_NAME, SECOND_PIN = "02", "李强", "135790"  # takes the shift over
VILLAGERS = 12


class BenchFault(Exception):
    """The bench itself could not be made; the message says which step."""


@dataclass(frozen=True)
class Site:
    """Paths of a bench. people is the content of people.json."""

    root: Path
    people: dict[str, Any]
    tmk_p: str
    environment: dict[str, str]

    @property
    def devices(self) -> Path:
        return self.root / "dev"

    @property
    def bank(self) -> Path:
        return self.root / "bank"

    @property
    def state(self) -> Path:
        return self.root / "state"

    @property
    def station_file(self) -> Path:
        return self.root / "etc" / "station.toml"

    @property
    def socket(self) -> Path:
        return self.root / "ui.sock"

    @property
    def journal(self) -> Path:
        return self.state / "journal.sqlite"

    @property
    def certificate(self) -> Path:
        """Of the station's signing key; the bank has issued it, and it is public."""
        return self.bank / f"{TERMINAL}.sign.pem"

    @property
    def checkpoint(self) -> Path:
        """The newest signed head that the bank has stored."""
        return self.bank / "checkpoints" / f"{TERMINAL}.txt"

    def villager(self, key: str) -> dict[str, Any]:
        return next(person for person in self.people["villagers"] if person["key"] == key)


def make(root: Path, seed: int, *, paper: int = 58) -> Site:
    """Everything but the running processes. The bank's address is put in by `point_at`."""
    county = tomllib.loads((EXAMPLES / "county.toml").read_text("utf-8"))
    townships = [row["code"] for row in county["scheme"]["townships"]]
    people = make_people(seed, VILLAGERS, townships, county["county"]["own_bins"])
    for name in ("dev", "bank", "etc"):
        (root / name).mkdir()
    passphrase = root / "passphrase"
    passphrase.touch(0o600)
    passphrase.write_text(secrets.token_hex(24))
    environment = {**os.environ, "HUINONG_KEYS_PASSPHRASE_FILE": str(passphrase)}
    site = Site(root, people, secrets.token_hex(16), environment)
    (root / "people.json").write_text(json.dumps(people, ensure_ascii=False))
    deck.export(site.bank, people)
    _keys(site, _load_tmk_m(site))
    _configuration(site, paper)
    return site


def admit(site: Site, number: str, name: str, pin: str, role: str = "operator") -> None:
    """One more person who may sign in; the station need not be restarted."""
    person = (number, "--name", name, "--role", role, "--state", str(site.state))
    _run(site, f"{pin}\n{pin}\n", "operator", "add", *person)


def point_at(site: Site, url: str) -> None:
    """Write the bank's address, known only once it listens, into `bank.toml`."""
    file = site.root / "etc" / "bank.toml"
    file.write_text(_put(file.read_text("utf-8"), "url", f'"{url}/v1/terminal/exchange"'))


def wait_less(site: Site, **values: int) -> None:
    """Other numbers in `bank.toml`, such as `answer_timeout_s`: a test has no minute to wait."""
    file = site.root / "etc" / "bank.toml"
    text = file.read_text("utf-8")
    for key, value in values.items():
        text = _put(text, key, str(value))
    file.write_text(text)


def allow_queue(site: Site) -> None:
    """Cash contributions are taken while the link is down: the county's file, before the start."""
    file = site.root / "etc" / "county.toml"
    file.write_text(_put(file.read_text("utf-8"), "enabled", "true"))


def move_device(site: Site, place: str, port: str) -> None:
    """Let `station.toml` name another port for the device of `place`."""
    text = site.station_file.read_text("utf-8")
    site.station_file.write_text(_put_in(text, f"devices.{place}", "port", f'"{port}"'))


def huinong(*arguments: str) -> list[str]:
    """The command line of a `huinong` command in this environment."""
    return [sys.executable, "-m", "terminal", *arguments]


def _load_tmk_m(site: Site) -> tuple[str, str]:
    """The two components of TMK-M, as two persons would bring them."""
    return secrets.token_hex(16), secrets.token_hex(16)


def _keys(site: Site, components: tuple[str, str]) -> None:
    state = str(site.state)
    _run(site, "", "keys", "make", "--state", state, "--terminal", TERMINAL)
    _run(site, "\n".join(components) + "\n", "keys", "load", "--state", state, "tmk-m")
    _run(site, secrets.token_hex(32) + "\n", "keys", "load", "--state", state, "person")
    admit(site, OPERATOR, OPERATOR_NAME, OPERATOR_PIN)
    admit(site, SECOND, SECOND_NAME, SECOND_PIN)
    tmk_m = bytes(a ^ b for a, b in zip(*map(bytes.fromhex, components), strict=True)).hex()
    terminals = {
        TERMINAL: {
            "merchant": MERCHANT,
            "tmk_p": site.tmk_p,
            "tmk_m": tmk_m,
            "sign_csr": str(site.state / "sign_csr.pem"),
            "tls_csr": str(site.state / "tls_csr.pem"),
        }
    }
    (site.bank / "terminals.json").write_text(json.dumps(terminals))


def _configuration(site: Site, paper: int) -> None:
    """The shipped examples with this bench's ports, paths and paper."""
    folder = site.root / "etc"
    for name in ("county.toml", "bank.toml"):
        (folder / name).write_text((EXAMPLES / name).read_text("utf-8"))
    bank = (folder / "bank.toml").read_text("utf-8")
    for key, path in (
        ("ca_file", site.bank / "ca.pem"),
        ("host_keys_file", site.bank / "host_keys.json"),
        ("tls_certificate_file", site.bank / f"{TERMINAL}.tls.pem"),
        ("ca_keys_file", site.bank / CA_STORE_TLV),
    ):
        bank = _put(bank, key, f'"{path}"')
    (folder / "bank.toml").write_text(bank)
    station = (EXAMPLES / "station.toml").read_text("utf-8")
    station = _put(station, "state", f'"{site.state}"')
    station = _put(station, "socket", f'"{site.socket}"')
    station = _put(station, "width_mm", str(paper))
    station = station.replace("escpos-58", f"escpos-{paper}")
    for place, link in (("reader", "reader"), ("pinpad", "pinpad"), ("printer", "printer")):
        station = _put_in(station, f"devices.{place}", "port", f'"{site.devices / link}"')
    station += f'\n[devices.chip]\nmodel = "gempc-serial"\nport = "{site.devices / "chip"}"\n'
    site.station_file.write_text(station)


def _put(text: str, key: str, value: str) -> str:
    """TOML `text` with the one line `key = …` given another value."""
    put, count = re.subn(rf"(?m)^{key}(\s*)=.*$", lambda m: f"{key}{m[1]}= {value}", text)
    if count != 1:
        raise BenchFault(f"the example file has {count} lines {key!r}")
    return put


def _put_in(text: str, table: str, key: str, value: str) -> str:
    head, mark, rest = text.partition(f"[{table}]\n")
    if not mark:
        raise BenchFault(f"the example file has no table [{table}]")
    body, following, tail = rest.partition("\n[")
    return head + mark + _put(body, key, value) + following + tail


def _run(site: Site, typed: str, *arguments: str) -> None:
    done = subprocess.run(
        huinong(*arguments), input=typed, env=site.environment, capture_output=True, text=True
    )
    if done.returncode != 0:
        raise BenchFault(f"huinong {arguments[0]} {arguments[1]}: {done.stderr.strip()}")
