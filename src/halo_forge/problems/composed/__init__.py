"""The built-in set ``composed``: small Python tasks that are made, not collected, to train a model on.

A task is a chain of one to three simple operations (`operations`) on a list, a text, a dict or numbers. From the
chain come the reference solution (`program`), the prompt (`wording`) and the assertions (`asserts`), which tell the
reference from wrong versions of it (`mutants`). ``composed`` has 200 problems, ``composed:N`` has N; the shorter set is
the beginning of the longer one. They are the same on every machine and in every version of Python.

Limits: the tasks are easy and alike, to be learnt from. They say little about how good a model is. Problems of one
`Problem.concept` differ in numbers, letters and names only.
"""

from __future__ import annotations

from halo_forge import __version__
from halo_forge.errors import ProblemFileError
from halo_forge.problems.base import ProblemSet
from halo_forge.problems.composed.chains import plans
from halo_forge.problems.composed.tasks import Task, made
from halo_forge.problems.wording import shown
from halo_forge.types import Language, Problem

NAME = "composed"
USUAL, MOST = 200, 2000


def load(number: str | None = None) -> ProblemSet:
    """The first so many problems, `USUAL` if no number is given.

    Raises:
        ProblemFileError: `number` is no whole number from 1 to `MOST`.
    """
    count = USUAL if number is None else _count(number)
    name = NAME if number is None else f"{NAME}-{count}"
    problems: list[Problem] = []
    prompts: set[str] = set()
    for plan in plans():
        if len(problems) == count:
            break
        task = made(plan)
        if task is not None and task.prompt not in prompts:
            prompts.add(task.prompt)
            problems.append(_problem(len(problems) + 1, task))
    return ProblemSet(name, f"halo-forge {__version__}", tuple(problems))


def _count(number: str) -> int:
    if number.isascii() and number.isdigit() and len(number) <= len(str(MOST)) and 1 <= int(number) <= MOST:
        return int(number)
    raise ProblemFileError(f"{NAME}:N takes a whole number from 1 to {MOST}, not {shown(number)}; try {NAME}:{USUAL}")


def _problem(number: int, task: Task) -> Problem:
    return Problem(
        id=f"{NAME}/{number:03}-{task.name.replace('_', '-')}",
        prompt=task.prompt,
        language=Language.PYTHON,
        category=task.category,
        concept=task.concept,
        tests=task.tests,
        entry_point=task.name,
        solution=task.solution,
    )
