"""`huinong keys`: makes the station's keys, loads what persons bring, shows check values only.

Every refusal is one line on stderr and exit code 1.
"""

from __future__ import annotations

import os
import sys
from argparse import ArgumentParser, Namespace
from dataclasses import replace
from pathlib import Path

from protocol.bank.keys import Family, kcv
from terminal.keys import passphrase
from terminal.keys.api import KeyUnavailable
from terminal.keys.certificates import (
    SIGN_CERTIFICATE,
    TLS_CERTIFICATE,
    CertificateDates,
    dates,
    write_requests,
)
from terminal.keys.components import (
    ComponentRefused,
    person_check_value,
    person_key_from,
    tmk_from,
)
from terminal.keys.signer import fingerprint, open_signer, spki_der
from terminal.keys.store import KeyStore, make_store, open_store
from terminal.keys.typed import NothingTyped, ask


def add_arguments(parser: ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    make = actions.add_parser("make", help="make the device keys and the two certificate requests")
    make.add_argument("--terminal", required=True, metavar="ID", help="8 characters, field 41")
    make.add_argument("--hardware-serial", default="", metavar="S")
    load = actions.add_parser("load", help="load a key from hex lines, never echoed")
    load.add_argument("key", choices=tuple(LOADS))
    load.add_argument(
        "--cipher",
        choices=[family.name.lower() for family in Family],
        default=Family.DES.name.lower(),
        help="what TMK-M opens; sm4 where the MAC of bank.toml is one of SM4",
    )
    show = actions.add_parser("show", help="check values, fingerprints and certificate dates")
    for action in (make, load, show):
        action.add_argument("--state", type=Path, required=True, metavar="DIR")


def run(args: Namespace) -> int:
    """0, or 1 after one line on stderr."""
    try:
        lines = ACTIONS[args.action](args)
    except (KeyUnavailable, ComponentRefused, NothingTyped, OSError) as why:
        sys.stderr.write(f"huinong keys: {why}\n")
        return 1
    sys.stdout.writelines(f"{line}\n" for line in lines)
    return 0


def _make(args: Namespace) -> list[str]:
    store = make_store(args.state, passphrase.find(os.environ), args.terminal)
    requests = write_requests(store, args.hardware_serial)
    return [*_device_lines(store), *(f"request for the bank: {path}" for path in requests)]


def _load(args: Namespace) -> list[str]:
    store = open_store(args.state, passphrase.find(os.environ))
    check_value = LOADS[args.key](store, Family[args.cipher.upper()])
    return [
        f"{args.key} loaded, check value {check_value.hex().upper()}",
        "a running station uses it after a restart",
    ]


def _show(args: Namespace) -> list[str]:
    store = open_store(args.state, passphrase.find(os.environ))
    tmk_m, person_key = store.secrets.tmk_m, store.secrets.person_key
    family = Family[store.secrets.tmk_m_family]
    person_value = person_check_value(person_key) if person_key else None
    sign_dates = dates(args.state / SIGN_CERTIFICATE, store.sign_key())
    tls_dates = dates(args.state / TLS_CERTIFICATE, store.tls_key())
    return [
        f"terminal       {store.terminal_id}",
        *_device_lines(store),
        f"TMK-M          {_check_value_line(kcv(tmk_m, family) if tmk_m else None)}",
        f"person key     {_check_value_line(person_value)}",
        f"{SIGN_CERTIFICATE}  {_dates_line(sign_dates)}",
        f"{TLS_CERTIFICATE}   {_dates_line(tls_dates)}",
    ]


def _load_tmk_m(store: KeyStore, family: Family) -> bytes:
    first = ask("TMK-M component 1, hex (first person)")
    tmk_m = tmk_from(first, ask("TMK-M component 2, hex (second person)"), family)
    store.keep(lambda secrets: replace(secrets, tmk_m=tmk_m, tmk_m_family=family.name))
    return kcv(tmk_m, family)


def _load_person_key(store: KeyStore, _family: Family) -> bytes:
    person_key = person_key_from(ask("person key, hex"))
    store.keep(lambda secrets: replace(secrets, person_key=person_key))
    return person_check_value(person_key)


def _device_lines(store: KeyStore) -> list[str]:
    """The first 8 digits of each fingerprint are compared by phone (`security.md` section 5)."""
    tls = fingerprint(spki_der(store.tls_key()))
    signer = open_signer(store)
    sign = fingerprint(signer.public_spki_der())
    return [
        f"K_sig          fingerprint {sign[:8]}, key id {signer.key_id}",
        f"K_tls          fingerprint {tls[:8]}",
    ]


def _check_value_line(check_value: bytes | None) -> str:
    return f"check value {check_value.hex().upper()}" if check_value else "not loaded"


def _dates_line(found: CertificateDates | None) -> str:
    if found is None:
        return "not issued yet"
    fits = "" if found.fits_key else ", but for another key: enrol again"
    return f"valid {found.first} to {found.last}{fits}"


ACTIONS = {"make": _make, "load": _load, "show": _show}
LOADS = {"tmk-m": _load_tmk_m, "person": _load_person_key}
