"""LiveCodeBench's samples: ``{"question_id": …, "code_list": [program, …]}``. Other keys are ignored."""

from __future__ import annotations

from collections.abc import Iterator

from halo_forge.problems.lines import Record, Source
from halo_forge.problems.samples.answer import Answer, several
from halo_forge.types import SampleForm

ID_KEY, TEXTS_KEY = "question_id", "code_list"


def answers(record: Record, source: Source) -> Iterator[Answer]:
    """Each program of a record.

    Raises:
        SampleFileError: a field is missing or wrong.
    """
    return several(ID_KEY, "id", TEXTS_KEY, SampleForm.SOLUTION, record, source)
