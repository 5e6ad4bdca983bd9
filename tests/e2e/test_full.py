"""`benchmark full` from the command line to the files: trained, killed and gone on with, and every mistake in a line.

The model that is trained here writes digits, the problems are assignments that lack their number, and a number that
Python takes is right: so a model of a few kilobytes has something to learn from. With a real model: the nightly test.
"""

from __future__ import annotations

import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from e2e.conftest import Answer, CommandLine
from halo_forge.raft import done
from halo_forge.raft.trainer import missing_packages
from patience import LONG_S

TRAINABLE = pytest.mark.skipif(bool(missing_packages()), reason=f"training needs {', '.join(missing_packages())}")
WORDS = ["apples", "pears", "plums", "figs", "dates", "limes", "kiwis", "melons", "nuts", "beans", "peas", "leeks"]
NUMBERS = [{"id": word, "prompt": f"{word} = ", "language": "python", "prompt_is_code": True} for word in WORDS]
FULL = ("benchmark", "full", "--model", "model", "--prompts", "test.jsonl", "--train-prompts", "train.jsonl")
QUICK = (
    "--cycles", "1", "--samples", "4", "--train-samples", "8", "--max-tokens", "8", "--dev-share", "0.25",
    "--batch-size", "4", "--solved-above", "1", "--train-temperature", "1", "--engine", "transformers",
)  # fmt: skip
CALM = (*FULL, *QUICK, "--control", "sham", "--output", "out")


@pytest.fixture
def talker(tmp_path: Path, request: pytest.FixtureRequest) -> CommandLine:
    return begun(tmp_path, request)


