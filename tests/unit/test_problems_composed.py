"""The set ``composed``: the same everywhere, solvable, and asserted well enough to tell slips from solutions."""

from __future__ import annotations

import ast
import hashlib
import json
import os
import random
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from halo_forge.errors import ProblemFileError
from halo_forge.problems import ProblemSet, load_problems, problem_set_names
from halo_forge.problems.composed.asserts import outcome
from halo_forge.problems.composed.mutants import slips
from halo_forge.types import Language, Problem, TestStyle

# A change makes earlier results those of another set.
HASH = "30c2f9a7357ed2a4"  # of what decides verdicts
CONTENT = "a2a3f2cabb672b0d"  # of all that problems say

# One textual slip each, found without the generator's own mutants.
SLIPS = (
    (" > ", " >= "), (" < ", " <= "), (" > ", " < "), (" == ", " != "), (" in ", " not in "), (" + ", " - "),
    (" * 2", " * 3"), (" ** 2", " * 2"), ("max(", "min("), ("min(", "max("), ("any(", "all("), ("all(", "any("),
    ("sorted(", "list("), (", reverse=True", ""), ("[::-1]", ""), ("[1:]", ""), ("[::2]", ""), (".upper()", ""),
    ("startswith", "endswith"), ("endswith", "startswith"), ("% 2 == 0", "% 2 == 1"), ("% 2 == 1", "% 2 == 0"),
    ("abs(", "("), ("-", ""), ("default=0", "default=None"), ("range(1, ", "range("), (" + 1)", ")"),
    ("list(dict.fromkeys(", "list((")
)  # fmt: skip


@pytest.fixture(scope="module")
def composed() -> ProblemSet:
    return load_problems("composed")


def content(problems: ProblemSet) -> str:
    said = [[p.id, p.prompt, p.tests, p.solution, p.entry_point, p.category, p.concept] for p in problems.problems]
    return hashlib.sha256(json.dumps(said).encode()).hexdigest()[:16]


def function(source: str, name: str) -> Callable[..., Any]:
    scope: dict[str, Any] = {}
    exec(source, scope)
    return scope[name]  # type: ignore[no-any-return]


def passes(problem: Problem, source: str) -> bool:
    scope: dict[str, Any] = {}
    try:
        exec(source, scope)
        exec(str(problem.tests), scope)
    except Exception:
        return False
    return True


def calls(problem: Problem) -> list[tuple[Any, ...]]:
    """The arguments of the assertions."""
    found = []
    for statement in ast.parse(str(problem.tests)).body:
        assert isinstance(statement, ast.Assert)
        assert isinstance(statement.test, ast.Compare)
        assert isinstance(statement.test.left, ast.Call)
        found.append(tuple(map(ast.literal_eval, statement.test.left.args)))
    return found


def near(value: Any, chance: random.Random) -> Any:
    """Something like `value`."""
    match value:
        case int():
            return max(0, value + chance.randint(-3, 3)) if value >= 0 else value + chance.randint(-3, 3)
        case str():
            return " ".join(chance.sample(value.split(), len(value.split()))) + chance.choice(["", "", value[:1]])
        case list():
            return [near(item, chance) for item in chance.choices(value, k=chance.randint(0, 6))] if value else []
        case _:
            return {key: near(value[key], chance) for key in value if chance.random() < 0.8}


class TestTheSet:
    def test_it_is_built_in(self, composed: ProblemSet) -> None:
        assert "composed" in problem_set_names()
        assert (composed.name, len(composed.problems), composed.notes) == ("composed", 200, ())

    def test_it_is_the_same_in_every_process_and_has_not_changed(self, composed: ProblemSet) -> None:
        assert content(composed) == CONTENT
        assert composed.hash == HASH
        code = "from halo_forge.problems import load_problems; print(load_problems('composed').hash)"
        for seed in ("1", "2"):
            done = subprocess.run(
                [sys.executable, "-c", code], capture_output=True, text=True, check=True,
                env={**os.environ, "PYTHONHASHSEED": seed},
            )  # fmt: skip
            assert done.stdout.strip() == HASH

    def test_every_problem_is_whole(self, composed: ProblemSet) -> None:
        for problem in composed.problems:
            assert problem.language is Language.PYTHON
            assert problem.test_style is TestStyle.ASSERTS
            assert problem.concept
            assert problem.category in ("lists", "strings", "dicts", "numbers")
            assert re.fullmatch(r"composed/\d{3}-[a-z0-9-]+", problem.id)
            assert f"`{problem.entry_point}(" in problem.prompt
            assert 5 <= len(calls(problem)) <= 8
            assert max(map(len, str(problem.tests).splitlines())) <= 150
            assert max(map(len, str(problem.solution).splitlines())) <= 120

    @pytest.mark.parametrize("name", ["composed", "composed:1000"])
    def test_ids_and_prompts_are_unique(self, name: str) -> None:
        problems = load_problems(name).problems
        assert len({problem.id for problem in problems}) == len({problem.prompt for problem in problems})
        assert len({problem.id for problem in problems}) == len(problems)

    def test_there_are_concepts_enough_to_split_by(self, composed: ProblemSet) -> None:
        concepts = {problem.concept for problem in composed.problems}
        assert 100 <= len(concepts) < len(composed.problems)
        assert len({(problem.concept, problem.category) for problem in composed.problems}) == len(concepts)

    def test_the_example_of_a_prompt_is_right(self, composed: ProblemSet) -> None:
        for problem in composed.problems:
            example = re.search(r"For example, `(.+)` returns `(.+)`\.$", problem.prompt)
            assert example is not None
            scope: dict[str, Any] = {}
            exec(str(problem.solution), scope)
            assert repr(eval(example[1], scope)) == example[2]


