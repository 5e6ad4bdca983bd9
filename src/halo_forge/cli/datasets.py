"""What `data list`, `data show` and `data check` do."""

from __future__ import annotations

import json
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

from halo_forge.benchmark import default_workers, judge
from halo_forge.cli.console import err, note, out, plain_table
from halo_forge.cli.interrupt import stoppable
from halo_forge.cli.judging import NOT_ALL_JUDGED, open_judging
from halo_forge.config import check_limits, check_workers
from halo_forge.errors import UserError
from halo_forge.problems import load_problems, problem_set_names
from halo_forge.types import Outcome, Problem, Sample, Verdict

_SHOWN = 200  # characters of a prompt, at most
_LEAST_PROMPT = 20
_GAP = 4


def list_sets() -> None:
    """Every built-in set."""
    table = plain_table("set", "problems", "languages", "categories", "from")
    for name in problem_set_names():
        problems = load_problems(name)
        languages = Counter(problem.language.value for problem in problems.problems)
        categories = {problem.category for problem in problems.problems if problem.category is not None}
        table.add_row(
            name, str(len(problems.problems)), ", ".join(languages), ", ".join(sorted(categories)), problems.source
        )
    out().print(table)
    out().print("\nYour own: a .jsonl file, one problem a line (docs/formats.md).")


def show_set(problem_set: str) -> None:
    """A line for each problem of a set; the prompt gets the room that is left."""
    rows = [
        (p.id, p.language.value, p.category or "", p.difficulty or "", p.test_style.value, _one_line(p.prompt))
        for p in load_problems(problem_set).problems
    ]
    table = plain_table("id", "language", "category", "difficulty", "judged by", "prompt")
    for number, column in enumerate(table.columns[:-1]):
        column.no_wrap = True
        column.min_width = max(len(str(column.header)), *(len(row[number]) for row in rows))
    taken = sum((column.min_width or 0) + _GAP for column in table.columns[:-1])
    room = max(_LEAST_PROMPT, out().width - taken)
    table.columns[-1].no_wrap, table.columns[-1].min_width = True, room
    for *short, prompt in rows:
        table.add_row(*short, prompt if len(prompt) <= room else prompt[: room - 1] + "…")
    out().print(table, soft_wrap=True)


def _one_line(text: str) -> str:
    return json.dumps(text[:_SHOWN], ensure_ascii=False)[1:-1]


def show_problem(problem_set: str, problem_id: str) -> None:
    """All of one problem.

    Raises:
        UserError: the set has no such problem.
    """
    problem = next((p for p in load_problems(problem_set).problems if p.id == problem_id), None)
    if problem is None:
        raise UserError(f"{problem_set} has no problem '{problem_id}'; halo-forge data show {problem_set} lists them")
    console = out()
    console.print(f"{problem.id}  {problem.language.value}  {problem.category or ''}  {problem.difficulty or ''}")
    for name, text in _parts(problem).items():
        if text is not None:
            console.print(f"\n[dim]{name}[/]")
            console.print(text.rstrip("\n"), markup=False, soft_wrap=True)


def _parts(problem: Problem) -> dict[str, str | None]:
    parts = {"prompt": problem.prompt, "tests": problem.tests, "reference solution": problem.solution}
    for number, case in enumerate(problem.cases, 1):
        parts[f"input of case {number}"] = case.stdin or None
        parts[f"expected output of case {number}"] = case.expected_output
    return parts


def check_set(
    problem_set: str, *, verifier: str, time_limit: float | None, memory_limit: int | None, compile_flags: str | None,
    workers: int | None, limit: int | None, unsafe: bool,
) -> int:  # fmt: skip
    """Judge every reference solution; returns the exit status.

    Raises:
        UserError: a mistake in the options or in the file, or no problem has a reference solution.
    """
    problems = load_problems(problem_set, limit)
    with_solution = [problem for problem in problems.problems if problem.solution is not None]
    if not with_solution:
        raise UserError(f"no problem of {problem_set} has a reference solution to check ('solution')")
    limits = check_limits(time_limit, memory_limit)
    parallel = check_workers(workers, default_workers())
    with (
        stoppable() as cancel,
        open_judging(problems, verifier, limits, compile_flags, unsafe=unsafe, cancel=cancel) as judging,
        ThreadPoolExecutor(parallel) as pool,
    ):
        verdicts = list(pool.map(lambda problem: judge(judging.verifier, problem, _reference(problem)), with_solution))
    return _tell(verdicts, len(problems.problems))


def _reference(problem: Problem) -> Sample:
    assert problem.solution is not None
    return Sample(problem.id, 0, problem.solution, form=problem.solution_form)


def _tell(verdicts: list[Verdict], problems: int) -> int:
    for verdict in verdicts:
        if not verdict.passed:
            out().print(f"{verdict.problem_id}: {verdict.outcome.value}", style="bold red", markup=False)
            out().print(verdict.detail, markup=False, soft_wrap=True)
    passed = sum(verdict.passed for verdict in verdicts)
    out().print(f"{passed} of {len(verdicts)} reference solutions pass")
    if problems > len(verdicts):
        note(f"{problems - len(verdicts)} problems have no reference solution")
    if any(verdict.outcome is Outcome.JUDGE_ERROR for verdict in verdicts):
        err().print("some could not be judged; halo-forge doctor may say why")
        return NOT_ALL_JUDGED
    return 0 if passed == len(verdicts) else 1
