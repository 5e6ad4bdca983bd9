"""Whether a suite leaves anything behind in the process that executes it.

One that does not can be executed again and again in one process, each time as if it were the first. Told from the
syntax, on the safe side: a suite may import a few modules that keep no state that matters, and may neither change
attributes nor call what reaches into the interpreter, nor have generators that do something when they are thrown away,
which may be later. Suites come with a data set; what is looked for are accidents, not attacks.
"""

from __future__ import annotations

import ast

_MODULES = frozenset({
    "__future__", "bisect", "collections", "copy", "fractions", "heapq", "itertools", "math", "random", "re",
    "statistics", "string", "typing",
})  # fmt: skip
_REACHING = frozenset({
    "__import__", "breakpoint", "compile", "delattr", "eval", "exec", "exit", "getattr", "globals", "input", "locals",
    "memoryview", "open", "quit", "setattr", "super", "vars",
})  # fmt: skip
_HARMFUL = frozenset({ast.AsyncFunctionDef, ast.ClassDef, ast.Global, ast.With, ast.YieldFrom})
_TRIES = frozenset({ast.Try, ast.TryStar})
_LOOKED_AT = frozenset({ast.Import, ast.ImportFrom, ast.Attribute})
_REGISTER = "register"  # of abstract base classes, which then know a class for ever


def leaves_nothing(nodes: list[ast.AST]) -> bool:
    """Whether a suite, or what a prompt brings, does, by the nodes that matter (`nodes_of`)."""
    kinds = set(map(type, nodes))
    if not kinds.isdisjoint(_HARMFUL) or (ast.Yield in kinds and not kinds.isdisjoint(_TRIES)):
        return False
    if any(type(node) is ast.Name and node.id in _REACHING for node in nodes):
        return False
    return all(_is_harmless(node) for node in nodes if type(node) in _LOOKED_AT)


def _is_harmless(node: ast.AST) -> bool:
    match node:
        case ast.Import(names=names):
            return all(alias.name in _MODULES for alias in names)
        case ast.ImportFrom(module=module, level=level):
            return level == 0 and (module or "").partition(".")[0] in _MODULES
        case ast.Attribute(attr=name, ctx=context):
            return isinstance(context, ast.Load) and not name.startswith("_") and name != _REGISTER
    return True
