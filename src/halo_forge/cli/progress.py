"""What a run looks like while it runs: bars on a terminal, a line now and then elsewhere."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from halo_forge.cli.console import err
from halo_forge.report.terminal import seconds_in_words
from halo_forge.types import Outcome, Sample, Verdict

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

_LINE_EVERY_S = 10.0
_FIRST_ESTIMATE_S = 3.0


@dataclass(slots=True)
class Counts:
    """A `halo_forge.benchmark.Listener` that counts. Begin with what earlier sessions had done."""

    total: int
    to_generate: int
    already_generated: int = 0
    already_judged: int = 0
    generated_now: int = 0
    judged_now: int = 0
    accepted: int = 0
    unscored: int = 0
    tokens: int = 0
    last_sample_at: float | None = None
    judged_by_then: int = 0  # … when the last sample came
    started: float = field(default_factory=time.monotonic)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def generated(self, sample: Sample) -> None:
        """See `Listener`."""
        with self.lock:
            self.generated_now += 1
            self.tokens += sample.n_tokens or 0
            self.last_sample_at = time.monotonic()
            self.judged_by_then = self.judged_now

    def judged(self, sample: Sample, verdict: Verdict) -> None:
        """See `Listener`."""
        with self.lock:
            self.judged_now += 1
            self.accepted += verdict.passed
            self.unscored += verdict.outcome is Outcome.JUDGE_ERROR

    @property
    def summary(self) -> str:
        """The numbers that do not fit a bar."""
        since = " since it was resumed" if self.already_judged else ""
        parts = [f"{self.accepted} of {self.judged_now} pass{since}"] if self.judged_now else []
        if self.tokens and self.last_sample_at is not None:
            parts.append(f"{self.tokens / max(0.001, self.last_sample_at - self.started):.0f} tokens/s")
        if self.unscored:
            parts.append(f"{self.unscored} NOT JUDGED")
        left = self.seconds_left
        if left is not None:
            parts.append(f"about {seconds_in_words(left)} left")
        return " · ".join(parts)

    @property
    def seconds_left(self) -> float | None:
        """``None`` while it is too early to say.

        While a model generates, judging stands back, so its pace then says nothing of its pace later.
        """
        began, done, left = self.started, self.generated_now, self.to_generate - self.generated_now
        if left <= 0:
            began = self.started if self.last_sample_at is None else self.last_sample_at
            done = self.judged_now - self.judged_by_then
            left = self.total - self.already_judged - self.judged_now
        elapsed = time.monotonic() - began
        if elapsed < _FIRST_ESTIMATE_S or left <= 0 or done <= 0:
            return None
        return elapsed / done * left


@contextlib.contextmanager
def shown(counts: Counts) -> Iterator[None]:
    """Show `counts` until the context ends."""
    draw = _bars if err().is_terminal else _lines
    with draw(counts):
        yield


@contextlib.contextmanager
def _bars(counts: Counts) -> Iterator[None]:
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    columns = (
        TextColumn("{task.description:9}"),
        BarColumn(30),
        MofNCompleteColumn(),
        TextColumn("{task.fields[note]}"),
    )
    with Progress(*columns, console=err(), transient=True) as progress, _refreshed(progress, counts):
        yield


@contextlib.contextmanager
def _refreshed(progress: Progress, counts: Counts) -> Iterator[None]:
    tasks: dict[str, TaskID] = {}
    if counts.to_generate:
        tasks["generated"] = progress.add_task("generated", total=counts.total, note="")
    tasks["judged"] = progress.add_task("judged", total=counts.total, note="")

    def refresh() -> None:
        if "generated" in tasks:
            progress.update(tasks["generated"], completed=counts.already_generated + counts.generated_now)
        progress.update(tasks["judged"], completed=counts.already_judged + counts.judged_now, note=counts.summary)

    with _every(0.2, refresh):
        yield


@contextlib.contextmanager
def _lines(counts: Counts) -> Iterator[None]:
    def line() -> None:
        generated = counts.already_generated + counts.generated_now
        done = f"generated {generated}/{counts.total}, " if counts.to_generate else ""
        done += f"judged {counts.already_judged + counts.judged_now}/{counts.total}"
        err().print(f"{done} · {counts.summary}" if counts.summary else done, markup=False, soft_wrap=True)

    with _every(_LINE_EVERY_S, line):
        yield
    line()


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
