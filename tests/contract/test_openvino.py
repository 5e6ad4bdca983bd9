"""Engine openvino with models of its own: other architectures, adapters, refusals."""

from __future__ import annotations

import json
import os
import resource
import threading
import time
import warnings
from pathlib import Path
from typing import Any

import pytest

from halo_forge.errors import EngineUnfit, ModelError
from halo_forge.models.base import GenerationRequest, SamplingSettings
from halo_forge.types import Sample

pytest.importorskip("openvino", reason="engine openvino is not installed (openvino)")
pytest.importorskip("torch", reason="engine openvino is not installed (torch)")
pytest.importorskip("peft", reason="engine openvino is not installed (peft)")
pytest.importorskip("gguf", reason="the model cannot be unpacked for openvino (gguf)")

import peft
import transformers

from halo_forge import made_once
from halo_forge.models.directories import Weights
from halo_forge.models.openvino import export
from halo_forge.models.openvino.export import exported
from halo_forge.models.openvino.graph import Graph
from halo_forge.models.openvino.sampler import OpenVinoSampler
from small_models import (
    ARCHITECTURES,
    GREEDY,
    PROBLEMS,
    SMALL,
    assert_follows_generate,
    greedy,
    samples_of,
    small_model,
)


@pytest.fixture(autouse=True)
def own_cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Graphs of random models are of no use to anybody else."""
    monkeypatch.setattr(made_once, "user_cache_path", lambda name: tmp_path / "cache")


def written(path: Path, settings: SamplingSettings, count: int = 1, **options: Any) -> dict[tuple[str, int], Sample]:
    return samples_of(OpenVinoSampler(path, settings, 400, **options), count)


@pytest.mark.parametrize("kind", ARCHITECTURES)
def test_every_architecture_writes_what_its_own_generate_writes(
    kind: str, model_directory: Path, tmp_path: Path
) -> None:
    model = small_model(kind, model_directory, tmp_path)
    assert_follows_generate(written(tmp_path, GREEDY), model, tmp_path)


def test_the_graph_is_made_once(model_directory: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    small_model("llama", model_directory, tmp_path)
    first = written(tmp_path, GREEDY)
    assert len(caplog.messages) == 1
    assert written(tmp_path, GREEDY) == first
    assert len(caplog.messages) == 1
    assert [path.suffix for path in (tmp_path / "cache" / "openvino").iterdir()] == [""]  # nothing half done is left


def test_another_configuration_is_another_graph(model_directory: Path, tmp_path: Path) -> None:
    small_model("llama", model_directory, tmp_path)
    before = written(tmp_path, GREEDY)
    file = tmp_path / "config.json"
    config = json.loads(file.read_text())
    config["rope_parameters"] = {"rope_type": "linear", "factor": 4.0, "rope_theta": 10000.0}
    file.write_text(json.dumps(config))
    model = transformers.AutoModelForCausalLM.from_pretrained(tmp_path, dtype="float32").eval()
    after = written(tmp_path, GREEDY)
    assert after != before
    for problem in PROBLEMS:
        assert after[problem.id, 0].token_ids == tuple(greedy(model, tmp_path, problem))


def test_another_pass_takes_no_more_memory(model_directory: Path, tmp_path: Path) -> None:
    """Whether the one before came to its end or not."""
    small_model("llama", model_directory, tmp_path)
    sampler = OpenVinoSampler(tmp_path, GREEDY, 400, slots=8)
    blocks = []
    for _ in range(3):
        samples = sampler.generate([GenerationRequest(PROBLEMS[0], 0, 8)], threading.Event())
        next(samples)
        samples.close()  # type: ignore[attr-defined]  # a generator
        decoder: Any = sampler._decoder
        blocks.append(decoder._graph.blocks)
    assert blocks[0] == blocks[1] == blocks[2]


def test_an_adapter_is_put_on_its_base(model_directory: Path, tmp_path: Path) -> None:
    base, adapter = tmp_path / "base", tmp_path / "adapter"
    model = small_model("llama", model_directory, base)
    config = peft.LoraConfig(r=4, target_modules=["q_proj", "v_proj"], init_lora_weights=False)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)  # PEFT asks transformers by a name that is going out of use
        tuned = peft.get_peft_model(model, config)
    tuned.save_pretrained(adapter)
    named = json.loads((adapter / "adapter_config.json").read_text())
    named["base_model_name_or_path"] = str(base)
    (adapter / "adapter_config.json").write_text(json.dumps(named))
    assert_follows_generate(written(adapter, GREEDY), tuned.eval(), base)


@pytest.mark.parametrize(
    ("config", "said"),
    [
        (transformers.Gemma2Config(**SMALL), "softcap"),
        (transformers.BloomConfig(vocab_size=49152, hidden_size=32, n_layer=2, n_head=4), "cannot"),
        (
            transformers.LlamaConfig(
                **SMALL, rope_parameters={"rope_type": "dynamic", "factor": 2.0, "rope_theta": 10000.0}
            ),
            "rope dynamic",
        ),
    ],
    ids=["softcap", "other-attention", "dynamic-rope"],
)
def test_what_cannot_be_exported_is_refused(
    config: Any, said: str, model_directory: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(ARCHITECTURES, "strange", config)
    small_model("strange", model_directory, tmp_path)
    with pytest.raises(EngineUnfit, match=said) as caught:
        written(tmp_path, GREEDY)
    assert "\n" not in str(caught.value)
    assert not list((tmp_path / "cache").rglob("graph.xml"))


def test_a_graph_that_says_something_else_is_refused(model_directory: Path, tmp_path: Path) -> None:
    small_model("llama", model_directory, tmp_path)
    weights = Weights(tmp_path)

    def slightly_wrong(place: Path, tokens: list[int]) -> Any:
        logits = Graph(place).logits(tokens)
        logits[-1, 5] += 0.1
        return logits

    with pytest.raises(EngineUnfit, match=r"wrong for .* from torch's"):
        exported(weights, weights.sha256(), slightly_wrong)
    assert not list((tmp_path / "cache").rglob("graph.xml"))


def test_a_cache_that_cannot_be_is_told_of(
    model_directory: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    small_model("llama", model_directory, tmp_path)
    monkeypatch.setattr(made_once, "user_cache_path", lambda name: tmp_path / "config.json")
    with pytest.raises(EngineUnfit, match=r"keeps its graphs in .*config.json/openvino: Not a directory"):
        written(tmp_path, GREEDY)


def test_a_full_cache_is_told_of(model_directory: Path, tmp_path: Path) -> None:
    small_model("llama", model_directory, tmp_path)
    unlimited = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, unlimited[1]))  # the graph has more
    try:
        with pytest.raises(EngineUnfit, match=r"keeps its graphs in .*cannot be written"):
            written(tmp_path, GREEDY)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, unlimited)
    assert list((tmp_path / "cache" / "openvino").iterdir()) == []


def test_fewer_slots_change_nothing(model_directory: Path, tmp_path: Path) -> None:
    small_model("llama", model_directory, tmp_path)
    settings = SamplingSettings(max_tokens=40, temperature=1.0, seed=5)
    assert written(tmp_path, settings, 6, slots=3) == written(tmp_path, settings, 6, slots=32)


def test_weights_that_are_broken_are_told_of(model_directory: Path, tmp_path: Path) -> None:
    small_model("llama", model_directory, tmp_path)
    (tmp_path / "model.safetensors").write_bytes(b"\x00" * 100)
    with pytest.raises(ModelError, match="cannot be loaded"):
        written(tmp_path, GREEDY)


def test_only_the_graphs_that_were_used_last_are_kept(tmp_path: Path) -> None:
    for number in range(12):
        place = tmp_path / f"{number:02}"
        place.mkdir()
        (place / export.GRAPH).write_text("")
        hours_ago = 0.5 if number == 11 else 12 - number  # the oldest first, and one that is in use
        os.utime(place, (time.time() - hours_ago * 3600,) * 2)
    (tmp_path / "making-abc").mkdir()
    export._forget(tmp_path)
    left = sorted(path.name for path in tmp_path.iterdir())
    assert left == ["04", "05", "06", "07", "08", "09", "10", "11", "making-abc"]
