"""What comes of a program's cases together."""

from __future__ import annotations

from halo_forge.sandbox.base import ResourceLimits
from halo_forge.types import Case, Execution, KilledBy, Language, Outcome, Problem
from halo_forge.verifiers.base import failure
from halo_forge.verifiers.cases import run_cases

LIMITS = ResourceLimits(cpu_s=1, memory_mb=100, output_bytes=1000, file_mb=1, tmp_mb=1, processes=8)
RIGHT = Execution(exit_code=0, signal=None, stdout=b"1\n", stderr=b"", cpu_s=0.25, wall_s=0.5)
WRONG = Execution(exit_code=0, signal=None, stdout=b"2\n", stderr=b"", cpu_s=0.25, wall_s=0.5)
CRASHED = Execution(exit_code=139, signal=11, stdout=b"1\n", stderr=b"oops", cpu_s=0.25, wall_s=0.5)
SLOW = Execution(exit_code=None, signal=None, stdout=b"", stderr=b"", cpu_s=1.0, wall_s=1, killed_by=KilledBy.CPU)


def ran(*executions: Execution) -> tuple[Outcome, str, int, int, int]:
    """Outcome, detail, passed, total, and how many were run."""
    left = list(executions)
    result = run_cases(
        Problem("p", "", Language.C, cases=(Case("", "1"),) * len(executions)), LIMITS, lambda _: left.pop(0)
    )
    assert result.cpu_s == sum(execution.cpu_s for execution in executions[: len(executions) - len(left)])
    return result.outcome, result.detail, result.passed, result.total, len(executions) - len(left)


def test_all_right() -> None:
    assert ran(RIGHT, RIGHT) == (Outcome.ACCEPTED, "", 2, 2, 2)


def test_one_case_is_not_numbered() -> None:
    assert ran(WRONG) == (Outcome.WRONG_ANSWER, "line 1: expected '1', got '2'", 0, 1, 1)


def test_the_first_failure_names_the_outcome_and_the_rest_is_counted() -> None:
    outcome, detail, passed, total, run = ran(RIGHT, CRASHED, WRONG, RIGHT)
    assert (outcome, passed, total, run) == (Outcome.RUNTIME_ERROR, 2, 4, 4)
    assert detail == "case 2 of 4: ended by SIGSEGV\noops"


def test_after_a_time_limit_nothing_more_is_run() -> None:
    outcome, detail, passed, total, run = ran(RIGHT, SLOW, RIGHT, RIGHT)
    assert (outcome, passed, total, run) == (Outcome.TIME_LIMIT, 1, 4, 2)
    assert detail.startswith("case 2 of 4: ")


def test_a_time_limit_after_another_failure_ends_the_runs_too() -> None:
    outcome, _, passed, _, run = ran(WRONG, SLOW, RIGHT)
    assert (outcome, passed, run) == (Outcome.WRONG_ANSWER, 0, 2)


def test_what_the_first_failing_case_printed_is_kept() -> None:
    problem = Problem("p", "", Language.C, cases=(Case("", "1"),) * 3)
    long = Execution(exit_code=0, signal=None, stdout=b"\xc3\xa4" * 5000, stderr=b"", cpu_s=0.25, wall_s=0.5)
    for executions, case, stdout in (
        ([RIGHT, RIGHT, RIGHT], None, None),
        ([RIGHT, WRONG, CRASHED], 2, "2\n"),
        ([RIGHT, RIGHT, long], 3, "ä" * 4000 + "\n[…]"),
    ):
        left = iter(executions)
        result = run_cases(problem, LIMITS, lambda _, left=left: next(left))
        assert (result.case, result.stdout) == (case, stdout)


def test_no_case_is_no_failure() -> None:
    assert ran() == (Outcome.ACCEPTED, "", 0, 0, 0)


def test_right_output_does_not_make_up_for_a_failure() -> None:
    outcome, *_ = ran(CRASHED)
    assert outcome is Outcome.RUNTIME_ERROR


def failed(exit_code: int | None, **given: object) -> Outcome | None:
    fields = {"signal": None, "stdout": b"", "stderr": b"", "cpu_s": 0.0, "wall_s": 0.0, **given}
    found = failure(Execution(exit_code=exit_code, **fields), LIMITS)  # type: ignore[arg-type]
    return None if found is None else found[0]


def test_how_a_run_failed() -> None:
    assert failed(0) is None
    assert failed(0, stderr=b"MemoryError") is None
    assert failed(1) is Outcome.RUNTIME_ERROR
    assert failed(1, stderr=b"terminate called: std::bad_alloc") is Outcome.MEMORY_LIMIT
    assert failed(1, stderr=b"MemoryError") is Outcome.MEMORY_LIMIT
    assert failed(139, signal=11, peak_rss_mb=95.0) is Outcome.MEMORY_LIMIT
    assert failed(139, signal=11, peak_rss_mb=50.0) is Outcome.RUNTIME_ERROR
    assert failed(None, killed_by=KilledBy.CPU) is Outcome.TIME_LIMIT
    assert failed(None, killed_by=KilledBy.WALL) is Outcome.TIME_LIMIT
    assert failed(None, killed_by=KilledBy.MEMORY) is Outcome.MEMORY_LIMIT
    assert failed(0, killed_by=KilledBy.OUTPUT) is Outcome.OUTPUT_LIMIT
