"""Secrets typed by a person: without echo on a terminal, else lines of standard input."""

from __future__ import annotations

import getpass
import sys


class NothingTyped(Exception):
    """Standard input ended before everything was given."""


def ask(prompt: str) -> str:
    """One line. Raises NothingTyped at the end of the input."""
    if sys.stdin.isatty():
        return getpass.getpass(f"{prompt}: ").strip()
    line = sys.stdin.readline()
    if not line:
        raise NothingTyped(f"{prompt}: nothing on standard input")
    return line.strip()
