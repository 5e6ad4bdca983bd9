"""halo-forge's own JSONL: one problem a line.

===================  ========================================================================================
``prompt``           what the model is asked; the one key that every problem needs
``id``               unique in the file; ``line-N`` (in a JSON list ``item-N``) if not given, so that renaming a
                     file changes nothing
``language``         a key of `LANGUAGES`, in any letter case; if not given, ``python`` for a problem with
                     ``tests`` and ``cpp`` for every other
``category``         for the breakdown of the results
``concept``          what is to be learnt from it: problems of one concept never stand on both sides of a split
``difficulty``       shown by ``data show``
``expected_output``  what the program has to print
``stdin``            what it reads before; nothing, if not given
``cases``            several runs instead: ``[{"stdin": …, "expected_output": …}, …]``
``comparison``       how the output is compared: ``lines`` (the default), ``exact``, ``tokens`` or ``numeric``
``tolerance``        of ``numeric``: how far numbers may be apart, absolutely or relatively; `TOLERANCE` if not given
``tests``            instead of an output, the source of tests. Python: bare asserts, or ``def check(candidate)``, or
                     as ``framework`` says. Other languages: the end of the program, with a ``main`` that asserts
``framework``        of Python tests: ``asserts`` (the default), ``pytest`` or ``unittest``
``entry_point``      the function that the tests are about; needed if they define ``check``, which is called
                     with it
``preamble``         Python source that is executed before every solution: imports that need not be in an answer
``command``          instead, for ``/bin/sh``: the user's own test of an answer (docs/verdicts.md)
``files``            what it needs in its working directory: ``{"name": "text", …}``
``prompt_is_code``   ``true``: the prompt is the beginning of the program, which completions continue
``solution``         a whole program that is right, for ``data check`` and as an example (``--few-shot``)
``time_limit``       CPU seconds of a run, in place of the benchmark's own limit
``memory_limit``     MB (mebibytes) of a run, likewise
``temperature``      how a model is sampled, in place of the benchmark's own setting: 0 (greedy) to `HOTTEST`;
``top_p``            above 0, up to 1;
``max_tokens``       generated tokens at the most;
``system_prompt``    for models that chat
``stop``             where a completion ends, if the benchmark does not say: ``["text", …]``; never for chat
===================  ========================================================================================

A problem with no output, tests or command asks only that its answer compiles. ``null`` is the same as not given.
Text that is given is not empty, save ``stdin``, ``expected_output`` and ``system_prompt``. Other keys are ignored.
"""

from __future__ import annotations

from enum import StrEnum
from itertools import filterfalse
from pathlib import PurePosixPath
from typing import Annotated, TypeVar

from pydantic import BaseModel, ConfigDict, Field

from halo_forge.problems.base import Format
from halo_forge.problems.fields import STRICT, Characters, Identifier, Label, Text, checked
from halo_forge.problems.lines import Record, Source
from halo_forge.problems.suites import defines_check
from halo_forge.problems.wording import closest, shown
from halo_forge.types import (
    Case,
    Comparison,
    CustomTest,
    Framework,
    JSONObject,
    Language,
    LimitOverrides,
    Match,
    Problem,
    SamplingOverrides,
)

LANGUAGES: dict[str, Language] = {
    "c": Language.C,
    "cpp": Language.CPP,
    "c++": Language.CPP,
    "cc": Language.CPP,
    "cxx": Language.CPP,
    "python": Language.PYTHON,
    "python3": Language.PYTHON,
    "py": Language.PYTHON,
    "rust": Language.RUST,
    "rs": Language.RUST,
    "go": Language.GO,
    "golang": Language.GO,
    "java": Language.JAVA,
    "javascript": Language.JAVASCRIPT,
    "js": Language.JAVASCRIPT,
    "node": Language.JAVASCRIPT,
    "typescript": Language.TYPESCRIPT,
    "ts": Language.TYPESCRIPT,
    "csharp": Language.CSHARP,
    "c#": Language.CSHARP,
    "cs": Language.CSHARP,
    "bash": Language.BASH,
    "sh": Language.BASH,
    "shell": Language.BASH,
}
LONGEST_TIME_S = 3600.0
MOST_MEMORY_MB = 1024 * 1024
TOLERANCE = 1e-6
HOTTEST = 10.0
JUDGED_BY = ("tests", "cases", "expected_output", "command")  # one of them decides

Choice = TypeVar("Choice", bound=StrEnum)
Stop = Annotated[Characters, Field(min_length=1)]  # a line's end alone may be one


