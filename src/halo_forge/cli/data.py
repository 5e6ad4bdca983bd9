"""``halo-forge data``: look at problem sets, and check that they can be solved."""

from __future__ import annotations

import json
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import Annotated

import typer
from rich.table import Table

from halo_forge.benchmark import default_workers, judge
from halo_forge.cli import options
from halo_forge.cli.console import err, note, out
from halo_forge.cli.interrupt import stoppable
from halo_forge.cli.judging import NOT_ALL_JUDGED, open_judging
from halo_forge.config import check_limits, check_workers
from halo_forge.errors import UserError
from halo_forge.problems import load_problems, problem_set_names
from halo_forge.types import Outcome, Problem, Sample, Verdict

app = typer.Typer(no_args_is_help=True, help="Look at problem sets and check them.")

Set = Annotated[str, typer.Argument(metavar="SET", help="demo, humaneval, or a .jsonl file.")]


@app.command("list")
def list_sets() -> None:
    """The problem sets that are built in."""
    table = Table(box=None, pad_edge=False, padding=(0, 3, 0, 0), header_style="dim")
    for column in ("set", "problems", "languages", "categories", "from"):
        table.add_column(column)
    for name in problem_set_names():
        problems = load_problems(name)
        languages = Counter(problem.language.value for problem in problems.problems)
        categories = Counter(problem.category for problem in problems.problems if problem.category is not None)
        table.add_row(
            name, str(len(problems.problems)), ", ".join(languages), ", ".join(sorted(categories)), problems.source
        )
    out().print(table)
    out().print("\nYour own: a .jsonl file, one problem a line (docs/formats.md).")


@app.command()
def show(
    problem_set: Set,
    problem_id: Annotated[str | None, typer.Argument(metavar="ID", help="One problem, whole.")] = None,
) -> None:
    """The problems of a set, or one of them."""
    problems = load_problems(problem_set)
    if problem_id is not None:
        _show_one(next((p for p in problems.problems if p.id == problem_id), None), problem_id, problem_set)
        return
    table = Table(box=None, pad_edge=False, padding=(0, 3, 0, 0), header_style="dim")
    for column in ("id", "language", "category", "difficulty", "judged by", "prompt"):
        table.add_column(column, no_wrap=True, overflow="ellipsis", max_width=60 if column == "prompt" else None)
    for problem in problems.problems:
        table.add_row(
            problem.id, problem.language.value, problem.category or "", problem.difficulty or "",
            problem.test_style.value, json.dumps(problem.prompt, ensure_ascii=False)[1:-1],
        )  # fmt: skip
    out().print(table)


def _show_one(problem: Problem | None, problem_id: str, problem_set: str) -> None:
    if problem is None:
        raise UserError(f"{problem_set} has no problem '{problem_id}'; halo-forge data show {problem_set} lists them")
    console = out()
    console.print(f"{problem.id}  {problem.language.value}  {problem.category or ''}  {problem.difficulty or ''}")
    parts = {"prompt": problem.prompt, "tests": problem.tests, "reference solution": problem.solution}
    for number, case in enumerate(problem.cases, 1):
        parts[f"input of case {number}"] = case.stdin or None
        parts[f"expected output of case {number}"] = case.expected_output
    for name, text in parts.items():
        if text is not None:
            console.print(f"\n[dim]{name}[/]")
            console.print(text.rstrip("\n"), markup=False, soft_wrap=True)


@app.command()
def check(
    problem_set: Set,
    verifier: options.Verifier = "auto",
    time_limit: options.TimeLimit = None,
    memory_limit: options.MemoryLimit = None,
    compile_flags: options.CompileFlags = None,
    workers: options.Workers = None,
    limit: options.Limit = None,
    unsafe: options.Unsafe = False,
) -> None:
    """Run every reference solution through the verifier: each has to pass before a model is blamed.

    Exit status: 0 all pass, 1 some do not, 3 something could not be judged.
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
    raise typer.Exit(_tell(verdicts, len(problems.problems)))


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
