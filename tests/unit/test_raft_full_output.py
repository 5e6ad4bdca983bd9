"""What `benchmark full` shows and writes at its end, and refuses before anything slow. Nothing is trained here."""

from __future__ import annotations

import inspect
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from halo_forge.cli import rafting, tracking
from halo_forge.cli.raft_request import Request
from halo_forge.cli.verbs.benchmark_full import full
from halo_forge.errors import UserError
from halo_forge.raft.plan import Place
from halo_forge.tracking.base import Record
from raft_summaries import SUMMARY, summary


def request(folder: Path, **given: Any) -> Request:
    """The command's defaults, and what is given."""
    defaults = {name: option.default for name, option in inspect.signature(full).parameters.items()}
    return Request(**defaults | {"model": "m", "prompts": "composed", "output": str(folder)} | given)


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The run is replaced by one that is there; what would take a while is listed when it begins."""
    begun: list[str] = []

    def trainable(*_: object) -> Path:
        begun.append("unpacking")
        return Path("base")

    def run(cycles: Any, resumed: int) -> Any:
        begun.append("training")
        place: Place = cycles.place
        place.summary.write_bytes(SUMMARY.read_bytes())
        return summary()

    monkeypatch.setattr(rafting, "check_installed", lambda: None)
    monkeypatch.setattr(rafting, "find_model", lambda *_: SimpleNamespace(name="m"))
    monkeypatch.setattr(rafting, "trainable", trainable)
    monkeypatch.setattr(rafting, "run", run)
    monkeypatch.setattr(rafting, "export", lambda *_: None)
    return begun


@pytest.mark.parametrize("given", [{"html": "."}, {"html": "out/final.json"}, {"track": ["nothing"]}])
def test_mistakes_are_seen_before_anything_slow(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, slow: list[str], given: dict[str, Any]
) -> None:
    monkeypatch.chdir(tmp_path)
    (option,) = given
    with pytest.raises(UserError, match=f"^--{option} "):
        rafting.run_full(request(Path("out"), **given))
    assert slow == []
    assert not Path("out").exists()


def test_the_end_of_a_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], slow: list[str]
) -> None:
    logged: list[Record] = []
    monkeypatch.setattr(rafting, "check_trackers", tuple)
    monkeypatch.setattr(tracking, "post", lambda tracker, record, cancel: logged.append(record))
    monkeypatch.chdir(tmp_path)
    assert rafting.run_full(request(tmp_path / "out", html="page.html", track=["wandb"])) == 0
    assert slow == ["unpacking", "training"]
    out, err = capsys.readouterr()
    assert "Headroom" in out
    assert f"summary  {tmp_path / 'out' / 'summary.json'}" in out
    assert "report   page.html" in err
    assert "wandb: logged as run" in err
    assert "Headroom" in Path("page.html").read_text("utf-8")
    assert [record.step for record in logged] == list(range(len(summary()["cycles"]) + 1))
    assert {record.file for record in logged} == {str(tmp_path / "out" / "summary.json")}


def test_a_tracker_that_fails_is_a_note(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], slow: list[str]
) -> None:
    monkeypatch.setattr(rafting, "check_trackers", tuple)
    monkeypatch.setattr(tracking, "post", lambda *_: "no route")
    assert rafting.run_full(request(tmp_path / "out", track=["wandb"])) == 0
    assert "wandb: not logged: no route" in capsys.readouterr().err
