"""From what was typed to results that may stand side by side: for `benchmark compare` and `benchmark report`."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence

from halo_forge.cli.console import note
from halo_forge.compare import compare, obstacles
from halo_forge.comparison import Comparison, Result
from halo_forge.errors import ResultFileError, UserError
from halo_forge.problems.files import stem
from halo_forge.problems.wording import closest, shown_path
from halo_forge.requested import Metric
from halo_forge.results import load_results

_SHOWN_OBSTACLES = 6


def load(paths: Sequence[str]) -> list[Result]:
    """The results that are meant, with a note on each file that is passed over.

    Raises:
        ResultFileError: see `load_results`.
    """
    loaded = load_results(paths)
    for line in loaded.notes:
        note(f"note: {line}")
    return loaded.results


def comparison_of(
    results: Sequence[Result], baseline: str | None, ks: Sequence[int], metrics: Sequence[Metric] = (), *, force: bool
) -> Comparison:
    """The comparison of results, or of one with nothing.

    Args:
        baseline: as it was typed; ``None`` is the first.

    Raises:
        UserError: no such baseline, or the results are not comparable, and that is not forced.
    """
    base = results[0].name if baseline is None else find_baseline(baseline, results)
    against = obstacles(results)
    if against and not force:
        raise ResultFileError(f"not comparable: {_some(against)}; --force compares them all the same")
    _check_samples(results, ks[0])
    return compare(results, base, ks, metrics, against)


def find_baseline(wanted: str, results: Sequence[Result]) -> str:
    """The name of the result that is meant: by its file, its name in the table, or its file's name.

    Raises:
        UserError: none is, or more than one.
    """
    ways: list[Callable[[Result], str]] = [
        lambda result: os.path.realpath(result.path),
        lambda result: result.name,
        lambda result: stem(result.path),
    ]
    for way, what in zip(ways, (os.path.realpath(wanted), wanted, stem(wanted)), strict=True):
        found = [result.name for result in results if way(result) == what]
        if len(found) == 1:
            return found[0]
    names = [result.name for result in results]
    near = closest(wanted, names)
    advice = f"did you mean {shown_path(near)}?" if near is not None else f"there are {', '.join(names)}"
    raise UserError(f"--baseline {shown_path(wanted)}: none of these results; {advice}")


def _check_samples(results: Sequence[Result], k: int) -> None:
    """The verdict needs k samples of every problem.

    Raises:
        ResultFileError: a result has fewer.
    """
    for result in results:
        for name, problem in (result.problems or {}).items():
            if problem.n < k:
                raise ResultFileError(
                    f"{shown_path(result.path)}: pass@{k} needs {k} samples of every problem, and '{name}' has "
                    f"{problem.n}; put another k first in --k, or run it with more --samples"
                )


def _some(lines: Sequence[str]) -> str:
    more = len(lines) - _SHOWN_OBSTACLES
    return "; ".join([*lines[:_SHOWN_OBSTACLES], *([f"and {more} more"] if more > 0 else [])])
