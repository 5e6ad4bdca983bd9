"""`benchmark compare` as a user types it: from result files to "which one, and is it real"."""

from __future__ import annotations

import csv
import io
import json

import pytest

from comparing import discordant, write_result
from e2e.conftest import Answer, CommandLine

PROBLEMS = [
    {"id": f"p{i}", "prompt": f"Print {i}.", "language": "python", "expected_output": f"{i}\n", "category": "ab"[i % 2]}
    for i in range(4)
]


@pytest.fixture
def pair(halo: CommandLine) -> CommandLine:
    """A directory with two results, of which the second is better on 30 problems and worse on 10."""
    tuned, base = discordant(30, 10, 124)
    write_result(halo.directory / "results/base.json", base)
    write_result(halo.directory / "results/tuned.json", tuned, hardware={"gpu_energy_wh": 11.42})
    return halo


def compare(halo: CommandLine, *words: str) -> Answer:
    answer = halo("benchmark", "compare", *words)
    assert answer.status == 0, answer.err
    return answer


def test_which_one_and_is_it_real(pair: CommandLine) -> None:
    out = compare(pair, "results/base.json", "results/tuned.json").out
    lines = out.splitlines()
    assert lines[1] == "tuned is better than base: +12.2 pts at pass@1."
    assert (
        "tuned - base: +12.2 pts, 95% CI [+4.8, +19.6], paired p = 0.0022. Distinguishable. tuned is better."
    ) in lines
    (header,) = [line.split() for line in lines if line.startswith("model ")]
    assert header == ["model", "pass@1", "difference", "p", "compile", "rate", "tokens", "time", "energy"]
    (row,) = [line.split() for line in lines if line.startswith("tuned  ")]
    assert row == ["tuned", "56.1%", "+12.2", "pts", "0.0022", "100.0%", "50k", "12", "min", "05", "s", "11.4", "Wh"]
    assert "164 problems: tuned passes more often on 30, less often on 10, alike on 124" in lines
    assert any(line.startswith("solved by tuned, never by base: 30 (p0 1/1, p1 1/1") for line in lines)
    assert any(line.split()[:2] == ["math", "82"] for line in lines)


def test_everything_as_json(pair: CommandLine) -> None:
    compare(pair, "results/base.json", "results/tuned.json", "--output", "out/compare.json")
    found = pair.json("out/compare.json")
    (one,) = found["pairs"]
    assert one["p_value"] == 0.0022214337732293643
    assert one["p_holm"] == one["p_value"]
    assert (one["a"], one["b"], one["verdict"], one["distinguishable"]) == ("tuned", "base", "Distinguishable.", True)
    assert (one["better"], one["worse"], one["equal"], len(one["solved_by_a_only"])) == (30, 10, 124, 30)
    assert found["baseline"] == "base"
    assert [row["name"] for row in found["models"]] == ["base", "tuned"]
    assert [row["energy_wh"] for row in found["models"]] == [None, 11.42]
    assert set(found["by_category"]) == {"math", "strings"}
    assert '"p_value": 0.0022214337732293643' in (pair.directory / "out/compare.json").read_text()
    for words in (("--format", "json"), ("--output", "-")):
        assert json.loads(compare(pair, "results/base.json", "results/tuned.json", *words).out) == found


def test_not_distinguishable(halo: CommandLine) -> None:
    better, worse = discordant(12, 8, 80)
    a = write_result(halo.directory / "a.json", worse)
    b = write_result(halo.directory / "b.json", better)
    out = compare(halo, a.name, b.name).out
    assert out.splitlines()[1].startswith("No telling which is better: b came out +4.0 pts above a at pass@1")
    assert "paired p = 0.5. Not distinguishable. This run reliably detects gaps of 12.5 pts or more; " in out
    assert "a true gap of 4.0 would need about 980 problems." in out


