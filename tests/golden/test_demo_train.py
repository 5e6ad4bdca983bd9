"""The set to train on: its solutions are right, and it does not give the demo away, which is its test.

Every eighth solution is judged here, and all of them in the nightly tests.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from difflib import SequenceMatcher

import pytest

from halo_forge.problems import load_problems
from halo_forge.types import Language, Limits, Problem, Sample, SampleForm, TestStyle, Verdict
from judging import Judges

TRAIN = load_problems("demo-train").problems
DEMO = load_problems("demo").problems
MOST_ALIKE = 0.85  # of the words of two prompts; another word to spell backwards would be more than 0.9


def bare(prompt: str) -> list[str]:
    """The words of a prompt without what is quoted, numbers and punctuation."""
    return re.findall(r"[a-z]+", re.sub(r'"[^"]*"', " ", prompt.lower()))


def alike(a: Problem, b: Problem) -> float:
    """How much of two prompts is the same words in the same order, from 0 to 1."""
    return SequenceMatcher(None, bare(a.prompt), bare(b.prompt), autojunk=False).ratio()


def complaints(judges: Judges, problems: Sequence[Problem]) -> list[Verdict]:
    verifier = judges.verifier(Language.CPP, Limits())

    def judge(problem: Problem) -> Verdict:
        verdict: Verdict = verifier.verify(problem, Sample(problem.id, 0, str(problem.solution), SampleForm.SOLUTION))
        return verdict

    with ThreadPoolExecutor(2) as pool:
        return [verdict for verdict in pool.map(judge, problems) if not verdict.passed]


def test_it_is_complete() -> None:
    assert len(TRAIN) >= 120
    for problem in TRAIN:
        assert problem.language is Language.CPP
        assert problem.test_style is TestStyle.OUTPUT
        assert problem.difficulty in ("easy", "medium", "hard")
        assert problem.solution
        assert problem.cases[0].expected_output.strip()
    assert {problem.category for problem in TRAIN} == {problem.category for problem in DEMO}


def test_no_problem_is_there_twice() -> None:
    assert len({problem.id for problem in TRAIN}) == len(TRAIN)
    assert len({problem.prompt for problem in TRAIN}) == len(TRAIN)
    assert len({problem.solution for problem in TRAIN}) == len(TRAIN)


def test_numbers_are_in_the_order_of_the_file() -> None:
    for number, problem in enumerate(TRAIN, 1):
        assert re.fullmatch(rf"demo-train/{number:03}-[a-z0-9-]+", problem.id), problem.id


def test_no_problem_is_one_of_the_demo() -> None:
    for problem, other in itertools.product(TRAIN, DEMO):
        assert bare(problem.prompt) != bare(other.prompt), (problem.id, other.id)
        assert alike(problem, other) < MOST_ALIKE, (problem.id, other.id)
        same_output = problem.cases[0].expected_output == other.cases[0].expected_output
        assert not (same_output and problem.category == other.category), (problem.id, other.id)


def test_a_demo_problem_in_other_words_would_be_noticed() -> None:
    backwards = next(problem for problem in DEMO if problem.id == "demo/05-reverse")
    other = Problem("x", backwards.prompt.replace("lantern", "window"), Language.CPP)
    assert alike(backwards, other) >= MOST_ALIKE


def test_solutions_pass(judges: Judges) -> None:
    assert complaints(judges, TRAIN[::8]) == []


@pytest.mark.nightly
@pytest.mark.timeout(1200)
def test_all_solutions_pass(judges: Judges) -> None:
    assert complaints(judges, TRAIN) == []
