"""What may be compared, what is refused, and what is pointed out."""

from __future__ import annotations

import copy
from dataclasses import replace
from typing import Any

import pytest

from comparing import RUN, counts, result
from halo_forge.compare import compare, obstacles, remarks, unlike
from halo_forge.comparison import Result
from halo_forge.types import ProblemCount

PAIRS = [(4, 1), (4, 3), (4, 0)]


def changed(group: str, key: str | None, value: Any) -> dict[str, Any]:
    """`RUN` with one setting changed."""
    settings: dict[str, Any] = copy.deepcopy(RUN)
    if key is None:
        settings[group] = value
    else:
        settings[group][key] = value
    return settings


def test_the_same_settings_are_comparable() -> None:
    results = [result("a", PAIRS), result("b", [(8, 2), (3, 3), (1, 0)])]  # unequal numbers of samples
    assert obstacles(results) == []
    assert remarks(results) == []


@pytest.mark.parametrize(
    ("group", "key", "value", "says"),
    [
        ("verifier", None, "gcc", "verifier: auto in a.json, gcc in b.json"),
        ("limits", "cpu_s", 2, "time limit (CPU seconds): 5 in a.json, 2 in b.json"),
        ("limits", "memory_mb", 64, "memory limit (MB): 512 in a.json, 64 in b.json"),
        ("limits", "processes", 1, ""),
        ("sampling", "max_tokens", 1024, "max tokens: 512 in a.json, 1024 in b.json"),
        ("sandbox", "tier", "unsafe", "sandbox: strict in a.json, unsafe in b.json"),
        ("compile_flags", None, ["-O0"], 'compiler flags: null in a.json, ["-O0"] in b.json'),
        ("sampling", "seed", 7, ""),
        ("sampling", "temperature", 0.2, ""),
        ("tools", "python", "Python 3.13.0", ""),
    ],
)
def test_what_decides_verdicts_has_to_be_the_same(group: str, key: str | None, value: Any, says: str) -> None:
    settings = changed(group, key, value)
    if group == "verifier":
        settings["tools"] = {"gcc": "gcc 12"}
    found = obstacles([result("a", PAIRS), result("b", PAIRS, settings)])
    assert found == ([says] if says else [])


def test_what_has_to_be_the_same_where_the_weights_alone_may_differ() -> None:
    assert unlike([result("a", PAIRS), result("b", PAIRS)]) == []
    other = {
        **changed("tools", "python", "Python 3.13.0"),
        "model": {"name": "b", "engine": "openvino", "engine_version": "2026.4, cpu float32"},
    }
    other["sampling"] = {**other["sampling"], "temperature": 0.2, "seed": 7}
    ours = {**RUN, "model": {"name": "a", "engine": "vllm", "engine_version": "0.32"}}
    said = unlike([result("a", PAIRS, ours), result("b", PAIRS, other)])
    assert [line.partition(":")[0] for line in said] == ["temperature", "python", "engine", "engine's version"]
    assert said[2] == "engine: vllm in a.json, openvino in b.json"


def test_auto_is_the_verifier_that_it_chose() -> None:
    assert obstacles([result("a", PAIRS), result("b", PAIRS, changed("verifier", None, "python"))]) == []
    one, other = changed("verifier", None, "gcc"), changed("verifier", None, "clang")
    assert len(obstacles([result("a", PAIRS, one), result("b", PAIRS, other), result("c", PAIRS)])) == 1


@pytest.mark.parametrize("verifier", [["gcc"], {"name": "gcc"}, 10**400])
@pytest.mark.parametrize("tools", [None, 5, ["gcc"], {"gcc": "gcc 12"}])
def test_settings_of_another_tool_may_be_anything(verifier: Any, tools: Any) -> None:
    settings = {**changed("verifier", None, verifier), "tools": tools}
    (found,) = obstacles([result("a", PAIRS), result("b", PAIRS, settings)])
    assert found.startswith("verifier: auto in a.json, ")


def test_energy_of_other_parts_is_pointed_out() -> None:
    gpu, both = {"gpu_energy_wh": 1.0, "cpu_energy_wh": None}, {"gpu_energy_wh": 1.0, "cpu_energy_wh": 1.0}
    a, b, c = (
        replace(result(name, PAIRS), energy_wh=1.0, stated={"hardware": hardware})
        for name, hardware in (("a", gpu), ("b", both), ("c", gpu))
    )
    assert remarks([a, b]) == ["energy is not of the same parts: GPU in a.json, GPU and processors in b.json"]
    assert remarks([a, c]) == []


def test_a_line_is_a_line_whatever_files_are_called() -> None:
    odd = replace(result("b", PAIRS, changed("limits", "cpu_s", 2)), path="b\n\x1b[2J.json", unscored=1)
    found = [*obstacles([result("a", PAIRS), odd]), *remarks([result("a", PAIRS), odd])]
    assert len(found) == 2
    assert all(line.isprintable() for line in found)


def test_numbers_are_equal_by_value() -> None:
    assert obstacles([result("a", PAIRS), result("b", PAIRS, changed("limits", "cpu_s", 5))]) == []


def test_what_may_differ_is_pointed_out() -> None:
    settings = changed("sampling", "temperature", 0.2)
    settings["tools"] = {"python": "Python 3.13.0"}
    results = [result("a", PAIRS), result("b", PAIRS, settings), result("c", PAIRS)]
    assert remarks(results) == [
        "temperature: 0.7 in a.json and c.json, 0.2 in b.json",
        "python: Python 3.11.7 in a.json and c.json, Python 3.13.0 in b.json",
    ]


