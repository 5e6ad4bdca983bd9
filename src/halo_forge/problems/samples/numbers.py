"""The index of each sample: counted, or given by the file and then given once."""

from __future__ import annotations

from collections import Counter

from halo_forge.problems.samples.answer import Answer
from halo_forge.problems.wording import shown


class Numbers:
    """Numbers the samples of each problem."""

    def __init__(self) -> None:
        self._counted: Counter[str] = Counter()
        self._given: dict[str, set[int]] = {}

    def number(self, problem_id: str, answer: Answer) -> int:
        """The index of the next sample of a problem.

        Raises:
            SampleFileError: only some samples of the problem bring an index, or one comes twice.
        """
        if problem_id in (self._given if answer.index is None else self._counted):
            raise answer.bad(f"only some samples of {shown(problem_id)} have an 'index'; give it to all or to none")
        if answer.index is not None:
            return self._once(problem_id, answer.index, answer)
        self._counted[problem_id] += 1
        return self._counted[problem_id] - 1

    def _once(self, problem_id: str, index: int, answer: Answer) -> int:
        seen = self._given.setdefault(problem_id, set())
        if index in seen:
            raise answer.bad(f"sample {index} of {shown(problem_id)} came before; remove one of them or its 'index'")
        seen.add(index)
        return index
