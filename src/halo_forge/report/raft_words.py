"""A run of RAFT in sentences: how much there was to gain, what was gained, whether it is real, what the words mean."""

from __future__ import annotations

import re
from collections.abc import Iterator

from halo_forge.raft.summary import UNDECIDED
from halo_forge.report.comparison_words import p_in_words, points
from halo_forge.report.raft_cells import largest_k
from halo_forge.report.raft_run import BASELINE, SHAM, Difference, RaftRun
from halo_forge.report.terminal import counted, percent, seconds_in_words

FEW = 30  # test problems; with fewer hardly any gain can be told from luck


def headline(run: RaftRun) -> str:
    """What was done, in a line."""
    return f"RAFT of {run.model} on {run.plan['prompts']}: {counted(len(run.cycles), 'cycle')}"


def headroom(run: RaftRun) -> tuple[str, str] | None:
    """What the baseline could gain by always doing what it does sometimes, and how that comes about.

    ``None`` where nothing was tested, or with one sample of each problem.
    """
    base, most = run.tests.get(BASELINE), largest_k(run)
    if base is None or most == 1:
        return None
    best, now = base.pass_at_k[most], base.pass_at_1
    if best.value is None or now.value is None:
        return None
    return f"{100 * (best.value - now.value):.1f} points", (
        f"the baseline's pass@{most} {percent(best)} less its pass@1 {percent(now)}"
    )


def first_line(run: RaftRun) -> str:
    """How much there was to gain; where that cannot be said, why not."""
    if not run.tests:
        return "Nothing was tested, so whether the model became better is not known."
    if (found := headroom(run)) is None:
        return "Headroom is not known: it needs more than one sample of each problem."
    return f"Headroom: {found[0]}, {found[1]}."


def pair_in_words(pair: str) -> str:
    """``final against baseline``."""
    return pair.replace(" - ", " against ")


def measure_in_words(measure: str) -> str:
    """``pass@1`` for ``pass_at_1``."""
    return re.sub(r"pass_at_(\d+)", r"pass@\1", measure).replace("_", " ")


def difference_in_words(found: Difference) -> str:
    """``pass@1 +12.3 points (+4.1 to +20.5): better``."""
    bounds = "no interval"
    if found.low is not None and found.high is not None:
        bounds = f"{points(found.low)} to {points(found.high)}"
        if found.verdict == UNDECIDED and (found.low > 0 or found.high < 0):
            bounds += f", but p = {p_in_words(found.p_value)}"
    return f"{measure_in_words(found.measure)} {points(found.value)} points ({bounds}): {found.verdict}"


def sentences(run: RaftRun) -> Iterator[str]:
    """What a reader of the numbers has to know."""
    yield _choice(run)
    if run.tests:
        yield from _about_tests(run)
    if SHAM in run.tests:
        yield (
            "sham: the same training on as many samples kept at random. A gain that it has too does not come from "
            "the verifier."
        )
    yield from _course(run)


def warnings(run: RaftRun) -> Iterator[str]:
    """What makes the differences doubtful."""
    for pair, why in run.apart.items():
        yield (
            f"{pair_in_words(pair)}: not measured alike ({'; '.join(why)}), so nothing is said of the weights; begin "
            "anew with --fresh, or test both with benchmark run"
        )


def _course(run: RaftRun) -> Iterator[str]:
    """How long it took, and in how many parts."""
    resumed = f"resumed {'once' if run.resumed == 1 else f'{run.resumed} times'}" if run.resumed else ""
    took = "" if run.seconds is None else f"took {seconds_in_words(run.seconds)}"
    if said := " and was ".join(filter(None, (took, resumed))):
        yield f"This run {'' if took else 'was '}{said}."


def _choice(run: RaftRun) -> str:
    if run.problems["dev"]:
        rule = f"which has the best pass@1 on {counted(run.problems['dev'], 'dev problem')} (of equals the later)"
        return f"The final model is that of cycle {run.chosen} of {len(run.cycles)}, {rule}."
    return f"The final model is that of cycle {run.chosen}, the last one: there are no dev problems to choose by."


def _about_tests(run: RaftRun) -> Iterator[str]:
    test = run.tests[BASELINE]
    each = counted(test.generated // max(1, test.problems), "sample")
    few = f" With fewer than {FEW}, a real gain is hard to tell from luck." if test.problems < FEW else ""
    yield f"Tested on {counted(test.problems, 'problem')} that no cycle trained on, {each} each.{few}"
    yield "pass@1 counts right answers that were cut off too; strict pass@1 only those that ended by themselves."
    count = sum(map(len, run.differences.values()))
    yield (
        f"Differences are paired by problem; problems of one concept are one observation. Each of the {count} is "
        "tested by itself: of 20 that are nothing but luck, about one looks real."
    )