def test_a_long_list_of_files_is_cut() -> None:
    others = [result(name, PAIRS) for name in "bcdef"]
    (line,) = remarks([result("a", PAIRS, changed("sampling", "temperature", 1.0)), *others])
    assert line == "temperature: 1 in a.json, 0.7 in b.json, c.json and 3 more"


def test_what_is_not_said_cannot_be_checked() -> None:
    results = [result("a", PAIRS), result("b", PAIRS, {})]
    assert obstacles(results) == []
    (line,) = remarks(results)
    assert line == ("b.json does not say, so it was not checked: verifier, compiler flags, sandbox, max tokens, limits")


def test_gaps_are_pointed_out() -> None:
    gappy = replace(result("b", PAIRS), missing=3, unscored=2)
    lines = remarks([result("a", PAIRS), gappy])
    assert lines == [
        "b.json is not complete: 3 samples are missing",
        "b.json: 2 samples could not be judged; they are in no rate",
    ]


def test_other_problems_are_refused() -> None:
    (line,) = obstacles([result("a", PAIRS), result("b", PAIRS[:2])])
    assert line == "other problems: of 3 only 2 are in all of them (p2 is not in b.json)"
    other = replace(result("b", PAIRS), problems={**counts(PAIRS), "p1": ProblemCount(4, 1, "f" * 16)})
    (line,) = obstacles([result("a", PAIRS), other])
    assert line == "other problems: same names with another content, 1 of 3 (p1)"


def test_a_problem_that_could_not_be_judged_is_said_so() -> None:
    (found,) = obstacles([result("a", PAIRS), replace(result("b", PAIRS[:2]), unscored=4)])
    assert found.endswith("(p2 is not in b.json, where 4 samples are missing or not judged; run its command again)")


def test_problems_without_a_hash_go_by_name() -> None:
    bare = {name: replace(count, hash=None) for name, count in counts(PAIRS).items()}
    assert obstacles([result("a", PAIRS), replace(result("b", PAIRS), problems=bare)]) == []


def test_totals_of_other_sets_are_refused() -> None:
    totals = Result("b.json", "b", total=164, passed=55, pass_at_k={1: 0.5})
    assert obstacles([result("a", PAIRS), totals]) == ["number of problems: 3 in a.json, 164 in b.json"]
    assert obstacles([result("a", PAIRS), replace(totals, total=3)]) == []


def test_forced_results_are_compared_on_what_they_share() -> None:
    a, b = result("a", [(4, 1), (4, 3), (4, 4)]), result("b", [(4, 2), (4, 4)])
    found = compare([a, b], "a", [1], forced=obstacles([a, b]))
    assert [row.total for row in found.rows] == [2, 2]
    assert [row.pass_at_k[1].value for row in found.rows] == [0.5, 0.75]
    assert found.pairs[0].problems == 2
    assert len(found.forced) == 1


def test_nothing_in_common_gives_no_verdict() -> None:
    b = replace(result("b", PAIRS), problems={"q": ProblemCount(4, 1, None)})
    (pair,) = compare([result("a", PAIRS), b], "a", [1]).pairs
    assert (pair.p_value, pair.distinguishable) == (None, None)
    assert pair.why_not == "they have no problem in common"


def test_pairs_begin_with_the_baseline_and_are_corrected_together() -> None:
    results = [result(name, [(4, c)] * 3 + [(4, 0)]) for name, c in (("a", 1), ("b", 2), ("c", 3))]
    found = compare(results, "b", [1])
    assert [(pair.a, pair.b) for pair in found.pairs] == [("a", "b"), ("c", "b"), ("c", "a")]
    assert all(pair.p_value == 0.25 for pair in found.pairs)
    assert all(pair.p_holm == 0.75 for pair in found.pairs)


def test_totals_alone_give_rates_and_no_test() -> None:
    totals = Result("b.json", "b", total=3, passed=2, pass_at_k={1: 0.55, 5: None})
    found = compare([result("a", PAIRS), totals], "a", [1, 5, 7])
    row = found.rows[1]
    assert [row.pass_at_k[k].value for k in (1, 5, 7)] == [0.55, None, None]
    assert (row.pass_rate.value, row.samples, row.rerun_se[1]) == (2 / 3, None, None)
    assert found.pairs[0].p_value is None
    assert found.pairs[0].why_not == "b.json holds totals only, and a paired test needs every problem's counts"


def test_problems_that_changed_sides() -> None:
    found = compare(
        [result("a", [(4, 0), (4, 4), (4, 0), (4, 2)]), result("b", [(4, 1), (4, 0), (4, 3), (4, 1)])], "a", [1]
    )
    (pair,) = found.pairs
    assert [(change.problem, change.a_passed, change.b_passed) for change in pair.gained] == [
        ("p2", 3, 0),
        ("p0", 1, 0),
    ]
    assert [change.problem for change in pair.lost] == ["p1"]
    assert (pair.better, pair.worse, pair.equal) == (2, 2, 0)


def test_same_problems_and_new_problems_apart() -> None:
    found = compare([result("a", [(4, 1), (4, 3)]), result("b", [(4, 2), (4, 4)])], "a", [1])
    # within-problem variance of (4, 1) and (4, 3) is 1/16, of (4, 2) 1/12, of (4, 4) 0
    assert found.rows[0].rerun_se[1] == pytest.approx((2 / 16) ** 0.5 / 2)
    assert found.pairs[0].rerun_se == pytest.approx((2 / 16 + 1 / 12) ** 0.5 / 2)
    single = compare([result("a", [(1, 1), (1, 0)]), result("b", [(1, 1), (1, 1)])], "a", [1])
    assert single.pairs[0].rerun_se is None
