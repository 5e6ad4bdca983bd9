"""The one place where generating and judging meet. It owns all concurrency of a run.

One thread generates, several judge, and one bounded queue stands between them, so that programs are compiled and run
while the next ones are still being written. Every text and every verdict goes to the store the moment it is there.
The same program for the same problem is judged once: who has it too takes the verdict from the store, whatever session
it is from. A judge error is no verdict, so the next one with that program is judged itself.

Limits: how to sample, how to judge and how to show progress are the business of the objects that are handed in.
"""

from __future__ import annotations

import logging
import os
import queue
import threading
import time
import traceback
from collections.abc import Callable, Iterable, Iterator
from contextlib import nullcontext, suppress
from dataclasses import dataclass, replace
from typing import Protocol

from halo_forge.errors import Cancelled, EngineError, HaloForgeError, JudgeError
from halo_forge.models.base import GenerationRequest, Sampler
from halo_forge.store import GeneratedSample, RunStore, Times
from halo_forge.turns import Turns
from halo_forge.types import Outcome, Problem, Sample, Verdict
from halo_forge.verifiers.base import Verifier

_log = logging.getLogger(__name__)

_QUEUE = 256  # generated samples that may wait in memory; their texts are short
_BEAT_S = 0.1  # how soon a thread notices that the run was stopped
_NICENESS = 19  # of judging while a model on the same processors generates


class Listener(Protocol):
    """Hears what happens, from several threads, and must be quick."""

    def generated(self, sample: Sample) -> None:
        """A model finished a sample."""

    def judged(self, sample: Sample, verdict: Verdict) -> None:
        """A verdict was reached and kept."""


@dataclass(frozen=True, slots=True)
class Pipeline:
    """Judges what is handed to it, and generates meanwhile.

    Attributes:
        workers: how many samples are judged at once.
        cancel: set from outside to stop; `run` then raises `Cancelled`.
        digest: tells the programs of samples apart, see `program_digest`; without it every sample is judged.
    """

    verifier: Verifier
    problems: dict[str, Problem]
    store: RunStore
    listener: Listener
    workers: int
    cancel: threading.Event
    digest: Callable[[Problem, Sample], str | None] | None = None

    def run(self, backlog: Iterable[GeneratedSample], generate: Callable[[], Iterator[Sample]] | None = None) -> None:
        """Judge `backlog` and all that `generate` yields. Returns when everything is judged.

        Raises:
            Cancelled: `cancel` was set.
            EngineError: generation failed; all that had been generated is judged.
            StoreError: a result could not be kept.
        """
        _Run(self, iter(backlog), generate).go()


class _Run:
    """One pass through the pipeline: its threads and what they share."""

    def __init__(
        self, pipeline: Pipeline, backlog: Iterator[GeneratedSample], generate: Callable[[], Iterator[Sample]] | None
    ) -> None:
        self.pipeline = pipeline
        self.backlog = backlog
        self.generate = generate
        self.queue: queue.Queue[GeneratedSample] = queue.Queue(_QUEUE)
        self.generating = threading.Event()
        self.stop = threading.Event()
        self.error: BaseException | None = None
        self.lock = threading.Lock()
        self.turns = Turns()

    def go(self) -> None:
        threads = [threading.Thread(target=self._judge_all, daemon=True) for _ in range(self.pipeline.workers)]
        if self.generate is not None:
            self.generating.set()
            threads.append(threading.Thread(target=self._generate_all, args=(self.generate,), daemon=True))
        for thread in threads:
            thread.start()
        for thread in threads:
            while thread.is_alive():  # a plain join() would not let a signal through
                thread.join(_BEAT_S)
        if self.error is not None:
            raise self.error
        if self.pipeline.cancel.is_set():
            raise Cancelled("stopped")

    def _stopped(self) -> bool:
        return self.stop.is_set() or self.pipeline.cancel.is_set()

    def _fail(self, error: BaseException, *, at_once: bool) -> None:
        with self.lock:
            self.error = self.error or error
        if at_once:
            self.stop.set()

    def _generate_all(self, generate: Callable[[], Iterator[Sample]]) -> None:
        started = time.time()
        try:
            for sample in generate():
                times = Times(generation_started_at=started, generated_at=time.time())
                self.pipeline.store.add_generated(sample, times)
                self.pipeline.listener.generated(sample)
                if not self._put(GeneratedSample(sample, times)):
                    return
        except EngineError as error:
            self._fail(error, at_once=False)  # what is generated can still be judged
        except BaseException as error:
            self._fail(error, at_once=True)
        finally:
            self.generating.clear()

    def _put(self, generated: GeneratedSample) -> bool:
        while not self._stopped():
            with suppress(queue.Full):
                self.queue.put(generated, timeout=_BEAT_S)
                return True
        return False

    def _take(self) -> GeneratedSample | None:
        """The next sample to judge: a new one before an old one, so that the model never waits for the backlog."""
        while not self._stopped():
            still_generating = self.generating.is_set()  # before the queue is looked at: a last sample is not missed
            with suppress(queue.Empty):
                return self.queue.get_nowait()
            with self.lock:
                waiting = next(self.backlog, None)
            if waiting is not None:
                return waiting
            if not still_generating:
                return None
            with suppress(queue.Empty):
                return self.queue.get(timeout=_BEAT_S)
        return None

    def _judge_all(self) -> None:
        if self.generate is not None:
            _be_nice()
        try:
            while (generated := self._take()) is not None:
                self._judge(generated)
        except Cancelled:
            return
        except BaseException as error:
            self._fail(error, at_once=True)

    def _judge(self, generated: GeneratedSample) -> None:
        sample = generated.sample
        problem = self.pipeline.problems[sample.problem_id]
        program = self._digest(problem, sample)
        with nullcontext() if program is None else self.turns.take(program):
            started = time.time()
            verdict = None if program is None else self._known(sample, program)
            if verdict is None:
                found = judge(self.pipeline.verifier, problem, sample)
                verdict = replace(found, program=program, same_as=None)
            times = replace(generated.times, judging_started_at=started, judged_at=time.time())
            self.pipeline.store.add_judged(sample, verdict, times)
        self.pipeline.listener.judged(sample, verdict)

    def _digest(self, problem: Problem, sample: Sample) -> str | None:
        try:
            return None if self.pipeline.digest is None else self.pipeline.digest(problem, sample)
        except Exception:  # a mistake of ours, which judging the sample will meet too, and tell
            _log.debug("no digest of %s #%d", problem.id, sample.index, exc_info=True)
            return None

    def _known(self, sample: Sample, program: str) -> Verdict | None:
        began = time.monotonic()
        known = self.pipeline.store.verdict_on(program)
        if known is None:
            return None
        return replace(known, index=sample.index, wall_s=time.monotonic() - began, same_as=known.index)


