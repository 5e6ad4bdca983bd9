"""What a run looks like while it runs: a view on a terminal, a line now and then elsewhere."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from halo_forge.cli.console import err
from halo_forge.cli.counts import Counts
from halo_forge.report.terminal import OUTCOME_STYLES, counted, interval_in_words, percent, seconds_in_words
from halo_forge.types import Estimate

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.text import Text

_LINE_EVERY_S = 10.0
_WORD, _GAP, _BAR = 10, 1, 30  # characters
_BETWEEN = " · "
_LONGEST_NAME = 30


@contextlib.contextmanager
def shown(counts: Counts) -> Iterator[None]:
    """Show `counts` until the context ends."""
    draw = _drawn if err().is_terminal else _lines
    with draw(counts):
        yield


@contextlib.contextmanager
def _drawn(counts: Counts) -> Iterator[None]:
    from rich.live import Live

    def view() -> RenderableType:
        return render(counts, err().width)

    with Live(console=err(), get_renderable=view, refresh_per_second=5, transient=True):
        yield


def render(counts: Counts, width: int) -> RenderableType:
    """The view on a terminal, for lines of `width` characters. No part of a line is ever torn in two."""
    from rich.table import Table

    view = Table.grid(padding=(0, _GAP, 0, 0))
    view.add_column(no_wrap=True, min_width=_WORD)
    view.add_column(no_wrap=True, overflow="ellipsis")
    room = width - _WORD - _GAP
    done = {"judged": counts.already_judged + counts.judged_now}
    if counts.to_generate:
        done = {"generated": counts.already_generated + counts.generated_now, **done}
    for word, number in done.items():
        view.add_row(word, _bar(number, counts.total, room))
    for word, parts in _facts(counts):
        view.add_row(word, _wrapped(parts, room))
    return view


def _bar(number: int, total: int, room: int) -> RenderableType:
    from rich.progress_bar import ProgressBar
    from rich.table import Table

    words = f"{number:>{len(str(total))}}/{total}"
    bar = Table.grid(padding=(0, 1, 0, 0))
    bar.add_row(ProgressBar(total, number, width=max(1, min(_BAR, room - len(words) - 1))), words)
    return bar


def _facts(counts: Counts) -> Iterator[tuple[str, list[Text]]]:
    """Lines of the view, each with its parts."""
    from rich.text import Text

    standing = counts.standing()
    if counts.unscored:
        yield "NOT JUDGED", [Text(f"{counted(counts.unscored, 'sample')}, in no rate", "bold red")]
    if standing.pass_at_1.value is not None:
        problems = counted(standing.pass_at_1.problems, "problem")
        yield "pass@1", [Text(_rate(standing.pass_at_1)), Text(f"{problems} so far")]
    if standing.outcomes:
        yield "outcomes", [Text(f"{number} {name}", OUTCOME_STYLES[name]) for name, number in standing.outcomes]
    if standing.slowest:
        slowest = [f"{_short(name)} {seconds_in_words(seconds)}" for name, seconds in standing.slowest]
        yield "slowest", [Text(f"{slowest[0]} a sample"), *map(Text, slowest[1:])]
    if pace := _pace(counts):
        yield "pace", list(map(Text, pace))


def _wrapped(parts: list[Text], room: int) -> Text:
    """The parts one after the other, broken into lines between them only."""
    from rich.text import Text

    lines = [parts[0]]
    for part in parts[1:]:
        longer = Text.assemble(lines[-1], _BETWEEN, part)
        if longer.cell_len <= room:
            lines[-1] = longer
        else:
            lines.append(part)
    return Text("\n").join(lines)


def _pace(counts: Counts) -> list[str]:
    rate, left = counts.tokens_per_second, counts.seconds_left
    parts = [] if rate is None else [f"{rate:.0f} tokens/s"]
    if left is not None:
        parts.append(f"about {seconds_in_words(left)} left")
    return parts


def _rate(estimate: Estimate) -> str:
    bounds = interval_in_words(estimate)
    return f"{percent(estimate)} ({bounds})" if estimate.low is not None else percent(estimate)


def _short(name: str) -> str:
    return name if len(name) <= _LONGEST_NAME else f"{name[: _LONGEST_NAME - 1]}…"


@contextlib.contextmanager
def _lines(counts: Counts) -> Iterator[None]:
    def line() -> None:
        err().print(line_of(counts), markup=False, soft_wrap=True)

    with _every(_LINE_EVERY_S, line):
        yield
    line()


def line_of(counts: Counts) -> str:
    """The view where there is no terminal: one line, whatever happened."""
    done = f"judged {counts.already_judged + counts.judged_now}/{counts.total}"
    if counts.to_generate:
        done = f"generated {counts.already_generated + counts.generated_now}/{counts.total}, {done}"
    parts = [done]
    estimate = counts.standing(fresh=True).pass_at_1
    if estimate.value is not None:
        parts.append(f"pass@1 {_rate(estimate)}")
    if counts.unscored:
        parts.append(f"{counts.unscored} NOT JUDGED")
    return _BETWEEN.join(parts + _pace(counts))


@contextlib.contextmanager
def _every(seconds: float, action: Callable[[], None]) -> Iterator[None]:
    """Call `action` again and again from a thread."""
    over = threading.Event()

    def repeat() -> None:
        while not over.wait(seconds):
            action()

    thread = threading.Thread(target=repeat, daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


@contextlib.contextmanager
def download(title: str) -> Iterator[Callable[[int, int], None]]:
    """A bar for a download; yields a callback (done, total) in bytes."""
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TransferSpeedColumn

    if not err().is_terminal:
        err().print(title, markup=False)
        yield lambda done, total: None
        return
    columns = (TextColumn("{task.description}"), BarColumn(30), DownloadColumn(), TransferSpeedColumn())
    with Progress(*columns, console=err()) as progress:
        task = progress.add_task(title, total=None)
        yield lambda done, total: progress.update(task, completed=done, total=total)
