"""halo-forge's own JSONL: one problem a line.

===================  ========================================================================================
``prompt``           what the model is asked; the one key that every problem needs
``id``               unique in the file; ``line-N`` if not given, so that renaming a file changes nothing
``language``         a key of `LANGUAGES`, in any letter case; if not given, ``python`` for a problem with
                     ``tests`` and ``cpp`` for every other
``category``         for the breakdown of the results
``difficulty``       shown by ``data show``
``expected_output``  what the program has to print
``stdin``            what it reads before; nothing, if not given
``cases``            several runs instead: ``[{"stdin": …, "expected_output": …}, …]``
``tests``            instead of an output, the source of a suite: bare asserts, or ``def check(candidate)``
``entry_point``      the function that the tests are about; needed if they define ``check``, which is called
                     with it
``solution``         a whole program that is right, for ``data check``
``time_limit``       CPU seconds of a run, in place of the benchmark's own limit
``memory_limit``     MB (mebibytes) of a run, likewise
===================  ========================================================================================

A problem with neither an output nor tests asks only that its answer compiles. ``null`` is the same as not given.
Text that is given is not empty, save ``stdin`` and ``expected_output``. Other keys are ignored.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from halo_forge.problems.base import Format
from halo_forge.problems.fields import STRICT, Characters, Identifier, Label, Text, checked
from halo_forge.problems.lines import Record, Source
from halo_forge.problems.suites import defines_check
from halo_forge.problems.wording import closest, shown
from halo_forge.types import Case, JSONObject, Language, LimitOverrides, Problem

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
    difficulty: Label | None = None
    expected_output: Characters | None = None
    stdin: Characters | None = None
    cases: Annotated[list[CaseRecord], Field(min_length=1)] | None = None
    tests: Text | None = None
    entry_point: Identifier | None = None
    solution: Text | None = None
    time_limit: Annotated[float, Field(gt=0, le=LONGEST_TIME_S, allow_inf_nan=False)] | None = None
    memory_limit: Annotated[int, Field(ge=1, le=MOST_MEMORY_MB)] | None = None


def to_problem(record: Record, source: Source) -> Problem:
    """One record as a problem.

    Raises:
        ProblemFileError: a field is wrong by itself, or two of them contradict each other.
    """
    fields = checked(ProblemRecord, record, source)
    language = _language(fields, record, source)
    fault = _contradiction(fields, language)
    if fault is not None:
        raise source.bad(fault, record.line)
    return Problem(
        id=f"line-{record.line}" if fields.id is None else fields.id,
        prompt=fields.prompt,
        language=language,
        category=fields.category,
        difficulty=fields.difficulty,
        cases=_cases(fields),
        tests=fields.tests,
        entry_point=fields.entry_point,
        solution=fields.solution,
        limits=LimitOverrides(cpu_s=fields.time_limit, memory_mb=fields.memory_limit),
    )


def _language(fields: ProblemRecord, record: Record, source: Source) -> Language:
    if fields.language is None:
        return Language.CPP if fields.tests is None else Language.PYTHON
    language = LANGUAGES.get(fields.language.lower())
    if language is None:
        meant = closest(fields.language, LANGUAGES)
        advice = "use" if meant is None else f"did you mean {shown(meant)}? Use"
        what = f"unknown language {shown(fields.language)}; {advice} one of: {', '.join(LANGUAGES)}"
        raise source.bad(what, record.line)
    return language


def _contradiction(fields: ProblemRecord, language: Language) -> str | None:
    """What is wrong with the fields together, if anything is."""
    judged_by = [key for key in ("tests", "cases", "expected_output") if getattr(fields, key) is not None]
    if len(judged_by) > 1:
        return f"both {judged_by[0]!r} and {judged_by[1]!r}; keep the one that is to decide"
    if fields.stdin is not None and fields.cases is not None:
        return "both 'stdin' and 'cases'; move it into the cases"
    if fields.stdin is not None and fields.expected_output is None:
        return "'stdin' without 'expected_output'; add what the program has to print, or remove 'stdin'"
    if fields.entry_point is not None and fields.tests is None:
        return "'entry_point' without 'tests'; add the suite, or remove 'entry_point'"
    if fields.tests is not None and language is not Language.PYTHON:
        return f"'tests' for {language.value}; suites are run for python only, give 'expected_output' or 'cases'"
    uncalled = fields.tests is not None and fields.entry_point is None
    if uncalled and defines_check(str(fields.tests)):
        return "'tests' defines check(candidate) without an 'entry_point'; add the name of the function"
    return None


def _cases(fields: ProblemRecord) -> tuple[Case, ...]:
    if fields.cases is not None:
        return tuple(Case(case.stdin, case.expected_output) for case in fields.cases)
    if fields.expected_output is None:
        return ()
    return (Case("" if fields.stdin is None else fields.stdin, fields.expected_output),)


def _recognises(first: JSONObject) -> bool:
    return "prompt" in first


FORMAT = Format(frozenset(ProblemRecord.model_fields), _recognises, to_problem)
