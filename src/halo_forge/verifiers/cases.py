"""Running a program on a problem's cases and comparing what it prints."""

from __future__ import annotations

from collections.abc import Callable

from halo_forge.problems.kept import MOST_OUTPUT, head
from halo_forge.sandbox.base import ResourceLimits
from halo_forge.types import Case, Comparison, Execution, Outcome, Problem
from halo_forge.verifiers.base import CasesResult, failure
from halo_forge.verifiers.checkers import difference

_MOST_BYTES = 4 * MOST_OUTPUT + 4  # of UTF-8; more need not be decoded


def run_cases(problem: Problem, limits: ResourceLimits, run: Callable[[Case], Execution]) -> CasesResult:
    """Run every case, up to the first one that hits the time limit: the rest would only take as long again."""
    cases = problem.cases
    outcome, detail, cpu_s, passed = Outcome.ACCEPTED, "", 0.0, 0
    failed: int | None = None
    stdout: str | None = None
    for number, case in enumerate(cases, 1):
        execution = run(case)
        cpu_s += execution.cpu_s
        found = _judge(case, execution, limits, problem.comparison)
        if found is None:
            passed += 1
            continue
        if outcome is Outcome.ACCEPTED:
            where = f"case {number} of {len(cases)}: " if len(cases) > 1 else ""
            outcome, detail = found[0], where + found[1]
            failed, stdout = number, head(execution.stdout[:_MOST_BYTES].decode(errors="replace"))
        if found[0] is Outcome.TIME_LIMIT:
            break
    return CasesResult(outcome, detail, cpu_s, passed, len(cases), failed, stdout)


def _judge(
    case: Case, execution: Execution, limits: ResourceLimits, comparison: Comparison
) -> tuple[Outcome, str] | None:
    found = failure(execution, limits)
    if found is None and (words := difference(case.expected_output, execution.stdout, comparison)) is not None:
        return Outcome.WRONG_ANSWER, words
    return found
