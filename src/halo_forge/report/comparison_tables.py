"""A `Comparison` as a table for other programs: CSV with every number as it is, Markdown and LaTeX for papers."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from halo_forge.comparison import Comparison, Row
from halo_forge.report.comparison_cells import Cell, columns
from halo_forge.report.comparison_words import headline, sentence
from halo_forge.types import Estimate

_LATEX = {
    "\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}", "<": r"\textless{}",
    ">": r"\textgreater{}", **{c: f"\\{c}" for c in "&%$#_{}"},
}  # fmt: skip


def to_csv(comparison: Comparison) -> str:
    """A line for each result; fractions, not rounded, and nothing where nothing is known."""
    text = io.StringIO()
    rows = [dict(_numbers(comparison, row)) for row in comparison.rows]
    writer = csv.DictWriter(text, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def to_markdown(comparison: Comparison) -> str:
    """The table, and the verdict below it."""
    shown = columns(comparison)
    lines = [[column.title for column in shown], ["---", *["---:"] * (len(shown) - 1)]]
    lines += [[_one_line(column.cells[row]) for column in shown] for row in range(len(comparison.rows))]
    lines[2:] = [[cell.replace("|", r"\|") for cell in line] for line in lines[2:]]
    table = "".join(f"| {' | '.join(line)} |\n" for line in lines)
    return table + "".join(f"\n{line}\n" for line in _verdicts(comparison))


def to_latex(comparison: Comparison) -> str:
    """A tabular for the package booktabs; the verdict is in comments above it."""
    shown = columns(comparison)
    rows = [[_latex(_one_line(column.cells[row])) for column in shown] for row in range(len(comparison.rows))]
    lines = [
        *(f"% {line}" for line in _verdicts(comparison)),
        rf"\begin{{tabular}}{{l{'r' * (len(shown) - 1)}}}",
        r"\toprule",
        " & ".join(_latex(column.title) for column in shown) + r" \\",
        r"\midrule",
        *(" & ".join(row) + r" \\" for row in rows),
        r"\bottomrule",
        r"\end{tabular}",
    ]
    return "\n".join(lines) + "\n"


def _verdicts(comparison: Comparison) -> Iterator[str]:
    tested = sum(pair.p_value is not None for pair in comparison.pairs)
    yield headline(comparison)
    yield from (sentence(pair, tested) for pair in comparison.pairs if pair.b == comparison.baseline)
    yield from (f"FORCED, not comparable: {line}" for line in comparison.forced)
    yield from (f"note: {line}" for line in comparison.remarks)


def _one_line(cell: Cell) -> str:
    return f"{cell.value} ({cell.below})" if cell.below else cell.value


def _latex(text: str) -> str:
    return "".join(_LATEX.get(character, character) for character in text)


def _numbers(comparison: Comparison, row: Row) -> Iterator[tuple[str, object]]:
    result, pair = row.result, comparison.against_baseline(row.result.name)
    yield from (("name", result.name), ("file", result.path), ("model", result.model))
    yield from (("total", row.total), ("solved", row.solved), ("samples", row.samples))
    for k, estimate in row.pass_at_k.items():
        yield from _estimate(f"pass@{k}", estimate)
    for name, estimate in row.metrics.items():
        yield from _estimate(name, estimate)
    for key in ("difference", "low", "high", "p_value", "p_holm", "distinguishable"):
        named = f"difference_{key}" if key in ("low", "high") else key
        yield named, None if pair is None else getattr(pair, key)
    yield from _estimate("compile_rate", row.compile_rate)
    yield from (("tokens", result.tokens), ("generation_time", result.generation_s))
    yield from (("verification_time", result.verification_s), ("energy_wh", result.energy_wh))


def _estimate(name: str, estimate: Estimate) -> Iterator[tuple[str, object]]:
    yield from ((name, estimate.value), (f"{name}_low", estimate.low), (f"{name}_high", estimate.high))