def test_results_that_were_just_made(halo: CommandLine) -> None:
    halo.write("problems.jsonl", *PROBLEMS)
    halo.write("right.jsonl", *({"problem_id": p["id"], "text": f"print({p['id'][1:]})"} for p in PROBLEMS))
    halo.write("wrong.jsonl", *({"problem_id": p["id"], "text": "print(0)"} for p in PROBLEMS))
    for name in ("wrong", "right"):
        words = ("--prompts", "problems.jsonl", "--samples", "2", "--k", "1", "--output", f"results/{name}.json")
        assert halo("benchmark", "run", "--model", f"scripted:{name}.jsonl", *words).status == 0
    for name in ("wrong", "right"):
        assert [line["detail"] for line in halo.lines(f"results/{name}.samples.jsonl") if not line["compiled"]] == []
    found = json.loads(compare(halo, "results", "--baseline", "results/wrong.json", "--k", "2,1", "--output", "-").out)
    assert [(row["name"], row["total"], row["compile_rate"]["value"]) for row in found["models"]] == [
        ("right", 4, 1.0),
        ("wrong", 4, 1.0),
    ]
    (one,) = found["pairs"]
    assert (found["k"], one["a"], one["b"], one["difference"], one["p_value"]) == (2, "right", "wrong", 0.75, 0.25)
    assert [change["problem"] for change in one["solved_by_a_only"]] == ["p1", "p2", "p3"]
    assert found["by_category"]["a"]["pass_at_k"]["wrong"]["value"] == 0.5


def test_what_a_shell_finds(pair: CommandLine) -> None:
    for name in ("base", "tuned"):
        (pair.directory / f"results/{name}.run.json").write_text("{}")
    compare(pair, "results", "--output", "results/compare.json")
    every = sorted(f"results/{path.name}" for path in (pair.directory / "results").glob("*.json"))
    assert len(every) == 5
    answer = compare(pair, *every)
    assert "tuned is better than base" in answer.out
    assert answer.err == "note: results/compare.json is an earlier comparison, no result; passed over\n"


def test_five_checkpoints(halo: CommandLine) -> None:
    for i in range(5):
        write_result(halo.directory / f"cycle_{i}.json", [(10, min(10, j % 7 + i)) for j in range(60)])
    out = compare(halo, ".").out
    assert out.splitlines()[1] == "Best at pass@1: cycle_4 (69.0%). Distinguishable from all the others."
    assert "p (Holm)" in out
    assert out.count("(Holm, 10 pairs)") == 4
    pairs = json.loads(compare(halo, ".", "--format", "json").out)["pairs"]
    assert len(pairs) == 10
    assert [(pair["a"], pair["b"]) for pair in pairs[:4]] == [(f"cycle_{i}", "cycle_0") for i in range(1, 5)]
    assert all(pair["p_holm"] >= pair["p_value"] for pair in pairs)


def test_metrics_on_request_and_any_k(halo: CommandLine) -> None:
    for name, c in (("a", 7), ("b", 2)):
        write_result(halo.directory / f"{name}.json", [(10, c)] * 3)
    words = ("a.json", "b.json", "--k", "1,10,20", "--metrics", "pass^3,g-pass@4_0.75")
    row = json.loads(compare(halo, *words, "--format", "json").out)["models"][0]
    assert row["metrics"]["pass^3"]["value"] == 0.2916666666666667
    assert row["metrics"]["g-pass@4_0.75"]["value"] == pytest.approx(2 / 3)
    assert {k: rate["value"] for k, rate in row["pass_at_k"].items()} == {"1": 0.7, "10": 1.0, "20": None}
    out = compare(halo, *words).out
    assert "pass^3" in out
    assert "needs 20 samples a problem" in out


def test_tables_for_papers(pair: CommandLine) -> None:
    words = ("results/base.json", "results/tuned.json", "--format")
    base, tuned = csv.DictReader(io.StringIO(compare(pair, *words, "csv").out))
    assert (base["name"], base["p_value"], base["energy_wh"]) == ("base", "", "")
    assert float(tuned["p_value"]) == 0.0022214337732293643
    assert float(tuned["difference_low"]) < float(tuned["difference"]) < float(tuned["difference_high"])
    markdown = compare(pair, *words, "markdown").out
    assert "| model | pass@1 | difference | p | compile rate | tokens | time | energy |\n| --- | ---: |" in markdown
    assert "+12.2 pts (+4.8 to +19.6)" in markdown
    assert "Distinguishable." in markdown
    latex = compare(pair, *words, "latex").out
    assert r"\begin{tabular}{lrrrrrrr}" in latex
    assert r"56.1\% (48.4\% to 63.5\%)" in latex


