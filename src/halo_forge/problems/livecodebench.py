"""LiveCodeBench's code generation problems, from programming contests.

Jain et al., "LiveCodeBench: Holistic and Contamination Free Evaluation of Large Language Models for Code", 2024,
arXiv:2403.07974. Keys ``question_id``, ``question_content``, ``starter_code``, ``difficulty``, ``public_test_cases``,
``private_test_cases``, ``metadata``. All answers are Python. The difficulty is the category too, since that is what its
results are broken down by.

A program is run on each input, public and private, and its output compared line by line, where numbers are compared
as decimals (between words too; LiveCodeBench does so only in lines of nothing else). A function (``func_name`` in the
metadata) is called on each: a method of ``Solution``, or a bare function.

As there, the names of much of the standard library are there for a solution, which was asked for a bare class or
program: ``List`` and ``deque`` without an import.

Private test cases are JSON, or JSON in a pickled string, zipped, in base64. No pickle is executed here: its opcodes are
read, and must be those of one string.
"""

from __future__ import annotations

import base64
import binascii
import json
import pickletools
import zlib
from collections.abc import Iterable, Iterator
from typing import Any

from pydantic import BaseModel

from halo_forge.problems.base import Format
from halo_forge.problems.fields import STRICT, Characters, Identifier, Label, Text, checked
from halo_forge.problems.lines import Item, Record, Source, as_record
from halo_forge.problems.suites import suite_with
from halo_forge.types import Case, Comparison, JSONObject, Language, Match, Problem

MOST_UNPACKED_BYTES = 512 * 1024 * 1024
KNOWN = frozenset({"question_title", "platform", "contest_id", "contest_date"})
_MODULES = (
    "string", "re", "datetime", "collections", "heapq", "bisect", "copy", "math", "random", "statistics", "itertools",
    "functools", "operator", "io", "sys", "json", "builtins", "typing",
)  # fmt: skip
_PREAMBLE = (
    "".join(f"from {module} import *\n" for module in _MODULES)
    + f"import {', '.join(_MODULES)}\n"
    + "sys.setrecursionlimit(50000)\n"
)
_STRING_OPCODES = frozenset({"PROTO", "FRAME", "MEMOIZE", "BINPUT", "LONG_BINPUT", "PUT", "STOP"})
_PROGRAM = "Read the input from standard input and write the answer to standard output."
_FUNCTION = "Use this starter code:"


class LiveCodeBenchRecord(BaseModel):
    """One problem."""

    model_config = STRICT

    question_id: Label
    question_content: Text
    starter_code: Characters = ""
    difficulty: Label | None = None
    public_test_cases: Any = None
    private_test_cases: Any = None
    metadata: Any = None


class TestCaseRecord(BaseModel):
    """One test: for a function, JSON texts."""

    __test__ = False  # not a test case, whatever pytest makes of the name
    model_config = STRICT

    input: Characters
    output: Characters


class MetadataRecord(BaseModel):
    """What is read of the metadata."""

    model_config = STRICT

    func_name: Identifier | None = None


def to_problem(record: Record, source: Source) -> Problem:
    """One record as a problem.

    Raises:
        ProblemFileError: a field is missing or wrong, test cases cannot be read, or there are none.
    """
    fields = checked(LiveCodeBenchRecord, record, source)
    tests = [*_tests("public_test_cases", record, source), *_tests("private_test_cases", record, source)]
    if not tests:
        raise source.bad("there is no test in 'public_test_cases' or 'private_test_cases'; add one", record)
    metadata = _value("metadata", record, source)
    function = checked(MetadataRecord, _part(metadata or {}, "metadata", record, source), source).func_name
    cases = () if function is not None else tuple(Case(test.input, test.output) for test in tests)
    return Problem(
        id=fields.question_id,
        prompt=_prompt(fields),
        language=Language.PYTHON,
        category=fields.difficulty,
        difficulty=fields.difficulty,
        cases=cases,
        comparison=Comparison(Match.NUMERIC, 0.0) if cases else Comparison(),
        preamble=_PREAMBLE,
        tests=None if function is None else _suite(function, tests, record, source),
    )


def _prompt(fields: LiveCodeBenchRecord) -> str:
    question = fields.question_content.strip()
    if not fields.starter_code.strip():
        return f"{question}\n\n{_PROGRAM}"
    return f"{question}\n\n{_FUNCTION}\n\n```python\n{fields.starter_code.rstrip()}\n```"


def _suite(function: str, tests: Iterable[TestCaseRecord], record: Record, source: Source) -> str:
    for test in tests:
        _refuse_no_json(test, record, source)
    setup = (
        '_agrees = _helper["agrees"]',
        f"try: _function = Solution().{function}",
        f"except NameError: _function = {function}",
    )
    asserts = (f"assert _agrees(_function, {test.input!r}, {test.output!r})" for test in tests)
    return suite_with("livecodebench", setup, asserts)


def _refuse_no_json(test: TestCaseRecord, record: Record, source: Source) -> None:
    try:
        for line in [*test.input.split("\n"), test.output]:
            json.loads(line)
    except (ValueError, RecursionError):
        raise source.bad("a test of a function is not JSON, one argument a line; correct it", record) from None


def _tests(key: str, record: Record, source: Source) -> Iterator[TestCaseRecord]:
    value = _value(key, record, source)
    if value is None:
        return
    if not isinstance(value, list):
        raise source.bad(f"{key!r} must be a list of tests; correct it", record)
    for test in value:
        yield checked(TestCaseRecord, _part(test, f"a test of {key!r}", record, source), source)


def _part(value: Any, what: str, record: Record, source: Source) -> Record:
    """A value inside a record as a record at the same place."""
    if not isinstance(value, dict):
        raise source.bad(f"{what} must be an object; correct it", record)
    return as_record(Item(record.number, value, record.unit), source)


def _value(key: str, record: Record, source: Source) -> Any:
    """A field's value, which may be JSON in a string, or packed."""
    value = record.data.get(key)
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except RecursionError:
        raise source.bad(f"{key!r} is nested too deeply; make it flatter", record) from None
    except ValueError:
        pass
    try:
        return json.loads(_unpacked(value))
    except (ValueError, RecursionError, zlib.error):
        what = f"{key!r} is neither JSON nor a zipped pickle of JSON in base64; fetch the file again"
        raise source.bad(what, record) from None


def _unpacked(packed: str) -> str:
    """The string in a pickle, zipped, in base64.

    Raises:
        ValueError, zlib.error: it is something else, or too large.
    """
    try:
        zipped = base64.b64decode(packed, validate=True)
    except binascii.Error as fault:
        raise ValueError(str(fault)) from None
    pickled = zlib.decompressobj().decompress(zipped, MOST_UNPACKED_BYTES + 1)
    if len(pickled) > MOST_UNPACKED_BYTES:
        raise ValueError("too large")
    strings: list[str] = []
    for opcode, argument, _ in pickletools.genops(pickled):
        if isinstance(argument, str) and opcode.name in ("UNICODE", "BINUNICODE", "SHORT_BINUNICODE", "BINUNICODE8"):
            strings.append(argument)
        elif opcode.name not in _STRING_OPCODES:
            raise ValueError(f"{opcode.name} in it")
    if len(strings) != 1:
        raise ValueError(f"{len(strings)} strings in it")
    return strings[0]


def _recognises(first: JSONObject) -> bool:
    return "question_content" in first


FORMAT = Format(frozenset(LiveCodeBenchRecord.model_fields) | KNOWN, _recognises, to_problem)
