"""Problem sets and formats of other people's packages. Whatever their code raises is said to be its fault.

Entry points: in the group ``halo_forge.problems``, a function without arguments that returns a `ProblemSet`, known by
the entry point's name; in ``halo_forge.formats``, a `Format`, which is asked whether it recognises a file before ours.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from importlib import metadata

from halo_forge.errors import ProblemFileError, UserError
from halo_forge.problems.base import Format, ProblemSet
from halo_forge.problems.lines import Record, Source
from halo_forge.problems.wording import shown
from halo_forge.types import JSONObject, Problem

SETS = "halo_forge.problems"
FORMATS = "halo_forge.formats"


def plugged_sets() -> list[str]:
    """The names of all sets."""
    return sorted(metadata.entry_points(group=SETS).names)


def plugged_set(name: str) -> ProblemSet | None:
    """The set of that name, if a plug-in has one.

    Raises:
        ProblemFileError: the plug-in failed.
    """
    entry = next(iter(metadata.entry_points(group=SETS, name=name)), None)
    if entry is None:
        return None
    source = Source(entry.name, ProblemFileError)
    try:
        loaded = entry.load()()
    except UserError:
        raise
    except Exception as fault:
        raise _failed(entry, fault, source) from fault
    if not isinstance(loaded, ProblemSet) or not loaded.problems:
        raise source.bad(f"the plug-in {entry.value} gave no problems; ask its author")
    if len({problem.id for problem in loaded.problems}) < len(loaded.problems):
        raise source.bad(f"the plug-in {entry.value} uses an id twice; ask its author")
    return loaded


def plugged_format(first: JSONObject, source: Source) -> Format | None:
    """The first format of a plug-in that recognises a file by its first object.

    Raises:
        ProblemFileError: a plug-in failed.
    """
    for entry in metadata.entry_points(group=FORMATS):
        try:
            form = entry.load()
            recognised = form.recognises(first)
        except Exception as fault:
            raise _failed(entry, fault, source) from fault
        if recognised:
            checked: Format = replace(form, to_problem=partial(_to_problem, entry, form))
            return checked
    return None


def _to_problem(entry: metadata.EntryPoint, form: Format, record: Record, source: Source) -> Problem:
    try:
        problem = form.to_problem(record, source)
    except UserError:
        raise
    except Exception as fault:
        raise _failed(entry, fault, source, record) from fault
    if not isinstance(problem, Problem):
        raise source.bad(f"the plug-in {entry.value} made no problem of it; ask its author", record)
    return problem


def _failed(entry: metadata.EntryPoint, fault: Exception, source: Source, record: Record | None = None) -> UserError:
    what = f"the plug-in {entry.value} failed: {type(fault).__name__} {shown(str(fault))}; ask its author"
    return source.bad(what, record)
