"""``halo-forge data``: look at problem sets, and check that they can be solved."""

from __future__ import annotations

from typing import Annotated

import typer

from halo_forge.cli import options

app = typer.Typer(no_args_is_help=True, help="Look at problem sets and check them.")

Set = Annotated[
    str,
    typer.Argument(metavar="SET", help="demo, demo-train, humaneval, composed, composed:N, or a .jsonl file."),
]


@app.command("list")
def list_sets() -> None:
    """The problem sets that are built in."""
    from halo_forge.cli.datasets import list_sets

    list_sets()


@app.command()
def show(
    problem_set: Set,
    problem_id: Annotated[str | None, typer.Argument(metavar="ID", help="One problem, whole.")] = None,
) -> None:
    """The problems of a set, or one of them."""
    from halo_forge.cli.datasets import show_problem, show_set

    if problem_id is None:
        show_set(problem_set)
    else:
        show_problem(problem_set, problem_id)


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
    from halo_forge.cli.datasets import check_set

    raise typer.Exit(
        check_set(
            problem_set, verifier=verifier, time_limit=time_limit, memory_limit=memory_limit,
            compile_flags=compile_flags, workers=workers, limit=limit, unsafe=unsafe,
        )
    )  # fmt: skip
