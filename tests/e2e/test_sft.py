"""`sft train` and `raft train` from the command line to a model that other commands take by its short name."""

from __future__ import annotations

import signal
import sys
import time
from pathlib import Path

import pytest

from e2e.conftest import Answer, CommandLine
from e2e.test_full import QUICK, TRAINABLE, contents
from e2e.test_full import talker as talker
from halo_forge.cli.tuning import _claim
from halo_forge.errors import StoreError
from halo_forge.models.registry import find_model
from halo_forge.raft import done
from patience import LONG_S

TRAIN = ("sft", "train", "--model", "model", "--data", "data.jsonl", "--epochs", "1")
RUN = ("--prompts", "test.jsonl", "--samples", "1", "--max-tokens", "4", "--engine", "transformers")
DATA = [{"prompt": f"x{n} = ", "completion": f"{n % 10}\n"} for n in range(200)]


@pytest.fixture
def ready(talker: CommandLine) -> CommandLine:
    """A small model, problems, and 200 answers."""
    talker.write("data.jsonl", *DATA)
    return talker


def refused(halo: CommandLine, *words: str) -> str:
    """The one line of a mistake, after which everything is as it was."""
    before = contents(halo.directory)
    answer = halo(*words)
    assert answer.status == 2, answer.err
    assert contents(halo.directory) == before
    return answer.complaint


def succeeded(answer: Answer) -> Answer:
    assert answer.status == 0, answer.err
    return answer


@TRAINABLE
@pytest.mark.timeout(900)
def test_from_answers_to_a_model(ready: CommandLine) -> None:
    root = ready.directory / "models" / "sft"
    _stopped(ready, root)
    answer = succeeded(ready(*TRAIN, timeout=LONG_S))
    assert "200 answers to learn, 600 tokens in the loss" in answer.err
    assert answer.out == "model    models/sft/final_model\n"
    _all_is_there(ready, root)
    before = contents(root)
    again = succeeded(ready(*TRAIN, "--export", "gguf"))
    assert "models/sft is complete already" in again.err
    assert (root / "model.gguf").read_bytes()[:4] == b"GGUF"
    after = contents(root)
    assert {name for name in after if after[name] != before.get(name)} == {"model.gguf"}
    succeeded(ready("benchmark", "run", "--model", "models/sft", *RUN, "--output", "x.json"))
    assert ready.json("x.json")["run"]["model"]["name"] == "sft"
    _another_one_is_refused(ready)


def _stopped(halo: CommandLine, root: Path) -> None:
    """``--fresh`` keeps aside what is complete, nobody else trains there meanwhile, Ctrl-C ends it at once."""
    root.mkdir(parents=True)
    (root / "sft.json").write_text("{")
    done.finish(root, ["sft.json"])
    before = contents(root)
    assert "sft.json is damaged; choose another --output" in refused(halo, *TRAIN)
    with halo.start(*TRAIN, "--fresh") as process:
        end = time.monotonic() + LONG_S
        while not (root / "tmp.training").exists():
            assert process.poll() is None, process.communicate()
            assert time.monotonic() < end
            time.sleep(0.02)
        with pytest.raises(StoreError, match="another process is writing"):
            _claim(root)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=LONG_S)
    assert (process.returncode, out) == (130, "")
    assert "Traceback" not in err
    assert not done.is_done(root)
    assert contents(root.with_name("sft.old-1")).items() >= before.items()


def _all_is_there(halo: CommandLine, root: Path) -> None:
    done.check(root)
    for name in ("adapter/adapter_model.safetensors", "final_model/model.safetensors", "training.log", "DONE.json"):
        assert (root / name).is_file()
    assert not list(root.glob("tmp.*"))
    assert not (root / "cycle.json").exists()
    record = halo.json("models/sft/sft.json")
    assert record["asked"]["data"] == "data.jsonl"
    assert len(record["asked"]["data_sha256"]) == 64
    assert record["asked"]["settings"]["epochs"] == 1
    trained = record["training"]
    assert (trained["examples"], trained["steps"]) == (200, 30)  # 25 are a pass, and 30 the least
    assert trained["loss_end"] < trained["loss_start"]
    assert [step["loss"] for step in halo.json("models/sft/training.json")["steps"]] == trained["losses"]
    examples = halo.lines("models/sft/examples.jsonl")
    assert len(examples) == 200
    assert {example["answer"][-1] for example in examples} == {2}


