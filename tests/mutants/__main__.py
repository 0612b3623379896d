"""`make mutants`: small faults in what decides, and whether the tests notice each of them.

In one process: the mutated code takes the place of the function's own, the tests run until one
fails. The last line of stdout is one JSON line; the score's bound is 0.8.
"""

from __future__ import annotations

import ast
import importlib
import inspect
import json
import signal
import sys
from collections.abc import Iterator
from types import CodeType, FunctionType, ModuleType

import pytest
from _pytest.runner import runtestprotocol

from tests.mutants.mutations import mutations
from tests.mutants.table import ROWS, TESTS, Row

SCORE_MIN = 0.8
TEST_S_MAX = 10  # a mutant that loops is noticed by this


class Mutants:
    """A pytest plugin: collect once, then run the tests of each row against each mutant."""

    def __init__(self) -> None:
        self.killed = 0
        self.survivors: list[str] = []

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        by_file: dict[str, list[pytest.Item]] = {}
        for item in session.items:
            if not hasattr(getattr(item, "obj", None), "hypothesis"):  # their search is too slow
                by_file.setdefault(item.path.stem.removeprefix("test_"), []).append(item)
        for row in ROWS:
            items = [item for name in row.tests for item in by_file[name]]
            if _noticed(items):
                raise pytest.UsageError(f"the tests of {row.module} fail without any mutant")
            for label in _each(row):
                if _noticed(items):
                    self.killed += 1
                else:
                    self.survivors.append(label)
                    print(f"survived: {label}", file=sys.stderr)
        return True


def _each(row: Row) -> Iterator[str]:
    """Put every mutant of a row in place, one after the other."""
    module = importlib.import_module(f"protocol.emv.{row.module}")
    tree = ast.parse(inspect.getsource(module))
    nodes = {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}
    for name in row.functions:
        function = getattr(module, name)
        own = function.__code__
        for mutation in mutations(nodes[name], module):
            mutation.do()
            function.__code__ = _compiled(tree, module, function)
            yield f"{row.module}.{name} {mutation.label}"
            mutation.undo()
            function.__code__ = own


def _compiled(tree: ast.Module, module: ModuleType, function: FunctionType) -> CodeType:
    whole = compile(ast.fix_missing_locations(tree), module.__file__ or "", "exec")
    return next(
        part
        for part in whole.co_consts
        if isinstance(part, CodeType) and part.co_name == function.__name__
    )


def _noticed(items: list[pytest.Item]) -> bool:
    """Whether one of the tests fails."""
    for item in items:
        signal.alarm(TEST_S_MAX)
        reports = runtestprotocol(item, log=False, nextitem=None)
        signal.alarm(0)
        if any(report.failed for report in reports):
            return True
    return False


def _too_long(signum: int, frame: object) -> None:
    raise TimeoutError("the mutant does not end")


def main() -> int:
    signal.signal(signal.SIGALRM, _too_long)
    files = sorted({f"{TESTS}{name}.py" for row in ROWS for name in row.tests})
    plugin = Mutants()
    done = pytest.main(["-q", "-p", "no:xdist", "-p", "no:cacheprovider", *files], plugins=[plugin])
    total = plugin.killed + len(plugin.survivors)
    score = round(plugin.killed / total, 3) if total else 0.0
    print(json.dumps({"mutants": total, "killed": plugin.killed, "score": score}))
    return 0 if done == 0 and score >= SCORE_MIN else 1


if __name__ == "__main__":
    sys.exit(main())
