"""`huinong ui`: the operator's screen. It may be started and killed at any time (design, decision
1).
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from terminal.i18n import CHINESE, LANGUAGES
from terminal.ui.state import Theme, UiState

SOCKET_VARIABLE = "HUINONG_SOCKET"
SOCKET_NAME = "station.sock"
LEAVE_KEY = "ctrl+q"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--socket", type=Path, help="socket of the station's engine")
    parser.add_argument("--plain", action="store_true", help="plain lines, for pipes and ssh")
    parser.add_argument("--lang", choices=LANGUAGES, default=CHINESE)
    parser.add_argument("--theme", choices=[theme.value for theme in Theme], default="day")
    parser.add_argument("--kiosk", action="store_true", help="no key ends the screen")


def run(args: argparse.Namespace) -> int:
    """Exit code: 0 when the screen was left, 1 when the engine is of another release."""
    path = args.socket or default_socket()
    state = UiState(language=args.lang, theme=Theme(args.theme))
    if args.plain:
        from terminal.ui.plain import run_plain  # late: each face loads only what it needs

        return run_plain(path, state)
    from terminal.ui.app import StationScreen

    app = StationScreen(path, state, leave_key="" if args.kiosk else LEAVE_KEY)
    code = app.run()
    if app.sentence:
        sys.stderr.write(f"{app.sentence}\n")
    return code or 0


def default_socket() -> Path:
    """`$HUINONG_SOCKET`, else the user's runtime directory."""
    named = os.environ.get(SOCKET_VARIABLE)
    if named:
        return Path(named)
    from platformdirs import user_runtime_path

    return user_runtime_path("huinong") / SOCKET_NAME
