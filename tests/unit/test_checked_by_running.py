"""Where compiling only checks a source, a run that ends well says as much."""

from __future__ import annotations

import pytest

from halo_forge.benchmark import judge
from halo_forge.errors import ToolchainError
from halo_forge.sandbox.base import Sandbox
from halo_forge.types import Case, Language, Limits, Outcome, Problem, Sample
from halo_forge.verifiers.base import Verifier, Workshop
from halo_forge.verifiers.registry import open_verifier
from precompiled import Recording

BY_CASES = Problem("p", "", Language.JAVASCRIPT, cases=(Case("", "1\n"), Case("", "1\n")))
BY_TESTS = Problem("p", "", Language.JAVASCRIPT, tests="const assert = require('assert');\nassert.equal(f(1), 2);\n")


@pytest.mark.parametrize(
    ("problem", "source", "outcome", "checks"),
    [
        pytest.param(BY_CASES, "console.log(1);\n", Outcome.ACCEPTED, 0, id="right"),
        pytest.param(BY_CASES, "console.log(2);\n", Outcome.WRONG_ANSWER, 0, id="wrong"),
        pytest.param(BY_CASES, "console.log(1);\nnot_there();\n", Outcome.RUNTIME_ERROR, 1, id="fails"),
        pytest.param(BY_CASES, "console.log(1);\nprocess.exit(0);\n)\n", Outcome.COMPILE_ERROR, 1, id="no program"),
        pytest.param(BY_CASES, "for (;;);\n", Outcome.TIME_LIMIT, 1, id="late"),
        pytest.param(BY_CASES, "for (;;);\n)\n", Outcome.COMPILE_ERROR, 1, id="late, were it a program"),
        pytest.param(BY_TESTS, "const f = (x) => x + 1;\n", Outcome.ACCEPTED, 0, id="passes its tests"),
        pytest.param(BY_TESTS, "const f = (x) => x;\n", Outcome.WRONG_ANSWER, 1, id="fails its tests"),
        pytest.param(BY_TESTS, "const f = (x => x + 1;\n", Outcome.COMPILE_ERROR, 1, id="can't be tested"),
    ],
)
def test_a_source_is_checked_when_no_run_of_it_ended_well(
    sandbox: Sandbox, problem: Problem, source: str, outcome: Outcome, checks: int
) -> None:
    verifier, seen = _opened(sandbox)
    verdict = judge(verifier, problem, Sample("p", 0, source))
    assert (verdict.outcome, seen.compiles) == (outcome, checks)
    assert verdict.compiled is (outcome is not Outcome.COMPILE_ERROR)


def test_with_flags_it_is_always_checked(sandbox: Sandbox) -> None:
    verifier, seen = _opened(sandbox, ("--stack-size=500",))
    assert judge(verifier, BY_CASES, Sample("p", 0, "console.log(1);\n")).outcome is Outcome.ACCEPTED
    assert seen.compiles == 1


def _opened(sandbox: Sandbox, flags: tuple[str, ...] | None = None) -> tuple[Verifier, Recording]:
    seen = Recording(sandbox)
    verifier = open_verifier("node", Workshop(seen, Limits(cpu_s=1), flags))
    try:
        verifier.prepare(frozenset({Language.JAVASCRIPT}))
    except ToolchainError as error:
        pytest.skip(str(error))
    seen.compiles = 0
    return verifier, seen
