"""A folder to start with: invented people and one terminal with published test keys."""

from __future__ import annotations

import json
from pathlib import Path

from tests.hw_sim.bank.county import County
from tests.hw_sim.people import make_people

SEED, VILLAGERS = 1, 12
TERMINAL = "44010001"
# the test keys of shared vectors, county.json; everybody knows them
ROW = {
    "merchant": "103440160120001",
    "tmk_p": "19191919191919195B5B5B5B5B5B5B5B",
    "tmk_m": "2A2A2A2A2A2A2A2A6B6B6B6B6B6B6B6B",
}


def write_example(directory: Path, county: County) -> None:
    """Writes people.json and terminals.json where they are missing; what is there stays."""
    directory.mkdir(parents=True, exist_ok=True)
    people = make_people(SEED, VILLAGERS, county.scheme.townships, county.own_bins)
    requests = {
        name: f"{kind}.csr"
        for name, kind in (("sign_csr", "sign"), ("tls_csr", "tls"))
        if (directory / f"{kind}.csr").exists()
    }
    for name, content in (("people", people), ("terminals", {TERMINAL: ROW | requests})):
        path = directory / f"{name}.json"
        if not path.exists():
            path.write_text(json.dumps(content, ensure_ascii=False, indent=1), "utf-8")
