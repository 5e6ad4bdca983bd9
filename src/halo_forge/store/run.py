"""`RunStore`: one run, open in this process and in no other."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterable, Iterator
from collections.abc import Set as AbstractSet
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from types import TracebackType

from halo_forge.store import files as disk
from halo_forge.store.files import Appender, RunFiles
from halo_forge.store.identity import refuse_another_run
from halo_forge.store.lines import (
    GeneratedSample,
    JudgedSample,
    Times,
    decode_generated,
    decode_line,
    decode_lines,
    encode_document,
    encode_generated,
    encode_judged,
    encode_line,
    read_samples_file,
)
from halo_forge.store.programs import read_verdict
from halo_forge.store.resume import Progress, See, compact, resume
from halo_forge.types import JSONObject, Sample, SampleKey, Verdict


class RunStore:
    """A run on disk. Made by `open`; a context manager.

    A sample of the run is *judged*, or *waiting* (generated, not judged yet), or owed altogether; the caller knows
    which samples the run wants, so what is owed is that less `judged_keys` and `waiting_keys`. Texts stay on disk:
    in memory there is one key a sample, and for each program the place of its verdict.

    Opening mends what a kill or a full disk left behind: a torn last line is owed again, damaged and repeated
    lines are dropped (of repeated ones the first stays), and samples with `Outcome.JUDGE_ERROR` wait to be judged
    again. A run that needs no mending is opened without writing anything.

    `add_generated` and `add_judged` may be called from any thread.

    Attributes:
        files: where the run is kept.
        session: number of this opening: one more than any that left a sample.
    """

    def __init__(self, files: RunFiles, lock: int, progress: Progress) -> None:
        """For `open` only."""
        self.files = files
        self.session = progress.session
        self._lock = lock
        self._judged = progress.judged
        self._waiting = progress.waiting
        self._programs = progress.programs
        self._resumed = frozenset(progress.waiting)
        self._samples = Appender(files.samples)
        self._generated = Appender(files.generated)
        self._measured_before: list[JSONObject] | None = None
        self._mutex = threading.Lock()
        self._closed = False

    @classmethod
    def open(cls, output: Path, identity: JSONObject, *, fresh: bool = False, see: See | None = None) -> RunStore:
        """Begin the run whose result is to be `output`, or go on with it.

        Args:
            output: parent directories are made.
            identity: the settings that decide what the run's samples are; a JSON object, nested at will.
            fresh: keep what is there aside (``x.samples.jsonl.old-1``, …) and begin anew.
            see: gets problem, outcome and seconds of judging of each verdict of earlier sessions, read here anyway.

        Raises:
            StoreError: another process has the run open, another run is there, or it cannot be written there.
        """
        files = RunFiles.of(output)
        now: JSONObject = json.loads(encode_document(identity))  # as it will be read: lists for tuples
        with disk.explained(output):
            files.refuse_other_kinds()
            output.parent.mkdir(parents=True, exist_ok=True)
            lock = _claim(files, now, fresh)
            try:
                return cls(files, lock, resume(files, see or (lambda *_: None)))
            except BaseException:
                disk.unlock(lock)
                raise

    @property
    def judged_keys(self) -> AbstractSet[SampleKey]:
        """The samples that have a verdict. The store's own set: look, do not keep or change."""
        return self._judged

    @property
    def waiting_keys(self) -> AbstractSet[SampleKey]:
        """The samples that are generated and not judged, in this session or before. The store's own set."""
        return self._waiting

    def waiting(self) -> Iterator[GeneratedSample]:
        """The samples from before this session that are still not judged, one after the other from disk.

        What this session generates is in the caller's hands already and never comes out here.
        """
        left = set(self._resumed)
        for _, generated in decode_lines(self.files.generated, decode_generated):
            if generated is not None and generated.sample.key in left:
                left.discard(generated.sample.key)
                if generated.sample.key in self._waiting:
                    yield generated

    def read_judged(self) -> Iterator[JudgedSample]:
        """All judged samples so far, one after the other from disk."""
        return read_samples_file(self.files.samples) if self.files.samples.exists() else iter(())

    def ensure_writable(self) -> None:
        """Find out before the work begins whether its results can be kept.

        Raises:
            StoreError: they cannot.
        """
        with self._mutex:
            self._refuse_closed()
            self._samples.open()

    def add_generated(self, sample: Sample, times: Times) -> None:
        """Keep a text that is still to be judged.

        Raises:
            StoreError: it cannot be written. The store stays as it was and can be used on.
            ValueError: the run has this sample already.
        """
        session = None if times.generated_at is None else self.session
        line = encode_generated(GeneratedSample(sample, replace(times, generation_session=session)))
        with self._mutex:
            self._refuse_closed()
            if sample.key in self._judged or sample.key in self._waiting:
                raise ValueError(f"sample {sample.key} was added before")
            self._generated.append(line)
            self._waiting.add(compact(sample.key))

    def add_judged(self, sample: Sample, verdict: Verdict, times: Times) -> None:
        """Keep a verdict with its sample, which need not have been added before.

        Args:
            times: those of generation as `waiting` gave them, or of this session.

        Raises:
            StoreError: it cannot be written. The store stays as it was and can be used on.
            ValueError: the sample has a verdict already, or `verdict` is of another sample.
        """
        if (verdict.problem_id, verdict.index) != sample.key:
            raise ValueError(f"the verdict of {verdict.problem_id}, {verdict.index} given for {sample.key}")
        line = encode_judged(JudgedSample(sample, verdict, self._with_sessions(times)))
        with self._mutex:
            self._refuse_closed()
            if sample.key in self._judged:
                raise ValueError(f"sample {sample.key} has a verdict already")
            began = self._samples.append(line)
            self._programs.add(verdict.program, verdict.outcome, began)
            self._judged.add(compact(sample.key))
            self._waiting.discard(sample.key)

    def verdict_on(self, program: str) -> Verdict | None:
        """The first verdict of the run, of this session or before, on the program with this digest."""
        with self._mutex:
            began = self._programs.find(program)
        return None if began is None else read_verdict(self.files.samples, began, program)

    def read_measured(self) -> list[JSONObject]:
        """What was measured in each session, as it was kept; lines that are no JSON objects are left out."""
        return [session for _, session in decode_lines(self.files.hardware, decode_line) if session is not None]

    def keep_measured(self, session: JSONObject) -> None:
        """Keep what was measured in this session; what was kept of it before is replaced. From one thread only.

        Raises:
            StoreError: it cannot be written. What was kept before is still there.
        """
        with self._mutex:
            self._refuse_closed()
        if self._measured_before is None:
            self._measured_before = self.read_measured()
        disk.replace(self.files.hardware, map(encode_line, [*self._measured_before, session]))

    def write_problems(self, problems: Iterable[JSONObject]) -> None:
        """Keep what the run's problems are, for those who read its samples; in one step, instead of an older file.

        Raises:
            StoreError: it cannot be written.
        """
        with self._mutex:
            self._refuse_closed()
            disk.replace(self.files.problems, map(encode_line, problems))

    def write_result(self, result: JSONObject) -> None:
        """Write the result file in one step; an older one of this run is replaced.

        Raises:
            StoreError: it cannot be written. An older one is still there.
        """
        content = encode_document(result)
        with self._mutex:
            self._refuse_closed()
            disk.replace(self.files.result, [content])

    def finish(self) -> None:
        """Have everything reach the disk and, when no sample waits for a verdict, drop ``x.generated.jsonl``."""
        with self._mutex:
            self._refuse_closed()
            self._samples.close()
            self._generated.close()
            if self._waiting or not self.files.generated.exists():
                return
            if self._judged:
                disk.sync(self.files.samples)  # its lines may be from a session that was killed
            disk.remove(self.files.generated)

    def close(self) -> None:
        """Have everything reach the disk and let go of the run. May be called twice."""
        with self._mutex, ExitStack() as stack:
            if self._closed:
                return
            self._closed = True
            stack.callback(disk.unlock, self._lock)
            stack.callback(self._generated.close)
            stack.callback(self._samples.close)

    def __enter__(self) -> RunStore:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _refuse_closed(self) -> None:
        if self._closed:
            raise ValueError("the store is closed")

    def _with_sessions(self, times: Times) -> Times:
        generation = times.generation_session
        if generation is None and times.generated_at is not None:
            generation = self.session
        judging = None if times.judged_at is None else self.session
        return replace(times, generation_session=generation, judging_session=judging)


def _claim(files: RunFiles, identity: JSONObject, fresh: bool) -> int:
    """Lock the run and see to it that its identity is on disk. Returns the lock."""
    if not fresh:
        refuse_another_run(files, identity)  # before the lock too, so that a refusal leaves nothing behind
    lock = disk.lock(files.run)
    try:
        if not fresh:
            refuse_another_run(files, identity)
            if files.run.stat().st_size:
                return lock
        disk.keep_aside(files)
        disk.replace(files.run, [encode_document(identity)])
        ours = disk.lock(files.run)  # the file that is there now
    except BaseException:
        disk.unlock(lock)
        raise
    disk.unlock(lock)
    return ours