class CaseRecord(BaseModel):
    """One of ``cases``. Other keys are refused: an ``input`` that is ignored would give wrong verdicts."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    expected_output: Characters
    stdin: Characters = ""


class ProblemRecord(BaseModel):
    """One line of the file, each field right by itself."""

    model_config = STRICT

    prompt: Text
    id: Label | None = None
    language: Label | None = None
    category: Label | None = None
    concept: Label | None = None
    difficulty: Label | None = None
    expected_output: Characters | None = None
    stdin: Characters | None = None
    cases: Annotated[list[CaseRecord], Field(min_length=1)] | None = None
    comparison: Label | None = None
    tolerance: Annotated[float, Field(ge=0, allow_inf_nan=False)] | None = None
    tests: Text | None = None
    framework: Label | None = None
    entry_point: Identifier | None = None
    preamble: Text | None = None
    command: Text | None = None
    files: dict[str, Characters] | None = None
    prompt_is_code: bool | None = None
    solution: Text | None = None
    time_limit: Annotated[float, Field(gt=0, le=LONGEST_TIME_S, allow_inf_nan=False)] | None = None
    memory_limit: Annotated[int, Field(ge=1, le=MOST_MEMORY_MB)] | None = None
    temperature: Annotated[float, Field(ge=0, le=HOTTEST, allow_inf_nan=False)] | None = None
    top_p: Annotated[float, Field(gt=0, le=1, allow_inf_nan=False)] | None = None
    max_tokens: Annotated[int, Field(ge=1)] | None = None
    system_prompt: Characters | None = None
    stop: list[Stop] | None = None


def to_problem(record: Record, source: Source) -> Problem:
    """One record as a problem.

    Raises:
        ProblemFileError: a field is wrong by itself, or two of them contradict each other.
    """
    fields = checked(ProblemRecord, record, source)
    language = _language(fields, record, source)
    fault = _contradiction(fields, language)
    if fault is not None:
        raise source.bad(fault, record)
    return Problem(
        id=f"{record.unit}-{record.number}" if fields.id is None else fields.id,
        prompt=fields.prompt,
        language=language,
        category=fields.category,
        difficulty=fields.difficulty,
        cases=_cases(fields),
        comparison=_comparison(fields, record, source),
        tests=fields.tests,
        framework=_one_of(Framework, "framework", fields.framework, Framework.ASSERTS, record, source),
        entry_point=fields.entry_point,
        custom=None if fields.command is None else CustomTest(fields.command, fields.files or {}),
        preamble=fields.preamble,
        prompt_is_code=fields.prompt_is_code is True,
        solution=fields.solution,
        limits=LimitOverrides(cpu_s=fields.time_limit, memory_mb=fields.memory_limit),
        stop=tuple(fields.stop or ()),
        sampling=SamplingOverrides(fields.temperature, fields.top_p, fields.max_tokens, fields.system_prompt),
        concept=fields.concept,
    )


def _language(fields: ProblemRecord, record: Record, source: Source) -> Language:
    if fields.language is None:
        return Language.CPP if fields.tests is None else Language.PYTHON
    language = LANGUAGES.get(fields.language.lower())
    if language is None:
        meant = closest(fields.language, LANGUAGES)
        advice = "use" if meant is None else f"did you mean {shown(meant)}? Use"
        what = f"unknown language {shown(fields.language)}; {advice} one of: {', '.join(LANGUAGES)}"
        raise source.bad(what, record)
    return language


def _contradiction(fields: ProblemRecord, language: Language) -> str | None:
    """What is wrong with the fields together, if anything is."""
    judged_by = [key for key in JUDGED_BY if getattr(fields, key) is not None]
    if len(judged_by) > 1:
        return f"both {judged_by[0]!r} and {judged_by[1]!r}; keep the one that is to decide"
    if fields.stdin is not None and fields.cases is not None:
        return "both 'stdin' and 'cases'; move it into the cases"
    if fields.stdin is not None and fields.expected_output is None:
        return "'stdin' without 'expected_output'; add what the program has to print, or remove 'stdin'"
    for key, needed in _NEEDS.items():
        if getattr(fields, key) is not None and all(getattr(fields, other) is None for other in needed):
            return f"{key!r} without {' or '.join(map(repr, needed))}; add it, or remove {key!r}"
    if fields.files is not None and (name := next(filterfalse(_is_plain_name, fields.files), None)) is not None:
        return f"{shown(name)} in 'files' is not the bare name of a file; write one such as 'check.py'"
    return _contradiction_of_tests(fields, language)


_NEEDS = {
    "entry_point": ("tests", "command"),
    "framework": ("tests",),
    "files": ("command",),
    "comparison": ("expected_output", "cases"),
    "tolerance": ("comparison",),
}


def _contradiction_of_tests(fields: ProblemRecord, language: Language) -> str | None:
    for key in ("framework", "preamble"):
        if getattr(fields, key) is not None and language is not Language.PYTHON:
            return f"{key!r} for {language.value}; it is for python only, remove it"
    uncalled = fields.tests is not None and fields.entry_point is None
    if uncalled and language is Language.BASH:
        return "'tests' for bash without an 'entry_point'; add the name of the function"
    if (
        uncalled
        and language is Language.PYTHON
        and fields.framework in (None, Framework.ASSERTS)
        and defines_check(str(fields.tests))
    ):
        return "'tests' defines check(candidate) without an 'entry_point'; add the name of the function"
    return None


def _is_plain_name(name: str) -> bool:
    return name.isprintable() and name not in ("", ".", "..") and PurePosixPath(name).name == name


def _comparison(fields: ProblemRecord, record: Record, source: Source) -> Comparison:
    match = _one_of(Match, "comparison", fields.comparison, Match.LINES, record, source)
    if match is Match.NUMERIC:
        return Comparison(match, TOLERANCE if fields.tolerance is None else fields.tolerance)
    if fields.tolerance is not None:
        raise source.bad("'tolerance' is for the comparison 'numeric' only; remove one of them", record)
    return Comparison(match)


def _one_of(kind: type[Choice], key: str, value: str | None, default: Choice, record: Record, source: Source) -> Choice:
    """The member of a vocabulary that a field names."""
    if value is None:
        return default
    if value not in list(kind):
        raise source.bad(f"unknown {key} {shown(value)}; use one of: {', '.join(kind)}", record)
    return kind(value)


def _cases(fields: ProblemRecord) -> tuple[Case, ...]:
    if fields.cases is not None:
        return tuple(Case(case.stdin, case.expected_output) for case in fields.cases)
    if fields.expected_output is None:
        return ()
    return (Case("" if fields.stdin is None else fields.stdin, fields.expected_output),)


def _recognises(first: JSONObject) -> bool:
    return "prompt" in first


FORMAT = Format(frozenset(ProblemRecord.model_fields), _recognises, to_problem)
