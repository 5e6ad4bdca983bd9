"""What a run left behind: mend it, and say what is judged and what waits.

The files are changed in an order that loses no text and counts no verdict twice, wherever it is cut short: a text
is in ``x.generated.jsonl`` before its line leaves ``x.samples.jsonl``, and what is in both counts as judged unless
its verdict is `Outcome.JUDGE_ERROR`.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field, replace

from halo_forge.store import files as disk
from halo_forge.store.files import RunFiles
from halo_forge.store.glance import glance
from halo_forge.store.lines import (
    OUTCOMES,
    GeneratedSample,
    JudgedSample,
    decode_generated,
    decode_judged,
    decode_lines,
    encode_generated,
)
from halo_forge.store.programs import Programs
from halo_forge.types import Outcome, SampleKey

See = Callable[[str, Outcome, float | None], None]


@dataclass(slots=True)
class Progress:
    """How far a run is.

    Attributes:
        judged: samples with a verdict.
        waiting: samples that are generated and have none.
        session: number of the next session.
        programs: those with a verdict.
    """

    judged: set[SampleKey] = field(default_factory=set)
    waiting: set[SampleKey] = field(default_factory=set)
    session: int = 0
    programs: Programs = field(default_factory=Programs)

    def saw(self, *sessions: int | None) -> None:
        """Note the sessions of one line."""
        for session in sessions:
            if session is not None and session >= self.session:
                self.session = session + 1


def resume(files: RunFiles, see: See) -> Progress:
    """Read the files of a run that this process has locked, and mend them where that is needed.

    Args:
        see: gets problem, outcome and seconds of judging of each verdict that counts.

    Raises:
        StoreError: they need mending and cannot be written.
    """
    progress = Progress()
    disk.mend_tail(files.samples, decode_judged)
    disk.mend_tail(files.generated, decode_generated)
    unjudged, spoiled = _see_judged(files, progress, see)
    _see_generated(files, progress)
    if unjudged:
        _move_back(files, unjudged - progress.waiting)
        progress.waiting |= unjudged
    if spoiled:
        progress.programs = Programs()
        disk.replace(files.samples, _good_lines(files, set(progress.judged), progress.programs))
    return progress


def compact(key: SampleKey) -> SampleKey:
    """The same key, sharing the problem's id with its other samples."""
    return (sys.intern(key[0]), key[1])


def _see_judged(files: RunFiles, progress: Progress, see: See) -> tuple[set[SampleKey], bool]:
    """Collect the judged samples.

    Returns:
        the samples of which only a judge error is known; whether there is a line that has to go.
    """
    errors: set[SampleKey] = set()
    spoiled = False
    began = end = 0
    for raw, fields in decode_lines(files.samples, glance):
        began, end = end, end + len(raw)
        if fields is None:
            spoiled = True
            continue
        times, outcome = fields["times"], OUTCOMES[fields["outcome"]]
        progress.saw(times.get("generation_session"), times.get("judging_session"))
        key = compact((fields["problem_id"], fields["index"]))
        if outcome is Outcome.JUDGE_ERROR:
            errors.add(key)
        elif key in progress.judged:
            spoiled = True
        else:
            progress.judged.add(key)
            progress.programs.add(fields.get("program"), outcome, began)
            see(key[0], outcome, fields.get("wall_s"))
    return errors - progress.judged, spoiled or bool(errors)


def _see_generated(files: RunFiles, progress: Progress) -> None:
    for _, generated in decode_lines(files.generated, decode_generated):
        if generated is not None:
            progress.saw(generated.times.generation_session, generated.times.judging_session)
            if generated.sample.key not in progress.judged:
                progress.waiting.add(compact(generated.sample.key))


def _move_back(files: RunFiles, keys: set[SampleKey]) -> None:
    """Put the texts of `keys` from the samples back among the generated ones."""
    left = set(keys)
    with closing(disk.Appender(files.generated)) as generated:
        for _, judged in decode_lines(files.samples, decode_judged):
            if judged is not None and judged.sample.key in left:
                left.discard(judged.sample.key)
                times = replace(judged.times, judging_started_at=None, judged_at=None, judging_session=None)
                generated.append(encode_generated(GeneratedSample(judged.sample, times)))


def _good_lines(files: RunFiles, left: set[SampleKey], programs: Programs) -> Iterator[bytes]:
    """The first line on each sample of `left` that is no judge error; `programs` gets to know where it will begin."""
    began = 0
    for raw, judged in decode_lines(files.samples, decode_judged):
        if judged is not None and judged.sample.key in left and not _is_error(judged):
            left.discard(judged.sample.key)
            programs.add(judged.verdict.program, judged.verdict.outcome, began)
            began += len(raw)
            yield raw


def _is_error(judged: JudgedSample) -> bool:
    return judged.verdict.outcome is Outcome.JUDGE_ERROR
