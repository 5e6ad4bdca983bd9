"""Which name means which problem set, and which format a file is written in.

Built-in sets stand in `BUILT_IN`. A plug-in adds more through the entry points group ``halo_forge.problems``: the
name is the entry point's, the object a function without arguments that returns a `ProblemSet`. A built-in name
wins over a plug-in's, and any name over a file's. The format of a file is told by its first object.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable
from importlib import metadata

from halo_forge.errors import ProblemFileError, UserError
from halo_forge.problems import demo, evalplus, humaneval, jsonl, livecodebench, mbpp, multipl_e
from halo_forge.problems.base import Format, ProblemSet, build_set
from halo_forge.problems.files import opened, stem
from halo_forge.problems.lines import Source, read_records
from halo_forge.problems.wording import shown
from halo_forge.types import JSONObject

PLUG_INS = "halo_forge.problems"

BUILT_IN: dict[str, Callable[[], ProblemSet]] = {
    demo.NAME: demo.load,
    humaneval.NAME: humaneval.load,
}

# Asked in this order; halo-forge's own format takes what none recognises, and says what is missing.
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
    return list(dict.fromkeys([*BUILT_IN, *sorted(metadata.entry_points(group=PLUG_INS).names)]))


def load(name_or_path: str, limit: int | None = None) -> ProblemSet:
    """A built-in set, a plug-in's, or a file's; see `halo_forge.problems.load_problems`."""
    if name_or_path in BUILT_IN:
        return BUILT_IN[name_or_path]().limited(limit)
    for entry in metadata.entry_points(group=PLUG_INS, name=name_or_path):
        return _from_plug_in(entry).limited(limit)
    return _from_file(name_or_path).limited(limit)


def _from_file(path: str) -> ProblemSet:
    source = Source(path, ProblemFileError)
    with opened(path, source, names()) as stream:
        records = read_records(stream, source)
        first = list(itertools.islice(records, 1))
        form = _format(first[0].data) if first else jsonl.FORMAT
        return build_set(_short_name(path), path, itertools.chain(first, records), form, source)


def _format(first: JSONObject) -> Format:
    return next((form for form in FORMATS.values() if form.recognises(first)), jsonl.FORMAT)


def _short_name(path: str) -> str:
    """The stem of a path in characters that any file name may have."""
    name = re.sub(r"[^\w.-]+", "-", stem(path))[:80].strip("-.")
    return name if name else "problems"


def _from_plug_in(entry: metadata.EntryPoint) -> ProblemSet:
    """The set that a plug-in brings. Its code is not ours, so whatever it raises is said to be its fault."""
    source = Source(entry.name, ProblemFileError)
    try:
        loaded = entry.load()()
    except UserError:
        raise
    except Exception as fault:
        what = f"the plug-in {entry.value} failed: {type(fault).__name__} {shown(str(fault))}; ask its author"
        raise source.bad(what) from fault
    if not isinstance(loaded, ProblemSet) or not loaded.problems:
        raise source.bad(f"the plug-in {entry.value} gave no problems; ask its author")
    if len({problem.id for problem in loaded.problems}) < len(loaded.problems):
        raise source.bad(f"the plug-in {entry.value} uses an id twice; ask its author")
    return loaded
