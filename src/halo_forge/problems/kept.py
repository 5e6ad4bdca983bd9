"""What a run keeps of its problems, so that its samples can be read later: as JSON, there and back.

Limits: this is for readers, not for judges. Long texts lose their end, which `CUT` then marks, and of many cases only
the first are kept.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from halo_forge.types import Case, JSONObject, Problem

MOST_OUTPUT = 4_000  # characters that are kept of one text that a program reads or prints
CUT = "\n[…]"  # stands where a text went on
_MOST_TEXT = 64_000  # of a prompt, and of tests
_MOST_CASES = 32_000  # characters of all the cases of a problem


@dataclass(frozen=True, slots=True)
class Task:
    """A problem as a reader wants to see it; fields as in `Problem`.

    Attributes:
        cases_left_out: how many of the last cases are not kept.
    """

    id: str
    prompt: str
    language: str
    category: str | None = None
    difficulty: str | None = None
    tests: str | None = None
    cases: tuple[Case, ...] = ()
    cases_left_out: int = 0


def head(text: str, most: int = MOST_OUTPUT) -> str:
    """The first `most` characters, and `CUT` where there are more."""
    return text if len(text) <= most else text[:most] + CUT


def kept(problem: Problem) -> JSONObject:
    """What is kept of `problem`."""
    cases = list(_first_cases(problem))
    fields: JSONObject = {
        "id": problem.id,
        "prompt": head(problem.prompt, _MOST_TEXT),
        "language": problem.language.value,
        "category": problem.category,
        "difficulty": problem.difficulty,
        "tests": None if problem.tests is None else head(problem.tests, _MOST_TEXT),
        "cases": cases,
        "cases_left_out": len(problem.cases) - len(cases),
    }
    return {name: value for name, value in fields.items() if value not in (None, [], 0)}


def task_of(fields: JSONObject) -> Task:
    """The task that `kept` wrote.

    Raises:
        ValueError: it is something else.
    """
    try:
        return Task(
            id=_text(fields["id"]),
            prompt=_text(fields["prompt"]),
            language=_text(fields["language"]),
            category=_text_or_none(fields.get("category")),
            difficulty=_text_or_none(fields.get("difficulty")),
            tests=_text_or_none(fields.get("tests")),
            cases=tuple(Case(_text(case["stdin"]), _text(case["expected_output"])) for case in fields.get("cases", ())),
            cases_left_out=int(fields.get("cases_left_out", 0)),
        )
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"not a problem of a run: {error}") from error


def _first_cases(problem: Problem) -> Iterator[JSONObject]:
    room = _MOST_CASES
    for case in problem.cases:
        shown = {"stdin": head(case.stdin), "expected_output": head(case.expected_output)}
        room -= sum(map(len, shown.values()))
        if room < 0:
            return
        yield shown


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{type(value).__name__} instead of a text")
    return value


def _text_or_none(value: object) -> str | None:
    return None if value is None else _text(value)
