"""What `benchmark score` does: samples of a file or folder through the judges."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from halo_forge.benchmark import default_workers
from halo_forge.cli.console import note
from halo_forge.cli.counting import Counted
from halo_forge.cli.counts import Counts
from halo_forge.cli.interrupt import stoppable
from halo_forge.cli.judging import Destination, deliver, judge_all, open_judging, stopped
from halo_forge.cli.measuring import measured_sessions, measuring
from halo_forge.cli.reporting import checked_page, write_page_of_run
from halo_forge.cli.results_jsonl import check_place, results_beside, write_results
from halo_forge.cli.tracking import track
from halo_forge.config import (
    DEFAULT_KS,
    check_limits,
    check_prices,
    check_workers,
    parse_ks,
    parse_metrics,
    safe_name,
)
from halo_forge.errors import Cancelled, SampleFileError, UserError
from halo_forge.problems import load_problems
from halo_forge.problems.base import ProblemSet
from halo_forge.problems.files import stem
from halo_forge.problems.samples import read_found, read_samples
from halo_forge.report.human_eval import outcome_of
from halo_forge.store import GeneratedSample, RunFiles, RunStore, Times
from halo_forge.store.identity import read_identity
from halo_forge.summary import summarize
from halo_forge.tracking.registry import check_trackers
from halo_forge.types import JSONObject


def score_samples(
    samples: str, prompts: str, *, verifier: str, ks: str | None, metrics: str | None, limit: int | None,
    time_limit: float | None, memory_limit: int | None, compile_flags: str | None, workers: int | None,
    price_in: float | None, price_out: float | None, output: str | None, as_json: bool, results_jsonl: bool,
    html: str | None, trackers: tuple[str, ...], hardware_metrics: bool, fresh: bool, unsafe: bool,
) -> int:  # fmt: skip
    """Do it; returns the exit status.

    Raises:
        UserError: a mistake in the options or in a file.
    """
    wanted = DEFAULT_KS if ks is None else parse_ks(ks)
    further = parse_metrics(metrics)
    limits = check_limits(time_limit, memory_limit)
    parallel = check_workers(workers, default_workers())
    prices = check_prices(price_in, price_out)
    tracked = check_trackers(trackers)
    problems = load_problems(prompts, limit)
    samples = samples.rstrip("/") or samples  # a folder's name may end so
    place = Destination.of(output, safe_name(stem(samples), problems.name), as_json=as_json)
    counted = (None if fresh else _counted_before(samples, problems, place)) or Counted.of(samples, problems)
    if Path(samples).resolve() in {path.resolve() for path in RunFiles.of(place.path).all()}:
        raise UserError(f"{samples} is among the files of the result {place.path}; give another --output")
    results = results_beside(Path(samples)) if results_jsonl else None
    check_place(results, place.path)
    page = checked_page(html, [Path(samples), *RunFiles.of(place.path).all()])
    with (
        stoppable() as cancel,
        open_judging(problems, verifier, limits, compile_flags, unsafe=unsafe, cancel=cancel) as judging,
    ):
        source = {"name": Path(samples).name, "sha256": counted.sha256, "samples": counted.total}
        identity = {"model": None, "samples_file": source, **judging.identity()}
        counts = Counts(total=counted.total, to_generate=0)
        with RunStore.open(place.path, identity, fresh=fresh, see=counts.resumed) as store:
            store.ensure_writable()
            left = counts.total > counts.already_judged
            try:
                with measuring(store, wanted=hardware_metrics and left):
                    judge_all(judging, store, counts, _not_judged(counted, problems, store), None, parallel, cancel)
            except Cancelled:
                return stopped(store)
            if counted.has_grown():
                note(f"note: {samples} grew meanwhile; judged are the {counted.total} samples that it had at first")
            shown = {**judging.settings(identity, wanted, parallel), "model": {"name": Path(samples).name}}
            report = summarize(
                judging.problems, store.read_judged(), wanted, shown, counted.total, metrics=further, prices=prices,
                measured=measured_sessions(store),
            )  # fmt: skip
            status = deliver(report, judging.problems, store, place, None)
            write_results(results, _result_lines(counted, problems, store))
            write_page_of_run(page, place.path)
            track(tracked, report, store.files, cancel)
            return status


def _counted_before(samples: str, problems: ProblemSet, place: Destination) -> Counted | None:
    """The samples as the run that is to go on has counted them; ``None`` when it has not, or they are others now."""
    before = read_identity(RunFiles.of(place.path))
    match before:
        case {"problems": {"hash": problems.hash}, "samples_file": {"sha256": str(sha256), "samples": int(total)}}:
            return Counted.again(samples, sha256, total)
    return None


def _not_judged(counted: Counted, problems: ProblemSet, store: RunStore) -> Iterator[GeneratedSample]:
    try:
        left = counted.total - len(store.judged_keys)
        for sample in islice(read_samples(counted.path, problems, store.judged_keys), left):
            yield GeneratedSample(sample, Times())
    except SampleFileError as error:  # there was none when it was counted
        raise counted.changed() from error


def _result_lines(counted: Counted, problems: ProblemSet, store: RunStore) -> Iterator[JSONObject]:
    """The samples in the order of their file, each with what became of it."""
    verdicts = {judged.sample.key: outcome_of(judged.verdict) for judged in store.read_judged()}
    for found in islice(read_found(counted.path, problems), counted.total):
        yield {**found.record, **verdicts[found.sample.key]}
