"""登记 and 换证: a station's keys become known to the bank (county-wire.md, security.md 5).

`enrol` proves the right by a one-time code and is signed by the new key itself; `renew` is signed
by the old key, which stays good for seven days beside the new one.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from tests.hw_sim.bank.authority import Authority, BadRequest, read_request
from tests.hw_sim.bank.signing_keys import PublicKey, keyid
from tests.hw_sim.bank.state import Bank

CODE_BYTES = 16  # 128 bits
CODE_LIFE_S = 1_800
BOTH_KEYS_S = 7 * 86_400
ENROL_NAMES = {"code", "sign_csr", "tls_csr"}
RENEW_NAMES = {"sign_csr", "tls_csr"}


@dataclass(frozen=True)
class Application:
    """A readable request for certificates."""

    terminal: str
    code: str = field(repr=False)
    sign: x509.CertificateSigningRequest = field(repr=False)
    tls: x509.CertificateSigningRequest = field(repr=False)
    key: PublicKey = field(repr=False)

    @property
    def keyid(self) -> str:
        return keyid(self.terminal, self.key)


def invite(bank: Bank, terminal: str) -> str:
    """A code with which this terminal may enrol once, within half an hour."""
    code = bank.chance.randbytes(CODE_BYTES).hex()
    until_s = int(bank.clock()) + CODE_LIFE_S
    bank.db.execute(
        "INSERT OR REPLACE INTO invitation VALUES (?, ?, ?)", (terminal, _digest(code), until_s)
    )
    return code


def read_application(terminal: str, body: bytes, *, with_code: bool) -> Application | None:
    """None when the body is no application of this terminal, or asks one key to do two things."""
    try:
        asked = json.loads(body)
        names = ENROL_NAMES if with_code else RENEW_NAMES
        if not isinstance(asked, dict) or set(asked) != names:
            return None
        sign = read_request(asked["sign_csr"].encode(), terminal)
        tls = read_request(asked["tls_csr"].encode(), terminal)
    except (ValueError, AttributeError, BadRequest):
        return None
    if sign.key == tls.key:
        return None
    return Application(terminal, str(asked.get("code", "")), sign.csr, tls.csr, sign.key)


def use_code(bank: Bank, application: Application) -> bool:
    """Whether the code is the terminal's, in time and unused; it is used up now."""
    used = bank.db.execute(
        "DELETE FROM invitation WHERE terminal = ? AND digest = ? AND until_s >= ?",
        (application.terminal, _digest(application.code), int(bank.clock())),
    )
    return used.rowcount == 1


def enrol(bank: Bank, authority: Authority, application: Application) -> dict[str, Any]:
    """From now on this key alone signs for the terminal."""
    authority.registry.succeed(application.terminal, application.key)
    return _issued(bank, authority, application)


def renew(bank: Bank, authority: Authority, application: Application) -> dict[str, Any]:
    """The new key signs from now on, the old one for seven days more."""
    until_s = int(bank.clock()) + BOTH_KEYS_S
    authority.registry.succeed(application.terminal, application.key, until_s)
    return _issued(bank, authority, application)


def _issued(bank: Bank, authority: Authority, application: Application) -> dict[str, Any]:
    sign, tls = authority.issue(application.terminal, application.sign, application.tls)
    return {
        "sign_cert": sign.public_bytes(Encoding.PEM).decode(),
        "tls_cert": tls.public_bytes(Encoding.PEM).decode(),
        "ca": authority.ca_file.read_text("ascii"),
        "host_keys": authority.host_keys(),
        "update_root": authority.update_root(),
    }


def _digest(code: str) -> str:
    return hashlib.sha256(code.encode()).hexdigest()