@pytest.fixture(scope="module")
def calm(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> tuple[CommandLine, Answer]:
    """A run that nobody disturbed, in `out`; and what it said."""
    halo = begun(tmp_path_factory.mktemp("calm"), request)
    return halo, halo(*CALM, timeout=600)


def begun(place: Path, request: pytest.FixtureRequest) -> CommandLine:
    """A directory with the model, problems to train on, and others to test with."""
    directory = request.getfixturevalue("model_directory")  # skips where it cannot be made
    from small_models import talker

    digits = range(32, 42)  # tokens of the tokenizer
    talker({2: 0.4, **dict.fromkeys(digits, 0.06)}, directory, place / "model")
    halo = CommandLine(place)
    halo.write("train.jsonl", *NUMBERS[:8])
    halo.write("test.jsonl", *NUMBERS[8:])
    return halo


def contents(root: Path) -> dict[str, bytes]:
    return {str(path.relative_to(root)): path.read_bytes() for path in root.rglob("*") if path.is_file()}


def losses(halo: CommandLine, output: str) -> Any:
    return [step["loss"] for step in halo.json(f"{output}/cycle_1/training.json")["steps"]]


@TRAINABLE
@pytest.mark.timeout(1500)
def test_from_the_first_sample_to_the_summary(calm: tuple[CommandLine, Answer]) -> None:
    talker, answer = calm
    assert answer.status == 0, answer.err
    assert "4 problems test; a gain is hard to tell from luck" in answer.err
    assert "6 problems to train on, 2 to choose the cycle, 4 to test" in answer.err
    root = talker.directory / "out"
    for made in ("cycle_1", "sham"):
        assert done.is_done(root / made)
        done.check(root / made)
    summary = talker.json("out/summary.json")
    (cycle,) = summary["cycles"]
    kept = cycle["selection"]
    assert cycle["drawn"]["generated"] == kept["kept"] + sum(kept["dropped"].values()) == 6 * 8
    assert max(kept["per_problem"].values()) <= 4
    trained_on = {line["problem_id"] for line in talker.lines("out/cycle_1/examples.jsonl")}
    assert trained_on <= set(WORDS[:8])
    lines = {(line["problem_id"], line["index"]): line for line in talker.lines("out/cycle_1/samples.samples.jsonl")}
    for example in talker.lines("out/cycle_1/examples.jsonl"):
        sample = lines[example["problem_id"], example["index"]]
        assert sample["passed"]
        assert example["answer"] == sample["token_ids"]
        assert len(example["prompt"]) == sample["prompt_tokens"]
    assert summary["sham"]["selection"]["kept"] == kept["kept"]
    assert summary["problems"] == {"train": 6, "dev": 2, "test": 4}
    for name in ("baseline", "final", "sham"):
        assert summary["test"][name]["generated"] == 16
    assert set(summary["test"]["differences"]) == {"final - baseline", "final - sham", "sham - baseline"}
    assert (root / "cycle_1" / "final_model" / "model.safetensors").exists()
    assert not list(root.rglob("tmp.*"))
    assert summary["resumed"] == 0
    before = contents(root)
    again = talker(*CALM)  # nothing is left to do
    assert again.status == 0, again.err
    changed = {name for name, content in contents(root).items() if before.get(name) != content}
    assert changed <= {"sessions.jsonl", "summary.json"}
    assert talker.json("out/summary.json")["test"] == summary["test"]
    _another_plan(talker, CALM, root)


def _another_plan(halo: CommandLine, command: tuple[str, ...], root: Path) -> None:
    """Other settings in the same directory: refused, with what is different, and nothing is touched."""
    before = contents(root)
    for option, value, said in (
        ("--cycles", "2", "cycles: 1 there, 2 now"),
        ("--batch-size", "2", "training.batch: 4 there, 2 now"),
        ("--keep", "best", 'rules.keep: "accepted" there, "best" now'),
        ("--seed", "1", "seed: 0 there, 1 now"),
    ):
        answer = halo(*command, option, value)
        assert answer.status == 2
        assert said in answer.complaint
        assert "--fresh" in answer.complaint
    assert contents(root) == before


def killed_when(halo: CommandLine, command: tuple[str, ...], there: Callable[[], bool]) -> None:
    """The command, killed with no chance to tidy up as soon as something is there."""
    with halo.start(*command) as process:
        end = time.monotonic() + LONG_S
        while not there():
            assert process.poll() is None, process.communicate()
            assert time.monotonic() < end
            time.sleep(0.01)
        process.kill()
        process.communicate()


def killed_and_gone_on(halo: CommandLine, command: tuple[str, ...], calm: str) -> None:
    """A run that is killed while it draws samples and again while it trains ends as the one in `calm`."""
    here = halo.directory / "rough" / "cycle_1"
    rough = (*command, "--output", "rough")
    killed_when(halo, rough, (here / "samples.run.json").exists)
    killed_when(halo, rough, (here / "tmp.training").exists)
    assert not done.is_done(here)
    drawn = (here / "samples.samples.jsonl").read_bytes()
    answer = halo(*rough, timeout=LONG_S)
    assert answer.status == 0, answer.err
    assert (here / "samples.samples.jsonl").read_bytes() == drawn
    for name in ("selection.json", "examples.jsonl"):
        assert (here / name).read_bytes() == (halo.directory / calm / "cycle_1" / name).read_bytes()
    assert losses(halo, "rough") == pytest.approx(losses(halo, calm), rel=1e-4)
    assert halo.json("rough/summary.json")["resumed"] == 2
    done.check(here)


@TRAINABLE
@pytest.mark.timeout(1500)
def test_killed_twice(calm: tuple[CommandLine, Answer]) -> None:
    halo, answer = calm
    assert answer.status == 0, answer.err
    killed_and_gone_on(halo, (*FULL, *QUICK, "--no-hardware-metrics"), "out")


@TRAINABLE
@pytest.mark.nightly
@pytest.mark.timeout(3600)
def test_killed_twice_with_a_real_model(halo: CommandLine) -> None:
    command = (
        "benchmark", "full", "--model", "smollm2-135m", "--prompts", "composed:12", "--cycles", "1",
        "--max-tokens", "96", "--samples", "2", "--keep", "best", "--batch-size", "2", "--micro-batch", "2",
        "--solved-above", "1", "--dev-share", "0", "--test-share", "0.34",
    )  # fmt: skip
    answer = halo(*command, "--output", "calm", timeout=1200)
    assert answer.status == 0, answer.err
    killed_and_gone_on(halo, command, "calm")


@TRAINABLE
@pytest.mark.timeout(600)
def test_where_nothing_is_right_nothing_is_trained(talker: CommandLine) -> None:
    """And what was drawn is there the next time."""
    talker.write("train.jsonl", *({**one, "expected_output": "never"} for one in NUMBERS[:8]))
    command = (*FULL, *QUICK, "--dev-share", "0", "--output", "out")
    drawn: list[dict[str, bytes]] = []
    for _ in range(2):
        answer = talker(*command, timeout=LONG_S)
        assert answer.status == 3
        assert "no sample was kept" in answer.complaint
        found = contents(talker.directory / "out")
        assert len(talker.lines("out/cycle_1/samples.samples.jsonl")) == 8 * 8
        assert talker.json("out/cycle_1/selection.json")["kept"] == 0
        assert not any("final_model" in name for name in found)
        drawn.append({name: what for name, what in found.items() if "samples" in name or "baseline" in name})
    assert drawn[0] == drawn[1] != {}


# Mistakes


@pytest.fixture
def ready(halo: CommandLine) -> CommandLine:
    """Problems, and a script that would answer them."""
    halo.write("train.jsonl", *NUMBERS[:8])
    halo.write("test.jsonl", *NUMBERS[8:])
    halo.write("samples.jsonl", {"problem_id": "nuts", "text": "1"})
    return halo


SCRIPTED = (*FULL[:2], "--model", "scripted:samples.jsonl", *FULL[4:])


def refused(halo: CommandLine, *words: str) -> Answer:
    """A mistake: one line, status 2, and nothing is left behind."""
    before = sorted(halo.directory.rglob("*"))
    answer = halo(*words)
    assert answer.status == 2, answer.err
    assert answer.complaint
    assert sorted(halo.directory.rglob("*")) == before
    return answer


@pytest.mark.parametrize(
    ("option", "value", "says"),
    [
        ("--prompts", "demoo", "demo"),
        ("--train-prompts", "nowhere.jsonl", "nowhere.jsonl"),
        ("--train-prompts", "test.jsonl", "to train on is 'nuts' to test with"),
        ("--cycles", "0", "--cycles 0"),
        ("--cycles", "-1", "--cycles -1"),
        ("--samples", "0", "--samples 0"),
        ("--train-samples", "0", "--train-samples 0"),
        ("--dev-share", "1", "--dev-share 1: give 0 or more, below 1"),
        ("--dev-share", "-0.1", "--dev-share -0.1"),
        ("--dev-share", "nan", "--dev-share nan"),
        ("--dev-share", "0.8", "leave nothing to train on"),
        ("--test-share", "1", "--test-share 1"),
        ("--per-problem", "0", "--per-problem 0"),
        ("--solved-above", "0", "--solved-above 0"),
        ("--solved-above", "1.1", "--solved-above 1.1"),
        ("--epochs", "0", "--epochs 0"),
        ("--epochs", "nan", "--epochs nan"),
        ("--batch-size", "0", "--batch-size 0"),
        ("--micro-batch", "0", "--micro-batch 0"),
        ("--rank", "0", "--rank 0"),
        ("--learning-rate", "0", "--learning-rate 0"),
        ("--learning-rate", "2", "--learning-rate 2"),
        ("--learning-rate", "nan", "--learning-rate nan"),
        ("--temperature", "-1", "--temperature -1"),
        ("--train-temperature", "11", "--train-temperature 11"),
        ("--keep", "some", "--keep"),
        ("--control", "none", "--control"),
        ("--limit", "0", "limit"),
        ("--train-prompts", "demo", "--train-prompts demo: these problems only test; train on demo-train"),
        ("--verifier", "gc", "verifier 'gc'"),
        ("--verifier", "gcc", "cannot judge python"),
        ("--top-p", "2", "--top-p 2"),
        ("--max-tokens", "0", "--max-tokens 0"),
        ("--time-limit", "-1", "--time-limit -1"),
        ("--memory-limit", "1", "--memory-limit 1"),
        ("--workers", "0", "--workers 0"),
        ("--engine-option", "slots", "--engine-option"),
        ("--compile-flags", "'", "--compile-flags"),
        ("--smaples", "3", "--smaples"),
    ],
)
def test_a_wrong_option(ready: CommandLine, option: str, value: str, says: str) -> None:
    words = list(SCRIPTED)
    if option in words:
        words[words.index(option) + 1] = value
    else:
        words += [option, value]
    assert says in refused(ready, *words).complaint


def test_a_control_that_is_not_tested(ready: CommandLine) -> None:
    words = [*SCRIPTED[:6], "--test-share", "0", "--control", "sham"]
    assert "--test-share 0 tests nothing" in refused(ready, *words).complaint


def test_the_demo_is_not_learnt(ready: CommandLine) -> None:
    answer = refused(ready, "raft", "train", "--model", "smollm2-135m", "--prompts", "demo")
    assert "--prompts demo: these problems only test; train on demo-train" in answer.complaint


def test_one_set_of_one_concept_cannot_be_split(ready: CommandLine) -> None:
    ready.write("test.jsonl", *({**NUMBERS[0], "id": str(n), "prompt": f"apples = {n}"} for n in range(1, 9)))
    words = (*SCRIPTED[:6],)
    assert "8 problems of 1 concepts cannot be split" in refused(ready, *words).complaint


def test_no_model_is_named(ready: CommandLine) -> None:
    assert "--model" in refused(ready, "benchmark", "full", "--prompts", "demo").complaint


@TRAINABLE
@pytest.mark.parametrize("model", ["scripted:samples.jsonl", "http://127.0.0.1:9/v1"])
def test_a_model_without_weights_cannot_be_trained(ready: CommandLine, model: str) -> None:
    words = [*SCRIPTED[:3], model, *SCRIPTED[4:]]
    answer = ready(*words)
    assert answer.status == 2, answer.err
    assert not (ready.directory / "results").exists()
    if model.startswith("scripted"):
        assert "has no weights here that could be trained" in answer.complaint


@pytest.mark.skipif(not missing_packages(), reason="everything that trains is installed")
def test_training_is_not_installed(ready: CommandLine) -> None:
    assert "pip install 'halo-forge[train]'" in refused(ready, *SCRIPTED).complaint


@TRAINABLE
def test_a_limit_is_the_tests_alone(talker: CommandLine) -> None:
    """All of the other set is trained on; until the baseline is drawn, and then it is enough."""
    command = (*FULL, *QUICK, "--limit", "3", "--output", "out")
    here = talker.directory / "out" / "cycle_1" / "samples.samples.jsonl"
    killed_when(talker, command, lambda: here.exists() and here.stat().st_size > 0)
    assert len((talker.directory / "out" / "test.ids").read_text().splitlines()) == 3
    assert len((talker.directory / "out" / "train.ids").read_text().splitlines()) == 6
    assert talker.json("out/baseline.json")["total"] == 3


@TRAINABLE
def test_a_second_run_in_the_same_directory_and_ctrl_c(talker: CommandLine) -> None:
    """The second one is refused, whatever it asks for; the first stops with the status that is Ctrl-C's."""
    command = (*FULL, *QUICK, "--output", "out")
    with talker.start(*command) as process:
        work = talker.directory / "out" / "baseline.run.json"
        end = time.monotonic() + LONG_S
        while not work.exists():
            assert process.poll() is None, process.communicate()
            assert time.monotonic() < end
            time.sleep(0.02)
        for more in ((), ("--fresh",)):
            answer = talker(*command, *more)
            assert answer.status == 2
            assert "another process is writing" in answer.complaint
            assert process.poll() is None
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=LONG_S)
    assert process.returncode == 130
    assert "Traceback" not in err
    aside = talker.directory / "out.old-1" / "plan.json"
    killed_when(talker, (*command, "--fresh"), lambda: aside.exists() and work.exists())  # nobody holds it any more
