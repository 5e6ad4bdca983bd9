"""From the text of an answer to code objects."""

from __future__ import annotations

import ast

TYPE_CHECKING = False  # importing typing takes longer than all that is done here
if TYPE_CHECKING:
    from types import CodeType
    from typing import Any


def whole_codes(given: dict[str, Any]) -> list[CodeType]:
    """The code objects of the preamble, if there is one, and of the solution.

    Raises:
        SyntaxError, ValueError, RecursionError, MemoryError, OverflowError: the solution is no Python.
    """
    codes = solution_codes(given["code"], given["prompt"], given["form"], given["entry_point"])
    if given["preamble"] is not None:
        codes.insert(0, compile(given["preamble"], "preamble.py", "exec", dont_inherit=True))
    return codes


def solution_codes(code: str, prompt: str | None, form: str, entry_point: str | None) -> list[CodeType]:
    """The code objects that make up a solution, in the order in which they have to be executed.

    Args:
        prompt: the beginning of the program, where the prompt is code.
        form: ``completion``, the continuation of the prompt, or ``solution``, a program or the body of the function.

    Raises:
        SyntaxError, ValueError, RecursionError, MemoryError, OverflowError: it is no Python.
    """
    if prompt is not None and form == "completion":
        return [_compiled(prompt + code)]
    code = code.removeprefix("\ufeff")
    if prompt is None:
        return [_compiled(code)]
    if not _defines(code, entry_point):  # the answer may be the body alone
        try:
            return [_compiled(prompt + code)]
        except SyntaxError:
            pass
    return [*prelude(prompt, entry_point), _compiled(code)]


def prelude(prompt: str, entry_point: str | None) -> list[CodeType]:
    """The imports and helper functions of a prompt that is code, without the function that has to be written."""
    try:
        tree = ast.parse(prompt + "\n    pass\n")
    except SyntaxError:
        return []
    tree.body = [node for node in tree.body if getattr(node, "name", None) != entry_point]
    return [compile(tree, "prompt.py", "exec", dont_inherit=True)]


def names_in(code: CodeType) -> set[str]:
    """Every name that code and the functions and classes in it may look up."""
    found = set(code.co_names)
    for constant in code.co_consts:
        if isinstance(constant, type(code)):
            found |= names_in(constant)
    return found


def _compiled(text: str) -> CodeType:
    return compile(text, "solution.py", "exec", dont_inherit=True)


def _defines(code: str, entry_point: str | None) -> bool:
    try:
        tree = ast.parse(code)
    except SyntaxError:
        return False
    return entry_point is None or any(getattr(node, "name", None) == entry_point for node in ast.walk(tree))
