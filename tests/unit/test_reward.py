"""The graded reward, a pure function of a verdict."""

from __future__ import annotations

import pytest

from halo_forge.errors import JudgeError
from halo_forge.raft.reward import reward
from halo_forge.types import Language, Limits, Outcome, Problem, Sample, Verdict
from halo_forge.verifiers.base import Workshop
from halo_forge.verifiers.registry import open_verifier
from judging import Judges

CRASHES = (Outcome.RUNTIME_ERROR, Outcome.TIME_LIMIT, Outcome.MEMORY_LIMIT, Outcome.OUTPUT_LIMIT)
GRADES = {
    Outcome.NO_CODE: 0.0,
    Outcome.COMPILE_ERROR: 0.0,
    Outcome.WRONG_ANSWER: 0.7,
    Outcome.ACCEPTED: 1.0,
    **dict.fromkeys(CRASHES, 0.5),
}


@pytest.mark.parametrize("outcome", sorted(set(Outcome) - {Outcome.JUDGE_ERROR}))
def test_every_outcome_has_its_grade(outcome: Outcome) -> None:
    compiled = outcome not in (Outcome.NO_CODE, Outcome.COMPILE_ERROR)
    for warned in (None, False):
        assert reward(Verdict("p", 0, outcome, compiled, warned=warned)) == GRADES[outcome]


def test_warnings_lower_the_grade_of_what_only_compiles() -> None:
    for outcome in CRASHES:
        assert reward(Verdict("p", 0, outcome, True, warned=True)) == 0.3
    assert reward(Verdict("p", 0, Outcome.WRONG_ANSWER, True, warned=True)) == 0.7
    assert reward(Verdict("p", 0, Outcome.ACCEPTED, True, warned=True)) == 1.0


def test_what_was_not_judged_has_none() -> None:
    with pytest.raises(JudgeError, match="sample 3 of p was not judged"):
        reward(Verdict("p", 3, Outcome.JUDGE_ERROR, None))


@pytest.mark.parametrize(
    ("source", "flags", "warned"),
    [
        ("int main() { int x; return 3; }", ("-Wall",), True),
        ("int main() { int x; return 3; }", ("-w",), False),
        ("int main() { return 3; }", ("-Wall",), False),
        ("int main() { int x; return y; }", ("-Wall",), None),
    ],
)
def test_real_compilers_warn(judges: Judges, source: str, flags: tuple[str, ...], warned: bool | None) -> None:
    workshop = judges.verifier(Language.CPP, Limits(), "gcc").workshop
    verifier = open_verifier("gcc", Workshop(workshop.sandbox, Limits(), flags))
    verifier.prepare(frozenset({Language.CPP}))
    text = f"```cpp\n{source}\n```"
    verdict = verifier.verify(Problem("p", "", Language.CPP), Sample("p", 0, text))
    assert verdict.warned is warned
