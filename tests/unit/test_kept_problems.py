"""What a run keeps of its problems comes back, bounded."""

from __future__ import annotations

import json

import pytest

from halo_forge.problems import load_problems
from halo_forge.problems.kept import CUT, Task, head, kept, task_of
from halo_forge.types import Case, Language, Problem


def back(problem: Problem) -> Task:
    return task_of(json.loads(json.dumps(kept(problem))))


def test_problems_come_back() -> None:
    for problem in (*load_problems("demo", None).problems, *load_problems("humaneval", 5).problems):
        task = back(problem)
        assert (task.id, task.prompt, task.language) == (problem.id, problem.prompt, problem.language)
        assert (task.category, task.difficulty, task.tests) == (problem.category, problem.difficulty, problem.tests)
        assert (task.cases, task.cases_left_out) == (problem.cases, 0)


def test_long_texts_and_many_cases_are_cut() -> None:
    cases = tuple(Case("x" * 10_000, "y" * 10_000) for _ in range(100))
    task = back(Problem("p", "z" * 1_000_000, Language.C, cases=cases))
    assert len(task.prompt) < 70_000
    assert task.prompt.endswith(CUT)
    assert task.cases[0] == Case("x" * 4000 + CUT, "y" * 4000 + CUT)
    assert 0 < len(task.cases) < 100
    assert task.cases_left_out == 100 - len(task.cases)


def test_only_long_texts_are_cut() -> None:
    assert head("abc", 3) == "abc"
    assert head("abcd", 3) == "abc" + CUT


@pytest.mark.parametrize(
    "fields",
    [{}, {"id": "a", "prompt": 1, "language": "c"}, {"id": "a", "prompt": "", "language": "c", "cases": [1]},
     {"id": "a", "prompt": "", "language": "c", "cases": 5}, {"id": "a", "prompt": "", "language": "c", "tests": []}],
)  # fmt: skip
def test_something_else(fields: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="not a problem of a run"):
        task_of(fields)
