"""MultiPL-E's samples: ``{"name": …, "completions": [text, …]}``; each text goes behind the prompt.

The rest of such an object repeats the problem (``language``, ``prompt``, ``tests``, ``stop_tokens``) and is ignored:
what judges a sample is the problem that it is scored with.
"""

from __future__ import annotations

from collections.abc import Iterator

from halo_forge.problems.lines import Record, Source
from halo_forge.problems.samples.answer import Answer, bare, problem_of, texts_of
from halo_forge.types import SampleForm

ID_KEY, TEXTS_KEY = "name", "completions"


def answers(record: Record, source: Source) -> Iterator[Answer]:
    """Each completion of a record.

    Raises:
        SampleFileError: a field is missing or wrong.
    """
    if ID_KEY not in record.data:
        raise source.bad(f"{TEXTS_KEY!r} without {ID_KEY!r}; add the name of the problem that it answers", record)
    problem = problem_of(ID_KEY, record, source)
    for text in texts_of(TEXTS_KEY, record, source):
        yield bare(problem, text, SampleForm.COMPLETION, source, record)
