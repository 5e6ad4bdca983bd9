"""Whether a suite leaves anything behind in the process that executes it.

One that does not can be executed again and again in one process, each time as if it were the first. Told from the
syntax, on the safe side: a suite may import a few modules that keep no state that matters, and may neither change
attributes nor call what reaches into the interpreter, nor have generators that do something when they are thrown away,
which may be later. Suites come with a data set; what is looked for are accidents, not attacks.
"""

from __future__ import annotations

import ast

from halo_forge.verifiers.inside.syntax import nodes_of

_MODULES = frozenset({
    "__future__", "bisect", "collections", "copy", "fractions", "heapq", "itertools", "math", "random", "re",
    "statistics", "string", "typing",
})  # fmt: skip
_REACHING = frozenset({
    "__import__", "breakpoint", "compile", "delattr", "eval", "exec", "exit", "getattr", "globals", "input", "locals",
    "memoryview", "open", "quit", "setattr", "super", "vars",
})  # fmt: skip
_REGISTER = "register"  # of abstract base classes, which then know a class for ever


def prompt_leaves_nothing(prompt: str) -> bool:
    """Whether what a suite's names come from leaves nothing behind: a prompt that is code."""
    try:
        return leaves_nothing(ast.parse(f"{prompt}\n    pass\n"))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False


def leaves_nothing(tree: ast.AST) -> bool:
    """Whether a suite does."""
    nodes = nodes_of(tree)
    return all(map(_is_harmless, nodes)) and not (_any(nodes, ast.Yield) and _any(nodes, ast.Try, ast.TryStar))


def _any(nodes: list[ast.AST], *kinds: type[ast.AST]) -> bool:
    return any(isinstance(node, kinds) for node in nodes)


def _is_harmless(node: ast.AST) -> bool:
    if isinstance(node, ast.Import):
        return all(alias.name in _MODULES for alias in node.names)
    if isinstance(node, ast.ImportFrom):
        return node.level == 0 and (node.module or "").partition(".")[0] in _MODULES
    if isinstance(node, ast.Name):
        return node.id not in _REACHING
    if isinstance(node, ast.Attribute):
        return isinstance(node.ctx, ast.Load) and not node.attr.startswith("_") and node.attr != _REGISTER
    return not isinstance(node, (ast.AsyncFunctionDef, ast.ClassDef, ast.Global, ast.With, ast.YieldFrom))
