"""The faults that `make mutants` seeds are made, one at a time, and taken back."""

from __future__ import annotations

import ast

import pytest

from protocol.emv import taa
from tests.mutants.mutations import mutations


def made(source: str) -> list[str]:
    """The text of every mutant of `def f(…): source`."""
    tree = ast.parse(f"def f(a, b):\n    {source}")
    function = tree.body[0]
    assert isinstance(function, ast.FunctionDef)
    before, found = ast.unparse(function), []
    for mutation in mutations(function, taa):
        mutation.do()
        found.append(ast.unparse(ast.fix_missing_locations(function)).split("\n    ", 1)[1])
        mutation.undo()
        assert ast.unparse(function) == before
    return found


@pytest.mark.parametrize(
    ("source", "mutants"),
    [
        ("return a < b", ["return a <= b", "return a >= b"]),
        ("return a == b", ["return a != b"]),
        ("return a in b", ["return a not in b"]),
        ("return a and b", ["return a or b"]),
        ("return not a", ["return not not a"]),
        ("return a & b", ["return a | b"]),
        ("a |= b", ["a &= b"]),
        ("return 7", ["return 8"]),
        ("return True", ["return False"]),
        ("return a if b else a", ["return a if not b else a"]),
        ("return CryptogramType.AAC", ["return CryptogramType.TC"]),
        ("return CryptogramType.INVALID", ["return CryptogramType.AAC"]),
        ("return a.b", []),
        ("return 'text'", []),
    ],
)
def test_each_fault_is_made_once_and_taken_back(source: str, mutants: list[str]) -> None:
    assert made(source) == mutants
