"""A file of samples: which format it is in is told by its content, and has to stay the same to its end."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator

from halo_forge.problems.base import ProblemSet
from halo_forge.problems.files import opened
from halo_forge.problems.lines import Record, Source, as_record, read_items, refuse_odd_numbers
from halo_forge.problems.samples import generations, livecodebench, multipl_e, plain
from halo_forge.problems.samples.answer import Answer
from halo_forge.problems.wording import shown

# The keys that tell a format; HumanEval's and halo-forge's own takes what has none of them, and says what is missing.
TOLD_BY: dict[str, tuple[str, ...]] = {
    "plain": ("solution", "completion"),
    "LiveCodeBench": (livecodebench.TEXTS_KEY,),
    "MultiPL-E": (multipl_e.TEXTS_KEY,),
}
_OTHERS = frozenset(key for name, keys in TOLD_BY.items() if name != "plain" for key in keys)
READERS: dict[str, Callable[[Record, Source], Iterator[Answer]]] = {
    "plain": plain.answers,
    "LiveCodeBench": livecodebench.answers,
    "MultiPL-E": multipl_e.answers,
}


def read_file(path: str, source: Source, problem_set: ProblemSet) -> Iterator[Answer]:
    """The answers of a file in any format.

    Raises:
        SampleFileError: it cannot be read, something in it is wrong, or it mixes formats.
    """
    with opened(path, source) as stream:
        items = read_items(stream, source)
        first = next(items, None)
        if first is None:
            return
        everything = itertools.chain([first], items)
        if first.unit == "item" and isinstance(first.data, list):
            yield from generations.answers(everything, source, problem_set)
            return
        yield from _of_records((as_record(item, source) for item in everything), source)


def format_of(record: Record, source: Source) -> str:
    """The format that an object is in.

    Raises:
        SampleFileError: it has the keys of several.
    """
    if _OTHERS.isdisjoint(record.data):
        return "plain"
    found = {name: key for name, keys in TOLD_BY.items() for key in keys if record.data.get(key) is not None}
    if len(found) > 1:
        listed = " and ".join(map(shown, found.values()))
        raise source.bad(f"both {listed}, which are of different formats; keep the one that holds the code", record)
    return next(iter(found), "plain")


def _of_records(records: Iterator[Record], source: Source) -> Iterator[Answer]:
    expected: str | None = None
    for record in records:
        refuse_odd_numbers(record, source)
        found = format_of(record, source)
        if expected not in (None, found):
            raise source.bad(f"{_named(found)} in a file that began with {_named(expected)}; keep them apart", record)
        expected = found
        yield from READERS[found](record, source)


def _named(name: str | None) -> str:
    return "a plain sample" if name == "plain" else f"samples of {name}"
