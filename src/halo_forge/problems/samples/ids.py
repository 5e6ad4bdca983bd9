"""Which problem a name in a file of samples means.

An id that is spelled out is that problem. Otherwise letter case does not count, nor which of ``/ _ -`` and blanks
stands between the parts (a folder ``HumanEval_0`` is ``HumanEval/0``), and the number at an id's end is enough (``2``
is ``Mbpp/2``): as long as only one problem can be meant.
"""

from __future__ import annotations

import re

from halo_forge.problems.base import ProblemSet
from halo_forge.problems.samples.answer import Answer
from halo_forge.problems.wording import closest, shown


class ProblemIds:
    """The ids of a set, those that a limit left out among them."""

    def __init__(self, problem_set: ProblemSet) -> None:
        self._set = problem_set
        self._ids = {problem.id for problem in problem_set.problems} | problem_set.left_out
        self._spellings: dict[str, list[str]] = {}
        for known in sorted(self._ids):
            for spelling in _spellings(known):
                self._spellings.setdefault(spelling, []).append(known)

    def find(self, answer: Answer) -> str:
        """The id of the problem that an answer names.

        Raises:
            SampleFileError: there is none, or there are several.
        """
        if answer.problem in self._ids:
            return answer.problem
        meant = self._spellings.get(_folded(answer.problem), [])
        if len(meant) > 1:
            listed = " or ".join(map(shown, meant[:2]))
            raise answer.bad(f"{shown(answer.problem)} may be {listed} of {self._set.name}; write the whole id")
        if not meant:
            raise answer.bad(self._unknown(answer.problem))
        return meant[0]

    def _unknown(self, named: str) -> str:
        near = closest(named, (problem.id for problem in self._set.problems))
        advice = "score it with the problems it answers" if near is None else f"did you mean {shown(near)}?"
        return f"{self._set.name} has no problem {shown(named)}; {advice}"


def _spellings(known: str) -> set[str]:
    number = re.search(r"[/_ -]([0-9]{1,18})$", known)
    return {_folded(known), *([] if number is None else [number[1].lstrip("0") or "0"])}


def _folded(name: str) -> str:
    return re.sub(r"[/_ -]+", "_", name.casefold())
