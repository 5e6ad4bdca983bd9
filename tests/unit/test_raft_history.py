"""A model of an earlier run is not tested with what it was trained on."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from halo_forge.errors import ProblemFileError
from halo_forge.raft.history import refuse_trained_on
from halo_forge.raft.plan import Plan, Sampling

EARLIER = Plan(
    "m", Path("base"), "set", None, None, ("a", "b"), ("c",), ("d",), ("d",), ("x", "y", "z"), 1, Sampling(8, 0.8),
    Sampling(2, 0.7),
)  # fmt: skip


@pytest.fixture
def model(tmp_path: Path) -> Path:
    """The model of the second cycle of `EARLIER`."""
    place = tmp_path / "run" / "cycle_2" / "final_model"
    place.mkdir(parents=True)
    (tmp_path / "run" / "plan.json").write_text(json.dumps(EARLIER.identity()))
    return place


def test_the_same_split_goes_on(model: Path) -> None:
    refuse_trained_on(model, EARLIER)
    refuse_trained_on(model, replace(EARLIER, test=("e",), train=("d",)))


@pytest.mark.parametrize("spoilt", [{"test": ("d", "b")}, {"dev": ("b",)}, {"test": ("b",), "train_prompts": "other"}])
def test_another_split_is_refused(model: Path, spoilt: dict[str, tuple[str, ...]]) -> None:
    with pytest.raises(ProblemFileError, match=r"was trained on 1 of the problems that would test it, such as 'b'"):
        refuse_trained_on(model, replace(EARLIER, **spoilt))  # type: ignore[arg-type]


def test_ids_of_another_set_are_other_problems(model: Path) -> None:
    refuse_trained_on(model, replace(EARLIER, prompts="other", test=("a",)))
    refuse_trained_on(model, replace(EARLIER, train_prompts="other", dev=("a",)))


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"train_prompts": null, "prompts": "set"}'])
def test_what_is_no_plan_says_nothing(model: Path, text: str) -> None:
    (model.parents[1] / "plan.json").write_text(text)
    refuse_trained_on(model, replace(EARLIER, test=("a",)))
