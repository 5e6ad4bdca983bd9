"""LiveCodeBench's samples: ``{"question_id": …, "code_list": [program, …]}``. Other keys are ignored."""

from __future__ import annotations

from collections.abc import Iterator

from halo_forge.problems.lines import Record, Source
from halo_forge.problems.samples.answer import Answer, bare, problem_of, texts_of
from halo_forge.types import SampleForm

ID_KEY, TEXTS_KEY = "question_id", "code_list"


def answers(record: Record, source: Source) -> Iterator[Answer]:
    """Each program of a record.

    Raises:
        SampleFileError: a field is missing or wrong.
    """
    if ID_KEY not in record.data:
        raise source.bad(f"{TEXTS_KEY!r} without {ID_KEY!r}; add the id of the problem that it answers", record)
    problem = problem_of(ID_KEY, record, source)
    for text in texts_of(TEXTS_KEY, record, source):
        yield bare(problem, text, SampleForm.SOLUTION, source, record)
