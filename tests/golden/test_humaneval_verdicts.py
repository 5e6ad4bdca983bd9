"""All of HumanEval: what is right is accepted, what is wrong earns nothing.

The cheap ways to be wrong are tried on every fourth problem, and on all of them in the nightly tests.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from halo_forge.problems import load_problems
from halo_forge.types import Language, Limits, Outcome, Problem, Sample, SampleForm, Verdict
from judging import Judges

PROBLEMS = load_problems("humaneval").problems
ALWAYS_EQUAL = """
class Yes{base}:
    def __eq__(self, other): return True
    def __ne__(self, other): return False
    def __hash__(self): return 0
    def __bool__(self): return True
    def __len__(self): return 1
    def __float__(self): return 0.0
    def __iter__(self): return iter([self])
    def __lt__(self, other): return True
    __le__ = __gt__ = __ge__ = __contains__ = __lt__
    def __sub__(self, other): return 0
    __rsub__ = __add__ = __radd__ = __mul__ = __truediv__ = __mod__ = __sub__
    def __abs__(self): return 0
    def __round__(self, digits=0): return 0

def {name}(*args, **kwargs):
    return Yes()
"""
Answer = Callable[[Problem], tuple[str, SampleForm]]
WRONG: dict[str, Answer] = {
    "none": lambda problem: ("    return None\n", SampleForm.COMPLETION),
    "nothing": lambda problem: ("    pass\n", SampleForm.COMPLETION),
    "true": lambda problem: ("    return True\n", SampleForm.COMPLETION),
    "first-argument": lambda problem: (f"def {problem.entry_point}(x, *more):\n    return x\n", SampleForm.SOLUTION),
    "always-equal": lambda problem: (_always_equal(problem, ""), SampleForm.SOLUTION),
    "always-equal-number": lambda problem: (_always_equal(problem, "(float)"), SampleForm.SOLUTION),
    "always-equal-list": lambda problem: (_always_equal(problem, "(list)"), SampleForm.SOLUTION),
    "exit": lambda problem: ("    import os; os._exit(0)\n", SampleForm.COMPLETION),
}


def _always_equal(problem: Problem, base: str) -> str:
    return ALWAYS_EQUAL.format(base=base, name=problem.entry_point)


def judged(judges: Judges, problems: tuple[Problem, ...], answer: Answer) -> list[Verdict]:
    verifier = judges.verifier(Language.PYTHON, Limits())

    def judge(problem: Problem) -> Verdict:
        text, form = answer(problem)
        verdict: Verdict = verifier.verify(problem, Sample(problem.id, 0, text, form))
        return verdict

    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(judge, problems))


def test_reference_solutions_are_accepted(judges: Judges) -> None:
    verdicts = judged(judges, PROBLEMS, lambda problem: (str(problem.solution), SampleForm.COMPLETION))
    assert [verdict for verdict in verdicts if not verdict.passed] == []
    assert len(verdicts) == 164


@pytest.mark.parametrize("name", ["none", "always-equal", "always-equal-list"])
def test_wrong_answers_are_not(judges: Judges, name: str) -> None:
    verdicts = judged(judges, PROBLEMS[::4], WRONG[name])
    assert {verdict.outcome for verdict in verdicts} <= {Outcome.WRONG_ANSWER, Outcome.RUNTIME_ERROR}


@pytest.mark.nightly
@pytest.mark.parametrize("name", list(WRONG))
def test_wrong_answers_to_all_problems_are_not(judges: Judges, name: str) -> None:
    passed = [verdict.problem_id for verdict in judged(judges, PROBLEMS, WRONG[name]) if verdict.passed]
    assert passed == []


@pytest.mark.nightly
def test_reference_solutions_as_whole_programs_are_accepted(judges: Judges) -> None:
    """As a chat model answers: the prompt again, with the body, in a fence."""

    def whole(problem: Problem) -> tuple[str, SampleForm]:
        return f"Sure!\n```python\n{problem.prompt}{problem.solution}\n```\nDone.", SampleForm.SOLUTION

    assert [verdict for verdict in judged(judges, PROBLEMS, whole) if not verdict.passed] == []
