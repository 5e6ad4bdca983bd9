"""What `benchmark run`, `benchmark score` and `data check` have in common: a sandbox, a verifier, a store, an end."""

from __future__ import annotations

import contextlib
import json
import platform
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from halo_forge import __version__
from halo_forge.benchmark import Pipeline
from halo_forge.cli import progress
from halo_forge.cli.console import err, note, out
from halo_forge.cli.counts import Counts
from halo_forge.cli.interrupt import STOPPED
from halo_forge.config import parse_flags
from halo_forge.errors import EngineError, UserError
from halo_forge.problems.base import ProblemSet
from halo_forge.problems.kept import kept
from halo_forge.report.result import to_json
from halo_forge.report.terminal import next_steps, render
from halo_forge.sandbox.base import Sandbox
from halo_forge.sandbox.registry import open_sandbox
from halo_forge.store import GeneratedSample, RunStore
from halo_forge.types import JSONObject, Limits, Outcome, Report, Sample, TestStyle
from halo_forge.verifiers.base import Verifier, Workshop
from halo_forge.verifiers.program import program_digest
from halo_forge.verifiers.registry import AUTO, CUSTOM, compiles_only, judges_by_program, open_verifier

NOT_ALL_JUDGED = 3
_REASONS = 3  # that are shown
GO_ON = "run the same command, without --fresh, to go on"


@dataclass(frozen=True, slots=True)
class Judging:
    """Everything that decides verdicts, opened and tried."""

    problems: ProblemSet
    verifier: Verifier
    workshop: Workshop
    tools: dict[str, str]

    @property
    def sandbox(self) -> Sandbox:
        """Where programs run."""
        return self.workshop.sandbox

    def identity(self) -> JSONObject:
        """The part of a run's identity that decides verdicts."""
        flags = self.workshop.compile_flags
        return {
            "problems": {
                "name": self.problems.name,
                "hash": self.problems.hash,
                "count": len(self.problems.problems),
                "languages": sorted({problem.language.value for problem in self.problems.problems}),
            },
            "verifier": self.verifier.name,
            "tools": self.tools,
            "limits": asdict(self.workshop.limits),
            "compile_flags": None if flags is None else list(flags),
            "sandbox": {"tier": self.sandbox.tier.value},
        }

    def settings(self, identity: JSONObject, ks: tuple[int, ...], workers: int) -> JSONObject:
        """What the result file says under ``run``: the identity, and what a reader may want to know beside it."""
        return {
            **identity,
            "k": list(ks),
            "sandbox": {"tier": self.sandbox.tier.value, "description": self.sandbox.description},
            "workers": workers,
            "halo_forge": __version__,
            "python": platform.python_version(),
            "platform": platform.platform(),
        }


@contextlib.contextmanager
def open_judging(
    problems: ProblemSet, verifier_name: str, limits: Limits, flags: str | None, *, unsafe: bool,
    cancel: threading.Event,
) -> Iterator[Judging]:  # fmt: skip
    """A sandbox and a verifier that were both tried on this machine.

    Raises:
        UserError: the verifier does not know a language of the problems, a tool is missing, no sandbox works.
    """
    compile_flags = parse_flags(flags)
    for line in problems.notes:
        note(f"note: {line}")
    sandbox = open_sandbox(unsafe=unsafe, cancel=cancel)
    with contextlib.closing(sandbox):
        if unsafe:
            err().print("[bold red]no sandbox:[/] the programs will run with your own rights (--unsafe)")
        workshop = Workshop(sandbox, limits, compile_flags)
        verifier = open_verifier(verifier_name, workshop)
        _check_commands(problems, verifier_name)
        languages = frozenset(problem.language for problem in problems.problems if problem.custom is None)
        if unknown := languages - verifier.languages:
            raise UserError(
                f"verifier '{verifier_name}' cannot judge {', '.join(sorted(unknown))} "
                f"(it knows {', '.join(sorted(verifier.languages))}); leave --verifier out to choose by language"
            )
        tools = dict(verifier.prepare(languages))
        if compiles_only(verifier_name):
            problems = _without_tests(problems, verifier_name)
        yield Judging(problems, verifier, workshop, tools)


