"""How many steps a training gets, what stops one, how a directory is told to be complete, and jobs as files."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from halo_forge.errors import StoreError, TrainingError
from halo_forge.raft import done
from halo_forge.raft.jobs import FIGURES as FIGURES_FILE
from halo_forge.raft.jobs import Job, read_figures
from halo_forge.raft.training import (
    MERGED_GAP,
    MIN_STEPS,
    Step,
    TrainFigures,
    TrainSettings,
    check_figures,
    check_losses,
    check_step,
    default_learning_rate,
    ends_of,
)
from rafting import FIGURES, spoilt


@pytest.mark.parametrize(
    ("examples", "settings", "steps"),
    [
        (80, TrainSettings(), 30),  # three passes
        (81, TrainSettings(), 33),
        (800, TrainSettings(), 300),
        (40, TrainSettings(), 30),  # six passes, so that there are enough steps
        (24, TrainSettings(), 30),
        (16, TrainSettings(), 20),  # ten passes and no more
        (9, TrainSettings(), 20),
        (80, TrainSettings(epochs=0.1), 30),
        (8, TrainSettings(epochs=40), 40),  # as many as are asked for
        (8, TrainSettings(batch=1), 30),
    ],
)
def test_how_many_steps(examples: int, settings: TrainSettings, steps: int) -> None:
    assert settings.planned_steps(examples) == steps


@pytest.mark.parametrize("examples", [1, 7, 8])
def test_too_few_steps_are_refused(examples: int) -> None:
    with pytest.raises(TrainingError) as caught:
        TrainSettings().planned_steps(examples)
    assert f"{examples} answers are 10 steps in 10 passes, and fewer than {MIN_STEPS}" in str(caught.value)
    assert "--train-samples" in str(caught.value)


def test_too_few_steps_in_more_than_a_pass() -> None:
    with pytest.raises(TrainingError, match="80 answers are 11 steps in 2 passes"):
        TrainSettings(epochs=1.05, steps=1).planned_steps(80)


def test_nothing_to_learn_from() -> None:
    with pytest.raises(TrainingError, match="no sample was kept"):
        TrainSettings().planned_steps(0)


@pytest.mark.parametrize(
    ("batch", "most", "at_once"), [(8, 4, 4), (8, 8, 8), (8, 3, 2), (10, 4, 2), (2, 4, 2), (7, 4, 1), (6, 4, 3)]
)
def test_a_step_has_the_batch_that_was_asked_for(batch: int, most: int, at_once: int) -> None:
    assert TrainSettings(batch=batch, micro_batch=most).at_once == at_once


def test_the_learning_rate_by_the_width_of_the_model() -> None:
    assert default_learning_rate(576) == pytest.approx(6.5e-4, rel=0.01)  # smollm2-135m
    assert default_learning_rate(2000) == 2.5e-4
    assert default_learning_rate(4096) < default_learning_rate(896) < default_learning_rate(576)


QUIET = [1.0, 0.9, 1.1, 1.0, 1.2]


@pytest.mark.parametrize("norms", [[1.0], [0.0], QUIET, [*QUIET, 49.0], [*QUIET, 0.0], [0.1, 90.0, 1.0, 1.0, 1.0, 1.0]])
def test_a_step_as_any_other(norms: list[float]) -> None:
    check_step(norms, 0.0)


def test_the_first_steps_may_be_far_apart() -> None:
    """Nobody knows yet what is usual."""
    for count in range(1, 6):
        check_step([1.0] * (count - 1) + [1e6], 1.0)
    with pytest.raises(TrainingError):
        check_step([1.0] * 5 + [1e6], 1.0)


def test_norms_of_0_are_no_measure() -> None:
    check_step([0.0] * 6 + [0.3], 0.0)


def test_a_model_that_learns_nothing_any_more() -> None:
    check_step([3.4, 769.3, 0.0], 0.0)  # there is nothing left to learn
    with pytest.raises(TrainingError, match=r"of step 3 is 0 at a loss of 10.8: .*; lower --learning-rate"):
        check_step([3.4, 769.3, 0.0], 10.8)


@pytest.mark.parametrize(
    ("norms", "said"),
    [
        ([math.nan], "step 1 is nan"),
        ([*QUIET, math.inf], "step 6 is inf"),
        ([1.0, math.nan], "step 2 is nan"),
        ([*QUIET, 51.0], "step 6 is 51, 51 times the median"),
    ],
)
def test_a_gradient_that_is_no_number_or_explodes(norms: list[float], said: str) -> None:
    with pytest.raises(TrainingError) as caught:
        check_step(norms, 1.0)
    assert said in str(caught.value)
    assert "--learning-rate" in str(caught.value)


def test_a_training_that_went_well() -> None:
    check_figures(FIGURES)
    check_figures(spoilt(logit_gap=MERGED_GAP * 0.99, same_greedy=0, kl_to_base=0.0))


@pytest.mark.parametrize(
    ("figures", "said"),
    [
        (spoilt(steps=()), "made no step"),
        (spoilt(sum_lr=0.0), "the learning rate was 0 at every step"),
        (spoilt(weight_change=0.0), "left every weight as it was"),
        (spoilt(weight_change=math.nan), "left every weight as it was"),
        (spoilt(logit_gap=MERGED_GAP), "the merged weights are not base and adapter"),
        (spoilt(logit_gap=math.nan), "the merged weights are not base and adapter"),
    ],
)
def test_a_training_that_cannot_help(figures: TrainFigures, said: str) -> None:
    with pytest.raises(TrainingError, match=said):
        check_figures(figures)


def steps_of(losses: list[float]) -> list[Step]:
    return [Step(number, loss, 0.5, 1e-4) for number, loss in enumerate(losses, start=1)]


# Steps of a pass: answers of a length come together, the longest first, and each costs what its length is.
BY_LENGTH = [3.0, 2.0, 1.0, 0.5]


@pytest.mark.parametrize(
    ("losses", "ends"),
    [
        (BY_LENGTH * 3, (1.625, 1.625)),
        (BY_LENGTH[::-1] * 3, (1.625, 1.625)),
        ([*BY_LENGTH * 2, 3.0], (1.625, 1.625)),  # the third pass was only begun
        ([*BY_LENGTH, 1.0, 1.0, 1.0, 1.0], (1.625, 1.0)),
        ([4.0, 2.0, 3.0, 1.0], (3.0, 2.0)),  # one pass: its halves
        ([4.0, 2.0, 3.0], (4.0, 3.0)),
        ([4.0], (4.0, 4.0)),
    ],
)
def test_the_loss_at_either_end_does_not_go_by_lengths(losses: list[float], ends: tuple[float, float]) -> None:
    assert ends_of(losses, 4) == ends
    if len(losses) >= 8:
        check_losses(steps_of(losses), 4)


@pytest.mark.parametrize("losses", [[1.0] * 4 + [1.6] * 4, [1.0, 1.0, 1.6, 1.6]])
def test_a_loss_that_rises(losses: list[float]) -> None:
    with pytest.raises(TrainingError, match=r"the loss rose from 1 to 1.6; lower --learning-rate"):
        check_losses(steps_of(losses), 4)
    check_losses(steps_of([min(loss, 1.5) for loss in losses]), 4)


def test_a_job_and_its_figures_come_back_as_they_were(tmp_path: Path) -> None:
    job = Job(Path("base"), Path("examples"), tmp_path, TrainSettings(learning_rate=1e-4, seed=7, bf16=False))
    job.write(tmp_path / "job.json")
    assert Job.read(tmp_path / "job.json") == job
    job.write_figures(FIGURES)
    assert read_figures(tmp_path / FIGURES_FILE) == FIGURES


# DONE.json


@pytest.fixture
def finished(tmp_path: Path) -> Path:
    """A directory that is complete: a file, and a directory with another."""
    (tmp_path / "inner" / "deep").mkdir(parents=True)
    (tmp_path / "a.json").write_text("content")
    (tmp_path / "inner" / "deep" / "b").write_text("more")
    (tmp_path / "else").write_text("of nobody's concern")
    assert not done.is_done(tmp_path)
    with pytest.raises(StoreError, match="not complete"):
        done.check(tmp_path)
    done.finish(tmp_path, ["a.json", "inner"])
    return tmp_path


def test_a_complete_directory(finished: Path) -> None:
    assert done.is_done(finished)
    done.check(finished)
    (finished / "else").unlink()
    (finished / "new").write_text("later")
    assert done.is_done(finished)
    done.check(finished)


@pytest.mark.parametrize("name", ["a.json", "inner/deep/b"])
@pytest.mark.parametrize("content", ["", "con", "content and more", None])
def test_a_file_of_another_size_or_none(finished: Path, name: str, content: str | None) -> None:
    path = finished / name
    path.unlink()
    if content is not None:
        path.write_text(content)
    assert not done.is_done(finished)
    with pytest.raises(StoreError, match="not complete"):
        done.check(finished)


def test_another_content_of_the_same_size(finished: Path) -> None:
    (finished / "inner" / "deep" / "b").write_text("less")
    assert done.is_done(finished)  # which has no time to read gigabytes
    with pytest.raises(StoreError, match="deep/b is not what was written"):
        done.check(finished)


@pytest.mark.parametrize("content", ["", "{", "[]", "{}", '{"files": []}', '{"files": {"a.json": 7}}', "null"])
def test_a_damaged_list(finished: Path, content: str) -> None:
    (finished / done.NAME).write_text(content)
    assert not done.is_done(finished)
    with pytest.raises(StoreError, match="not complete"):
        done.check(finished)


def test_what_does_not_get_to_its_end_is_not_complete(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("content")
    with pytest.raises(StoreError):
        done.finish(tmp_path, ["a", "missing"])
    assert not done.is_done(tmp_path)


def test_put_aside_keeps_what_was_put_aside_before(tmp_path: Path) -> None:
    place = tmp_path / "run"
    for content in ("first", "second"):
        place.mkdir()
        (place / "x").write_text(content)
        done.put_aside(place)
    done.put_aside(place)
    assert (tmp_path / "run.old-1" / "x").read_text() == "first"
    assert (tmp_path / "run.old-2" / "x").read_text() == "second"
    assert not place.exists()
