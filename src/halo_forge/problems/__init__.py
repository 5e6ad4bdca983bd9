"""Problem sets: what a model is asked, and how its answers are told right from wrong.

`load_problems` takes the name of a built-in set (``demo``, ``demo-train``, ``humaneval``, ``composed``, ``composed:N``,
or one that a plug-in brings) or the path of a JSONL or JSON file, and checks everything once, here: whoever gets a
`ProblemSet` need not check again. A name wins over a file that is called the same (``./demo`` is the file). One file of
this package is one data set or format; `halo_forge.problems.composed` makes its problems.

Nothing here judges code or runs other people's. Existing samples are read by `halo_forge.problems.samples`.
"""

from __future__ import annotations

from halo_forge.problems.base import ProblemSet

__all__ = ["ProblemSet", "load_problems", "problem_set_names"]


def load_problems(name_or_path: str, limit: int | None = None) -> ProblemSet:
    """The problems of a built-in set or of a file, in order; with `limit`, only the first so many.

    The whole file is checked, whatever the limit.

    Raises:
        ProblemFileError: no such set or file, or something in it is wrong. The text is one line,
            ``FILE:LINE: what is wrong; what to do``.
    """
    from halo_forge.problems.registry import load  # pydantic is slow to import, and --help has no need of it

    return load(name_or_path, limit)


def problem_set_names() -> list[str]:
    """The names that `load_problems` knows without a file: built-in ones first, then those of plug-ins."""
    from halo_forge.problems.registry import names

    return names()
