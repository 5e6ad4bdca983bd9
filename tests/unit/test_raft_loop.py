"""Which cycle is chosen, what counts as strictly right, what a plan is, and what a run is refused for."""

from __future__ import annotations

import json
import os
import threading
from contextlib import nullcontext
from dataclasses import asdict, replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from halo_forge.errors import PhaseFailed, StoreError
from halo_forge.raft import child
from halo_forge.raft.cycle import Cycles
from halo_forge.raft.done import NAME
from halo_forge.raft.examples import Example, write_examples
from halo_forge.raft.figures import strict_counts
from halo_forge.raft.loop import choose
from halo_forge.raft.phases import Runner, is_complete
from halo_forge.raft.plan import Place, Plan, Sampling
from halo_forge.raft.trainer import Trainer
from halo_forge.raft.training import TrainSettings
from halo_forge.raft.words import Control
from halo_forge.store import JudgedSample, Times
from halo_forge.store.lines import encode_judged
from halo_forge.types import FinishReason, Outcome
from rafting import WRONG, candidate

PLAN = Plan(
    "m",
    Path("base"),
    "test",
    "train",
    5,
    ("a",),
    ("b",),
    ("c",),
    ("c",),
    ("x", "y", "z"),
    3,
    Sampling(8, 0.8),
    Sampling(2, 0.7),
)


def runner(plan: Plan, tmp_path: Path) -> Runner:
    watcher: Any = None
    cancel = threading.Event()
    return Runner(plan, cancel, watcher, Trainer(1, cancel, watcher, lambda path: nullcontext()))


def cycles(plan: Plan, tmp_path: Path) -> Cycles:
    words: Any = None
    return Cycles(plan, Place(tmp_path), runner(plan, tmp_path), {}, words)


@pytest.mark.parametrize(
    ("rates", "chosen"),
    [
        ([(0.1, 0.5), (0.3, 0.5), (0.2, 0.9)], 2),
        ([(0.3, 0.5), (0.3, 0.5), (0.2, 0.9)], 2),  # of equals the later one
        ([(0.0, 0.6), (0.0, 0.5), (0.0, 0.4)], 1),  # nothing passes, so what compiles decides
        ([(0.0, 0.0)] * 3, 3),
    ],
)
def test_the_dev_problems_choose_the_cycle(tmp_path: Path, rates: list[tuple[float, float]], chosen: int) -> None:
    for number, (passed, compiled) in enumerate(rates, start=1):
        here = Place(tmp_path).cycle(number)
        here.root.mkdir()
        here.dev.write_text(json.dumps({"pass_at_k": {"1": passed}, "compile_rate": compiled}))
    assert choose(cycles(PLAN, tmp_path)) == chosen


def test_without_dev_problems_it_is_the_last(tmp_path: Path) -> None:
    assert choose(cycles(replace(PLAN, dev=()), tmp_path)) == 3


def test_which_model_writes_and_which_is_trained(tmp_path: Path) -> None:
    anew, on = cycles(PLAN, tmp_path), cycles(replace(PLAN, go_on=True), tmp_path)
    first = tmp_path / "cycle_1" / "final_model"
    assert [anew.parent(1), anew.parent(2)] == [on.parent(1), on.parent(2)] == [Path("base"), first]
    assert [anew.trained_from(2), on.trained_from(2), on.trained_from(1)] == [Path("base"), first, Path("base")]


def test_right_and_ended_by_itself(tmp_path: Path) -> None:
    several = [
        candidate("a", 0),
        candidate("a", 1, finish=FinishReason.LENGTH),
        candidate("a", 2, WRONG),
        candidate("a", 3, Outcome.JUDGE_ERROR),
        candidate("b", 0, finish=FinishReason.UNKNOWN),
    ]
    lines = [encode_judged(JudgedSample(c.sample, c.verdict, Times())) for c in several]
    (tmp_path / "x.samples.jsonl").write_bytes(b"".join(lines))
    assert strict_counts(tmp_path / "x.json") == {"a": (3, 1), "b": (1, 0)}


