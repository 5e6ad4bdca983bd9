"""A `Report` as the table that a person reads at the end of a run."""

from __future__ import annotations

import shlex
from collections.abc import Iterator

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from halo_forge.report.hardware import hardware_in_words
from halo_forge.report.outcome_words import OUTCOME_WORDS
from halo_forge.report.result import tokens_per_second
from halo_forge.requested import Metric
from halo_forge.types import Cost, Estimate, Outcome, Report

OUTCOME_STYLES = dict.fromkeys(Outcome, "yellow") | {
    Outcome.ACCEPTED: "green",
    Outcome.COMPILE_ERROR: "magenta",
    Outcome.NO_CODE: "magenta",
    Outcome.JUDGE_ERROR: "bold red",
}
_BAR = 24
_MANY_CUT = 0.2  # of the samples


def render(report: Report) -> RenderableType:
    """Everything a newcomer needs, top to bottom."""
    parts: list[RenderableType] = [_headline(report), Text(), _rates(report)]
    if len(report.by_category) > 1:
        parts += [Text(), _categories(report)]
    parts += [Text(), _outcomes(report), Text(), *_facts(report)]
    return Group(*parts)


def next_steps(report: Report, result_file: str) -> list[str]:
    """What a reader may want to do now, most useful first."""
    steps = []
    judged = report.samples.total
    if report.tokens.thinking_cut:
        steps.append(f"{report.tokens.thinking_cut} samples thought too long to answer: give --think-budget more")
    if report.tokens.truncated > _MANY_CUT * judged:
        steps.append(f"{report.tokens.truncated} of {judged} samples were cut short: give --max-tokens more")
    if report.samples.passed < judged:
        steps.append(f"look at every sample: halo-forge benchmark report {shlex.quote(result_file)} --html report.html")
    if report.run["problems"]["name"] == "demo":
        steps.append("measure your own model: halo-forge benchmark run --model MODEL.gguf --prompts humaneval")
    elif "samples" in report.run and any(estimate.value is None for estimate in report.pass_at_k.values()):
        steps.append("pass@k for a larger k needs more samples a problem: raise --samples")
    return steps


def _headline(report: Report) -> Text:
    samples = report.samples.total + report.unscored
    return Text.assemble(
        (str(report.run["model"]["name"]), "bold"),
        " on ",
        (str(report.run["problems"]["name"]), "bold"),
        f": {counted(report.total, 'problem')}, {counted(samples, 'sample')}",
    )


def _rates(report: Report) -> Table:
    table = plain_table("metric", "value", "95% interval", "what it means")
    table.columns[1].justify = table.columns[2].justify = "right"
    meaning = "the source parses" if _only_python(report) else "samples that compile"
    table.add_row("compile rate", percent(report.compile_rate), interval_in_words(report.compile_rate), meaning)
    right = "compiles (there are no tests)" if report.judged_by == "compile" else "right"
    for k, estimate in report.pass_at_k.items():
        words = f"chance that a sample is {right}" if k == 1 else f"chance that at least one of {k} samples is {right}"
        table.add_row(*_rate(f"pass@{k}", k, estimate), words)
    for name, estimate in report.metrics.items():
        metric = Metric.parse(name)
        share = "each" if metric.tau is None else f"at least {100 * metric.tau:.4g}%"
        table.add_row(*_rate(name, metric.k, estimate), f"chance that {share} of {metric.k} samples is {right}")
    table.add_row("solved", f"{report.solved} of {report.total}", "", "problems with at least one sample that passed")
    return table


def _rate(name: str, k: int, estimate: Estimate) -> tuple[Text, Text, str]:
    value = f"n/a (needs {k} samples a problem)" if estimate.value is None else percent(estimate)
    return Text(name, "bold"), Text(value, "bold"), interval_in_words(estimate)


def _categories(report: Report) -> Table:
    table = plain_table("category", "problems", "first sample passes", "solved")
    for column in table.columns[1:]:
        column.justify = "right"
    for name, count in report.by_category.items():
        table.add_row(name, str(count.total), str(count.passed), str(count.solved))
    return table


