"""Samples that exist already: what ``benchmark score`` judges.

Several ways to write them down are read, told apart by content; one file of this package is one of them.

=====================  ===============================================================================================
`plain`                JSONL, or one JSON list, of objects with ``task_id`` and ``solution`` or ``completion``
`livecodebench`        the same of ``{"question_id": …, "code_list": […]}``
`multipl_e`            the same of ``{"name": …, "completions": […]}``, or a folder with one such file a problem
`generations`          bigcode-evaluation-harness: a JSON list of lists of programs, in the order of the problems
`folder`               EvalPlus: ``HumanEval_0/0.py``, ``HumanEval_0/1.py``, …
=====================  ===============================================================================================

Any file may be zipped (gzip). A problem may be named by its id or by another spelling of it (`ids`). An id that comes
again is a further sample of its problem. Samples are numbered 0, 1, … in the order of the file, unless they bring an
``index`` of their own. A text may be anything, empty or with half a surrogate pair in it: it is what the model said.

JSONL is read as a stream: what is held of it is one line, one count a problem, and the indices that it gives. A JSON
list is held as a whole, and bounded.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Container, Iterator
from dataclasses import dataclass

from halo_forge.errors import SampleFileError
from halo_forge.problems.base import ProblemSet
from halo_forge.problems.lines import Source
from halo_forge.problems.samples import folder
from halo_forge.problems.samples.answer import Answer
from halo_forge.problems.samples.file import read_file
from halo_forge.problems.samples.ids import ProblemIds
from halo_forge.problems.samples.numbers import Numbers
from halo_forge.types import JSONObject, Sample, SampleKey

__all__ = ["FoundSample", "count_samples", "fingerprint", "read_found", "read_samples"]

fingerprint = folder.fingerprint


@dataclass(frozen=True, slots=True)
class FoundSample:
    """A sample, and the object of the file that it came from, or what that would be in a JSONL file."""

    sample: Sample
    record: JSONObject


def read_samples(path: str, problem_set: ProblemSet, without: Container[SampleKey] = ()) -> Iterator[Sample]:
    """Yield the samples of a file or folder in their order.

    Samples of problems that a limit left out are skipped, and those of `without`.

    Raises:
        SampleFileError: at the first sample, the file cannot be read; later, a line is wrong or names an unknown
            problem; at the end, there was no sample. The text is one line, ``FILE:LINE: what is wrong; …``.
    """
    for answer, key in _numbered(path, problem_set):
        if key not in without:
            yield _sample(answer, key)


def read_found(path: str, problem_set: ProblemSet) -> Iterator[FoundSample]:
    """As `read_samples`, with what the file says of each.

    Raises:
        SampleFileError: as `read_samples`.
    """
    for answer, key in _numbered(path, problem_set):
        yield FoundSample(_sample(answer, key), answer.record)


def _numbered(path: str, problem_set: ProblemSet) -> Iterator[tuple[Answer, SampleKey]]:
    source = Source(path, SampleFileError)
    chosen = {problem.id for problem in problem_set.problems}
    ids, numbers = ProblemIds(problem_set), Numbers()
    seen = kept = 0
    for answer in _answers(path, source, problem_set):
        seen += 1
        problem_id = ids.find(answer)
        if problem_id in chosen:
            kept += 1
            yield answer, (problem_id, numbers.number(problem_id, answer))
    if seen == 0:
        raise source.bad("there is no sample in it; write one JSON object a line: 'task_id' and 'solution'")
    if kept == 0:
        raise source.bad(f"none of its {seen} samples is of the {len(chosen)} problems chosen; raise the limit")


def count_samples(path: str, problem_set: ProblemSet) -> Counter[str]:
    """How many samples each problem has.

    That takes a whole pass over the file (so the file is no pipe), and finds its faults before anything is judged.

    Raises:
        SampleFileError: as `read_samples`.
    """
    return Counter(problem_id for _, (problem_id, _) in _numbered(path, problem_set))


def _answers(path: str, source: Source, problem_set: ProblemSet) -> Iterator[Answer]:
    if os.path.isdir(path):
        return folder.read_folder(path, source, problem_set)
    return read_file(path, source, problem_set)


def _sample(answer: Answer, key: SampleKey) -> Sample:
    problem_id, index = key
    return Sample(
        problem_id=problem_id,
        index=index,
        text=answer.text,
        form=answer.form,
        finish_reason=answer.finish_reason,
        n_tokens=answer.n_tokens,
        prompt_tokens=answer.prompt_tokens,
        seed=answer.seed,
        think_tokens=answer.think_tokens,
    )
