"""`make judges`: programs not written here, asked about our simulated devices.

Prints each judge's own words and one verdict line each: AGREES, DISAGREES or SKIPPED. Exit 1 when
one disagrees. Names as arguments ask those alone.
"""

import argparse
import shutil
import sys
import tempfile
import textwrap
import warnings
from pathlib import Path

from tests.judges import contactless, quick_response, smart_card, stripe
from tests.judges.ruling import CannotJudge, Claim, Judge

JUDGES = (
    Judge(
        "pcscd",
        "libccid's GemPCTwin driver and opensc-tool, on the GemPC simulator",
        ("pcscd", "opensc-tool"),
        smart_card.ask,
    ),
    Judge("nfc-list", "libnfc, on the PN532 simulator", ("nfc-list",), contactless.nfc_list),
    Judge(
        "adafruit-circuitpython-pn532",
        "a second host, on the PN532 simulator",
        (str(contactless.VENV_PYTHON),),
        contactless.adafruit,
    ),
    Judge("msrx", "on the MSR605 simulator", (str(stripe.MSRX),), stripe.ask),
    Judge("zbarimg", "on the QR code in the printer's picture", ("zbarimg",), quick_response.ask),
)
AGREES, DISAGREES, SKIPPED = "AGREES", "DISAGREES", "SKIPPED"
BY_NAME = {judge.name: judge for judge in JUDGES}


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.judges", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="JUDGE", help=", ".join(BY_NAME))
    names = parser.parse_args(arguments).names or list(BY_NAME)
    if unknown := [name for name in names if name not in BY_NAME]:
        parser.error(f"no judge {', '.join(unknown)}; there are {', '.join(BY_NAME)}")
    warnings.filterwarnings("ignore", message=".*TripleDES", module="psec")
    verdicts = [verdict(BY_NAME[name]) for name in names]
    print("\n".join(["", *verdicts]))
    return int(any(each.startswith(DISAGREES) for each in verdicts))


def verdict(judge: Judge) -> str:
    """The verdict line, after the judge's own words."""
    print(f"\n=== {judge.name}: {judge.about}", flush=True)
    claims: list[Claim] = []
    try:
        _require(judge)
        with tempfile.TemporaryDirectory(prefix="judge-") as place:
            for claim in judge.ask(Path(place)):
                claims.append(claim)
                _print(claim)
    except CannotJudge as why:
        return f"{SKIPPED}    {judge.name}: {why}"
    if not claims:
        return f"{SKIPPED}    {judge.name}: asked nothing"
    wrong = [claim.asked for claim in claims if not claim.agrees]
    if wrong:
        return f"{DISAGREES}  {judge.name}: {' '.join(wrong)}"
    return f"{AGREES}     {judge.name}: {len(claims)} questions"


def _require(judge: Judge) -> None:
    missing = [program for program in judge.programs if shutil.which(program) is None]
    if missing:
        raise CannotJudge(f"not installed: {', '.join(missing)}")


def _print(claim: Claim) -> None:
    print(f"{'ok ' if claim.agrees else 'NO '} {claim.asked}")
    print(textwrap.indent(claim.words or "(says nothing)", "      | "), flush=True)


if __name__ == "__main__":
    sys.exit(main())