def _outcomes(report: Report) -> Table:
    table = plain_table("outcome", "samples", "", "")
    table.columns[1].justify = "right"
    most = max(report.outcomes.values(), default=1)
    for outcome, count in report.outcomes.items():
        style = OUTCOME_STYLES[outcome]
        bar = "█" * max(1, round(_BAR * count / most))
        table.add_row(Text(outcome.value, style), str(count), Text(bar, style), OUTCOME_WORDS[outcome])
    return table


def _facts(report: Report) -> Iterator[Text]:
    tokens = report.tokens
    if tokens.completion is not None:
        rate = tokens_per_second(report)
        speed = "" if rate is None else f", {rate:.0f} tokens/s"
        thought = f", of them {tokens.thinking} of thinking" if tokens.thinking else ""
        cut = f", {counted(tokens.truncated, 'sample')} cut at the token limit" if tokens.truncated else ""
        yield Text(f"{tokens.completion} tokens generated{thought}{speed}{cut}")
    if tokens.thinking_cut:
        yield Text(f"thinking cut: {counted(tokens.thinking_cut, 'sample')} thought to the end and gave no answer")
    if report.cost is not None:
        yield Text(f"cost: {_cost(report.cost)}")
    if repeats := report.samples.repeats:
        yield Text(f"judged once: {counted(repeats, 'sample')} repeated a program, and got its verdict")
    phases = [
        f"{word} {seconds_in_words(seconds)}"
        for word, seconds in (("generating", report.generation_s), ("judging", report.verification_s))
        if seconds is not None
    ]
    if len(phases) == 2:
        phases[1] += " (side by side)"
    if phases:
        yield Text("time: " + ", ".join(phases))
    if report.hardware is not None:
        yield from hardware_in_words(report.hardware)
    if report.missing:
        yield Text(f"NOT COMPLETE: {report.missing} samples are missing; these numbers are of the others", "bold red")
    if report.unscored:
        yield Text(f"{report.unscored} samples could not be judged; they count in no rate", "bold red")
    if report.run["sandbox"]["tier"] == "unsafe":
        yield Text("NO SANDBOX was used: these programs ran with your own rights", "bold red")


def _cost(cost: Cost) -> str:
    if cost.total is None:
        return "not known, because tokens were not counted"
    each = "no problem was solved" if cost.per_solved is None else f"{_dollars(cost.per_solved)} a solved problem"
    return f"{_dollars(cost.total)} ({each})"


def _dollars(amount: float) -> str:
    """Four digits that count, and cents at least."""
    return f"${amount:.2f}" if amount >= 100 or amount == 0 else f"${amount:.4g}"


def _only_python(report: Report) -> bool:
    return list(report.run["problems"]["languages"]) == ["python"]


def plain_table(*columns: str) -> Table:
    """A table without lines."""
    table = Table(box=None, pad_edge=False, padding=(0, 3, 0, 0), header_style="dim")
    for column in columns:
        table.add_column(column)
    return table


def percent(estimate: Estimate) -> str:
    """``43.1%``, or ``n/a``."""
    return "n/a" if estimate.value is None else f"{100 * estimate.value:.1f}%"


def interval_in_words(estimate: Estimate) -> str:
    """``24.6% to 38.7%``; nothing where the rate itself is not defined."""
    if estimate.low is None or estimate.high is None:
        return "n/a" if estimate.value is not None else ""
    return f"{100 * estimate.low:.1f}% to {100 * estimate.high:.1f}%"


def counted(number: int, word: str) -> str:
    """``1 sample``, ``2 samples``."""
    return f"{number} {word}{'' if number == 1 else 's'}"


def seconds_in_words(seconds: float) -> str:
    """``8.2 s``, ``3 min 05 s``, ``2 h 10 min``."""
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return f"{minutes} min {rest:02d} s"
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes:02d} min"
