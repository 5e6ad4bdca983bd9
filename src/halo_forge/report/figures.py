"""Figures for papers: pass@k curves and outcomes, each as SVG (text stays text) and as PNG (300 dots an inch).

Drawn with matplotlib, which is an extra of the installation.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from importlib.util import find_spec
from typing import TYPE_CHECKING

from halo_forge.comparison import Comparison
from halo_forge.errors import UserError
from halo_forge.evidence import Evidence
from halo_forge.report.series import Curve, OutcomeCounts, curves, outcome_counts
from halo_forge.types import Outcome

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_WIDTH = 5.5  # inches: a column of text
_LEGEND_LINE = 0.2
_MOST_WITHIN = 4  # names of curves that have room between the axes
_SETTINGS = {"svg.fonttype": "none", "svg.hashsalt": "halo-forge", "font.size": 9, "text.parse_math": False}
# Told apart by most eyes, and in print (Okabe and Ito).
_COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#555555", "#a08a00")
_STYLES = ("-", "--", "-.", ":")
_OUTCOMES = {
    Outcome.ACCEPTED: "#009e73",
    Outcome.WRONG_ANSWER: "#e69f00",
    Outcome.RUNTIME_ERROR: "#d55e00",
    Outcome.TIME_LIMIT: "#7a5cc0",
    Outcome.MEMORY_LIMIT: "#a05097",
    Outcome.OUTPUT_LIMIT: "#cc9ac7",
    Outcome.COMPILE_ERROR: "#0072b2",
    Outcome.NO_CODE: "#8a939c",
    Outcome.JUDGE_ERROR: "#c4161c",
}


def check_installed() -> None:
    """See that figures can be drawn.

    Raises:
        UserError: matplotlib is missing.
    """
    if not _installed():
        raise UserError("--figures needs matplotlib, which is not installed; pip install 'halo-forge[figures]'")


def _installed() -> bool:
    try:
        return find_spec("matplotlib") is not None
    except ModuleNotFoundError:
        return False


def figures(comparison: Comparison, evidences: Sequence[Evidence]) -> Iterator[tuple[str, bytes]]:
    """Names of files and what is in them.

    Args:
        evidences: of the rows, in their order.
    """
    import matplotlib

    with matplotlib.rc_context(_SETTINGS):
        drawn = [curve for curve in curves(comparison) if curve.points]
        if drawn:
            yield from _files("pass_at_k", _curves(drawn))
        found = [outcome_counts(row.result, e) for row, e in zip(comparison.rows, evidences, strict=True)]
        bars = [bar for bar in found if bar is not None]
        if bars:
            yield from _files("outcomes", _outcomes(bars))


def _curves(drawn: Sequence[Curve]) -> Figure:
    outside = len(drawn) > _MOST_WITHIN
    figure, axes = _axes(3.4 + (_LEGEND_LINE * len(drawn) if outside else 0.0))
    for number, curve in enumerate(drawn):
        _curve(axes, curve, number, len(drawn))
    axes.set_xlabel("k")
    axes.set_ylabel("pass@k (%)")
    axes.set_ylim(bottom=0)
    if max(k for curve in drawn for k in curve.points) > 1:
        axes.set_xscale("log")
        ticks = sorted({k for curve in drawn for k in curve.points} & {1, 2, 5, 10, 20, 50, 100, 200, 500, 1000})
        axes.set_xticks(ticks, [str(k) for k in ticks])
        axes.minorticks_off()
    else:
        axes.set_xticks([])
        axes.set_xlabel("pass@1")
    if outside:
        figure.legend(loc="outside upper center", frameon=False)
    else:
        axes.legend(frameon=False)
    return figure


def _curve(axes: Axes, curve: Curve, number: int, of: int) -> None:
    known = [(k, 100 * e.value, e.low, e.high) for k, e in curve.points.items() if e.value is not None]
    shade, style = _COLOURS[number % len(_COLOURS)], _STYLES[number // len(_COLOURS) % len(_STYLES)]
    bounded = [(k, 100 * low, 100 * high) for k, _, low, high in known if low is not None and high is not None]
    if len(known) == 1:
        aside = 0.03 * (number - (of - 1) / 2)
        _, value, low, high = known[0]
        errors = None if low is None or high is None else [[value - 100 * low], [100 * high - value]]
        axes.errorbar([1 + aside], [value], yerr=errors, fmt="o", color=shade, capsize=3, label=curve.name)
        return
    ks = [k for k, *_ in known]
    axes.plot(ks, [value for _, value, _, _ in known], style, color=shade, marker="o", markersize=3, label=curve.name)
    if bounded:
        at, lows, highs = ([point[i] for point in bounded] for i in range(3))
        axes.fill_between(at, lows, highs, color=shade, alpha=0.15 if of <= _MOST_WITHIN else 0.05, linewidth=0)


def _outcomes(bars: Sequence[OutcomeCounts]) -> Figure:
    figure, axes = _axes(0.9 + 0.42 * len(bars))
    left = [0.0] * len(bars)
    for outcome, shade in _OUTCOMES.items():
        shares = [100 * bar.counts.get(outcome, 0) / bar.total for bar in bars]
        if any(shares):
            places = range(len(bars))
            axes.barh(places, shares, left=left, color=shade, height=0.62, label=outcome.value.replace("_", " "))
            left = [a + b for a, b in zip(left, shares, strict=True)]
    axes.set_yticks(range(len(bars)), [bar.name for bar in bars])
    axes.invert_yaxis()
    axes.set_xlim(0, 100)
    axes.set_xlabel("samples (%)")
    figure.legend(loc="outside upper center", ncols=4, frameon=False)
    return figure


def _axes(height: float) -> tuple[Figure, Axes]:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(_WIDTH, height), layout="constrained")
    axes = figure.add_subplot()
    axes.spines[["top", "right"]].set_visible(False)
    return figure, axes


def _files(name: str, figure: Figure) -> Iterator[tuple[str, bytes]]:
    for ending, metadata in (("svg", {"Date": None}), ("png", {"Software": None})):
        content = io.BytesIO()
        figure.savefig(content, format=ending, dpi=300, metadata=metadata)
        yield f"{name}.{ending}", content.getvalue()
