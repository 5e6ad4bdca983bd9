"""Every mistake gets one clear line and exit status 2, and nothing is lost or left behind."""

from __future__ import annotations

import os

import pytest

from e2e.conftest import CommandLine

PROBLEM = {"id": "one", "prompt": "Print 1.", "language": "python", "expected_output": "1\n"}
RIGHT = {"problem_id": "one", "text": "print(1)"}
RUN = ("benchmark", "run", "--model", "scripted:samples.jsonl", "--prompts", "problems.jsonl", "--samples", "2")


@pytest.fixture
def ready(halo: CommandLine) -> CommandLine:
    """A directory in which the command of `RUN` works."""
    halo.write("problems.jsonl", PROBLEM)
    halo.write("samples.jsonl", RIGHT)
    return halo


def changed(option: str, value: str) -> tuple[str, ...]:
    """`RUN` with another value for an option, or with one more."""
    words = list(RUN)
    if option in words:
        words[words.index(option) + 1] = value
    else:
        words += [option, value]
    return tuple(words)


@pytest.mark.parametrize(
    ("option", "value", "says"),
    [
        ("--prompts", "problem.jsonl", "problems.jsonl"),
        ("--prompts", "humanevla", "humaneval"),
        ("--model", "smollm2-135", "smollm2-135m"),
        ("--model", "nowhere.gguf", "nowhere.gguf"),
        ("--model", "scripted:nowhere.jsonl", "nowhere.jsonl"),
        ("--engine", "lamacpp", "llamacpp"),
        ("--verifier", "gc", "gcc"),
        ("--verifier", "gcc", "python"),
        ("--k", "1,5", "pass@5 needs 5 samples"),
        ("--metrics", "pass^5", "pass^5 needs 5 samples"),
        ("--metrics", "pass5", "write for example --metrics pass^4"),
        ("--k", "one", "--k"),
        ("--k", "0", "--k"),
        ("--samples", "0", "--samples"),
        ("--temperature", "-1", "--temperature"),
        ("--top-p", "0", "--top-p"),
        ("--max-tokens", "0", "--max-tokens"),
        ("--time-limit", "0", "--time-limit"),
        ("--memory-limit", "1", "--memory-limit"),
        ("--workers", "0", "--workers"),
        ("--limit", "0", "limit"),
        ("--output", "problems.jsonl/x.json", "problems.jsonl"),
        ("--output", ".", "does not name a file"),
        ("--smaples", "3", "--smaples"),
        ("--samples", "many", "--samples"),
        ("--compile-flags", "'", "--compile-flags"),
        ("--engine-option", "dtype", "give KEY=VALUE"),
        ("--engine-option", "dtype=float32", "scripted has none"),
    ],
)
def test_a_wrong_option(ready: CommandLine, option: str, value: str, says: str) -> None:
    before = sorted(ready.directory.rglob("*"))
    answer = ready(*changed(option, value))
    assert answer.status == 2, answer.err
    assert says in answer.complaint
    assert sorted(ready.directory.rglob("*")) == before


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("{", "problems.jsonl:2"),
        ("[]", "problems.jsonl:2"),
        ('{"id": "two"}', "prompt"),
        ('{"prompt": "x", "id": "one"}', "one"),
        ('{"prompt": "x", "language": "cobol"}', "cobol"),
        ('{"prompt": 3}', "prompt"),
    ],
)
def test_a_bad_line(ready: CommandLine, line: str, says: str) -> None:
    with (ready.directory / "problems.jsonl").open("a") as file:
        file.write(line + "\n")
    answer = ready(*RUN)
    assert answer.status == 2
    assert says in answer.complaint


def test_an_empty_file(ready: CommandLine) -> None:
    (ready.directory / "problems.jsonl").write_text("")
    answer = ready(*RUN)
    assert answer.status == 2
    assert "problems.jsonl" in answer.complaint


def test_no_compiler(ready: CommandLine) -> None:
    ready.write("problems.jsonl", {**PROBLEM, "language": "cpp"})
    answer = ready(*RUN, env={"PATH": str(ready.directory)})
    assert answer.status == 2
    assert "g++ is not installed" in answer.complaint
    assert "apt install g++" in answer.complaint


