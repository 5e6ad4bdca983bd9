"""The charts of the report, as SVG that takes its colours from the page's style (light and dark).

Colours are classes: ``m0`` to ``m7`` for results in their order (a ninth looks like the first again, and is dashed),
``o-OUTCOME`` for outcomes. What a chart says is in a table beside it too.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from halo_forge.report.html.svg import element, points
from halo_forge.report.outcome_words import OUTCOME_WORDS
from halo_forge.report.series import Curve, OutcomeCounts
from halo_forge.report.terminal import interval_in_words, percent
from halo_forge.types import Estimate

_WIDTH, _HEIGHT = 480, 300
_LEFT, _RIGHT, _TOP, _BOTTOM = 46, 14, 24, 40
_COLOURS = 8
_MANY = 4  # bands of more results hide each other
_LONGEST_LABEL = 44
_BAR_ROW, _BAR = 46, 20
_TICKS_OF_K = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000)


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a chart over time or another quantity."""

    name: str
    points: Sequence[tuple[float, float]]


@dataclass(frozen=True, slots=True)
class _Frame:
    """From values to places within the axes."""

    x_low: float
    x_high: float
    y_high: float
    log_x: bool = False

    def x(self, value: float) -> float:
        low, high, at = (math.log(v) if self.log_x else v for v in (self.x_low, self.x_high, value))
        share = (at - low) / (high - low) if high > low else 0.5
        return _LEFT + share * (_WIDTH - _LEFT - _RIGHT)

    def y(self, value: float) -> float:
        share = min(1.0, value / self.y_high) if self.y_high > 0 else 0.0
        return _HEIGHT - _BOTTOM - share * (_HEIGHT - _TOP - _BOTTOM)


def colour(number: int) -> str:
    """The class of the result with this number."""
    return f"m{number % _COLOURS}{' again' if number >= _COLOURS else ''}"


def pass_at_k_chart(curves: Sequence[Curve]) -> Markup:
    """pass@k over k, with bands; nothing where no result has any."""
    ks = sorted({k for curve in curves for k in curve.points})
    if not ks:
        return Markup("")
    highs = [bound for curve in curves for e in curve.points.values() for bound in (e.value, e.high) if bound]
    frame = _Frame(ks[0], ks[-1], _round_up(max(highs, default=1.0), most=1.0), log_x=True)
    body = [*_y_axis(frame, as_percent=True), *_x_ticks(frame, [(k, str(k)) for k in _k_ticks(ks)], "k (samples)")]
    for number, curve in enumerate(curves):
        body += _curve(frame, curve, number, len(curves))
    return _picture("pass@k for each k, with 95% intervals", body, _HEIGHT)


def _k_ticks(ks: Sequence[int]) -> list[int]:
    if len(ks) == 1:
        return list(ks)
    ticks = [k for k in _TICKS_OF_K if ks[0] <= k <= ks[-1]]
    return [*ticks, ks[-1]] if ks[-1] > 1.3 * ticks[-1] else ticks


def _curve(frame: _Frame, curve: Curve, number: int, of: int) -> list[Markup]:
    known = [(k, e) for k, e in curve.points.items() if e.value is not None]
    bounded = [(k, e.low, e.high) for k, e in known if e.low is not None and e.high is not None]
    if len(known) == 1:
        aside = 18.0 * (number - (of - 1) / 2)  # so that results of one k do not hide each other
        return _alone(frame.x(known[0][0]) + aside, frame, known[0], curve.name, colour(number))
    drawn, faint = [], " faint" if of > _MANY else ""
    if bounded:
        edge = [(frame.x(k), frame.y(high)) for k, _, high in bounded]
        edge += [(frame.x(k), frame.y(low)) for k, low, _ in reversed(bounded)]
        drawn.append(element("polygon", points=points(edge), class_=f"band {colour(number)}{faint}"))
    path = points((frame.x(k), frame.y(e.value)) for k, e in known if e.value is not None)
    drawn.append(element("polyline", points=path, class_=f"curve {colour(number)}"))
    return drawn + [_dot(frame.x(k), frame, e, f"{curve.name}, pass@{k}", colour(number)) for k, e in known]


def _alone(x: float, frame: _Frame, point: tuple[int, Estimate], name: str, shade: str) -> list[Markup]:
    k, e = point
    return _with_interval(x, frame, e, f"{name}, pass@{k}", shade)


def _with_interval(x: float, frame: _Frame, e: Estimate, name: str, shade: str) -> list[Markup]:
    dot = _dot(x, frame, e, name, shade)
    if e.low is None or e.high is None:
        return [dot]
    return [element("line", x1=x, x2=x, y1=frame.y(e.low), y2=frame.y(e.high), class_=f"curve {shade}"), dot]


def _dot(x: float, frame: _Frame, e: Estimate, name: str, shade: str) -> Markup:
    words = f"{name}: {percent(e)} ({interval_in_words(e)})"
    y = frame.y(0.0 if e.value is None else e.value)
    return element("circle", element("title", words), cx=x, cy=y, r=3.2, class_=f"dot {shade}")


