"""MultiPL-E's samples: ``{"name": …, "completions": [text, …]}``; each text goes behind the prompt.

The rest of such an object repeats the problem (``language``, ``prompt``, ``tests``, ``stop_tokens``) and is ignored:
what judges a sample is the problem that it is scored with.
"""

from __future__ import annotations

from collections.abc import Iterator

from halo_forge.problems.lines import Record, Source
from halo_forge.problems.samples.answer import Answer, several
from halo_forge.types import SampleForm

ID_KEY, TEXTS_KEY = "name", "completions"


def answers(record: Record, source: Source) -> Iterator[Answer]:
    """Each completion of a record.

    Raises:
        SampleFileError: a field is missing or wrong.
    """
    return several(ID_KEY, "name", TEXTS_KEY, SampleForm.COMPLETION, record, source)
