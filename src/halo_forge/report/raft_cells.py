"""A run of RAFT as columns of text: what the terminal and the page show."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from halo_forge.raft.words import Dropped
from halo_forge.report.comparison_cells import UNKNOWN, Cell, Column, rate
from halo_forge.report.raft_run import Cycle, Drawn, RaftRun
from halo_forge.report.terminal import counted, percent, seconds_in_words
from halo_forge.types import Estimate

NONE = "-"  # there is no such thing, which is another matter than not knowing it


def cycle_columns(run: RaftRun) -> list[Column]:
    """A row for each cycle, and one for the sham; the first column has their names."""
    rows = run.trainings
    found = [
        Column("cycle", tuple(_name(run, row) for row in rows)),
        Column("generated", tuple(_drawn(row, lambda drawn: str(drawn.generated)) for row in rows)),
        Column("pass rate", tuple(_drawn(row, lambda drawn: percent(drawn.pass_at_1)) for row in rows)),
        Column("compile rate", tuple(_drawn(row, lambda drawn: percent(drawn.compile_rate)) for row in rows)),
        Column("kept", tuple(Cell(str(row.kept), counted(row.problems, "problem")) for row in rows)),
        Column("loss", tuple(Cell(_from_to(row.trained.loss_start, row.trained.loss_end)) for row in rows)),
        Column("gradient norm", tuple(_norm(row) for row in rows)),
        Column("steps", tuple(Cell(str(row.trained.steps)) for row in rows)),
        Column("time", tuple(_time(row) for row in rows)),
        Column("energy", tuple(Cell(_energy(row.energy_wh)) for row in rows)),
    ]
    if any(row.dev is not None for row in rows):
        found.append(Column("dev pass@1", tuple(_dev(row) for row in rows)))
    return found


def tested_columns(run: RaftRun) -> list[Column]:
    """A row for each measure, a column for each model that was tested; nothing where none was."""
    if not run.tests:
        return []
    most = largest_k(run)
    measures = [name for name, _ in measures_of(next(iter(run.tests.values())), most)]
    columns = [Column("test problems", tuple(Cell(name) for name in measures))]
    for model, drawn in run.tests.items():
        columns.append(Column(model, tuple(rate(estimate) for _, estimate in measures_of(drawn, most))))
    return columns


def largest_k(run: RaftRun) -> int:
    """The largest k that pass@k of all tests is known for; 1 where nothing was tested."""
    return min((drawn.most for drawn in run.tests.values()), default=1)


def measures_of(drawn: Drawn, most: int) -> Iterator[tuple[str, Estimate]]:
    """What is shown of a test, by name.

    Args:
        most: the larger k of pass@k; 1 for none.
    """
    yield "compile rate", drawn.compile_rate
    yield "pass@1", drawn.pass_at_1
    if most > 1:
        yield f"pass@{most}", drawn.pass_at_k[most]
    yield "strict pass@1", drawn.strict


def dropped_rows(run: RaftRun) -> list[tuple[str, ...]]:
    """What became of the samples that a training chose from: a row for each reason, a column for each training."""
    trainings = run.trainings
    said = [why for row in trainings for why in row.dropped]
    order = [str(why) for why in Dropped]
    reasons = sorted(set(said), key=lambda why: (order.index(why) if why in order else len(order), why))
    rows = [("kept", *(str(row.kept) for row in trainings))]
    rows += [(why, *(str(row.dropped.get(why, 0)) for row in trainings)) for why in reasons]
    return rows


def _name(run: RaftRun, row: Cycle) -> Cell:
    return Cell(str(row.number or row.name), "chosen" if row.number == run.chosen else "")


def _drawn(row: Cycle, said: Callable[[Drawn], str]) -> Cell:
    return Cell(NONE if row.drawn is None else said(row.drawn))


def _from_to(start: float, end: float) -> str:
    return f"{start:.3f} → {end:.3f}"


def _norm(row: Cycle) -> Cell:
    return Cell(f"{row.trained.norm_median:.3g}", f"max {row.trained.norm_max:.3g}")


def _time(row: Cycle) -> Cell:
    """Drawing and training, or training alone."""
    training = seconds_in_words(row.trained.seconds)
    if row.drawn is None:
        return Cell(training)
    if row.drawn.seconds is None:
        return Cell(UNKNOWN, f"training {training}")
    return Cell(seconds_in_words(row.drawn.seconds + row.trained.seconds), f"training {training}")


def _energy(energy_wh: float | None) -> str:
    return UNKNOWN if energy_wh is None else f"{energy_wh:.3g} Wh"


def _dev(row: Cycle) -> Cell:
    return Cell(NONE) if row.dev is None else rate(row.dev.pass_at_1)
