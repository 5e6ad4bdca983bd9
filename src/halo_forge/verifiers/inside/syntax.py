"""Syntax trees: what a suite can't do without, and the nodes that matter.

Where suites were made ready ahead this is not imported in the sandbox, nor is `ast`, which is much to have in every
fork: forks have what their zygote had.
"""

from __future__ import annotations

import ast
import functools

TYPE_CHECKING = False  # importing typing takes longer than all that is done here
if TYPE_CHECKING:
    from collections.abc import Iterator


def nodes_of(tree: ast.AST) -> list[ast.AST]:
    """A node and all below it that are more than a constant or an operator, in no particular order.

    `ast.walk` takes longer than it takes to parse, and constants are most of a suite.
    """
    found = [tree]
    for node in found:  # which grows meanwhile
        for name in _fields(type(node)):  # type: ignore[arg-type]  # classes have a hash, also those of nodes
            value = getattr(node, name, None)
            if type(value) is list:
                found += [part for part in value if type(part) is not ast.Constant and isinstance(part, ast.AST)]
            elif type(value) is not ast.Constant and isinstance(value, ast.AST):
                found.append(value)
    return found


@functools.cache
def _fields(kind: type[ast.AST]) -> tuple[str, ...]:
    """What nodes of a kind may hold others in."""
    return () if kind is ast.Name else tuple(name for name in kind._fields if name not in ("ctx", "op", "ops"))


def imports(node: ast.AST) -> Iterator[str]:
    """The top-level modules that code can't do without."""
    for child in _statements(node):
        if isinstance(child, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in child.names)
        elif isinstance(child, ast.ImportFrom) and child.module is not None:
            yield child.module.partition(".")[0]
        elif not isinstance(child, ast.Try):  # which may be there because a module may be missing
            yield from imports(child)


def _statements(node: ast.AST) -> Iterator[ast.AST]:
    """The statements within one, and what holds some itself. Expressions hold none, and are most of a suite."""
    for name in ("body", "orelse", "finalbody", "handlers", "cases"):
        within = getattr(node, name, ())
        if isinstance(within, list):  # the body of a lambda is an expression
            yield from within
