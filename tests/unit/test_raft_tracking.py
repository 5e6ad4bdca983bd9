"""What trackers get of a run of RAFT, step by step, and what becomes of a tracker that fails half-way."""

from __future__ import annotations

import re
import threading
from pathlib import Path

import pytest

from halo_forge.cli import tracking
from halo_forge.report.raft_run import read_run
from halo_forge.tracking.base import Record
from halo_forge.tracking.raft_record import raft_records
from halo_forge.types import JSONObject
from raft_summaries import summary, untested, with_sham

_NAME = re.compile(r"[A-Za-z0-9_.-]+(/[A-Za-z0-9_.-]+)*")


def records(data: JSONObject) -> list[Record]:
    return raft_records(read_run(data), "0123456789ab", Path("full-m") / "summary.json")


def test_a_record_for_the_baseline_and_for_each_cycle() -> None:
    data = summary()
    found = records(data)
    assert [record.step for record in found] == list(range(len(data["cycles"]) + 1))
    assert {record.name for record in found} == {"full-m"}
    assert all(_NAME.fullmatch(name) for record in found for name in (*record.metrics, *record.settings))
    first, second, *_ = found
    assert first.metrics["baseline/pass_at_1"] == data["test"]["baseline"]["pass_at_k"]["1"]["value"]
    assert second.metrics["cycle/kept"] == data["cycles"][0]["selection"]["kept"]
    assert second.metrics["cycle/loss_end"] == data["cycles"][0]["training"]["loss_end"]
    assert second.metrics["cycle/grad_norm_max"] == data["cycles"][0]["training"]["grad_norm_max"]
    assert second.metrics["dev/pass_at_1"] == data["cycles"][0]["dev"]["pass_at_k"]["1"]["value"]


def test_the_last_step_has_what_came_of_it() -> None:
    data = with_sham(summary())
    (*before, last) = records(data)
    difference = data["test"]["differences"]["final - baseline"]["pass_at_1"]
    assert last.metrics["final/pass_at_1"] == data["test"]["final"]["pass_at_k"]["1"]["value"]
    assert last.metrics["sham/strict_pass_at_1"] == data["test"]["sham"]["strict_pass_at_1"]["value"]
    assert last.metrics["sham/training/kept"] == data["sham"]["selection"]["kept"]
    assert last.metrics["final_minus_baseline/pass_at_1"] == difference["value"]
    assert last.metrics["final_minus_sham/pass_at_1_low"] == difference["low"]
    assert not any(name.startswith(("final", "sham")) for record in before for name in record.metrics)


def test_what_is_not_known_is_left_out() -> None:
    data = summary()
    data["cycles"][0]["energy_wh"] = None
    assert "cycle/energy_wh" not in records(data)[1].metrics
    data["cycles"][0]["energy_wh"] = 2.5
    assert records(data)[1].metrics["cycle/energy_wh"] == 2.5
    assert dict(records(untested(summary()))[0].metrics) == {}


def test_settings_are_the_plan_without_the_ids() -> None:
    settings = records(summary())[0].settings
    assert settings["problems/train"] == summary()["problems"]["train"]
    assert not {"train", "dev", "test"} & set(settings)
    assert "training/epochs" in settings


def test_a_tracker_that_fails_gets_the_rest_the_next_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    posted: list[tuple[str, int]] = []
    broken = True

    def post(tracker: str, record: Record, cancel: threading.Event) -> str | None:
        posted.append((tracker, record.step))
        return "no route" if broken and record.step == 1 else None

    monkeypatch.setattr(tracking, "post", post)
    data, file = summary(), tmp_path / "summary.json"
    steps = len(data["cycles"])

    def log() -> str:
        posted.clear()
        tracking.track_raft(("wandb",), data, file, threading.Event())
        return capsys.readouterr().err

    assert "wandb: not logged: no route; the result is kept" in log()
    assert posted == [("wandb", 0), ("wandb", 1)]
    broken = False
    assert "wandb: logged as run" in log()
    assert posted == [("wandb", step) for step in range(1, steps + 1)]
    assert "has this result already" in log()
    assert posted == []
    data["test"]["final"]["strict_pass_at_1"]["value"] = 0.0
    log()
    assert posted == [("wandb", steps)]


def test_no_tracker_leaves_no_file(tmp_path: Path) -> None:
    tracking.track_raft((), summary(), tmp_path / "summary.json", threading.Event())
    assert list(tmp_path.iterdir()) == []