def outcome_chart(bars: Sequence[OutcomeCounts]) -> Markup:
    """A bar for each result, parted by outcome."""
    body: list[Markup] = []
    for number, bar in enumerate(bars):
        top, x = number * _BAR_ROW, 0.0
        body.append(_text(0, top + 14, _short(bar.name), "label"))
        passed = f"{bar.total:,} samples"
        body.append(_text(_WIDTH, top + 14, passed, "tick", "end"))
        for outcome, count in bar.counts.items():
            width = _WIDTH * count / bar.total
            words = f"{bar.name}, {OUTCOME_WORDS[outcome]}: {count:,} of {bar.total:,} ({count / bar.total:.1%})"
            title = element("title", words)
            shade = f"seg o-{outcome.value}"
            body.append(element("rect", title, x=x, y=top + 20, width=width, height=_BAR, class_=shade))
            if width > 38:
                middle = x + width / 2
                body.append(_text(middle, top + 34, f"{count / bar.total:.0%}", f"on-{outcome.value}", "middle"))
            x += width
    return _picture("samples by outcome", body, len(bars) * _BAR_ROW)


def interval_bar(e: Estimate, number: int) -> Markup:
    """A rate from 0 to 1 and its interval, as small as a table's cell."""
    if e.value is None:
        return Markup("")
    width, middle = 120, 7
    body = [element("line", x1=0, x2=width, y1=middle, y2=middle, class_="track")]
    if e.low is not None and e.high is not None:
        body.append(element("line", x1=width * e.low, x2=width * e.high, y1=middle, y2=middle,
                            class_=f"whisker {colour(number)}"))  # fmt: skip
    body.append(element("circle", cx=width * e.value, cy=middle, r=4, class_=f"dot {colour(number)}"))
    return element("svg", *body, viewBox=f"-5 0 {width + 10} 14", class_="bar", aria_hidden="true")


def rates_chart(title: str, groups: Sequence[tuple[str, Sequence[tuple[str, Estimate]]]], x_label: str) -> Markup:
    """Rates with their intervals side by side, in groups; nothing where there are none.

    Args:
        groups: what is below each, and its rates by name, which are in the same order in all of them.
    """
    known = [e for _, rates in groups for _, e in rates if e.value is not None]
    if not known:
        return Markup("")
    frame = _Frame(0.0, len(groups), _round_up(max(max(e.value or 0.0, e.high or 0.0) for e in known), most=1.0))
    ticks = [(i + 0.5, name) for i, (name, _) in enumerate(groups)]
    body = [_text(0, 12, title, "heading"), *_y_axis(frame, as_percent=True), *_x_ticks(frame, ticks, x_label)]
    for i, (group, rates) in enumerate(groups):
        for number, (name, e) in enumerate(rates):
            if e.value is not None:
                x = frame.x(i + (number + 1) / (len(rates) + 1))
                body += _with_interval(x, frame, e, f"{group}, {name}", colour(number))
    return _picture(title, body, _HEIGHT)


def line_chart(title: str, lines: Sequence[Line], x_label: str, most: float = math.inf) -> Markup:
    """Lines over one axis, from 0 on; nothing where there are fewer than two points.

    Args:
        most: what no value can be above.
    """
    shown = [line for line in lines if len(line.points) > 1]
    if not shown:
        return Markup("")
    xs = [x for line in shown for x, _ in line.points]
    frame = _Frame(0.0, max(xs), _round_up(max(y for line in shown for _, y in line.points), most))
    ticks = _steps(max(xs), 5)
    heading = _text(0, 12, title, "heading")
    body = [heading, *_y_axis(frame), *_x_ticks(frame, [(t, f"{t:g}") for t in ticks], x_label)]
    for number, line in enumerate(lines):
        if len(line.points) > 1:
            path = points((frame.x(x), frame.y(y)) for x, y in line.points)
            body.append(element("polyline", element("title", line.name), points=path, class_=f"curve {colour(number)}"))
    return _picture(title, body, _HEIGHT)


def _picture(title: str, body: Sequence[Markup], height: float) -> Markup:
    return element("svg", *body, viewBox=f"0 0 {_WIDTH} {height}", role="img", aria_label=title, class_="chart")


def _y_axis(frame: _Frame, *, as_percent: bool = False) -> list[Markup]:
    drawn = []
    for value in _steps(frame.y_high, 5):
        y = frame.y(value)
        words = f"{100 * value:g}%" if as_percent else f"{value:g}"
        drawn.append(element("line", x1=_LEFT, x2=_WIDTH - _RIGHT, y1=y, y2=y, class_="grid"))
        drawn.append(_text(_LEFT - 6, y + 4, words, "tick", "end"))
    return drawn


def _x_ticks(frame: _Frame, ticks: Sequence[tuple[float, str]], label: str) -> list[Markup]:
    floor = _HEIGHT - _BOTTOM
    drawn = [_text(frame.x(value), floor + 17, words, "tick", "middle") for value, words in ticks]
    return [*drawn, _text((_LEFT + _WIDTH - _RIGHT) / 2, _HEIGHT - 4, label, "tick", "middle")]


def _text(x: float, y: float, words: str, class_: str, anchor: str = "start") -> Markup:
    return element("text", words, x=x, y=y, class_=class_, text_anchor=anchor)


def _steps(high: float, wanted: int) -> list[float]:
    """Round numbers from 0 to `high`, about `wanted` of them."""
    if high <= 0:
        return [0.0]
    rough = high / wanted
    unit = 10.0 ** math.floor(math.log10(rough))
    step = next(unit * factor for factor in (1, 2, 5, 10) if unit * factor >= rough * 0.999)
    return [round(i * step, 12) for i in range(int(high / step + 1e-9) + 1)]


def _round_up(value: float, most: float = math.inf) -> float:
    """The axis' end: the next round number, so that nothing touches the edge."""
    step = (_steps(value * 1.02, 5) or [0.0, 1.0])[1:2]
    return min(most, math.ceil(value * 1.02 / step[0]) * step[0]) if step else 1.0


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST_LABEL else f"{text[: _LONGEST_LABEL - 1]}…"
