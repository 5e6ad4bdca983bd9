"""The tests of an assertion suite: which of its statements they are, and how each becomes one that can fail by itself.

A test is a statement at the top of the suite, or of its function ``check``, that asserts: an ``assert`` or ``raise
AssertionError``, a compound statement that holds one, or a call of a function or class of the suite that holds one,
directly or through another. Each of them is put into a ``try``, which leaves names, ``return``, line numbers and
messages as they are.

Limits. ``check`` stays in one piece where the suite uses it for something else than calling it at the top. A loop over
cases is one test.
"""

from __future__ import annotations

import ast

from .suite import CHECK, ENDED, FAILED
from .syntax import nodes_of

TYPE_CHECKING = False  # importing typing takes longer than all that is done here
if TYPE_CHECKING:
    from collections.abc import Container, Iterable

_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


def mark_tests(tree: ast.Module, nodes: list[ast.AST], *, check_is_called: bool) -> int:
    """Wrap the tests of a suite; returns how many there are.

    Args:
        nodes: those of the tree that matter (`nodes_of`).
        check_is_called: by whoever runs the suite, where it does not do that itself.
    """
    asserting = _asserting(tree)
    owners: list[ast.Module | ast.FunctionDef] = [tree]
    check = _openable_check(tree, nodes, check_is_called=check_is_called)
    if check is not None:
        asserting.discard(CHECK)  # what counts is what it consists of
        owners.append(check)
    count = 0
    for owner in owners:
        for position, statement in enumerate(owner.body):
            if _is_test(statement, asserting):
                owner.body[position] = _marked(statement, count)
                count += 1
    return count


def _asserting(tree: ast.Module) -> set[str]:
    """The functions and classes of the suite that assert."""
    defined = {node.name: node for node in tree.body if isinstance(node, _DEFINITIONS)}
    found = {name for name, node in defined.items() if _holds_assertion(node, ())}
    uses = {name: {n.id for n in nodes_of(defined[name]) if isinstance(n, ast.Name)} for name in defined.keys() - found}
    while more := {name for name in uses.keys() - found if uses[name] & found}:
        found |= more
    return found


def _openable_check(tree: ast.Module, nodes: list[ast.AST], *, check_is_called: bool) -> ast.FunctionDef | None:
    found = [node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == CHECK]
    calls = sum(isinstance(node, ast.Expr) and _calls(node.value, {CHECK}) for node in tree.body)
    if not found or not (calls or check_is_called):
        return None
    uses = sum(isinstance(node, ast.Name) and node.id == CHECK for node in nodes)
    return found[-1] if uses == calls else None


def _is_test(statement: ast.stmt, asserting: Container[str]) -> bool:
    if isinstance(statement, _DEFINITIONS) or _is_main_guard(statement):
        return False
    return _holds_assertion(statement, asserting)


def _holds_assertion(node: ast.AST, asserting: Container[str]) -> bool:
    return isinstance(node, ast.Assert) or any(
        isinstance(part, ast.Assert) or _raises_assertion_error(part) or _calls(part, asserting)
        for part in ast.walk(node)
    )


def _raises_assertion_error(node: ast.AST) -> bool:
    raised = node.exc if isinstance(node, ast.Raise) else None
    kind = raised.func if isinstance(raised, ast.Call) else raised
    return isinstance(kind, ast.Name) and kind.id == "AssertionError"


def _calls(node: ast.AST, names: Container[str]) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in names


def _is_main_guard(statement: ast.stmt) -> bool:
    """``if __name__ == "__main__"``, which a suite is not."""
    return isinstance(statement, ast.If) and any(
        isinstance(part, ast.Name) and part.id == "__name__" for part in ast.walk(statement.test)
    )


def _marked(statement: ast.stmt, number: int) -> ast.stmt:
    at = {"lineno": statement.lineno, "col_offset": statement.col_offset}
    failed = ast.ExceptHandler(None, None, _call(FAILED, number, at), **at)
    return ast.Try([statement], [failed], [], _call(ENDED, number, at), **at)


def _call(name: str, number: int, at: dict[str, int]) -> list[ast.stmt]:
    call = ast.Call(ast.Name(name, ast.Load(), **at), [ast.Constant(number, None, **at)], [], **at)
    return [ast.Expr(call, **at)]


def names_bound(nodes: Iterable[ast.AST]) -> set[str]:
    """The names that code gives a meaning to, those within its functions and classes not included."""
    found: set[str] = set()
    for node in nodes:
        if isinstance(node, _DEFINITIONS):
            found.add(node.name)
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            if getattr(node, "module", None) != "solution":
                found |= {(alias.asname or alias.name).partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            found.add(node.id)
        elif not isinstance(node, ast.Lambda):
            found |= names_bound(ast.iter_child_nodes(node))
    return found