class TestSize:
    def test_a_thousand_begin_with_the_two_hundred(self, composed: ProblemSet) -> None:
        more = load_problems("composed:1000")
        assert (more.name, len(more.problems)) == ("composed-1000", 1000)
        assert more.problems[:200] == composed.problems
        assert all(passes(problem, str(problem.solution)) for problem in more.problems)

    def test_the_smallest_and_the_largest(self) -> None:
        assert len(load_problems("composed:1").problems) == 1
        assert len(load_problems("composed:2000").problems) == 2000

    @pytest.mark.parametrize("number", ["", "0", "-1", "2001", "1e3", "ten", "7.0", "٣", " 5", "9" * 5000])
    def test_other_numbers_are_refused(self, number: str) -> None:
        with pytest.raises(ProblemFileError, match=r"^composed:N takes a whole number from 1 to 2000, not '") as caught:
            load_problems(f"composed:{number}")
        assert len(str(caught.value)) < 200

    def test_no_other_set_takes_a_number(self) -> None:
        with pytest.raises(ProblemFileError):
            load_problems("demo:5")

    def test_a_limit_leaves_some_out(self) -> None:
        limited = load_problems("composed:9", limit=4)
        assert (len(limited.problems), len(limited.left_out)) == (4, 5)


class TestAssertions:
    def test_solutions_pass(self, composed: ProblemSet) -> None:
        assert all(passes(problem, str(problem.solution)) for problem in composed.problems)

    def test_doing_nothing_does_not(self, composed: ProblemSet) -> None:
        for problem in composed.problems:
            head = str(problem.solution).split("\n")[0]
            first = re.split(r"[(,)]", head)[1]
            for nothing in (first, "None", "[]", "{}", "''", "0", "1", "True", "False"):
                assert not passes(problem, f"{head}\n    return {nothing}\n"), (problem.id, nothing)

    def test_slips_are_told_from_solutions(self, composed: ProblemSet) -> None:
        """Whatever a slip changes on arguments of this test's own, an assertion tells too."""
        chance = random.Random(1)
        slipped, missed = 0, []
        for problem, slip in _slips(composed):
            if passes(problem, slip):
                if _differs(problem, slip, chance):
                    missed.append((problem.id, slip))
            else:
                slipped += 1
        assert slipped > 200
        assert missed == []


def _slips(problems: ProblemSet) -> Iterator[tuple[Problem, str]]:
    for problem in problems.problems:
        head, body = str(problem.solution).split("\n", 1)
        for old, new in SLIPS:
            for place in (match.start() for match in re.finditer(re.escape(old), body)):
                if old != " in " or "for" not in body[max(0, place - 12) : place]:
                    yield problem, f"{head}\n{body[:place]}{new}{body[place + len(old) :]}"


def _differs(problem: Problem, slip: str, chance: random.Random) -> bool:
    right, wrong = function(str(problem.solution), str(problem.entry_point)), function(slip, str(problem.entry_point))
    for arguments in calls(problem):
        for _ in range(20):
            changed = tuple(near(argument, chance) for argument in arguments)
            if right(*changed) != wrong(*changed):
                return True
    return False


def test_mutants_are_one_change_each_of_the_function() -> None:
    found = slips("def f(n):\n    return max([i * 2 for i in n if i > 3], default=0)\n", "f")
    results = [[outcome(function, ([1, 4, 5],)), outcome(function, ([1],))] for function in found]
    changes = {
        "no default": [10, ValueError], "min": [8, 0], "+ 2": [7, 0], "1 by default": [10, 1],
        "-1 by default": [10, -1], "* 3": [15, 0], "* 1": [5, 0], ">= 3": [10, 0], "< 3": [2, 2],
        "> 4": [10, 0], "> 2": [10, 0],
    }  # fmt: skip
    assert sorted(map(str, results)) == sorted(map(str, changes.values()))
