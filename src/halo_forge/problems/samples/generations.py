"""bigcode-evaluation-harness: ``generations.json``, a JSON list with one list of programs a problem.

The problems are not named, so there have to be as many lists as problems, in their order: as many as the set has, or as
a limit chose. The texts are whole programs: that tool puts the prompt before what a model generated.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from halo_forge.problems.base import ProblemSet
from halo_forge.problems.lines import Item, Source
from halo_forge.problems.samples.answer import Answer, bare
from halo_forge.problems.wording import kind
from halo_forge.types import SampleForm


def answers(items: Iterable[Item], source: Source, problem_set: ProblemSet) -> Iterator[Answer]:
    """Each program, of the problems in their order.

    Raises:
        SampleFileError: an item is no list of strings, or there are more or fewer than problems.
    """
    lists = list(items)
    problems = [problem.id for problem in problem_set.problems]
    whole = len(problems) + len(problem_set.left_out)
    if len(lists) not in (len(problems), whole):
        what = f"programs for {len(lists)} problems, and {problem_set.name} has {whole}"
        raise source.bad(f"{what}; score it with the problems it answers, all of them and in their order")
    for item, problem in zip(lists, problems, strict=False):  # what a limit left out comes last
        for text in _programs(item, source):
            yield bare(problem, text, SampleForm.SOLUTION, source, item)


def _programs(item: Item, source: Source) -> list[str]:
    if not isinstance(item.data, list):
        raise source.bad(f"{kind(item.data)} in a list of lists of programs; keep one format a file", item)
    for text in item.data:
        if not isinstance(text, str):
            raise source.bad(f"{kind(text)}, where a program is needed as a string", item)
    return item.data
