"""What each of several results is called: short, and no two alike."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from halo_forge.comparison import Result
from halo_forge.problems.files import stem
from halo_forge.problems.wording import shown_path


def with_names(results: Sequence[Result]) -> list[Result]:
    """The results under the names of their models if these differ, else of their files, else of their paths."""
    paths = _without_shared_start([os.path.splitext(result.path)[0] for result in results])
    candidates = (
        [result.model for result in results],
        [stem(result.path) for result in results],
        paths,
    )
    whole = [shown_path(result.path) for result in results]  # names end up in terminals and in comments of LaTeX
    names = next((found for found in candidates if _tell_apart(found)), whole)
    return [replace(result, name=str(name)) for result, name in zip(results, names, strict=True)]


def _tell_apart(names: Sequence[str | None]) -> bool:
    return all(name and name.isprintable() for name in names) and max(Counter(names).values(), default=1) == 1


def _without_shared_start(paths: Sequence[str]) -> list[str]:
    if len(paths) < 2:
        return list(paths)
    full = [os.path.abspath(path) for path in paths]
    shared = os.path.commonpath([os.path.dirname(path) for path in full])
    return [os.path.relpath(path, shared) for path in full]
