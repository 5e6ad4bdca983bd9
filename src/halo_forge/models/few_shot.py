"""Solved examples for a model: which of them stand in front of a problem.

The first ones in the order of their file, and never the problem itself: one with the same prompt, white space not
counted, is left out. Limits: the same task in other words is not recognised. How they are worded: `prompting`.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from itertools import islice

from halo_forge.types import JSONObject, Problem


@dataclass(frozen=True, slots=True)
class FewShot:
    """Examples to choose from.

    Attributes:
        name: of the file, for the result.
        count: how many a problem gets.
        pool: problems with a solution.
    """

    name: str
    count: int
    pool: tuple[Problem, ...]

    def shots_for(self, problem: Problem) -> tuple[Problem, ...]:
        """Its examples; fewer than `count` where the pool has no more."""
        own = _words(problem)
        return tuple(islice((shot for shot in self.pool if _words(shot) != own), self.count))

    def identity(self) -> JSONObject:
        """What tells these examples from others: SHA-256 (first 16 hex digits) of all in the pool, in order."""
        parts = [part for shot in self.pool for part in (shot.hash, shot.solution_form, str(shot.solution))]
        digest = hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:16]
        return {"name": self.name, "count": self.count, "hash": digest}


def _words(problem: Problem) -> list[str]:
    return problem.prompt.split()
