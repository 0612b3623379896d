"""Small faults, one at a time, in the syntax tree of one function.

A mutation changes a node in place and puts it back: comparisons, boolean and bit operators,
conditions, whole numbers, and the members of the enumerations that name bits and ends.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum
from types import ModuleType

COMPARISONS: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
}
OPERATORS: dict[type[ast.operator], type[ast.operator]] = {
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.LShift: ast.RShift,
    ast.RShift: ast.LShift,
}


@dataclass(frozen=True)
class Mutation:
    """label tells line and change. do and undo work on the tree that was walked."""

    label: str
    do: Callable[[], None]
    undo: Callable[[], None]


def mutations(function: ast.FunctionDef, module: ModuleType) -> Iterator[Mutation]:
    """Every mutation of the function's body; the signature stays as it is."""
    for statement in function.body:
        for node in ast.walk(statement):
            for field, position, old, new in _changes(node, module):
                label = (
                    f"line {getattr(node, 'lineno', function.lineno)}: {_said(old)} -> {_said(new)}"
                )
                yield Mutation(
                    label, _set(node, field, position, new), _set(node, field, position, old)
                )


Change = tuple[str, int | None, object, object]  # field, place in it, old, new


def _changes(node: ast.AST, module: ModuleType) -> Iterator[Change]:
    match node:
        case ast.Compare(ops=ops):
            for at, op in enumerate(ops):
                for other in COMPARISONS[type(op)]:
                    yield "ops", at, op, other()
        case ast.BoolOp(op=op):
            yield "op", None, op, ast.Or() if isinstance(op, ast.And) else ast.And()
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            yield "operand", None, operand, _not(operand)
        case ast.BinOp(op=op) | ast.AugAssign(op=op) if type(op) in OPERATORS:
            yield "op", None, op, OPERATORS[type(op)]()
        case ast.Constant(value=bool() as value):
            yield "value", None, value, not value
        case ast.Constant(value=int() as value):
            yield "value", None, value, value + 1
        case ast.Attribute(value=ast.Name(id=name), attr=attr):
            yield from _next_member(getattr(module, name, None), attr)
    if isinstance(node, ast.If | ast.IfExp) and not isinstance(
        node.test, ast.Compare | ast.UnaryOp
    ):
        yield "test", None, node.test, _not(node.test)


def _next_member(enum: object, attr: str) -> Iterator[Change]:
    """Tvr.EXPIRED becomes the member after it: the wrong bit, the wrong end."""
    if isinstance(enum, type) and issubclass(enum, Enum) and attr in enum.__members__:
        names = list(enum.__members__)
        yield "attr", None, attr, names[(names.index(attr) + 1) % len(names)]


def _not(expression: ast.expr) -> ast.expr:
    return ast.copy_location(ast.UnaryOp(ast.Not(), expression), expression)


def _set(node: ast.AST, field: str, position: int | None, value: object) -> Callable[[], None]:
    def change() -> None:
        if position is None:
            setattr(node, field, value)
        else:
            getattr(node, field)[position] = value

    return change


def _said(part: object) -> str:
    if isinstance(part, ast.expr):
        return ast.unparse(part)
    return type(part).__name__ if isinstance(part, ast.AST) else repr(part)
