"""Calls of the solution that are certain to come: those of assertions in a row whose arguments are written out.

The tester asks for a row of them at once (`Tester.foresee`). The solution's process makes the same calls in the same
order and answers each by itself, but neither waits for the other every time. Nothing is asked between two of them: an
answer of plain data leaves nothing to ask, and with one that refers to an object the row ends over there.
"""

from __future__ import annotations

import ast
import json
from typing import NamedTuple

from .wire import encode

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

_FEWEST = 2
USUAL = frozenset({"abs", "float", "int", "len", "list", "round", "set", "sorted", "str", "sum", "tuple"})
"""Functions that call nothing of the solution, if they are the built-in ones."""
_WRITTEN_OUT = (
    ast.Constant, ast.List, ast.Tuple, ast.Dict, ast.Set, ast.UnaryOp, ast.BinOp, ast.operator, ast.unaryop,
    ast.expr_context,
)  # fmt: skip


class Row(NamedTuple):
    """Calls of one function.

    Attributes:
        name: what the suite knows it by, where the row begins.
        calls: the arguments of each, encoded, as JSON.
        length: how many calls.
        usual: the names that have to stand for built-in functions.
    """

    name: str
    calls: str
    length: int
    usual: tuple[str, ...]


class _Call(NamedTuple):
    name: str
    arguments: list[Any]
    usual: frozenset[str]


def rows(statements: Iterable[ast.stmt], usual: frozenset[str]) -> dict[int, Row]:
    """The rows among statements, each by the position of its first call.

    Args:
        usual: those of `USUAL` that the suite gives no other meaning to.
    """
    found: dict[int, list[_Call]] = {}
    row: list[_Call] = []
    for position, statement in enumerate(statements):
        if _calls_nothing(statement):
            continue
        call = _certain(statement)
        if call is not None and not call.usual <= usual:
            call = None
        if call is None or not row or call.name != row[0].name:
            row = []  # it has ended; this call may begin another
        if call is not None:
            row.append(call)
            if len(row) == 1:
                found[position] = row
    return {position: _of(row) for position, row in found.items() if len(row) >= _FEWEST}


def usual_in(nodes: Iterable[ast.AST]) -> frozenset[str]:
    """Those of `USUAL` that keep their meaning in a suite, by the nodes that matter (`syntax.nodes_of`)."""
    given: set[object] = set()
    for node in nodes:
        if not isinstance(node, ast.Name) or not isinstance(node.ctx, ast.Load):
            given |= {getattr(node, field, None) for field in ("id", "arg", "name", "asname")}
    return USUAL - given


def _of(row: list[_Call]) -> Row:
    calls = json.dumps([call.arguments for call in row], separators=(",", ":"))
    return Row(row[0].name, calls, len(row), tuple(frozenset().union(*(call.usual for call in row))))


def _calls_nothing(statement: ast.stmt) -> bool:
    match statement:
        case ast.Pass() | ast.Expr(ast.Constant()):
            return True
        case ast.Assert(test, message):
            return _is_written_out(test) and (message is None or _is_written_out(message))
    return False


def _certain(statement: ast.stmt) -> _Call | None:
    """The one call that an assertion is certain to make of what is not built in."""
    if not isinstance(statement, ast.Assert):
        return None
    if statement.msg is not None and not _is_written_out(statement.msg):
        return None
    match statement.test:
        case ast.Compare(left, [_], [right]):
            return _within(left, right) or _within(right, left)
        case ast.UnaryOp(ast.Not(), asked):
            return _asked(asked)
    return _asked(statement.test)


def _within(asked: ast.expr, beside: ast.expr) -> _Call | None:
    return _asked(asked) if _is_written_out(beside) else None


def _asked(node: ast.expr) -> _Call | None:
    match node:
        case ast.BinOp(left, _, right):
            return _within(left, right) or _within(right, left)
        case ast.Call(ast.Name(name), [argument], []) if name in USUAL:
            call = _asked(argument)
            return None if call is None else call._replace(usual=call.usual | {name})
        case ast.Call(ast.Name(name), arguments, []):
            given = _arguments(arguments)
            return None if given is None else _Call(name, given, frozenset())
    return None


def _arguments(nodes: list[ast.expr]) -> list[Any] | None:
    """Arguments as data, where each is written out and has no order of its own."""
    if any(isinstance(part, ast.Set) for node in nodes for part in ast.walk(node)):
        return None
    try:
        return [encode(ast.literal_eval(node), _never) for node in nodes]
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        return None


def _never(value: Any) -> dict[str, int]:
    raise TypeError(f"{type(value).__name__} is not written out")


def _is_written_out(node: ast.expr) -> bool:
    return all(isinstance(part, _WRITTEN_OUT) for part in ast.walk(node))
