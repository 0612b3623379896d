"""`python -m tests.hw_sim.bank`: the sandbox bank as a process.

Prints one JSON line when it is ready; SIGTERM, SIGINT or the operation `stop` end it.
"""

# docs/sandbox.md says more; its commands are run by tests/bank_sim/test_document.py.

from __future__ import annotations

import argparse
import json
import signal
import sys
import warnings
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from tests.hw_sim.bank.county import read_county
from tests.hw_sim.bank.example import write_example
from tests.hw_sim.bank.running import Doors, RunningBank, running_bank
from tests.hw_sim.bank.state import LOG_ORIGIN

ABOUT = "A bank front end to test terminals against (UnionPay ISO 8583, county services)."
COUNTY = Path("deploy/examples/county.toml")
POINTING = """\
Pointing your own terminal at it:
  DIR/terminals.json   {"<8 digits>": {"merchant": "<15 digits>", "tmk_p": HEX, "tmk_m": HEX,
                        "sign_csr": FILE, "tls_csr": FILE, "mac": "cup-ecb", "batch": 1}};
                       without the two CSRs the terminal enrols with a code (operation "invite"),
                       or speaks cup-classic, which needs neither
  DIR/chips.json       PAN -> {"imk_ac", "imk_smi", "imk_smc": HEX, "psn": "01", "cvn": "01"}
  DIR/ca_keys.json     {"keys": [{"raw_tlv": HEX}]}        DIR/aids.json   [{"9F06": HEX, ...}]
The bank writes DIR/ca.pem (trust it), DIR/host_keys.json (pin them), <terminal>.{sign,tls}.pem.
  county       POST url/v1/terminal/exchange, signed, client certificate
  cup-classic  POST url/mjc/webtrans/VPB_lb, unsigned; or --tcp, --tls: 2-byte LEN and the frame
DIR/control.sock takes one JSON object a line: {"op": "fault", "name": "drop_after"}, "books",
"settlements", "status", "clear", "stop" and others. docs/sandbox.md shows them all.
"""


def main(arguments: Sequence[str] | None = None) -> int:
    asked = _parser().parse_args(arguments)
    # two-key TDES is what the sheets ask for; the libraries call it by its old place
    warnings.filterwarnings("ignore", message=".*TripleDES")
    if asked.example:
        write_example(asked.dir, read_county(asked.county))
    people = asked.people or asked.dir / "people.json"
    print(f"opening the bank in {asked.dir}", file=sys.stderr)
    with running_bank(
        asked.dir,
        json.loads(people.read_text("utf-8")),
        asked.county,
        port=asked.port,
        seed=asked.seed,
        first_day=asked.date,
        log_origin=asked.origin,
        doors=Doors(asked.listen, tuple(asked.name), asked.tcp, asked.tls),
    ) as bank:
        _stop_on_signals(bank)
        print(json.dumps(_ready(bank)), flush=True)
        bank.stopped.wait()
    print("the bank is closed", file=sys.stderr)
    return 0


def _ready(bank: RunningBank) -> dict[str, str]:
    doors = {"tcp": bank.tcp_url, "tls": bank.tls_url}
    opened = {name: url for name, url in doors.items() if url}
    return {"url": bank.url, "control": str(bank.socket_file), **opened}


def _stop_on_signals(bank: RunningBank) -> None:
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: bank.stopped.set())


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m tests.hw_sim.bank",
        description=ABOUT,
        epilog=POINTING,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--dir", type=Path, required=True, help="holds terminals.json, keeps all")
    parser.add_argument("--example", action="store_true", help="make the files that DIR lacks")
    parser.add_argument("--people", type=Path, help="otherwise DIR/people.json")
    parser.add_argument("--county", type=Path, default=COUNTY, help="county.toml")
    parser.add_argument("--port", type=int, default=0, help="of HTTPS; 0: any free port")
    parser.add_argument("--tcp", type=int, metavar="PORT", help="raw TCP too; 0: any free port")
    parser.add_argument("--tls", type=int, metavar="PORT", help="TLS over TCP too; 0: any")
    parser.add_argument("--listen", default="127.0.0.1", metavar="ADDRESS", help="to be called at")
    parser.add_argument(
        "--name",
        action="append",
        default=[],
        help="host name or address for the certificate, beside localhost; may be repeated",
    )
    parser.add_argument("--seed", type=int, default=0, help="of working keys and authorisations")
    parser.add_argument("--origin", default=LOG_ORIGIN, help="of the journal heads it witnesses")
    parser.add_argument(
        "--date", type=date.fromisoformat, help="the first accounting day (the clock stays real)"
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
