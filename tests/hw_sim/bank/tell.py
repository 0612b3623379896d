"""`python -m tests.hw_sim.bank.tell DIR JSON…`: operations for the bank in DIR, one answer each."""

from __future__ import annotations

import json
import socket
import sys
from collections.abc import Sequence
from pathlib import Path

USAGE = 'python -m tests.hw_sim.bank.tell DIR \'{"op": "status"}\' …'


def main(arguments: Sequence[str]) -> int:
    """1 when an operation was answered with an error."""
    if len(arguments) < 2:
        print(USAGE, file=sys.stderr)
        return 2
    failed = False
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(str(Path(arguments[0]) / "control.sock"))
        lines = connection.makefile("rw", encoding="utf-8")
        for op in arguments[1:]:
            print(op.replace("\n", " "), file=lines, flush=True)
            answer = lines.readline()
            print(answer, end="")
            failed = failed or "error" in json.loads(answer)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
