"""What stands behind a result: its problems and the answers to them, as far as they are at hand.

Plain frozen data, as in `halo_forge.types`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from halo_forge.problems.kept import Task
from halo_forge.types import Sample, Verdict


@dataclass(frozen=True, slots=True)
class Answer:
    """A sample and what was found out about it."""

    sample: Sample
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Evidence:
    """The answers behind one result.

    Attributes:
        answers: in any order; long texts may have lost their end, see `halo_forge.problems.kept.CUT`.
        tasks: by id.
        gaps: what is not at hand, and why: one sentence each.
    """

    answers: tuple[Answer, ...] = ()
    tasks: Mapping[str, Task] = field(default_factory=dict)
    gaps: tuple[str, ...] = ()