@pytest.mark.parametrize("script", ["#!/bin/sh\necho 'setting up uid map: Permission denied' >&2\nexit 1\n", "", None])
def test_no_sandbox(ready: CommandLine, script: str | None) -> None:
    bwrap = ready.directory / "bwrap"
    if script is not None:
        bwrap.write_text(script)
        bwrap.chmod(0o755)
    answer = ready(*RUN, env={"HALO_FORGE_BWRAP": str(bwrap)})
    assert answer.status == 2
    assert "no sandbox works" in answer.complaint
    assert "doctor" in answer.complaint


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_an_output_directory_that_may_not_be_written(ready: CommandLine) -> None:
    closed = ready.directory / "closed"
    closed.mkdir(mode=0o500)
    answer = ready(*changed("--output", "closed/x.json"))
    assert answer.status == 2
    assert "closed" in answer.complaint


@pytest.mark.parametrize(
    ("option", "value", "difference"),
    [
        ("--temperature", "0.2", "temperature"),
        ("--seed", "7", "seed"),
        ("--samples", "3", "samples"),
        ("--time-limit", "9", "cpu_s"),
        ("--max-tokens", "9", "max_tokens"),
    ],
)
def test_another_run_is_there(ready: CommandLine, option: str, value: str, difference: str) -> None:
    assert ready(*changed("--output", "x.json")).status == 0
    before = (ready.directory / "x.samples.jsonl").read_bytes()
    answer = ready(*changed(option, value), "--output", "x.json")
    assert answer.status == 2
    assert difference in answer.complaint
    assert "--fresh" in answer.complaint
    assert (ready.directory / "x.samples.jsonl").read_bytes() == before


def test_a_samples_file_without_its_run(ready: CommandLine) -> None:
    ready.write("x.samples.jsonl", {"problem_id": "one", "index": 0})
    answer = ready(*RUN, "--output", "x.json")
    assert answer.status == 2
    assert "x.samples.jsonl" in answer.complaint


def test_fresh_keeps_the_old_run_aside(ready: CommandLine) -> None:
    assert ready(*RUN, "--output", "x.json").status == 0
    before = (ready.directory / "x.samples.jsonl").read_bytes()
    assert ready(*changed("--seed", "7"), "--output", "x.json", "--fresh").status == 0
    kept = [path for path in ready.directory.glob("x.samples.jsonl*") if path.read_bytes() == before]
    assert [path.name for path in kept] != ["x.samples.jsonl"]
    assert kept


def test_no_arguments_show_the_help(halo: CommandLine) -> None:
    answer = halo()
    assert "benchmark" in answer.out + answer.err


def test_score_names_the_problem_that_is_unknown(ready: CommandLine) -> None:
    ready.write("given.jsonl", {"task_id": "onee", "solution": "print(1)"})
    answer = ready("benchmark", "score", "given.jsonl", "--prompts", "problems.jsonl")
    assert answer.status == 2
    assert "given.jsonl:1" in answer.complaint
    assert "onee" in answer.complaint


def test_score_needs_samples(ready: CommandLine) -> None:
    (ready.directory / "given.jsonl").write_text("")
    answer = ready("benchmark", "score", "given.jsonl", "--prompts", "problems.jsonl")
    assert answer.status == 2
    assert "given.jsonl" in answer.complaint


def test_greedy_is_temperature_0(ready: CommandLine) -> None:
    answer = ready("benchmark", "run", "--model", "scripted:samples.jsonl", "-p", "problems.jsonl", "--greedy",
                   "--temperature", "0.9")  # fmt: skip
    assert answer.status == 2
    assert "--greedy" in answer.complaint


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("", "no answer in it"),
        ('"text"\n', "not an object"),
        ('{"problem_id": "one"}\n', "'text'"),
        ('{"problem_id": "one", "text": "x", "n_tokens": -4}\n', "'n_tokens'"),
        ('{"problem_id": "one", "text": "x", "finish_reason": "tired"}\n', "finish_reason"),
    ],
)
def test_a_bad_script(ready: CommandLine, content: str, says: str) -> None:
    (ready.directory / "samples.jsonl").write_text(content)
    answer = ready(*RUN)
    assert answer.status == 2
    assert says in answer.complaint


def test_samples_that_would_be_overwritten(ready: CommandLine) -> None:
    samples = ready.write("x.samples.jsonl", {"task_id": "one", "solution": "print(1)"})
    before = samples.read_bytes()
    answer = ready("benchmark", "score", "x.samples.jsonl", "-p", "problems.jsonl", "-o", "x.json", "--fresh")
    assert answer.status == 2
    assert "x.samples.jsonl" in answer.complaint
    assert samples.read_bytes() == before
