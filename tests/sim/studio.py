"""What every station of a process is made from: keys, operators, profile, people. Made once.

A key store costs a slow derivation, so each station starts from a copy of one folder; its keys are
fixed numbers, which protect nothing and make a seed play the same everywhere.
"""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, derive_private_key

from terminal import config
from terminal.bank.profile import BankProfile
from terminal.county import County, Queue
from terminal.keys.signer import FileSigner
from terminal.keys.store import KeyStore, make_store, open_store
from terminal.people import records
from terminal.people.records import Operator, Record, Role
from terminal.station import Station
from tests.hw_sim.bank.county import County as BankCounty
from tests.hw_sim.bank.county import read_county
from tests.hw_sim.bank.http_signatures import HostKey
from tests.hw_sim.people import make_people

EXAMPLES = Path(__file__).parents[2] / "deploy" / "examples"
TERMINAL, MERCHANT = "44010001", "103440160120001"
PASSPHRASE = b"of the simulated station"
TMK_P, TMK_M, PERSON_KEY = bytes(range(16)), bytes(range(16, 32)), bytes(range(32, 64))
OPERATORS = {"01": "王芳", "02": "李强"}
TECHNICIAN = "50"
TAG = bytes(range(64, 96))  # of an operator's PIN, stretched: the screen's slow work is left out
DEVICE_KEY = derive_private_key(0x48_4E_01, SECP256R1())
HOST_KEY = HostKey("front.1", derive_private_key(0x48_4E_02, SECP256R1()))
SIGNER = FileSigner(DEVICE_KEY, TERMINAL)
VILLAGERS = 60


@dataclass(frozen=True)
class Studio:
    """keys is the folder that a new station's is copied from."""

    keys: Path
    store: KeyStore
    bank: BankProfile
    county: County
    station: Station
    bank_county: BankCounty

    def county_with(self, *, queue: bool) -> County:
        """待上传 is off as shipped."""
        return msgspec.structs.replace(self.county, queue=Queue(enabled=queue))

    def copy_keys(self, folder: Path) -> KeyStore:
        """A key store of its own below `folder`; what was derived once holds for the copy."""
        shutil.copytree(self.keys, folder)
        return replace(self.store, directory=folder)


def disk() -> str | None:
    """Where files are only memory, if there is such a place."""
    return "/dev/shm" if os.access("/dev/shm", os.W_OK) else None


@cache
def studio() -> Studio:
    """This process's."""
    folder = Path(tempfile.mkdtemp(prefix="huinong-sim-keys-", dir=disk()))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    keys = folder / "keys"
    store = make_store(keys, PASSPHRASE, TERMINAL)
    store = store.keep(lambda held: replace(held, tmk_m=TMK_M, person_key=PERSON_KEY))
    admitted = {
        number: Record(Operator(number, name, Role.OPERATOR), salt=bytes(16), tag=TAG)
        for number, name in OPERATORS.items()
    }
    technician = Operator(TECHNICIAN, "赵工", Role.TECHNICIAN)
    admitted[TECHNICIAN] = Record(technician, salt=bytes(16), tag=TAG)
    records.write(store, admitted)
    return Studio(
        keys,
        open_store(keys, PASSPHRASE),
        config.load(EXAMPLES / "bank.toml", BankProfile),
        config.load(EXAMPLES / "county.toml", County),
        config.load(EXAMPLES / "station.toml", Station),
        read_county(EXAMPLES / "county.toml"),
    )


@cache
def people(seed: int, year: int) -> dict[str, Any]:
    county = studio().bank_county
    return make_people(seed, VILLAGERS, county.scheme.townships, county.own_bins, this_year=year)
