"""`--track` with the real trackers, offline, read back with their own libraries. Those not installed are skipped."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from e2e.conftest import Answer, CommandLine
from halo_forge.tracking.base import Record
from halo_forge.tracking.post import post
from halo_forge.tracking.record import metrics_of

PROBLEMS = [
    {"id": "add", "prompt": "Write add(a, b).", "language": "python", "category": "math",
     "tests": "assert add(1, 2) == 3", "entry_point": "add"},
    {"id": "one", "prompt": "Print 1.", "language": "python", "expected_output": "1\n"},
]  # fmt: skip
SAMPLES = [
    {"problem_id": "add", "text": "def add(a, b):\n    return a + b\n", "n_tokens": 20},
    {"problem_id": "add", "text": "def add(a, b):\n    return a - b\n", "n_tokens": 18},
    {"problem_id": "one", "text": "print(1)", "n_tokens": 5},
    {"problem_id": "one", "text": "print(2)", "n_tokens": 5},
]
RUN = ("benchmark", "run", "--model", "scripted:samples.jsonl", "--prompts", "problems.jsonl", "--samples", "2")
HIDDEN = "sentinel-of-a-key-0123456789"
READ = Path(__file__).with_name("tracking_readers")
TRACKERS = [
    pytest.param(name, marks=pytest.mark.skipif(find_spec(name) is None, reason=f"{name} is not installed"))
    for name in ("mlflow", "tensorboard", "trackio", "wandb")
]


class Tracked:
    """A directory with problems and samples, and trackers that keep everything in it."""

    def __init__(self, halo: CommandLine) -> None:
        self.halo = halo
        halo.write("problems.jsonl", *PROBLEMS)
        halo.write("samples.jsonl", *SAMPLES)

    def run(self, *words: str, env: dict[str, str] | None = None) -> Answer:
        return self.halo(*RUN, "--k", "1,2", "--output", "results/x.json", *words, env={**self.places(), **(env or {})})

    def places(self) -> dict[str, str]:
        wandb = {f"WANDB_{kind}_DIR": str(self.halo.directory / "wandb-own") for kind in ("CACHE", "DATA", "CONFIG")}
        return {
            "WANDB_MODE": "offline", "WANDB_API_KEY": HIDDEN, "MLFLOW_TRACKING_PASSWORD": HIDDEN, "HF_TOKEN": HIDDEN,
            "TRACKIO_DIR": str(self.halo.directory / "trackio"), **wandb,
        }  # fmt: skip

    def read(self, tracker: str) -> list[dict[str, Any]]:
        """The runs that the tracker has: id, step, settings, metrics, files (their content)."""
        done = subprocess.run(
            [sys.executable, READ / f"read_{tracker}.py"], cwd=self.halo.directory, capture_output=True, text=True,
            check=True, env={**os.environ, **self.places()}, timeout=120,
        )  # fmt: skip
        runs: list[dict[str, Any]] = json.loads(done.stdout.splitlines()[-1])
        return runs

    @property
    def run_id(self) -> str:
        return str(self.halo.lines("results/x.trackers.jsonl")[0]["run"])


@pytest.fixture
def tracked(halo: CommandLine) -> Tracked:
    """See `Tracked`."""
    return Tracked(halo)


@pytest.mark.parametrize("tracker", TRACKERS)
def test_a_result_is_logged_once(tracked: Tracked, tracker: str) -> None:
    answer = tracked.run("--track", tracker)
    assert answer.status == 0, answer.err
    assert f"{tracker}: logged as run {tracked.run_id}" in answer.err
    (run,) = tracked.read(tracker)
    result = tracked.halo.json("results/x.json")
    assert run["id"] == tracked.run_id
    assert run["step"] == 0
    assert run["metrics"] == pytest.approx(metrics_of(result), rel=1e-6)  # TensorBoard keeps 32 bits
    assert run["metrics"]["pass_at_1"] == 0.5
    assert run["metrics"]["outcomes/wrong_answer"] == 2
    assert str(run["settings"]["sampling/temperature"]) == "0.7"
    assert run["settings"]["problems/hash"] == result["run"]["problems"]["hash"]
    assert run["files"] in ([result], [])
    assert (tracker == "tensorboard") == (run["files"] == [])
    again = tracked.run("--track", tracker)
    assert again.status == 0
    assert f"{tracker}: has this result already" in again.err
    assert tracked.read(tracker) == [run]


@pytest.mark.parametrize("tracker", TRACKERS)
def test_a_result_that_changed_goes_to_the_same_run_and_a_fresh_one_does_not(tracked: Tracked, tracker: str) -> None:
    assert tracked.run("--track", tracker).status == 0
    first = tracked.run_id
    assert tracked.run("--track", tracker, "--metrics", "pass^2", "--workers", "1").status == 0
    (run,) = tracked.read(tracker)
    assert run["id"] == first
    assert run["metrics"]["pass_hat_2"] == 0.0
    assert tracked.run("--track", tracker, "--fresh").status == 0
    assert {run["id"] for run in tracked.read(tracker)} == {first, tracked.run_id}
    assert first != tracked.run_id


@pytest.mark.parametrize("tracker", TRACKERS)
def test_no_key_is_written_anywhere(tracked: Tracked, tracker: str) -> None:
    answer = tracked.run("--track", tracker)
    assert HIDDEN not in answer.out + answer.err
    files = [path for path in tracked.halo.directory.rglob("*") if path.is_file()]
    assert len(files) > 5
    assert not [path for path in files if HIDDEN.encode() in path.read_bytes()]


@pytest.mark.parametrize("tracker", TRACKERS)
def test_json_is_alone_on_standard_output(tracked: Tracked, tracker: str) -> None:
    answer = tracked.run("--track", tracker, "--json")
    assert json.loads(answer.out) == tracked.halo.json("results/x.json")


@pytest.mark.parametrize("tracker", TRACKERS)
def test_steps_go_to_one_run(tracked: Tracked, tracker: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """As the cycles of a training do, each with a file of its own."""
    monkeypatch.chdir(tracked.halo.directory)
    for name, value in tracked.places().items():
        monkeypatch.setenv(name, value)
    folder = tracked.halo.directory / "results"
    folder.mkdir()
    for step in range(3):
        file = folder / f"cycle_{step}.json"
        file.write_text(json.dumps({"step": step}))
        metrics = {"pass_at_1": step / 4, "reward/mean": 0.5}
        record = Record("0123456789ab", "x", {"model": "m"}, metrics, step, str(file), str(folder))
        assert post(tracker, record, threading.Event()) is None
    (run,) = tracked.read(tracker)
    assert (run["id"], run["step"]) == ("0123456789ab", 2)
    assert run["metrics"] == {"pass_at_1": 0.5, "reward/mean": 0.5}
    assert run["settings"]["model"] == "m"
    assert {"step": 2} in run["files"] or tracker == "tensorboard"


FAULTS = [
    ("mlflow", {"MLFLOW_TRACKING_URI": "http://me:secret-word@127.0.0.1:9", "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "0"}),
    ("mlflow", {"MLFLOW_TRACKING_URI": "sqlite:////proc/nowhere/mlflow.db"}),
    ("tensorboard", {}),
    ("trackio", {"TRACKIO_DIR": "/proc/nowhere"}),
    ("trackio", {"TRACKIO_SERVER_URL": "http://127.0.0.1:9"}),
    ("wandb", {"WANDB_MODE": "online", "WANDB_API_KEY": ""}),
    ("wandb", {"WANDB_MODE": "online", "WANDB_BASE_URL": "http://127.0.0.1:9", "WANDB_INIT_TIMEOUT": "3"}),
]


@pytest.mark.parametrize(("tracker", "env"), FAULTS, ids=lambda one: one if isinstance(one, str) else "-".join(one))
def test_a_tracker_that_fails_harms_nothing(tracked: Tracked, tracker: str, env: dict[str, str]) -> None:
    if find_spec(tracker) is None:
        pytest.skip(f"{tracker} is not installed")
    (tracked.halo.directory / "results").mkdir()
    (tracked.halo.directory / "results/tensorboard").write_text("no folder")
    answer = tracked.run("--track", tracker, env=env)
    assert answer.status == 0
    (line,) = [line for line in answer.err.splitlines() if line.startswith(f"{tracker}: not logged: ")]
    assert line.endswith("the result is kept; run the same command again to log it")
    assert "Traceback" not in answer.err
    assert "secret-word" not in answer.err
    assert tracked.halo.json("results/x.json")["pass_at_k"] == {"1": 0.5, "2": 1.0}
    (tracked.halo.directory / "results/tensorboard").unlink()
    assert f"{tracker}: logged as run {tracked.run_id}" in tracked.run("--track", tracker).err
    assert [run["id"] for run in tracked.read(tracker)] == [tracked.run_id]


def test_a_run_that_is_not_complete_is_not_logged(tracked: Tracked) -> None:
    pytest.importorskip("tensorboard", exc_type=ImportError)
    tracked.halo.write("samples.jsonl", *SAMPLES[:2])
    answer = tracked.run("--track", "tensorboard")
    assert answer.status == 3
    assert "not logged to tensorboard: only a complete result is" in answer.err
    assert not (tracked.halo.directory / "results/tensorboard").exists()


def test_score(tracked: Tracked) -> None:
    pytest.importorskip("tensorboard", exc_type=ImportError)
    tracked.halo.write("mine.jsonl", *({"task_id": one["problem_id"], "solution": one["text"]} for one in SAMPLES))
    words = ("--prompts", "problems.jsonl", "--k", "1", "--output", "results/x.json", "--track", "tensorboard")
    answer = tracked.halo("benchmark", "score", "mine.jsonl", *words)
    assert answer.status == 0, answer.err
    (run,) = tracked.read("tensorboard")
    assert run["metrics"]["pass_at_1"] == 0.5
    assert run["settings"]["samples_file/name"] == "mine.jsonl"


def test_a_folder_named_like_a_tracker_is_not_taken_for_it(tracked: Tracked) -> None:
    pytest.importorskip("tensorboard", exc_type=ImportError)
    (tracked.halo.directory / "tensorboard.py").write_text("raise SystemExit('not this one')")
    assert "tensorboard: logged" in tracked.run("--track", "tensorboard").err
