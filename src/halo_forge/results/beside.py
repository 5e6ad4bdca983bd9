"""What lies beside a result file: the samples of its run, and its problems.

Nothing here is an error: a result is often all that was copied from another machine. What is missing is said instead.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from halo_forge.comparison import Result
from halo_forge.errors import HaloForgeError, ResultFileError, SampleFileError
from halo_forge.evidence import Answer, Evidence
from halo_forge.problems.files import opened
from halo_forge.problems.kept import Task, head, task_of
from halo_forge.problems.lines import Source, read_records
from halo_forge.problems.wording import shown_path
from halo_forge.store import RunFiles, read_samples_file
from halo_forge.types import Outcome

_SAMPLES = ".samples.jsonl"
_MOST_TEXT = 64_000  # characters of an answer; nobody reads more


def evidence_of(result: Result) -> Evidence:
    """The answers and the problems beside `result`."""
    try:
        files = RunFiles.of(Path(result.path.removesuffix(_SAMPLES)))
    except HaloForgeError:
        return Evidence(gaps=(f"{shown_path(result.path)} is of no run that samples could lie beside.",))
    gaps: list[str] = []
    answers = tuple(_answers(files.samples, gaps))
    if answers and not gaps:
        gaps += _mismatch(result, answers)
    tasks = {task.id: task for task in _tasks(files.problems, gaps)} if answers else {}
    return Evidence(answers, tasks, tuple(gaps))


def _mismatch(result: Result, answers: tuple[Answer, ...]) -> Iterator[str]:
    """Whether these are the samples that the result counts: somebody may have copied one of the two files only."""
    judged = Counter(a.sample.problem_id for a in answers if a.verdict.outcome is not Outcome.JUDGE_ERROR)
    passed = Counter(a.sample.problem_id for a in answers if a.verdict.passed)
    counts = {} if result.problems is None else result.problems
    other = sum((judged[name], passed[name]) != (count.n, count.c) for name, count in counts.items())
    if other:
        yield f"The samples are not those of this result: {other} of {len(counts)} problems have other counts."


def _answers(path: Path, gaps: list[str]) -> Iterator[Answer]:
    if not path.exists():
        gaps.append(f"No samples: there is no {shown_path(path.name)} beside the result.")
        return
    try:
        for judged in read_samples_file(path):
            yield Answer(replace(judged.sample, text=head(judged.sample.text, _MOST_TEXT)), judged.verdict)
    except SampleFileError as error:
        gaps.append(f"Not all samples: {error}.")


def _tasks(path: Path, gaps: list[str]) -> Iterator[Task]:
    if not path.exists():
        gaps.append(f"No prompts and no expected output: there is no {shown_path(path.name)} beside the result.")
        return
    source = Source(str(path), ResultFileError)
    try:
        with opened(str(path), source) as stream:
            for record in read_records(stream, source):
                yield task_of(record.data)
    except (ResultFileError, ValueError) as error:
        gaps.append(f"Not all prompts: {error}.")
