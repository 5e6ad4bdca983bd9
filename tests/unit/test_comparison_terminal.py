"""The comparison at a terminal: it fits the window, and what it says can be read off it."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest
from rich.console import Console

from comparing import discordant, result
from halo_forge.compare import compare
from halo_forge.comparison import Comparison
from halo_forge.report.comparison_terminal import render
from halo_forge.report.comparison_words import headline, p_in_words, points, sentence


def shown(comparison: Comparison, width: int) -> list[str]:
    """The lines in a window of that width."""
    console = Console(file=io.StringIO(), width=width, force_terminal=True, no_color=True, highlight=False)
    console.print(render(comparison, console))
    assert isinstance(console.file, io.StringIO)
    text = console.file.getvalue()
    return [
        line.rstrip() for line in text.replace("\x1b[1m", "").replace("\x1b[2m", "").replace("\x1b[0m", "").splitlines()
    ]


@pytest.mark.parametrize(("width", "tables"), [(60, 2), (80, 2), (200, 1)])
def test_the_table_is_split_where_the_window_is_narrow(width: int, tables: int) -> None:
    results = [
        replace(result(name, [(4, c), (4, 1), (4, 3)]), tokens=213_456, generation_s=725.0, energy_wh=11.42)
        for name, c in (("base", 0), ("tuned", 4))
    ]
    lines = shown(compare(results, "base", [1]), width)
    assert sum(line.startswith("model ") for line in lines) == tables
    assert not any("…" in line for line in lines)
    assert max(map(len, lines)) <= width
    text = "\n".join(lines)
    for word in ("213k", "12 min 05 s", "11.4 Wh", "baseline", "+33.3 pts"):
        assert word in text


def test_long_names_are_folded() -> None:
    results = [result(f"models/{'x' * 60}/{i}", [(2, 1), (2, i)]) for i in range(2)]
    assert max(map(len, shown(compare(results, results[0].name, [1]), 80))) <= 80


def test_markup_in_names_is_text() -> None:
    results = [result(name, [(2, 1), (2, 2)]) for name in ("[bold]a[/]", "[link=x]b")]
    text = "\n".join(shown(compare(results, "[bold]a[/]", [1]), 200))
    assert "[bold]a[/]" in text
    assert "[link=x]b" in text


def test_many_results_show_the_categories_of_two() -> None:
    results = []
    for i in range(6):
        one = result(f"m{i}", [(4, min(4, i)), (4, 0)])
        assert one.problems is not None
        problems = {name: replace(count, category=name) for name, count in one.problems.items()}
        results.append(replace(one, problems=problems))
    (header,) = [line for line in shown(compare(results, "m0", [1]), 200) if line.startswith("category")]
    assert "m0, pass@1" in header
    assert "m4, pass@1" in header
    assert "m1, pass@1" not in header


@pytest.mark.parametrize(
    ("p", "words"),
    [(1.0, "1"), (0.2345, "0.23"), (0.0504, "0.0504"), (0.0496, "0.0496"), (0.00222, "0.0022"), (1e-9, "<0.0001")],
)
def test_p_in_words(p: float, words: str) -> None:
    assert p_in_words(p) == words


def test_of_equals_none_is_the_best() -> None:
    alike = [result(name, [(2, 1), (2, 1)]) for name in ("a", "b", "c")]
    assert headline(compare(alike, "a", [1])) == "No telling which is best: they all came out alike at pass@1."
    better = [*alike[:2], result("c", [(2, 2), (2, 1)])]
    assert headline(compare(better, "a", [1])).startswith("Best at pass@1: c (75.0%).")


def test_points() -> None:
    assert [points(value) for value in (0.0314, -0.02, 0.0, -0.0001)] == ["+3.1", "-2.0", "+0.0", "+0.0"]


def test_sentences_of_special_pairs() -> None:
    a, b = discordant(4, 0, 0)
    (pair,) = compare([result("b", b), result("a", a)], "b", [1]).pairs
    assert sentence(pair, 1) == (
        "a - b: +100.0 pts, 95% CI [-5.4, +100.0], paired p = 0.12. Not distinguishable. "
        "Every problem differs by the same, so this run cannot say how many would be needed."
    )
    (pair,) = compare([result("b", b[:1]), result("a", a[:1])], "b", [1]).pairs
    assert sentence(pair, 1) == (
        "a - b: +100.0 pts, no interval (a single problem), paired p = 1. Not distinguishable. "
        "One problem says nothing about others."
    )
    (pair,) = compare([result("b", b), result("a", b)], "b", [1]).pairs
    assert "Every problem does equally well with both" in sentence(pair, 1)
