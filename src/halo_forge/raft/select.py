"""Which samples a model is trained on. Pure functions; every sample that is left out is counted under one reason.

Sources: best of K for each prompt, fresh samples in every cycle (RAFT, arXiv:2304.06767); a cap for each problem and
training from the base again (ReST-EM, arXiv:2312.06585); what helps is *distinct* right solutions (RFT,
arXiv:2308.01825); problems that are always solved teach nothing (Minimal RL, arXiv:2504.11343).
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from halo_forge.raft.reward import CLEAN, RIGHT, reward
from halo_forge.raft.words import Dropped, Keep
from halo_forge.types import FinishReason, Outcome, Sample, Verdict


@dataclass(frozen=True, slots=True)
class Rules:
    """What is kept.

    Attributes:
        keep: what a sample must have earned.
        per_problem: samples of one problem at the most.
        solved_above: problems of which more than this share of the samples that the base wrote passed are dropped;
            1 drops none.
        seed: decides which of equals stay.
    """

    keep: Keep = Keep.ACCEPTED
    per_problem: int = 4
    solved_above: float = 0.9
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sample that may be kept.

    Attributes:
        cycle: the one that it was written in.
        of_base: the model that is to be trained wrote it.
    """

    sample: Sample
    verdict: Verdict
    cycle: int
    of_base: bool


Program = Callable[[Candidate], str | None]
"""Its program, written so that programs that differ in nothing but looks are the same; ``None``: there is no code."""


@dataclass(frozen=True, slots=True)
class Selection:
    """What is kept, in the order in which it is trained on first, and why the rest is not."""

    kept: tuple[Candidate, ...]
    dropped: Mapping[Dropped, int]

    @property
    def per_problem(self) -> dict[str, int]:
        """How many samples of which problem are kept."""
        return dict(sorted(Counter(candidate.sample.problem_id for candidate in self.kept).items()))


def select(candidates: Iterable[Candidate], program: Program, rules: Rules) -> Selection:
    """What to train on. The order of the candidates changes nothing.

    Args:
        candidates: of all cycles so far.
        program: see `Program`.
    """
    dropped: Counter[Dropped] = Counter()
    good = _drop(list(candidates), dropped, Dropped.NOT_JUDGED, lambda c: c.verdict.outcome is not Outcome.JUDGE_ERROR)
    bars = _bars([c for c in good if _ended(c)], rules.keep)
    solved = _solved(good, rules.solved_above)
    good = _drop(good, dropped, Dropped.NOT_GOOD_ENOUGH, lambda c: _earned(c, bars))
    good = _drop(good, dropped, Dropped.CUT_OFF, _ended)
    good = _drop(good, dropped, Dropped.SOLVED, lambda c: c.sample.problem_id not in solved)
    good.sort(key=lambda c: _lot(c, rules.seed))
    seen: set[tuple[str, str | None]] = set()
    good = _drop(good, dropped, Dropped.REPEATED, lambda c: _first_time(seen, (c.sample.problem_id, program(c))))
    count: Counter[str] = Counter()
    good = _drop(good, dropped, Dropped.OVER_CAP, lambda c: _counted(count, c.sample.problem_id) <= rules.per_problem)
    return Selection(tuple(good), dict(dropped))


def at_random(candidates: Iterable[Candidate], count: int, seed: int) -> Selection:
    """The sham: as many samples as were kept elsewhere, whatever the verifier said of them.

    A gain that this brings too does not come from the verifier. Samples that were cut off are left out as they are
    elsewhere: that is seen without one.
    """
    dropped: Counter[Dropped] = Counter()
    ended = _drop(list(candidates), dropped, Dropped.CUT_OFF, _ended)
    ended.sort(key=lambda c: _lot(c, seed))
    return Selection(tuple(ended[:count]), {**dropped, Dropped.OVER_CAP: max(0, len(ended) - count)})


def _drop(
    candidates: Sequence[Candidate], dropped: Counter[Dropped], why: Dropped, stays: Callable[[Candidate], bool]
) -> list[Candidate]:
    left = [candidate for candidate in candidates if stays(candidate)]
    if len(left) < len(candidates):
        dropped[why] = len(candidates) - len(left)
    return left


def _earned(candidate: Candidate, bars: Mapping[str, float]) -> bool:
    return reward(candidate.verdict) >= bars.get(candidate.sample.problem_id, RIGHT)


def _ended(candidate: Candidate) -> bool:
    return candidate.sample.finish_reason is FinishReason.STOP


def _bars(candidates: Sequence[Candidate], keep: Keep) -> dict[str, float]:
    """The reward that a sample of each problem needs."""
    bars: dict[str, float] = {}
    for candidate in candidates:
        name = candidate.sample.problem_id
        earned = RIGHT if keep is Keep.ACCEPTED else reward(candidate.verdict)
        bars[name] = max(bars.get(name, CLEAN), earned)
    return bars


def _solved(candidates: Sequence[Candidate], share: float) -> set[str]:
    """Problems that the model to be trained solves in more than `share` of its samples."""
    tried, passed = Counter[str](), Counter[str]()
    for candidate in candidates:
        if candidate.of_base:
            tried[candidate.sample.problem_id] += 1
            passed[candidate.sample.problem_id] += candidate.verdict.passed
    return {name for name, count in tried.items() if passed[name] > share * count}


def _lot(candidate: Candidate, seed: int) -> bytes:
    """A random number that depends on the sample and the seed alone: place in a file decides nothing."""
    sample = candidate.sample
    return hashlib.sha256(f"{seed}\0{sample.problem_id}\0{candidate.cycle}\0{sample.index}".encode()).digest()


def _first_time(seen: set[tuple[str, str | None]], what: tuple[str, str | None]) -> bool:
    if what in seen:
        return False
    seen.add(what)
    return True


def _counted(count: Counter[str], name: str) -> int:
    count[name] += 1
    return count[name]
