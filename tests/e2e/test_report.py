"""`benchmark report`, `--html` and `--figures` as a user types them."""

from __future__ import annotations

import json
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from comparing import write_result
from e2e.conftest import CommandLine

PROBLEMS = [
    {"id": f"p{i}", "prompt": f"Print {i}.", "language": "python", "expected_output": f"{i}\n", "category": "ab"[i % 2]}
    for i in range(4)
]
PNG = b"\x89PNG\r\n\x1a\n"


@pytest.fixture
def scored(halo: CommandLine) -> CommandLine:
    """A directory with a result of `benchmark score`, its report, and its samples."""
    halo.write("problems.jsonl", *PROBLEMS)
    texts = ["print({})", "print('no')", "("]
    lines = [{"problem_id": p["id"], "text": text.format(p["id"][1:])} for p in PROBLEMS for text in texts]
    halo.write("samples.jsonl", *lines)
    words = ("--prompts", "problems.jsonl", "--output", "x.json", "--html", "reports/score.html")
    answer = halo("benchmark", "score", "samples.jsonl", *words)
    assert answer.status == 0, answer.err
    assert "report   reports/score.html" in answer.err
    return halo


def text_of(halo: CommandLine, name: str) -> str:
    return (halo.directory / name).read_text()


def test_of_a_run_and_of_its_files_is_the_same(scored: CommandLine) -> None:
    answer = scored("benchmark", "report", "x.json", "--html", "again.html")
    assert (answer.status, answer.out) == (0, "")
    assert text_of(scored, "again.html") == text_of(scored, "reports/score.html")
    assert "samples.jsonl on problems" in text_of(scored, "again.html")


def test_what_is_kept_for_it(scored: CommandLine) -> None:
    assert [line["id"] for line in scored.lines("x.problems.jsonl")] == ["p0", "p1", "p2", "p3"]
    assert scored.lines("x.problems.jsonl")[0] == {
        "id": "p0", "prompt": "Print 0.", "language": "python", "category": "a",
        "cases": [{"stdin": "", "expected_output": "0\n"}],
    }  # fmt: skip
    kept = [(line["outcome"], line.get("case"), line.get("stdout")) for line in scored.lines("x.samples.jsonl")]
    assert sorted(set(kept), key=str) == [
        ("accepted", None, None), ("no_code", None, None), ("wrong_answer", 1, "no\n"),
    ]  # fmt: skip


def test_benchmark_run(halo: CommandLine) -> None:
    halo.write("problems.jsonl", *PROBLEMS)
    halo.write("answers.jsonl", *({"problem_id": p["id"], "text": f"print({p['id'][1:]})"} for p in PROBLEMS))
    words = ("--model", "scripted:answers.jsonl", "--prompts", "problems.jsonl", "--samples", "1", "--output", "x.json")
    answer = halo("benchmark", "run", *words, "--html", "x.html")
    assert answer.status == 0, answer.err
    assert "100.0%" in text_of(halo, "x.html")


def test_compare(scored: CommandLine) -> None:
    scored("benchmark", "score", "samples.jsonl", "--prompts", "problems.jsonl", "--output", "y.json")
    answer = scored("benchmark", "compare", "x.json", "y.json", "--html", "both.html")
    assert answer.status == 0, answer.err
    assert "No telling which is better" in answer.out
    assert "No telling which is better" in text_of(scored, "both.html")


def test_totals_only_and_results_of_other_tools(halo: CommandLine) -> None:
    totals = {"total": 10, "passed": 3, "pass_rate": 0.3, "pass_at_k": {"1": 0.3}, "by_category": {}, "timing": {}}
    (halo.directory / "totals.json").write_text(json.dumps(totals))
    answer = halo("benchmark", "report", "totals.json", "--html", "t.html")
    assert answer.status == 0, answer.err
    assert "No samples: there is no totals.samples.jsonl beside the result." in text_of(halo, "t.html")
    halo.write("he_results.jsonl", {"task_id": "a", "passed": True}, {"task_id": "b", "passed": False})
    assert halo("benchmark", "report", "he_results.jsonl", "--html", "he.html").status == 0
    assert "50.0%" in text_of(halo, "he.html")


def test_samples_and_problems_that_are_damaged_are_said(scored: CommandLine) -> None:
    with (scored.directory / "x.samples.jsonl").open("a") as file:
        file.write("{}\n")
    (scored.directory / "x.problems.jsonl").write_text('{"id": "p0"}\n')
    answer = scored("benchmark", "report", "x.json", "--html", "x.html")
    assert answer.status == 0, answer.err
    page = text_of(scored, "x.html")
    assert "Not all samples: " in page
    assert "x.samples.jsonl:13: not a judged sample" in page
    assert "Not all prompts: not a problem of a run" in page


