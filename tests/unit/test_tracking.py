"""What trackers get, and what is said when one of them fails. The trackers themselves: tests/e2e/test_tracking.py."""

from __future__ import annotations

import re
import threading
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

import pytest

from halo_forge.errors import UserError
from halo_forge.tracking.base import Record
from halo_forge.tracking.kept import Kept
from halo_forge.tracking.post import post
from halo_forge.tracking.record import metrics_of, settings_of
from halo_forge.tracking.registry import TRACKERS, check_trackers
from halo_forge.types import JSONObject

needs_tensorboard = pytest.mark.skipif(find_spec("tensorboard") is None, reason="tensorboard is not installed")


def result() -> JSONObject:
    """A small result file."""
    return {
        "total": 2, "passed": 1, "solved": 2, "unscored": 0, "missing": 0, "judged_by": "tests",
        "pass_rate": 0.5, "compile_rate": 0.75, "pass_at_k": {"1": 0.5, "5": None}, "metrics": {"g-pass@2_0.5": 0.25},
        "intervals": {
            "level": 0.95, "pass_rate": [0.1, 0.9], "compile_rate": None, "pass_at_k": {"1": [0.2, 0.8], "5": None},
            "metrics": {"g-pass@2_0.5": [0.1, 0.6]},
        },
        "samples": {"total": 4, "compiled": 3, "passed": 2},
        "outcomes": {"accepted": 2, "wrong_answer": 2},
        "by_category": {"math": {"total": 2, "passed": 1, "solved": 2}},
        "tokens": {"prompt": None, "completion": 79, "truncated": 0, "per_second": 10.5},
        "timing": {"generation_time": 3.5, "verification_time": None},
        "cost": None,
        "problems": {"add": {"n": 2, "c": 1}},
        "run": {"model": {"name": "m", "sha256": None}, "samples": 2, "k": [1, 5], "tools": {"g++": "12"},
                "sampling": {"stop": ["a", "b"], "system_prompt": "x" * 1000, "greedy": True}},
    }  # fmt: skip


def record(folder: Path) -> Record:
    return Record("0123456789ab", "x", {"a": 1}, {"pass_at_1": 0.5}, 0, str(folder / "x.json"), str(folder))


def test_metrics_with_their_bounds_and_nothing_that_is_not_known() -> None:
    assert metrics_of(result()) == {
        "pass_rate": 0.5, "pass_rate_low": 0.1, "pass_rate_high": 0.9, "compile_rate": 0.75,
        "pass_at_1": 0.5, "pass_at_1_low": 0.2, "pass_at_1_high": 0.8,
        "g-pass_at_2_0.5": 0.25, "g-pass_at_2_0.5_low": 0.1, "g-pass_at_2_0.5_high": 0.6,
        "total": 2, "passed": 1, "solved": 2, "unscored": 0, "missing": 0,
        "samples/total": 4, "samples/compiled": 3, "samples/passed": 2,
        "outcomes/accepted": 2, "outcomes/wrong_answer": 2,
        "by_category/math/total": 2, "by_category/math/passed": 1, "by_category/math/solved": 2,
        "tokens/completion": 79, "tokens/truncated": 0, "tokens/per_second": 10.5, "timing/generation_time": 3.5,
    }  # fmt: skip


def test_hardware_where_it_was_measured() -> None:
    hardware = {
        "gpu_peak_memory_gb": None, "cpu_energy_wh": 1.5, "energy_source": "rapl", "gpu_shared": True,
        "phases": {"judging": {"cpu_energy_wh": 0.5}}, "trace": [1, 2],
    }  # fmt: skip
    metrics = metrics_of({**result(), "hardware": hardware})
    found = {name: value for name, value in metrics.items() if name.startswith("hardware/")}
    assert found == {"hardware/cpu_energy_wh": 1.5, "hardware/phases/judging/cpu_energy_wh": 0.5}


def test_settings_are_flat_and_short() -> None:
    assert settings_of(result()) == {
        "model/name": "m", "samples": 2, "tools/gpp": "12", "sampling/stop": "a, b",
        "sampling/system_prompt": "x" * 500 + "…", "sampling/greedy": True, "judged_by": "tests",
    }  # fmt: skip


@pytest.mark.parametrize("categories", [["a/b", "a_b", "a b"], ["..", "."], ["x" * 300, "x" * 400], ["", "ä", "ö"]])
def test_no_category_is_lost_or_too_much_for_a_tracker(categories: list[str]) -> None:
    counts = {name: {"total": number} for number, name in enumerate(categories)}
    found = {k: v for k, v in metrics_of({**result(), "by_category": counts}).items() if k.startswith("by_category/")}
    assert sorted(found.values()) == list(range(len(categories)))
    for name in found:
        assert re.fullmatch(r"[A-Za-z0-9_.\-/]{1,250}", name)
        assert not {"", ".", ".."} & set(name.split("/"))


def test_unknown_trackers() -> None:
    with pytest.raises(UserError, match="--track mlfow: there is no such tracker; write one of mlflow, tensorboard"):
        check_trackers(["mlfow"])


def test_trackers_that_are_not_installed() -> None:
    missing = [name for name in TRACKERS if find_spec(name) is None]
    if not missing:
        pytest.skip("all trackers are installed")
    with pytest.raises(UserError, match=re.escape(f"pip install 'halo-forge[{','.join(missing)}]'")):
        check_trackers(TRACKERS)


@needs_tensorboard
def test_each_tracker_once() -> None:
    assert check_trackers(["tensorboard", "tensorboard"]) == ("tensorboard",)


@needs_tensorboard
def test_a_tracker_that_cannot_write(tmp_path: Path) -> None:
    (tmp_path / "tensorboard").write_text("no folder")
    reason = post("tensorboard", record(tmp_path), threading.Event())
    assert reason is not None
    assert "tensorboard" in reason
    assert "\n" not in reason


@needs_tensorboard
def test_no_secret_of_the_environment_is_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "hunter22").write_text("no folder")
    monkeypatch.setenv("SOME_API_KEY", "hunter22")
    reason = post("tensorboard", record(tmp_path / "hunter22"), threading.Event())
    assert reason is not None
    assert "***" in reason
    assert "hunter22" not in reason


@needs_tensorboard
def test_a_tracker_that_is_not_waited_for(tmp_path: Path) -> None:
    assert post("tensorboard", record(tmp_path), threading.Event(), patience_s=0) == "no answer within 0 s"
    cancel = threading.Event()
    cancel.set()
    assert post("tensorboard", record(tmp_path), cancel) == "stopped"


def test_what_is_kept(tmp_path: Path) -> None:
    path, one = tmp_path / "x.trackers.jsonl", record(tmp_path)
    kept = Kept.of(path)
    assert Kept.of(path) == kept  # the id is there before anything is logged
    kept.add("mlflow", one)
    again = Kept.of(path)
    assert again.run_id == kept.run_id
    assert again.has("mlflow", one)
    assert again.has("mlflow", replace(one, file="elsewhere", folder="elsewhere"))
    assert not again.has("wandb", one)
    assert not again.has("mlflow", replace(one, metrics={"pass_at_1": 0.6}))


@pytest.mark.parametrize("content", ["", "{", "[]", '{"run": 1}', "\0"])
def test_a_damaged_list_is_as_good_as_none(tmp_path: Path, content: str) -> None:
    path = tmp_path / "x.trackers.jsonl"
    path.write_text(content)
    kept = Kept.of(path)
    assert not kept.digests
    assert Kept.of(path) == kept
