"""What is shown of a run of RAFT at a terminal: nothing invented where something is not known, and words that fit."""

from __future__ import annotations

import io
import itertools
import re
from typing import Any

import pytest
from rich.console import Console

from halo_forge.report.raft_run import Difference, is_summary, read_run
from halo_forge.report.raft_terminal import render
from halo_forge.report.raft_words import difference_in_words, first_line, headroom, sentences
from halo_forge.types import JSONObject
from raft_summaries import of_one_cycle, summary, untested, with_sham, without_dev, without_sham


def shown(data: JSONObject, width: int = 200) -> str:
    console = Console(file=io.StringIO(), width=width, color_system=None)
    console.print(render(data))
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def row_of(text: str, name: str) -> str:
    """The line of the cycles' table that begins with `name`."""
    return next(line for line in text.splitlines() if re.match(rf"{name} +\S", line))


@pytest.mark.parametrize("width", [80, 100, 120, 160])
def test_no_line_is_wider_than_the_window_and_none_is_cut(width: int) -> None:
    text = shown(with_sham(summary()), width)
    assert max(len(line.rstrip()) for line in text.splitlines()) <= width
    assert "…" not in text


def test_the_first_line_is_the_headroom() -> None:
    data = summary()
    base = data["test"]["baseline"]["pass_at_k"]
    most = max(base, key=int)
    base[most]["value"], base["1"]["value"] = 0.5, 0.2
    assert shown(data).splitlines()[0] == (
        f"Headroom: 30.0 points, the baseline's pass@{most} 50.0% less its pass@1 20.0%."
    )


def test_energy_that_was_not_measured_is_not_zero() -> None:
    data = without_sham(summary())
    data["cycles"][0]["energy_wh"] = None
    data["cycles"][-1].pop("energy_wh")  # as a run wrote it that knew nothing of energy
    text = shown(data)
    assert "n/a" in row_of(text, "1")
    assert "0 Wh" not in text
    data["cycles"][0]["energy_wh"] = 1.234
    assert "1.23 Wh" in row_of(shown(data), "1")


def test_a_time_that_is_not_known_is_not_zero() -> None:
    data = of_one_cycle(without_sham(summary()))
    data["cycles"][0]["drawn"]["seconds"] = None
    assert re.search(r"n/a.*\n.*training \d", shown(data))


def test_the_chosen_cycle_is_marked_and_no_other() -> None:
    data = summary()
    for number in (1, len(data["cycles"])):
        lines = shown(data | {"chosen_cycle": number}).splitlines()
        after = [line for before, line in itertools.pairwise(lines) if re.match(rf"{number} +\d", before)]
        assert [line.startswith("chosen") for line in after] == [True]
        assert sum(line.startswith("chosen") for line in lines) == 1


def test_without_a_sham_none_is_mentioned() -> None:
    assert "sham" not in shown(without_sham(summary()))


def test_the_sham_has_a_row_and_is_held_against() -> None:
    text = shown(with_sham(summary()))
    assert row_of(text, "sham").split()[1:4] == ["-", "-", "-"]  # it draws nothing
    assert "final against sham" in text
    assert "sham against baseline" in text
    assert "does not come from the verifier" in text


def test_without_dev_problems_the_last_cycle_is_said_to_be_the_last() -> None:
    text = shown(without_dev(summary()))
    assert "dev pass@1" not in text
    assert "the last one: there are no dev problems to choose by" in text


def test_one_cycle() -> None:
    text = shown(of_one_cycle(without_sham(summary())))
    assert ": 1 cycle\n" in text
    assert "cycle 1 of 1" in text


def test_a_run_that_tested_nothing_says_so() -> None:
    data = untested(summary())
    text = shown(data)
    assert text.startswith("Nothing was tested, so whether the model became better is not known.")
    assert "baseline" not in text
    assert headroom(read_run(data)) is None


def test_one_sample_a_problem_leaves_the_headroom_open() -> None:
    data = without_sham(summary())
    for name in ("baseline", "final"):
        data["test"][name]["pass_at_k"] = {"1": data["test"][name]["pass_at_k"]["1"]}
    assert first_line(read_run(data)) == "Headroom is not known: it needs more than one sample of each problem."


@pytest.mark.parametrize(("resumed", "words"), [(0, None), (1, "resumed once."), (3, "resumed 3 times.")])
@pytest.mark.parametrize("seconds", [None, 125.0])
def test_how_often_it_was_resumed(resumed: int, words: str | None, seconds: float | None) -> None:
    (*_, last) = sentences(read_run(summary() | {"resumed": resumed, "seconds": seconds}))
    assert ("resumed" in last) == (words is not None)
    assert ("took 2 min 05 s" in last) == (seconds is not None)
    assert words is None or last.endswith(words)


def test_few_test_problems_are_warned_of() -> None:
    data = summary()
    data["test"]["baseline"] |= {"problems": 29, "generated": 29}
    text = " ".join(sentences(read_run(data)))
    assert "Tested on 29 problems that no cycle trained on, 1 sample each. With fewer than 30" in text
    data["test"]["baseline"] |= {"problems": 30, "generated": 30}
    assert "With fewer" not in " ".join(sentences(read_run(data)))


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        (("pass_at_1", 0.123, 0.041, 0.205, 0.001, "better"), "pass@1 +12.3 points (+4.1 to +20.5): better"),
        (("pass_at_8", -0.1, -0.15, -0.05, 0.001, "worse"), "pass@8 -10.0 points (-15.0 to -5.0): worse"),
        (("compile_rate", 0.0, -0.01, 0.01, 1.0, "not distinguishable"),
         "compile rate +0.0 points (-1.0 to +1.0): not distinguishable"),
        (("strict_pass_at_1", 0.1, 0.01, 0.2, 0.07, "not distinguishable"),
         "strict pass@1 +10.0 points (+1.0 to +20.0, but p = 0.07): not distinguishable"),
        (("pass_at_1", 1.0, None, None, 1.0, "not distinguishable"),
         "pass@1 +100.0 points (no interval): not distinguishable"),
    ],
)  # fmt: skip
def test_differences_in_words(fields: tuple[Any, ...], words: str) -> None:
    assert difference_in_words(Difference(*fields)) == words


def test_markup_in_names_is_text() -> None:
    assert "[bold]m[/]" in shown(summary() | {"model": "[bold]m[/]"})


def test_what_a_summary_is() -> None:
    assert is_summary(summary())
    assert not any(map(is_summary, (None, [], {}, {"pass_at_k": {}}, {"chosen_cycle": 1, "cycles": 3})))
