"""What `sft train` refuses before anything is loaded, where it keeps things, and the forms of `--export`."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from halo_forge.cli.exporting import Form, check_export
from halo_forge.cli.tuning import Request, SftPlace, _check_place, _claim, _refuse_another, check_numbers
from halo_forge.errors import StoreError, UserError
from halo_forge.models.directories import model_directory
from halo_forge.raft import done
from halo_forge.raft.training import TrainSettings
from halo_forge.types import PromptStyle

PLAIN = Request("m", "a.jsonl", "models/sft", TrainSettings(), 1, False, None, False, PromptStyle.AUTO)


@pytest.mark.parametrize(
    ("text", "form"), [(None, None), ("gguf", "f16"), *((f"gguf:{form}", form) for form in ("f32", "bf16", "q8_0"))]
)
def test_forms(text: str | None, form: str | None) -> None:
    assert check_export(text) == (None if form is None else Form(form))


@pytest.mark.parametrize("text", ["", "gguf:", "gguf:F16", "gguf:q4_k", "safetensors", ":f16", "gguf:f16:f16"])
def test_no_form(text: str) -> None:
    with pytest.raises(UserError) as caught:
        check_export(text)
    assert str(caught.value) == f"--export {text}: give gguf, or gguf:TYPE with a TYPE of f32, f16, bf16, q8_0"


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("batch", 0, "--batch-size 0: give 1 or more"),
        ("micro_batch", -1, "--micro-batch -1: give 1 or more"),
        ("rank", 0, "--rank 0: give 1 or more"),
        ("epochs", 0.0, "--epochs 0: "),
        ("epochs", float("nan"), "--epochs nan: "),
        ("epochs", 101.0, "--epochs 101: "),
        ("learning_rate", 0.0, "--learning-rate 0: "),
        ("learning_rate", 1.5, "--learning-rate 1.5: "),
        ("learning_rate", float("nan"), "--learning-rate nan: "),
        ("seed", -1, "--seed -1: "),
        ("seed", 2**32, "--seed 4294967296: "),
    ],
)
def test_a_wrong_number(name: str, value: Any, says: str) -> None:
    check_numbers(PLAIN)
    with pytest.raises(UserError) as caught:
        check_numbers(replace(PLAIN, settings=replace(PLAIN.settings, **{name: value})))
    assert str(caught.value).startswith(says)
    assert "\n" not in str(caught.value)


def test_no_gpus() -> None:
    with pytest.raises(UserError, match="--train-gpus 0: give 1 or more"):
        check_numbers(replace(PLAIN, train_gpus=0))


def test_numbers_at_the_edge_are_taken() -> None:
    check_numbers(replace(PLAIN, settings=TrainSettings(1.0, 100.0, batch=1, micro_batch=1, rank=1, seed=2**32 - 1)))


def test_its_record_has_its_own_name() -> None:
    place = SftPlace(Path("models/sft"))
    assert place.record == Path("models/sft/sft.json")
    assert place.final_model == Path("models/sft/final_model")


def test_names_of_what_was_trained(tmp_path: Path) -> None:
    """``models/sft``, ``models/raft/cycle_1`` and ``models/raft/cycle_1_final``; and nothing that looks like them."""
    for run in ("sft", "cycle_1", "cycle_12"):
        (tmp_path / run / "final_model").mkdir(parents=True)
        (tmp_path / run / "final_model" / "config.json").write_text(json.dumps({}))
    (tmp_path / "cycle_2" / "adapter").mkdir(parents=True)
    (tmp_path / "cycle_2" / "adapter" / "adapter_config.json").write_text("{}")
    for name, meant in (
        ("sft", "sft/final_model"),
        ("cycle_1", "cycle_1/final_model"),
        ("cycle_1_final", "cycle_1/final_model"),
        ("cycle_12_final", "cycle_12/final_model"),
        ("cycle_2", "cycle_2/adapter"),
        ("cycle_2_final", None),  # it has not been merged
        ("cycle_3_final", None),
        ("cycle__final", None),
        ("cycle_1_finally", None),
        ("sft_final", None),
    ):
        assert model_directory(tmp_path / name) == (None if meant is None else tmp_path / meant), name
    own = tmp_path / "cycle_12_final"
    own.mkdir()
    (own / "config.json").write_text("{}")
    assert model_directory(own) == own


def test_what_is_complete_is_kept_aside_and_held(tmp_path: Path) -> None:
    """What is not complete stays where it is: the training there begins anew."""
    root = tmp_path / "models" / "sft"
    _claim(root)
    (root / "examples.jsonl").write_text("{}")
    with pytest.raises(StoreError, match="another process is writing"):
        _claim(root)
    assert [path.name for path in root.parent.iterdir()] == ["sft"]
    other = tmp_path / "other"
    other.mkdir()
    (other / "sft.json").write_text("{}")
    done.finish(other, ["sft.json"])
    _claim(other)
    assert [path.name for path in other.iterdir()] == ["run.lock"]
    done.check(tmp_path / "other.old-1")
    with pytest.raises(StoreError, match="another process is writing"):
        _claim(other)


def test_a_place_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match=r"cannot write .*/file: .*; choose another --output"):
        _claim(tmp_path / "file")


def test_the_model_that_is_trained_is_never_where_the_new_one_goes(tmp_path: Path) -> None:
    """Nor is what it is an adapter of: ``--fresh`` would move it away."""
    base = tmp_path / "sft" / "final_model"
    base.mkdir(parents=True)
    (base / "config.json").write_text("{}")
    adapter = tmp_path / "adapter"
    adapter.mkdir()
    (adapter / "adapter_config.json").write_text(json.dumps({"base_model_name_or_path": str(base)}))
    for model in (base, adapter):
        with pytest.raises(StoreError, match="holds the model that is to be trained; choose another --output"):
            _check_place(tmp_path / "sft", model)
        _check_place(tmp_path / "sft2", model)


@pytest.mark.parametrize("name", ["plan.json", "cycle.json", "config.json", "adapter_config.json"])
def test_a_place_of_something_else(tmp_path: Path, name: str) -> None:
    base = tmp_path / "base"
    base.mkdir()
    (base / "config.json").write_text("{}")
    root = tmp_path / "out"
    root.mkdir()
    (root / name).write_text("{}")
    with pytest.raises(StoreError, match=rf"holds something else \({name}\)"):
        _check_place(root, base)


def test_other_settings_are_named_and_a_record_that_is_none_too(tmp_path: Path) -> None:
    place = SftPlace(tmp_path)
    asked = {"model": "m", "settings": {"seed": 0, "learning_rate": None}}
    place.record.write_text(json.dumps({"asked": asked}))
    _refuse_another(place, asked)
    with pytest.raises(StoreError, match=r"trained otherwise \(settings.seed: 0 there, 1 now\); .*--fresh"):
        _refuse_another(place, {**asked, "settings": {**asked["settings"], "seed": 1}})
    for text in ("{", "[]", "{}", '{"asked": 1}', '{"asked": null}'):
        place.record.write_text(text)
        with pytest.raises(StoreError, match="is damaged; choose another --output"):
            _refuse_another(place, asked)
    place.record.unlink()
    with pytest.raises(StoreError, match="is damaged"):
        _refuse_another(place, asked)
