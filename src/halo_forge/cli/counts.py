"""How far a run is, and how it looks so far: counted as samples and verdicts come, from several threads."""

from __future__ import annotations

import heapq
import threading
import time
from collections import Counter
from dataclasses import dataclass, field

from halo_forge.metrics import mean_pass_at_k
from halo_forge.types import Estimate, Outcome, Sample, Verdict

_FIRST_ESTIMATE_S = 3.0
_FRESH_S = 1.0  # for so long a `Standing` is not worked out again


@dataclass(slots=True)
class _Problem:
    """Of one problem: samples with a verdict, those that passed, and all that were timed with their seconds."""

    n: int = 0
    passed: int = 0
    timed: int = 0
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Standing:
    """What can be said of the samples so far, those of earlier sessions included.

    Attributes:
        pass_at_1: over the problems that have a verdict.
        outcomes: those that there were, always in the same order.
        slowest: problems by their mean seconds of judging a sample, the slowest first.
    """

    pass_at_1: Estimate
    outcomes: tuple[tuple[Outcome, int], ...]
    slowest: tuple[tuple[str, float], ...]


@dataclass(slots=True)
class Counts:
    """A `halo_forge.benchmark.Listener` that counts.

    Attributes:
        total: samples that the run is to have.
        to_generate: of them, those that this session has to make.
        already_generated, already_judged: what earlier sessions had done; see `resumed`.
        generated_now, judged_now: what this session has done.
        tokens: that this session generated.
    """

    total: int
    to_generate: int
    already_generated: int = 0
    already_judged: int = 0
    generated_now: int = 0
    judged_now: int = 0
    tokens: int = 0
    last_sample_at: float | None = None
    judged_by_then: int = 0  # … when the last sample came
    started: float = field(default_factory=time.monotonic)
    _outcomes: Counter[Outcome] = field(default_factory=Counter)
    _problems: dict[str, _Problem] = field(default_factory=dict)
    _standing: tuple[float, Standing] | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def resumed(self, problem_id: str, outcome: Outcome, wall_s: float | None) -> None:
        """Take in a verdict of an earlier session, before the work begins."""
        self.already_judged += 1
        self._see(problem_id, outcome, wall_s)

    def generated(self, sample: Sample) -> None:
        """See `Listener`."""
        with self._lock:
            self.generated_now += 1
            self.tokens += sample.n_tokens or 0
            self.last_sample_at = time.monotonic()
            self.judged_by_then = self.judged_now

    def judged(self, sample: Sample, verdict: Verdict) -> None:
        """See `Listener`."""
        with self._lock:
            self.judged_now += 1
            self._see(verdict.problem_id, verdict.outcome, verdict.wall_s)

    def _see(self, problem_id: str, outcome: Outcome, wall_s: float | None) -> None:
        self._outcomes[outcome] += 1
        problem = self._problems.get(problem_id)
        if problem is None:
            problem = self._problems[problem_id] = _Problem()
        if outcome is not Outcome.JUDGE_ERROR:
            problem.n += 1
            problem.passed += outcome is Outcome.ACCEPTED
        if wall_s is not None:
            problem.timed += 1
            problem.seconds += wall_s

    @property
    def unscored(self) -> int:
        """Samples that could not be judged."""
        return self._outcomes[Outcome.JUDGE_ERROR]

    @property
    def tokens_per_second(self) -> float | None:
        """Of this session, until the last sample came; ``None`` where nothing was generated or counted."""
        if not self.tokens or self.last_sample_at is None:
            return None
        return self.tokens / max(0.001, self.last_sample_at - self.started)

    @property
    def seconds_left(self) -> float | None:
        """``None`` while it is too early to say.

        While a model generates, judging stands back, so its pace then says nothing of its pace later.
        """
        began, done, left = self.started, self.generated_now, self.to_generate - self.generated_now
        if left <= 0:
            began = self.started if self.last_sample_at is None else self.last_sample_at
            done = self.judged_now - self.judged_by_then
            left = self.total - self.already_judged - self.judged_now
        elapsed = time.monotonic() - began
        if elapsed < _FIRST_ESTIMATE_S or left <= 0 or done <= 0:
            return None
        return elapsed / done * left

    def standing(self, *, fresh: bool = False) -> Standing:
        """How it looks so far; at most a second old, or worked out now."""
        now = time.monotonic()
        if fresh or self._standing is None or now - self._standing[0] > _FRESH_S:
            self._standing = (now, self._stand())
        return self._standing[1]

    def _stand(self) -> Standing:
        with self._lock:  # for a moment only: whoever judges waits
            problems = [(name, one.n, one.passed, one.timed, one.seconds) for name, one in self._problems.items()]
            outcomes = tuple((outcome, self._outcomes[outcome]) for outcome in Outcome if self._outcomes[outcome])
        means = [(name, seconds / timed) for name, _, _, timed, seconds in problems if timed]
        return Standing(
            pass_at_1=mean_pass_at_k([(n, passed) for _, n, passed, _, _ in problems if n], 1),
            outcomes=outcomes,
            slowest=tuple(heapq.nlargest(3, means, key=lambda one: one[1])),
        )
