"""A `Comparison` in sentences: which one, by how much, is it real, and what it would take to know."""

from __future__ import annotations

from collections.abc import Iterator
from math import floor, log10

from halo_forge.comparison import Change, Comparison, Pair, Row
from halo_forge.report.terminal import counted, percent

DISTINGUISHABLE, NOT_DISTINGUISHABLE = "Distinguishable.", "Not distinguishable."
_SMALLEST_P = 0.0001
_SHOWN_CHANGES = 6
_NORMAL = 1.96


def points(value: float) -> str:
    """A difference of rates in percentage points: ``+3.1``."""
    return f"{round(100 * value, 1) + 0.0:+.1f}"


def p_in_words(p: float) -> str:
    """Two digits, three where that decides on which side of 5% it is; ``<0.0001``."""
    if p < _SMALLEST_P:
        return f"<{_SMALLEST_P}"
    return f"{p:.3g}" if 0.0445 < p < 0.0555 else f"{p:.2g}"


def verdict(pair: Pair) -> str | None:
    """The word on a pair; ``None`` where there is none to be had."""
    if pair.distinguishable is None:
        return None
    return DISTINGUISHABLE if pair.distinguishable else NOT_DISTINGUISHABLE


def best_first(comparison: Comparison) -> list[Row]:
    """The results that could be tested, by pass@k; of equals the first given."""
    tested = [row for row in comparison.rows if row.samples]
    return sorted(tested, key=lambda row: -_value(row, comparison.k))


def headline(comparison: Comparison) -> str:
    """The answer to "which one?", for somebody who reads nothing else."""
    ranked = best_first(comparison)
    if len(ranked) < 2:
        return "No verdict: fewer than two of these results have counts for problems that they share."
    best, *others = ranked
    if len(others) == 1:
        return _of_two(comparison, best, others[0])
    if _value(best, comparison.k) == _value(others[-1], comparison.k):
        return f"No telling which is best: they all came out alike at pass@{comparison.k}."
    apart = {row.result.name: _pair_of(comparison, best, row).distinguishable for row in others}
    sure = [name for name, clear in apart.items() if clear]
    unsure = [name for name, clear in apart.items() if not clear]
    text = f"Best at pass@{comparison.k}: {best.result.name} ({percent(best.pass_at_k[comparison.k])})."
    if not unsure:
        return f"{text} Distinguishable from all the others."
    if not sure:
        return f"{text} Not distinguishable from any other."
    return f"{text} Distinguishable from {', '.join(sure)}; not distinguishable from {', '.join(unsure)}."


def sentence(pair: Pair, pairs: int) -> str:
    """What there is to say about one pair, in a line.

    Args:
        pairs: how many the p-values are corrected for.
    """
    start = f"{pair.a} - {pair.b}: "
    if pair.why_not is not None or pair.difference is None or pair.p_holm is None:
        return f"{start}no verdict: {pair.why_not}."
    corrected = f" (Holm, {pairs} pairs)" if pairs > 1 else ""
    p = p_in_words(pair.p_holm)
    p_text = f"paired p {p}" if p.startswith("<") else f"paired p = {p}"
    parts = [f"{start}{points(pair.difference)} pts, {_interval(pair)}, {p_text}{corrected}.", str(verdict(pair))]
    return " ".join([*parts, *_consequence(pair)])


def rerun_sentence(pair: Pair) -> str:
    """How far the difference would move with new samples of these very problems."""
    if pair.rerun_se is None:
        return "The interval is for new problems of this kind. For the same problems, too few samples each to tell."
    reach = f"±{100 * _NORMAL * pair.rerun_se:.1f} pts"
    return (
        "The interval is for new problems of this kind. With the same problems and new samples, "
        f"the difference would move by {reach} (95%)."
    )


def sides(pair: Pair) -> Iterator[str]:
    """Which problems changed sides, a line for each direction, and how many moved at all."""
    if pair.problems is None:
        return
    yield (
        f"{counted(pair.problems, 'problem')}: {pair.a} passes more often on {pair.better}, "
        f"less often on {pair.worse}, alike on {pair.equal}"
    )
    for who, other, changes in ((pair.a, pair.b, pair.gained), (pair.b, pair.a, pair.lost)):
        if changes:
            yield f"solved by {who}, never by {other}: {len(changes)} ({_changes(changes)})"


def _of_two(comparison: Comparison, best: Row, other: Row) -> str:
    pair = _pair_of(comparison, best, other)
    gap = abs(0.0 if pair.difference is None else pair.difference)
    if pair.distinguishable:
        return f"{best.result.name} is better than {other.result.name}: {points(gap)} pts at pass@{comparison.k}."
    if gap == 0:
        return f"No telling which is better: they came out alike at pass@{comparison.k}."
    return (
        f"No telling which is better: {best.result.name} came out {points(gap)} pts above {other.result.name} "
        f"at pass@{comparison.k}, and chance alone can do that."
    )


def _value(row: Row, k: int) -> float:
    value = row.pass_at_k[k].value
    return -1.0 if value is None else value


def _pair_of(comparison: Comparison, one: Row, other: Row) -> Pair:
    wanted = {one.result.name, other.result.name}
    return next(pair for pair in comparison.pairs if {pair.a, pair.b} == wanted)


def _interval(pair: Pair) -> str:
    if pair.low is None or pair.high is None:
        return "no interval (a single problem)"
    return f"95% CI [{points(pair.low)}, {points(pair.high)}]"


def _consequence(pair: Pair) -> Iterator[str]:
    if pair.difference is None or pair.problems is None:
        return
    if pair.distinguishable:
        yield f"{pair.a if pair.difference > 0 else pair.b} is better."
        return
    if pair.problems == 1:
        yield "One problem says nothing about others."
        return
    if pair.smallest_gap is None:
        same = "does equally well with both" if abs(pair.difference) < 5e-4 else "differs by the same"
        yield f"Every problem {same}, so this run cannot say how many would be needed."
        return
    reliable = f"This run reliably detects gaps of {100 * pair.smallest_gap:.1f} pts or more"
    if pair.problems_needed is None or pair.problems_needed <= pair.problems or abs(pair.difference) < 5e-4:
        yield f"{reliable}."
        return
    needed = _about(pair.problems_needed)
    yield f"{reliable}; a true gap of {100 * abs(pair.difference):.1f} would need about {needed} problems."


def _about(number: int) -> int:
    """Two digits of it."""
    unit = 10 ** max(0, floor(log10(number)) - 1) if number else 1
    return round(number / unit) * unit


def _changes(changes: tuple[Change, ...]) -> str:
    shown = [f"{change.problem} {_counts(change)}" for change in changes[:_SHOWN_CHANGES]]
    more = len(changes) - len(shown)
    return ", ".join([*shown, *([f"and {more} more"] if more else [])])


def _counts(change: Change) -> str:
    passed, samples = max((change.a_passed, change.a_samples), (change.b_passed, change.b_samples))
    return f"{passed}/{samples}"
