"""From the text of an answer to code objects."""

from __future__ import annotations

import contextlib
import marshal

TYPE_CHECKING = False  # importing typing takes longer than all that is done here
if TYPE_CHECKING:
    import ast
    from collections.abc import Iterator
    from types import CodeType
    from typing import Any

_BYTES = "latin-1"  # as text


def whole_codes(given: dict[str, Any]) -> list[CodeType]:
    """The code objects of the preamble, if there is one, and of the solution.

    Raises:
        SyntaxError, ValueError, RecursionError, MemoryError, OverflowError: the solution is no Python.
    """
    codes = solution_codes(given["code"], given["prompt"], given["prelude"], given["form"], given["entry_point"])
    if given["preamble"] is not None:
        codes.insert(0, compile(given["preamble"], "preamble.py", "exec", dont_inherit=True))
    return codes


def solution_codes(code: str, prompt: str | None, prelude: str, form: str, entry_point: str | None) -> list[CodeType]:
    """The code objects that make up a solution, in the order in which they have to be executed.

    Args:
        prompt: the beginning of the program, where the prompt is code.
        prelude: what is in the prompt besides the function; see `sent_prelude`.
        form: ``completion``, the continuation of the prompt, or ``solution``, a program or the body of the function.

    Raises:
        SyntaxError, ValueError, RecursionError, MemoryError, OverflowError: it is no Python.
    """
    if prompt is not None and form == "completion":
        return [_compiled(prompt + code)]
    code = code.removeprefix("\ufeff")
    if prompt is None:
        return [_compiled(code)]
    alone = None
    with contextlib.suppress(SyntaxError):
        alone = _compiled(code)
    if not _makes(alone, entry_point) and not _defines(code, entry_point):  # the answer may be the body alone
        with contextlib.suppress(SyntaxError):
            return [_compiled(prompt + code)]
    before: list[CodeType] = marshal.loads(prelude.encode(_BYTES))
    return [*before, _compiled(code) if alone is None else alone]


def prelude(prompt: str, entry_point: str | None) -> ast.Module:
    """The imports and helper functions of a prompt that is code, without the function that has to be written."""
    import ast  # see `syntax`

    try:
        tree = ast.parse(prompt + "\n    pass\n")
    except SyntaxError:
        return ast.Module([], [])
    tree.body = [node for node in tree.body if getattr(node, "name", None) != entry_point]
    return tree


def sent_prelude(codes: list[CodeType], prompt: str | None, form: str) -> str:
    """A prelude as text for `solution_codes`; none where it needs none."""
    return "" if prompt is None or form == "completion" else marshal.dumps(codes).decode(_BYTES)


def names_in(code: CodeType) -> frozenset[str]:
    """Every name that code and the functions and classes in it may look up."""
    return frozenset(name for part in _parts(code) for name in part.co_names)


def _compiled(text: str) -> CodeType:
    return compile(text, "solution.py", "exec", dont_inherit=True)


def _defines(code: str, entry_point: str | None) -> bool:
    import ast

    try:
        tree = ast.parse(code)
    except SyntaxError:
        return False
    return entry_point is None or any(getattr(node, "name", None) == entry_point for node in ast.walk(tree))


def _makes(code: CodeType | None, name: str | None) -> bool:
    """Whether there is a function or class of that name. That there is none, only the syntax tree can say."""
    if code is None:
        return False
    return name is None or any(part.co_name == name for part in _parts(code))


def _parts(code: CodeType) -> Iterator[CodeType]:
    """Code, and that of the functions and classes in it."""
    yield code
    for constant in code.co_consts:
        if isinstance(constant, type(code)):
            yield from _parts(constant)