def _another_one_is_refused(halo: CommandLine) -> None:
    for option, value, says in (
        ("--seed", "1", "settings.seed: 0 there, 1 now"),
        ("--rank", "8", "settings.rank: 16 there, 8 now"),
    ):
        said = refused(halo, *TRAIN, option, value)
        assert says in said
        assert "--fresh" in said
    halo.write("data.jsonl", *DATA[:-1])
    assert "data_sha256" in refused(halo, *TRAIN)
    halo.write("data.jsonl", *DATA)
    itself = ("sft", "train", "--model", "models/sft", "--data", "data.jsonl", "--fresh")
    assert "holds the model that is to be trained; choose another --output" in refused(halo, *itself)


@pytest.mark.nightly
@TRAINABLE
@pytest.mark.timeout(600)
def test_raft_without_a_test(talker: CommandLine) -> None:
    command = ("raft", "train", "--model", "model", "--prompts", "train.jsonl", *QUICK, "--dev-share", "0")
    answer = succeeded(talker(*command, timeout=LONG_S))
    assert "8 problems to train on, 0 to choose the cycle, 0 to test" in answer.err
    assert "summary  models/raft/summary.json" in answer.out
    assert "model    models/raft/cycle_1/final_model" in answer.out
    summary = talker.json("models/raft/summary.json")
    assert (summary["chosen_cycle"], summary["test"], summary["sham"]) == (1, None, None)
    done.check(talker.directory / "models" / "raft" / "cycle_1")
    root = talker.directory / "models" / "raft"
    assert find_model(str(root / "cycle_1_final")).path == root / "cycle_1" / "final_model"
    said = refused(talker, *TRAIN[:4], "--data", "train.jsonl", "--output", "models/raft")
    assert "models/raft holds something else (plan.json)" in said


# Mistakes


def test_training_is_not_installed(halo: CommandLine) -> None:
    """As in a Python that does not find one of the packages."""
    halo.write("data.jsonl", *DATA)
    halo.write("hidden/unused.jsonl")
    (halo.directory / "hidden" / "sitecustomize.py").write_text(
        "import importlib.util as u\n"
        "found = u.find_spec\n"
        "u.find_spec = lambda name, package=None: None if name == 'trl' else found(name, package)\n"
    )
    paths = ":".join([str(halo.directory / "hidden"), *(path for path in sys.path if path.endswith("src"))])
    answer = halo(*TRAIN, env={"PYTHONPATH": paths})
    assert answer.status == 2
    assert "trl" in answer.complaint
    assert "pip install 'halo-forge[train]'" in answer.complaint
    assert not (halo.directory / "models").exists()


@pytest.mark.parametrize(
    ("option", "value", "says"),
    [("--train-gpus", "0", "--train-gpus 0: give 1 or more"), ("--dat", "x", "--dat"), ("--epochs", "x", "--epochs")],
)
def test_a_wrong_option(halo: CommandLine, option: str, value: str, says: str) -> None:
    assert says in refused(halo, *TRAIN, option, value)


@TRAINABLE
def test_mistakes_leave_nothing_behind(ready: CommandLine) -> None:
    assert "gguf:TYPE" in refused(ready, *TRAIN, "--export", "onnx")
    assert "has no weights here that could be trained" in refused(ready, *TRAIN[:3], "scripted:data.jsonl", *TRAIN[4:])
    assert "holds something else (config.json)" in refused(ready, *TRAIN, "--output", "model")
    ready.write("data.jsonl", *DATA[:5])
    before = contents(ready.directory)
    assert "5 answers are 10 steps in 10 passes" in ready(*TRAIN).complaint
    assert contents(ready.directory) == before
