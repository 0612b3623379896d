"""What the screen computes so that the PIN never leaves it."""

from __future__ import annotations

import hashlib
import hmac
import json
import subprocess
import sys
from pathlib import Path

from terminal.people.proof import COST, Challenge, Cost, prove, stretched

VECTORS = Path(__file__).parents[1] / "vectors" / "crypto" / "receipt_misc.json"


def test_argon2id_is_that_of_the_reference():
    rows = {row["id"]: row for row in json.loads(VECTORS.read_text("utf-8"))["vectors"]}
    known = rows["argon2id-ref"]
    cost = Cost(known["m_kib"], known["t"], known["p"])
    tag = stretched(known["password"], known["salt"].encode(), cost)
    assert tag.hex() == known["hash_hex"]


def test_the_proof_is_an_hmac_under_the_stretched_pin_over_nonce_and_number():
    salt, nonce = bytes(16), bytes(range(16))
    expected = hmac.new(stretched("294170", salt, COST), nonce + b"07", hashlib.sha256).digest()
    assert prove("294170", Challenge("07", salt, nonce, COST)) == expected


def test_a_screen_that_proves_pins_loads_nothing_of_the_key_store():
    program = (
        "import sys, terminal.people.proof; print([m for m in sys.modules if 'terminal' in m])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)
    assert (
        done.stdout.decode().strip() == "['terminal', 'terminal.people', 'terminal.people.proof']"
    )