def test_totals_only(pair: CommandLine) -> None:
    published = {"total": 164, "passed": 90, "pass_rate": 90 / 164, "pass_at_k": {"1": 0.553, "10": 0.891}}
    (pair.directory / "published.json").write_text(json.dumps(published))
    out = compare(pair, "results/base.json", "published.json", "results/tuned.json", "--k", "1,10").out
    assert "published - base: no verdict: published.json holds totals only" in out
    assert "55.3%" in out
    assert "89.1%" in out
    assert "tuned - base: +12.2 pts, 95% CI [+4.8, +19.6], paired p = 0.0022. Distinguishable." in out


def test_lines_of_human_eval(halo: CommandLine) -> None:
    for name, passed in (("a", 3), ("b", 9)):
        halo.write(f"{name}_results.jsonl", *({"task_id": f"H/{i}", "passed": i < passed} for i in range(12)))
    out = compare(halo, "a_results.jsonl", "b_results.jsonl").out
    assert "b - a: +50.0 pts" in out
    assert "paired p = 0.031. Distinguishable." in out


def test_force_says_so(pair: CommandLine) -> None:
    tuned, _ = discordant(30, 10, 124)
    write_result(pair.directory / "quick.json", tuned[:150], **{"run.limits.cpu_s": 1.0})
    words = ("results/base.json", "quick.json")
    answer = pair("benchmark", "compare", *words)
    assert (answer.status, answer.out) == (2, "")
    assert "other problems: of 164 only 150 are in all of them (p150 is not in quick.json)" in answer.complaint
    assert "time limit (CPU seconds): 5 in results/base.json, 1 in quick.json" in answer.complaint
    out = compare(pair, *words, "--force").out
    assert "FORCED: these results are not comparable (what they have in common: 150 problems)" in out
    assert "150 problems: quick passes more often on 30" in out
    forced = json.loads(compare(pair, *words, "--force", "--format", "json").out)["forced"]
    assert len(forced) == 2


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("results/base.json",), "only results/base.json to compare"),
        (("results/base.json", "results/base.json"), "only results/base.json to compare"),
        (("results/base.json", "results/tuned.jso"), "did you mean results/tuned.json?"),
        (("results", "--baseline", "results/tunde.json"), "--baseline results/tunde.json: none of these results"),
        (("results", "--baseline", "tunde"), "did you mean tuned?"),
        (("results", "--k", "5"), "pass@5 needs 5 samples of every problem"),
        (("results", "--k", "0"), "--k 0"),
        (("results", "--k", "x"), "--k 'x'"),
        (("results", "--metrics", "pass@3"), "'pass@3' is no metric"),
        (("results", "--metrics", "g-pass@3_0"), "tau must be above 0"),
        (("results", "--format", "pdf"), "--format"),
        (("results", "--output", "results/base.json"), "results/base.json is a result"),
        (("results", "--output", "results"), "is a directory"),
        (("results", "--output", "/dev/null"), "/dev/null is not a regular file"),
        (("results", "--output", "x", "--html", "./x"), "--output and --html both name x; give them two files"),
        (("results", "--output", "results/base.json/x.json"), "results/base.json"),
        (("empty",), "there is no result in this folder"),
        (("results", "broken.json"), "broken.json: not JSON"),
        (("results", "samples.jsonl"), "these samples are not judged"),
    ],
)
def test_mistakes(pair: CommandLine, words: tuple[str, ...], says: str) -> None:
    (pair.directory / "empty").mkdir()
    (pair.directory / "broken.json").write_text("{")
    pair.write("samples.jsonl", {"task_id": "p0", "completion": "x"})
    before = sorted(pair.directory.rglob("*"))
    answer = pair("benchmark", "compare", *words)
    assert (answer.status, answer.out) == (2, "")
    assert says in answer.complaint
    assert sorted(pair.directory.rglob("*")) == before