def _be_nice() -> None:
    """Let the model have the processor first. Verdicts go by CPU time, so being polite costs them nothing."""
    thread = threading.get_native_id()  # of this thread only; the programs that it starts inherit it
    with suppress(OSError):
        os.setpriority(os.PRIO_PROCESS, thread, max(_NICENESS, os.getpriority(os.PRIO_PROCESS, thread)))


def judge(verifier: Verifier, problem: Problem, sample: Sample) -> Verdict:
    """The verdict on one sample; whatever goes wrong on our side becomes `Outcome.JUDGE_ERROR`, never a failure.

    Raises:
        Cancelled: the run was stopped meanwhile.
    """
    try:
        return verifier.verify(problem, sample)
    except Cancelled:
        raise
    except JudgeError as error:
        why = str(error)
    except BaseException as error:  # the boundary of a plug-in's code, sys.exit() and all, and of our own mistakes
        _log.debug("verifier %s failed on %s #%d", verifier.name, problem.id, sample.index, exc_info=True)
        why = f"{type(error).__name__}: {error} ({_place(error)})"
    return Verdict(sample.problem_id, sample.index, Outcome.JUDGE_ERROR, compiled=None, detail=why)


def _place(error: BaseException) -> str:
    """File and line of where it was raised."""
    frames = traceback.extract_tb(error.__traceback__)
    return f"{os.path.basename(frames[-1].filename)}:{frames[-1].lineno}"


def owed(problems: Iterable[Problem], samples: int, store: RunStore) -> Iterator[GenerationRequest]:
    """What still has to be generated, as runs of consecutive indices."""
    for problem in problems:
        first: int | None = None
        for index in range(samples + 1):
            key = (problem.id, index)
            missing = index < samples and key not in store.judged_keys and key not in store.waiting_keys
            if missing and first is None:
                first = index
            elif not missing and first is not None:
                yield GenerationRequest(problem, first, index - first)
                first = None


def generate_owed(
    sampler: Sampler, problems: Iterable[Problem], samples: int, store: RunStore, cancel: threading.Event
) -> Iterator[Sample]:
    """Have `sampler` make all that is owed.

    Raises:
        EngineError: the engine failed for good, whatever it raised.
    """
    try:
        yield from sampler.generate(owed(problems, samples, store), cancel)
    except HaloForgeError:
        raise
    except Exception as error:  # the boundary of an engine's code
        _log.exception("engine %s failed", sampler.info.engine)
        raise EngineError(f"engine {sampler.info.engine} failed: {type(error).__name__}: {error}") from error


def default_workers() -> int:
    """As many jobs at once as there are processors for this process."""
    return len(os.sched_getaffinity(0))
