"""What every data set and format has in common: the set, the format, and the walk from records to problems.

A format says which keys it reads and turns one record into one `Problem`; that ids are unique is seen to here.
Records come from `halo_forge.problems.lines`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace

from halo_forge.errors import ProblemFileError
from halo_forge.problems.lines import Record, Source, refuse_odd_numbers
from halo_forge.problems.wording import closest, shown
from halo_forge.types import JSONObject, Problem

NOTED_KEYS = 8  # ignored keys that a note names


def problems_hash(problems: Iterable[Problem]) -> str:
    """SHA-256 (first 16 hex digits) of the problems' own hashes, in order."""
    text = "\n".join(problem.hash for problem in problems)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class ProblemSet:
    """The problems of one run.

    Attributes:
        name: short and fit for file names: ``demo``, ``humaneval``, or the stem of the path.
        source: where it came from: a package and its version, or the path as it was typed.
        problems: at least one, each with an id of its own.
        notes: one-line remarks that a reader should see: keys of the file that were ignored.
        left_out: ids that a limit left out, so that samples of them can be told from a mistake.
    """

    name: str
    source: str
    problems: tuple[Problem, ...]
    notes: tuple[str, ...] = ()
    left_out: frozenset[str] = frozenset()

    @property
    def hash(self) -> str:
        """Of `problems_hash`."""
        return problems_hash(self.problems)

    def limited(self, limit: int | None) -> ProblemSet:
        """The first `limit` problems (at least 1); ``None`` keeps all.

        Raises:
            ProblemFileError: a limit below 1.
        """
        if limit is None:
            return self
        if limit < 1:
            raise ProblemFileError(f"a limit of {limit} leaves no problem; give 1 or more")
        left_out = self.left_out | {problem.id for problem in self.problems[limit:]}
        return replace(self, problems=self.problems[:limit], left_out=left_out)

    def only(self, ids: Collection[str]) -> ProblemSet:
        """The problems with these ids, in the set's order.

        Raises:
            ProblemFileError: the set has no problem of such an id, or there is no id.
        """
        wanted = set(ids)
        if unknown := sorted(wanted - {problem.id for problem in self.problems}):
            raise ProblemFileError(f"{self.name} has no problem {shown(unknown[0])} ({len(unknown)} such ids)")
        if not wanted:
            raise ProblemFileError(f"no id is given, so no problem of {self.name} is left")
        left_out = self.left_out | {problem.id for problem in self.problems if problem.id not in wanted}
        return replace(self, problems=tuple(p for p in self.problems if p.id in wanted), left_out=left_out)


@dataclass(frozen=True, slots=True)
class Format:
    """One way to write a problem down as a JSON object.

    Attributes:
        keys: the keys that are read, or known to decide nothing; others are ignored with a note.
        recognises: whether a file is written so, told by its first object.
        to_problem: turns a record into a problem, or raises the source's error.
        remarks: what a reader has to know where a record has something under a key: tests that are left aside.
        odd_numbers: its writers leave NaN and Infinity in their JSON, so they are taken.
    """

    keys: frozenset[str]
    recognises: Callable[[JSONObject], bool]
    to_problem: Callable[[Record, Source], Problem]
    remarks: Mapping[str, str] = field(default_factory=dict)
    odd_numbers: bool = False


def build_set(name: str, origin: str, records: Iterable[Record], form: Format, source: Source) -> ProblemSet:
    """Every record as a problem of one set called `name`, which came from `origin`.

    Raises:
        ProblemFileError: a bad record, an id that is used twice, or no record at all.
    """
    problems: list[Problem] = []
    places: dict[str, str] = {}
    seen: set[str] = set()
    for record in records:
        if not form.odd_numbers:
            refuse_odd_numbers(record, source)
        problem = form.to_problem(record, source)
        if problem.id in places:
            what = f"the id {shown(problem.id)} is that of {places[problem.id]} too; make it unique"
            raise source.bad(what, record)
        problems.append(problem)
        places[problem.id] = record.place
        seen.update(key for key in record.data if key not in form.remarks or record.data[key])
    if not problems:
        raise source.bad("there is no problem in it; write one JSON object a line, each with a 'prompt'")
    remarks = (remark for key, remark in form.remarks.items() if key in seen)
    ignored = sorted(seen - form.keys - form.remarks.keys())
    return ProblemSet(name, origin, tuple(problems), (*remarks, *_not_read(ignored, form.keys)))


def _not_read(ignored: list[str], known: frozenset[str]) -> tuple[str, ...]:
    """The note on keys that are not read: a misspelt one may have been meant to decide verdicts."""
    if not ignored:
        return ()
    listed = [_with_hint(key, known) for key in ignored[:NOTED_KEYS]]
    if len(ignored) > NOTED_KEYS:
        listed.append(f"and {len(ignored) - NOTED_KEYS} more")
    return (f"keys that are not read: {', '.join(listed)}",)


def _with_hint(key: str, known: frozenset[str]) -> str:
    meant = closest(key, sorted(known), cutoff=0.8)
    return shown(key) if meant is None else f"{shown(key)} (did you mean {shown(meant)}?)"
