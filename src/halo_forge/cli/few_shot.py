"""Solved examples on the command line: read and checked before anything slow begins."""

from __future__ import annotations

from halo_forge.cli.console import note
from halo_forge.errors import UserError
from halo_forge.models.few_shot import FewShot
from halo_forge.problems import ProblemSet, load_problems


def load_few_shot(file: str | None, count: int | None, problems: ProblemSet) -> FewShot | None:
    """The examples that `problems` are put with, ``None`` for none.

    Args:
        file: of problems, those without a solution among them are passed over; or the name of a set.

    Raises:
        UserError: one of the options lacks the other, or a problem would get fewer than `count`.
    """
    if count is not None and count < 0:
        raise UserError(f"--n-few-shot {count}: give 0 (no examples) or more")
    if file is None and count:
        raise UserError(f"--n-few-shot {count} needs the examples; add --few-shot FILE, problems with a 'solution'")
    if file is None:
        return None
    if count is None:
        raise UserError(f"--few-shot {file} needs the number of examples a problem; add --n-few-shot N")
    found = load_problems(file)
    for line in found.notes:
        note(f"note: --few-shot {file}: {line}")
    pool = tuple(problem for problem in found.problems if problem.solution is not None)
    few_shot = FewShot(found.name, count, pool)
    _check_enough(few_shot, file, problems)
    return few_shot if count else None


def _check_enough(few_shot: FewShot, file: str, problems: ProblemSet) -> None:
    count, pool = few_shot.count, few_shot.pool
    if not pool:
        raise UserError(f"--few-shot {file}: no problem in it has a solution; add the key 'solution'")
    if len(pool) < count:
        raise UserError(f"--n-few-shot {count} is more than the {len(pool)} problems of {file} that have a solution")
    asked = {problem.language for problem in problems.problems}
    shown = {shot.language for shot in pool}
    if asked.isdisjoint(shown):
        raise UserError(
            f"--few-shot {file} is {', '.join(sorted(shown))}, and the problems are {', '.join(sorted(asked))}; "
            "take other examples, or add the key 'language' to them"
        )
    for problem in problems.problems:
        if (got := len(few_shot.shots_for(problem))) < count:
            raise UserError(
                f"--n-few-shot {count}: problem '{problem.id}' is in {file} itself and would get {got} others; "
                "add examples, or lower it"
            )