def _check_commands(problems: ProblemSet, verifier_name: str) -> None:
    """A problem's own command is for the verifier that runs it.

    Raises:
        UserError: it would not be run, or there is none to run.
    """
    own = [problem.id for problem in problems.problems if problem.custom is not None]
    if own and verifier_name not in (AUTO, CUSTOM):
        raise UserError(
            f"problem '{own[0]}' is judged by its own 'command', not by {verifier_name}; leave --verifier out"
        )
    if verifier_name == CUSTOM and len(own) < len(problems.problems):
        without = next(problem.id for problem in problems.problems if problem.custom is None)
        raise UserError(f"problem '{without}' has no 'command' for --verifier custom; add one, or leave --verifier out")


def _without_tests(problems: ProblemSet, verifier_name: str) -> ProblemSet:
    """As other problems, with other hashes: their results are not to be compared with those of the tests."""
    if all(problem.test_style is TestStyle.COMPILE for problem in problems.problems):
        return problems
    note(f"note: {verifier_name} compiles for another system, so a program that compiles passes: no test is run")
    if own := next((p.id for p in problems.problems if p.test_style is TestStyle.PROGRAM), None):
        raise UserError(f"problem '{own}' is a function for its tests, which {verifier_name} can't run; leave it out")
    bare = (replace(problem, cases=(), tests=None, entry_point=None) for problem in problems.problems)
    return replace(problems, problems=tuple(bare))


def judge_all(
    judging: Judging,
    store: RunStore,
    counts: Counts,
    backlog: Iterable[GeneratedSample],
    generate: Callable[[], Iterator[Sample]] | None,
    workers: int,
    cancel: threading.Event,
) -> str | None:
    """Run the pipeline under a progress display. Returns what went wrong with generating, if anything.

    Raises:
        Cancelled: stopped by the user; everything so far is kept.
    """
    by_id = {problem.id: problem for problem in judging.problems.problems}
    digest = program_digest if judges_by_program(judging.verifier) else None
    pipeline = Pipeline(judging.verifier, by_id, store, counts, workers, cancel, digest)
    try:
        with progress.shown(counts):
            pipeline.run(backlog, generate)
    except EngineError as error:
        return str(error)
    return None


@dataclass(frozen=True, slots=True)
class Destination:
    """Where a run's result goes, and whether standard output is for a program."""

    path: Path
    as_json: bool

    @classmethod
    def of(cls, output: str | None, default_name: str, *, as_json: bool) -> Destination:
        """From --output and --json; ``-`` is standard output, with the files at the default place."""
        if output is None or output == "-":
            return cls(Path("results", f"{default_name}.json"), as_json or output == "-")
        path = Path(output)
        return cls(path if path.suffix or not path.name else path.with_name(f"{path.name}.json"), as_json)


def deliver(report: Report, problems: ProblemSet, store: RunStore, place: Destination, failure: str | None) -> int:
    """Write the result file, show the report, and say what is missing. Returns the exit status.

    Args:
        failure: why generating ended early, if it did.
    """
    result = to_json(report)
    store.write_problems(kept(problem) for problem in problems.problems)
    store.write_result(result)
    if not report.unscored and not report.missing:
        store.finish()
    console = out()
    if place.as_json:
        console.file.write(json.dumps(result, indent=2) + "\n")
        console = err()
    console.print()
    console.print(render(report))
    console.print()
    console.print(f"result   {store.files.result}", markup=False, soft_wrap=True)
    console.print(f"samples  {store.files.samples}", markup=False, soft_wrap=True)
    for step in next_steps(report, str(store.files.result)):
        console.print(f"next     {step}", markup=False, soft_wrap=True)
    if failure is not None:
        note(f"generating stopped early: {failure}; {GO_ON}")
    if report.unscored:
        for why, count in _reasons(store).most_common(_REASONS):
            note(f"not judged, {count}: {why}")
        note(f"{report.unscored} samples could not be judged; mend the cause, or ask halo-forge doctor; {GO_ON}")
    return NOT_ALL_JUDGED if report.missing or report.unscored else 0


def _reasons(store: RunStore) -> Counter[str]:
    """Why samples could not be judged, and how many of them for each reason."""
    verdicts = (judged.verdict for judged in store.read_judged())
    return Counter(
        next(iter(verdict.detail.splitlines()), "") for verdict in verdicts if verdict.outcome is Outcome.JUDGE_ERROR
    )


def stopped(store: RunStore) -> int:
    """Say what is kept after Ctrl-C."""
    judged, waiting = len(store.judged_keys), len(store.waiting_keys)
    note(f"stopped: {judged} samples judged and {waiting} waiting are kept; {GO_ON}")
    return STOPPED
