"""From what was typed to results: files as they are, folders with everything in them."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from halo_forge.comparison import Result
from halo_forge.errors import ResultFileError
from halo_forge.problems.files import opened
from halo_forge.problems.lines import Source, read_text
from halo_forge.problems.wording import shown_path
from halo_forge.results.lines import read_lines_of_samples
from halo_forge.results.names import with_names
from halo_forge.results.whole import looks_like_result, parse_object, read_whole, says_comparison

_RUN = ".run.json"
_DEEPEST = 4  # folders below the one that was named
_LARGEST = 256 * 1024 * 1024  # bytes of a file in a folder that is looked into


@dataclass(slots=True)
class Loaded:
    """The results in their order, and what was left aside, one line each."""

    results: list[Result] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def load_results(paths: Sequence[str]) -> Loaded:
    """Every result that `paths` mean, in their order, each once and with a name of its own.

    Files that a shell's ``results/*.json`` finds beside results are passed over: the settings of runs, and earlier
    comparisons.

    Raises:
        ResultFileError: a file cannot be read or is no result, or a folder holds none.
    """
    loaded = Loaded()
    seen: set[str] = set()
    for path in paths:
        for file in _folder(path) if os.path.isdir(path) else [path]:
            real = os.path.realpath(file)
            if real not in seen:
                seen.add(real)
                _load(file, loaded)
    loaded.results = with_names(loaded.results)
    return loaded


def _load(path: str, loaded: Loaded) -> None:
    if path.endswith(_RUN) and os.path.isfile(path):
        result = path.removesuffix(_RUN) + ".json"
        if not os.path.exists(result):
            loaded.notes.append(f"{shown_path(path)} is of a run that has no result yet; run its command again")
        return
    source = Source(path, ResultFileError)
    with opened(path, source, wanted="a result file, or a folder of them") as stream:
        if ".jsonl" in os.path.basename(path):
            loaded.results.append(read_lines_of_samples(stream, source))
            return
        data = parse_object(read_text(stream, source), source)
    if says_comparison(data):
        loaded.notes.append(f"{shown_path(path)} is an earlier comparison, no result; passed over")
    else:
        loaded.results.append(read_whole(data, source))


def _folder(path: str) -> list[str]:
    """The result files under a folder: by name, numbers by their value."""
    found = sorted(_results_under(Path(path), _DEEPEST), key=_natural)
    whole = [file for file in found if file.endswith(".json")]
    found = whole if whole else found  # lines stand beside the result that they belong to
    if not found:
        unfinished = next(Path(path).rglob(f"*{_RUN}"), None)
        advice = "name the result files themselves"
        if unfinished is not None:
            advice = f"the run of {unfinished.name.removesuffix(_RUN)} is not finished: run its command again"
        raise ResultFileError(f"{shown_path(path)}: there is no result in this folder; {advice}")
    return found


def _results_under(folder: Path, depth: int) -> Iterator[str]:
    try:
        entries = list(folder.iterdir())
    except OSError as fault:
        raise ResultFileError(f"{shown_path(str(folder))}: cannot be looked into: {fault.strerror}") from None
    for entry in entries:
        if entry.name.startswith("."):
            continue
        if entry.is_dir():
            if depth:
                yield from _results_under(entry, depth - 1)
        elif _may_be_result(entry):
            yield str(entry)


def _may_be_result(path: Path) -> bool:
    """Whether a file of a folder, which nobody named, is a result, or the lines of one."""
    if path.name.endswith("_results.jsonl"):
        return True
    if path.suffix != ".json" or path.name.endswith(_RUN):
        return False
    try:
        return path.is_file() and path.stat().st_size <= _LARGEST and looks_like_result(path.read_bytes())
    except OSError:
        return False


def _natural(path: str) -> list[tuple[int, str]]:
    """So that cycle_10 comes after cycle_9."""
    return [(int(part), "") if part.isdecimal() else (-1, part) for part in re.split(r"(\d+)", path)]
