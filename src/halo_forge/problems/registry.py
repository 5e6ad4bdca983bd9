"""Which name means which problem set, and which format a file is written in.

Built-in sets stand in `BUILT_IN`, formats in `FORMATS`; plug-ins add more (`halo_forge.problems.plugged`). A built-in
name, with its number where the set takes one, wins over a plug-in's, and any name over a file's. The format of a file
is told by its first object.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable

from halo_forge.errors import ProblemFileError
from halo_forge.problems import composed, demo, evalplus, humaneval, jsonl, livecodebench, mbpp, multipl_e
from halo_forge.problems.base import Format, ProblemSet, build_set
from halo_forge.problems.files import opened, stem
from halo_forge.problems.lines import Source, read_records
from halo_forge.problems.plugged import plugged_format, plugged_set, plugged_sets
from halo_forge.types import JSONObject

BUILT_IN: dict[str, Callable[[], ProblemSet]] = {
    demo.NAME: demo.load,
    demo.TRAIN_NAME: demo.load_train,
    humaneval.NAME: humaneval.load,
    composed.NAME: composed.load,
}

# Asked in this order, after those of plug-ins. halo-forge's own takes what none recognises, and says what is missing.
FORMATS: dict[str, Format] = {
    "evalplus": evalplus.FORMAT,
    "mbpp": mbpp.FORMAT,
    "multipl-e": multipl_e.FORMAT,
    "livecodebench": livecodebench.FORMAT,
    "humaneval": humaneval.FORMAT,
    "halo-forge": jsonl.FORMAT,
}


def names() -> list[str]:
    """Every name that `load` knows."""
    return list(dict.fromkeys([*BUILT_IN, *plugged_sets()]))


def load(name_or_path: str, limit: int | None = None) -> ProblemSet:
    """A built-in set, a plug-in's, or a file's; see `halo_forge.problems.load_problems`."""
    if name_or_path in BUILT_IN:
        return BUILT_IN[name_or_path]().limited(limit)
    name, colon, number = name_or_path.partition(":")
    if colon and name == composed.NAME:
        return composed.load(number).limited(limit)
    found = plugged_set(name_or_path)
    return (_from_file(name_or_path) if found is None else found).limited(limit)


def _from_file(path: str) -> ProblemSet:
    source = Source(path, ProblemFileError)
    with opened(path, source, names()) as stream:
        records = read_records(stream, source)
        first = list(itertools.islice(records, 1))
        form = _format(first[0].data, source) if first else jsonl.FORMAT
        return build_set(_short_name(path), path, itertools.chain(first, records), form, source)


def _format(first: JSONObject, source: Source) -> Format:
    found = plugged_format(first, source)
    if found is not None:
        return found
    return next((form for form in FORMATS.values() if form.recognises(first)), jsonl.FORMAT)


def _short_name(path: str) -> str:
    """The stem of a path in characters that any file name may have."""
    name = re.sub(r"[^\w.-]+", "-", stem(path))[:80].strip("-.")
    return name if name else "problems"
