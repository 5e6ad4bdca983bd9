"""MBPP: small Python tasks in a sentence, each with a few asserts.

Austin et al., "Program Synthesis with Large Language Models", 2021, arXiv:2108.07732: ``mbpp.jsonl`` (keys ``text``,
``code``, ``test_list``, ``test_setup_code``) and ``sanitized-mbpp.json`` (``prompt`` and ``test_imports`` instead). A
problem is called ``Mbpp/2``, as EvalPlus calls it.

The prompt is the task's text followed by its tests, as in the paper and in everything that has evaluated MBPP since:
the sentence alone does not say what the function is called. The tests are the imports, the set-up and ``test_list``;
``challenge_test_list`` is left aside, as it is there. `Problem.entry_point` is the function that the first assert
calls: one that the reference solution defines, if there is one.
"""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterator
from typing import Annotated

from pydantic import BaseModel, Field

from halo_forge.problems.base import Format
from halo_forge.problems.fields import STRICT, Characters, TaskId, Text, checked
from halo_forge.problems.lines import Record, Source
from halo_forge.types import JSONObject, Language, Problem

REMARKS = {
    "challenge_test_list": "the tests are those of 'test_list'; 'challenge_test_list' is left aside, as MBPP does",
    "test": "the tests are those of 'test_list'; 'test' is left aside (EvalPlus's own JSONL brings its tests)",
}
KNOWN = frozenset({"source_file"})


class MbppRecord(BaseModel):
    """One task."""

    model_config = STRICT

    task_id: TaskId
    text: Text | None = None
    prompt: Text | None = None
    code: Text | None = None
    test_list: Annotated[list[Text], Field(min_length=1)]
    test_setup_code: Characters | None = None
    test_imports: list[Text] | None = None


def problem_id(task_id: str) -> str:
    """``Mbpp/2`` for ``2``; anything else is an id already."""
    return f"Mbpp/{task_id}" if task_id.isascii() and task_id.isdigit() else task_id


def to_problem(record: Record, source: Source) -> Problem:
    """One record as a problem.

    Raises:
        ProblemFileError: a field is missing or wrong.
    """
    fields = checked(MbppRecord, record, source)
    task = fields.prompt if fields.text is None else fields.text
    if task is None:
        raise source.bad("neither 'text' nor 'prompt'; add what the model is asked", record)
    setup = [*(fields.test_imports or []), *([fields.test_setup_code] if fields.test_setup_code else [])]
    return Problem(
        id=problem_id(fields.task_id),
        prompt=f"{task.strip()}\n\nYour code should pass these tests:\n\n" + "\n".join(fields.test_list),
        language=Language.PYTHON,
        tests="\n".join([*setup, *fields.test_list]) + "\n",
        entry_point=_called(fields.test_list[0], _defined("\n".join(setup)), fields.code),
        solution=fields.code,
    )


def _called(test: str, setup: frozenset[str], code: str | None) -> str | None:
    """The function that an assert is about, if that can be told."""
    called = list(dict.fromkeys(_calls(test)))
    defined = frozenset() if code is None else _defined(code)
    ours = [name for name in called if name in defined]
    others = [name for name in called if name not in setup and not hasattr(builtins, name)]
    return next(iter(ours or others), None)


def _calls(test: str) -> Iterator[str]:
    """The bare names that are called in it, outer calls first."""
    try:
        tree = ast.parse(test)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            yield node.func.id


def _defined(code: str) -> frozenset[str]:
    """The functions and classes that code defines, and what it imports, at the top."""
    try:
        body = ast.parse(code).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return frozenset()
    names = [getattr(node, "name", None) for node in body]
    imported = [alias.asname or alias.name for node in body if isinstance(node, ast.ImportFrom) for alias in node.names]
    return frozenset(name for name in [*names, *imported] if name is not None)


def _recognises(first: JSONObject) -> bool:
    return "test_list" in first


FORMAT = Format(frozenset(MbppRecord.model_fields) | KNOWN, _recognises, to_problem, REMARKS)