def test_fresh_samples_in_every_cycle() -> None:
    seeds = {replace(PLAN, seed=seed).seed_of(cycle) for seed in range(50) for cycle in range(20)}
    assert len(seeds) == 50 * 20


def test_a_phase_is_a_benchmark_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of the problems that the plan names; its limit has been kept when they were named."""
    called: list[list[str]] = []
    monkeypatch.setattr(child, "run", lambda words, cancel: called.append(words) or 3)
    plan = replace(PLAN, common=("--max-tokens", "9"))
    output = tmp_path / "x.json"
    with pytest.raises(PhaseFailed) as caught:
        runner(plan, tmp_path).sample(Path("m"), "train", Path("ids"), Sampling(8, 0.8), 7, output)
    assert caught.value.status == 3
    (words,) = called
    given = dict(zip(words[3::2], words[4::2], strict=True))
    assert words[:3] == ["halo_forge", "benchmark", "run"]
    assert given == {
        "--model": "m", "--prompts": "train", "--only": "ids", "--samples": "8", "--k": "1,5,8", "--temperature": "0.8",
        "--seed": "7", "--output": str(output), "--max-tokens": "9",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("content", "complete"),
    [
        ('{"missing": 0, "unscored": 0}', True),
        ('{"missing": 1, "unscored": 0}', False),
        ('{"missing": 0, "unscored": 1}', False),
        ('{"missing": 0,', False),
        (None, False),
    ],
)
def test_what_is_complete_is_not_done_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: str | None, complete: bool
) -> None:
    called: list[object] = []
    monkeypatch.setattr(child, "run", lambda words, cancel: called.append(words) or 0)
    if content is not None:
        (tmp_path / "x.json").write_text(content)
    assert is_complete(tmp_path / "x.json") is complete
    runner(PLAN, tmp_path).sample(Path("m"), "train", Path("ids"), Sampling(1, 0.8), 7, tmp_path / "x.json")
    assert bool(called) is not complete


OTHERWISE = replace(PLAN, training=replace(PLAN.training, batch=4), rules=replace(PLAN.rules, per_problem=1))


def test_how_to_train_may_change_as_long_as_nothing_is_trained(tmp_path: Path) -> None:
    """Who is told to lower the learning rate keeps what was drawn; what was kept of it is kept anew."""
    place = Place(tmp_path)
    place.plan.write_text(json.dumps(PLAN.identity()))
    place.cycle(1).root.mkdir()
    place.cycle(1).selection.write_text("{}")
    place.claim(OTHERWISE)
    assert json.loads(place.plan.read_bytes()) == OTHERWISE.identity()
    assert not place.cycle(1).selection.exists()


def begun(tmp_path: Path, *, done: int) -> Place:
    """A run of `PLAN` whose first cycles are complete, with something selected in all of them and for the sham."""
    place = Place(tmp_path)
    place.plan.write_text(json.dumps(PLAN.identity()))
    for number, here in enumerate([*map(place.cycle, range(1, PLAN.cycles + 1)), place.sham], start=1):
        here.root.mkdir()
        here.selection.write_text("{}")
        if number <= done:
            (here.root / NAME).write_text('{"files": {}}')
    return place


def test_what_is_done_stays_and_the_rest_may_be_trained_otherwise(tmp_path: Path) -> None:
    """Who is told to lower the learning rate in a late cycle keeps the cycles before."""
    place = begun(tmp_path, done=2)
    now = replace(OTHERWISE, cycles=2, control=Control.SHAM)
    assert place.claim(now) == 0
    assert json.loads(place.plan.read_bytes()) == now.identity()
    there = [here.selection.exists() for here in (place.cycle(1), place.cycle(2), place.cycle(3), place.sham)]
    assert there == [True, True, False, False]


def test_a_run_has_no_fewer_cycles_than_are_done(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match=r"cycles: 3 there, 1 now"):
        begun(tmp_path, done=2).claim(replace(PLAN, cycles=1))


@pytest.mark.parametrize(
    ("now", "said"),
    [(OTHERWISE, r"training\.batch: 8 there, 4 now"), (replace(PLAN, cycles=4), "cycles: 3 there, 4 now")],
)
def test_once_a_model_was_tested_it_stays_the_model(tmp_path: Path, now: Plan, said: str) -> None:
    place = begun(tmp_path, done=3)
    place.final.write_text("{}")
    with pytest.raises(StoreError, match=said):
        place.claim(now)


def test_once_a_model_was_tested_the_control_may_come_or_go(tmp_path: Path) -> None:
    place = begun(tmp_path, done=3)
    place.final.write_text("{}")
    place.claim(replace(PLAN, control=Control.SHAM))
    assert not place.sham.selection.exists()


@pytest.mark.parametrize("name", ["baseline.json", "cycle_7", "sham"])
@pytest.mark.parametrize("fresh", [False, True])
def test_what_is_of_no_run_is_not_taken_for_a_part_of_one(tmp_path: Path, name: str, fresh: bool) -> None:
    (tmp_path / name).mkdir()
    with pytest.raises(StoreError, match=rf"holds something else \({name}\); choose another --output"):
        Place(tmp_path).claim(PLAN, fresh=fresh)
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_a_run_begins_beside_what_it_does_not_write(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    Place(tmp_path).claim(PLAN, fresh=True)
    assert (tmp_path / "notes.txt").exists()


@pytest.mark.parametrize(("within", "output"), [(".", "."), ("cycle_1", "..")])
def test_a_run_is_not_kept_aside_from_within(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, within: str, output: str
) -> None:
    begun(tmp_path, done=0)
    monkeypatch.chdir(tmp_path / within)
    with pytest.raises(StoreError, match="cannot be kept aside from within"):
        Place(Path(output)).claim(PLAN, fresh=True)


def test_the_time_between_a_kill_and_going_on_is_not_the_runs(tmp_path: Path) -> None:
    place = begun(tmp_path, done=0)
    place.sessions.write_text('{"started_at": 1000.0}\n')
    (tmp_path / "run.lock").touch()
    for path in tmp_path.rglob("*"):
        os.utime(path, (1100.0, 1100.0))
    place.claim(OTHERWISE)  # which writes another plan
    place.close_session()
    assert 100 <= place.seconds() < 130


def test_what_is_drawn_otherwise_is_another_run(tmp_path: Path) -> None:
    place = Place(tmp_path)
    place.plan.write_text(json.dumps(PLAN.identity()))
    with pytest.raises(StoreError, match=r"drawn\.samples: 8 there, 16 now"):
        place.claim(replace(OTHERWISE, drawn=Sampling(16, 0.8)))


def test_a_run_goes_on_with_fewer_examples_in_memory(tmp_path: Path) -> None:
    """Who runs out of it in a late cycle keeps the cycles before."""
    place = Place(tmp_path)
    place.plan.write_text(json.dumps(PLAN.identity()))
    assert place.claim(replace(PLAN, training=replace(PLAN.training, micro_batch=1))) == 0


def test_the_sham_has_as_many_examples_as_the_cycle_that_is_tested(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours = cycles(PLAN, tmp_path)
    for number in (1, 2, 3):
        here = ours.place.cycle(number)
        here.root.mkdir()
        write_examples(here.examples, [Example((1,), (2,))] * number)
        trained = {"training": asdict(replace(PLAN.training, batch=number, micro_batch=9))}
        here.record.write_text(json.dumps({"settings": trained}))
    kept: list[int] = []
    settings: list[TrainSettings] = []
    monkeypatch.setattr(Cycles, "candidates", lambda self, number: [candidate("a", index) for index in range(9)])
    monkeypatch.setattr(Cycles, "_keep", lambda self, here, selection: kept.append(len(selection.kept)))
    monkeypatch.setattr(Cycles, "_train", lambda *given: settings.append(given[-1]))
    silent: Any = SimpleNamespace(phase=lambda title: None)
    replace(ours, runner=replace(ours.runner, watcher=silent)).run_sham(2)
    assert kept == [2]
    assert settings == [replace(PLAN.training, batch=2)]