def test_samples_of_another_result_are_said(scored: CommandLine) -> None:
    samples = scored.directory / "x.samples.jsonl"
    samples.write_text("".join(samples.read_text().splitlines(keepends=True)[:-1]))
    scored("benchmark", "report", "x.json", "--html", "x.html")
    words = "The samples are not those of this result: 1 of 4 problems have other counts."
    assert words in text_of(scored, "x.html")
    assert words not in text_of(scored, "reports/score.html")


def test_figures(halo: CommandLine) -> None:
    pytest.importorskip("matplotlib", reason="no matplotlib: pip install 'halo-forge[figures]'")
    for name, pairs in (("base", [(4, 1), (4, 0)]), ("tuned_$x^2$", [(4, 3), (4, 2)])):
        write_result(halo.directory / f"{name}.json", pairs, outcomes={"accepted": 1, "wrong_answer": 7})
    words = ("base.json", "tuned_$x^2$.json", "--figures", "out/figures")
    for command in ("report", "compare"):
        answer = halo("benchmark", command, *words)
        assert answer.status == 0, answer.err
        names = ["outcomes.png", "outcomes.svg", "pass_at_k.png", "pass_at_k.svg"]
        folder = halo.directory / "out/figures"
        assert sorted(path.name for path in folder.iterdir()) == names
        assert all((folder / name).read_bytes().startswith(PNG) for name in names if name.endswith("png"))
        texts = {element.text for element in ET.parse(folder / "pass_at_k.svg").iter()}
        assert {"base", "tuned_$x^2$", "pass@k (%)"} <= texts
        first = {path.name: path.read_bytes() for path in folder.iterdir()}
        halo("benchmark", command, *words)
        assert {path.name: path.read_bytes() for path in folder.iterdir()} == first


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["x.json"], "nothing to write; give --html FILE, or --figures DIR"),
        (["x.json", "--html", "."], "--html .: a directory; name a file, such as report.html"),
        (["x.json", "--html", "x.json"], "--html x.json: a file of the results themselves; name another one"),
        (["x.json", "--html", "x.samples.jsonl"], "--html x.samples.jsonl: a file of the results themselves"),
        (["x.json", "--html", "x.hardware.jsonl"], "--html x.hardware.jsonl: a file of the results themselves"),
        (["x.samples.jsonl", "--html", "x.json"], "--html x.json: a file of the results themselves"),
        (["x.json", "--html", "/dev/null"], "--html /dev/null: not a regular file; name one, such as report.html"),
        (["x.json", "--html", "x.json/page.html"], "x.json is a file, not a folder; choose another place"),
        (["x.json", "--figures", "x.json"], "--figures x.json: not a folder; name one"),
        (["nothing.json", "--html", "p.html"], "nothing.json: no such file"),
        (["x.json", "--html", "p.html", "--k", "0"], "0"),
        (["x.json", "--html", "p.html", "--k", "99"], "pass@99 needs 99 samples of every problem, and 'p0' has 3"),
        (["x.json", "--html", "p.html", "--baseline", "z"], "--baseline z: none of these results"),
        (["x.json", "other.json", "--html", "p.html"], "not comparable: other problems"),
    ],
)
def test_mistakes(scored: CommandLine, words: list[str], says: str) -> None:
    write_result(scored.directory / "other.json", [(3, 1)])
    before = sorted(scored.directory.rglob("*"))
    answer = scored("benchmark", "report", *words)
    assert answer.status == 2
    assert says in answer.complaint
    assert sorted(scored.directory.rglob("*")) == before


def test_a_page_that_would_overwrite_is_refused_before_the_work(scored: CommandLine) -> None:
    for name in ("y.json", "y.samples.jsonl", "samples.jsonl"):
        words = ("samples.jsonl", "--prompts", "problems.jsonl", "--output", "y.json", "--html", name)
        answer = scored("benchmark", "score", *words)
        assert answer.status == 2
        assert "a file of the results themselves" in answer.complaint
        assert not (scored.directory / "y.run.json").exists()


def test_what_is_not_comparable_can_be_forced(scored: CommandLine) -> None:
    write_result(scored.directory / "other.json", [(3, 1)])
    answer = scored("benchmark", "report", "x.json", "other.json", "--force", "--html", "p.html")
    assert answer.status == 0, answer.err
    assert "FORCED: these results are not comparable." in text_of(scored, "p.html")


def test_without_matplotlib(scored: CommandLine, tmp_path: Path) -> None:
    """A Python that does not find it, as where the extra is not installed."""
    hidden = tmp_path / "hidden"
    hidden.mkdir()
    (hidden / "sitecustomize.py").write_text(
        "import importlib.util as u, sys\n"
        "class Hide:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        if name.partition('.')[0] == 'matplotlib': raise ModuleNotFoundError(name)\n"
        "sys.meta_path.insert(0, Hide())\n"
    )
    paths = ":".join([str(hidden), *(path for path in sys.path if path.endswith("src"))])
    answer = scored("benchmark", "report", "x.json", "--figures", "out", env={"PYTHONPATH": paths})
    assert answer.status == 2
    assert "pip install 'halo-forge[figures]'" in answer.complaint
    assert not (scored.directory / "out").exists()
