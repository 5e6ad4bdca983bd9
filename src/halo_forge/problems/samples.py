"""Samples that exist already, out of a JSONL file: what ``benchmark score`` judges.

Each line names its problem (``task_id``, ``problem_id`` or ``id``, the first that is there) and has one text, the
first of these that is there:

- ``solution``: a whole program;
- ``completion``: what follows the problem's prompt;
- ``text``: as halo-forge writes it, with ``form`` (``solution`` if not given) and ``index``.

An id that comes again is a further sample of its problem. They are numbered 0, 1, … in the order of the file; only
a ``text`` may bring an ``index`` of its own, and then every sample of its problem has to. ``n_tokens``,
``prompt_tokens``, ``finish_reason`` and ``seed`` are kept where they make sense and dropped where not, because
other tools have other words for them. Other keys are ignored.

A text may be anything, empty or with half a surrogate pair in it: it is what the model said. The file is read as a
stream. What is held of it is one line, one count a problem, and the indices that it gives.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from halo_forge.errors import SampleFileError
from halo_forge.problems.base import ProblemSet
from halo_forge.problems.files import opened
from halo_forge.problems.lines import Record, Source, read_records
from halo_forge.problems.wording import closest, kind, shown
from halo_forge.types import FinishReason, JSONObject, Sample, SampleForm

ID_KEYS = ("task_id", "problem_id", "id")
TEXT_KEYS = ("solution", "completion", "text")


def read_samples(path: str, problem_set: ProblemSet) -> Iterator[Sample]:
    """Yield the samples of a file (.jsonl, .jsonl.gz) in its order.

    Samples of problems that a limit left out are skipped.

    Raises:
        SampleFileError: at the first sample, the file cannot be read; later, a line is wrong or names an unknown
            problem; at the end, there was no sample. The text is one line, ``FILE:LINE: what is wrong; …``.
    """
    source = Source(path, SampleFileError)
    known = {problem.id for problem in problem_set.problems}
    numbers = _Numbers(source)
    lines = kept = 0
    with opened(path, source) as stream:
        for record in read_records(stream, source):
            lines += 1
            problem_id = _problem_id(record, source)
            if problem_id in known:
                kept += 1
                yield _sample(problem_id, record, numbers, source)
            elif problem_id not in problem_set.left_out:
                raise source.bad(_unknown_problem(problem_id, problem_set), record.line)
    if lines == 0:
        raise source.bad("there is no sample in it; write one JSON object a line: 'task_id' and 'solution'")
    if kept == 0:
        raise source.bad(f"none of its {lines} samples is of the {len(known)} problems chosen; raise the limit")


def count_samples(path: str, problem_set: ProblemSet) -> Counter[str]:
    """How many samples each problem has.

    That takes a whole pass over the file (so the file is no pipe), and finds its faults before anything is judged.

    Raises:
        SampleFileError: as `read_samples`.
    """
    return Counter(sample.problem_id for sample in read_samples(path, problem_set))


class _Numbers:
    """The index of each sample of a file: counted, or given by the file and then given once."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._counted: Counter[str] = Counter()
        self._given: dict[str, set[int]] = {}

    def number(self, problem_id: str, given: int | None, line: int) -> int:
        if problem_id in (self._given if given is None else self._counted):
            what = f"only some samples of {shown(problem_id)} have an 'index'; give it to all or to none"
            raise self._source.bad(what, line)
        if given is not None:
            return self._once(problem_id, given, line)
        self._counted[problem_id] += 1
        return self._counted[problem_id] - 1

    def _once(self, problem_id: str, index: int, line: int) -> int:
        seen = self._given.setdefault(problem_id, set())
        if index in seen:
            what = f"sample {index} of {shown(problem_id)} came before; remove one of them or its 'index'"
            raise self._source.bad(what, line)
        seen.add(index)
        return index


def _sample(problem_id: str, record: Record, numbers: _Numbers, source: Source) -> Sample:
    data = record.data
    key = _first(data, TEXT_KEYS)
    if key is None:
        raise source.bad("neither 'solution' nor 'completion'; add the one that holds the code", record.line)
    given = _index(data.get("index"), record, source) if key == "text" else None
    return Sample(
        problem_id=problem_id,
        index=numbers.number(problem_id, given, record.line),
        text=_string(key, record, source),
        form=_form(key, record, source),
        finish_reason=_finish_reason(data.get("finish_reason")),
        n_tokens=_whole(data.get("n_tokens")),
        prompt_tokens=_whole(data.get("prompt_tokens")),
        seed=_whole(data.get("seed")),
    )


def _first(data: JSONObject, keys: tuple[str, ...]) -> str | None:
    return next((key for key in keys if data.get(key) is not None), None)


def _problem_id(record: Record, source: Source) -> str:
    key = _first(record.data, ID_KEYS)
    if key is None:
        raise source.bad("no 'task_id'; add the id of the problem that it answers", record.line)
    return _string(key, record, source)


def _string(key: str, record: Record, source: Source) -> str:
    value = record.data[key]
    if not isinstance(value, str):
        raise source.bad(f"{key!r} must be a string, not {kind(value)}", record.line)
    return value


def _unknown_problem(problem_id: str, problem_set: ProblemSet) -> str:
    meant = closest(problem_id, (problem.id for problem in problem_set.problems))
    advice = "score it with the problems it answers" if meant is None else f"did you mean {shown(meant)}?"
    return f"{problem_set.name} has no problem {shown(problem_id)}; {advice}"


def _index(value: object, record: Record, source: Source) -> int | None:
    index = _whole(value)
    if index is None and value is not None:
        raise source.bad("'index' must be a whole number, 0 or more", record.line)
    return index


def _form(key: str, record: Record, source: Source) -> SampleForm:
    if key != "text":
        return SampleForm(key)
    value = record.data.get("form")
    if value is None:
        return SampleForm.SOLUTION
    try:
        return SampleForm(value)
    except ValueError:
        raise source.bad(f"'form' must be one of: {', '.join(SampleForm)}", record.line) from None


def _finish_reason(value: object) -> FinishReason:
    try:
        return FinishReason(value) if isinstance(value, str) else FinishReason.UNKNOWN
    except ValueError:
        return FinishReason.UNKNOWN


def _whole(value: object) -> int | None:
    """A whole number of at least 0, or ``None``. JSON's ``true`` is an int to Python, but not here."""
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None
