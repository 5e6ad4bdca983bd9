"""Engine transformers with real models: other architectures, adapters, little memory, and what is broken."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import warnings
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from halo_forge.errors import ModelError
from halo_forge.models.base import SamplingSettings
from halo_forge.types import PromptStyle, Sample

pytest.importorskip("torch", reason="engine transformers is not installed (torch)")
pytest.importorskip("peft", reason="engine transformers is not installed (peft)")
pytest.importorskip("gguf", reason="the model cannot be unpacked for transformers (gguf)")

import peft
import torch

from halo_forge.models.pick import pick
from halo_forge.models.transformers.sampler import TransformersSampler
from halo_forge.models.transformers.slots import Slots, prefill
from small_models import ARCHITECTURES, GREEDY, assert_follows_generate, samples_of, small_model


def written(path: Path, settings: SamplingSettings, count: int = 1, **options: Any) -> dict[tuple[str, int], Sample]:
    return samples_of(TransformersSampler(path, settings, 400, **options), count)


@pytest.mark.parametrize("kind", ARCHITECTURES)
def test_every_architecture_writes_what_its_own_generate_writes(
    kind: str, model_directory: Path, tmp_path: Path
) -> None:
    model = small_model(kind, model_directory, tmp_path)
    assert_follows_generate(written(tmp_path, GREEDY), model, tmp_path)


def test_rows_do_not_see_each_other(model_directory: Path, tmp_path: Path) -> None:
    """To the last bit, with other sequences beside it, in other slots, and with a wider cache."""
    model = small_model("llama", model_directory, tmp_path)
    prompts = [list(range(50, 60 + 30 * i)) for i in range(12)]

    def logits(order: list[int]) -> dict[int, Any]:
        slots = Slots(model, 16)
        for row, i in enumerate(order):
            slots.place(row, prefill(model, prompts[i]), len(prompts[i]) + 1)
        rows = slots.step([7] * len(order), [len(prompts[i]) for i in order])
        return dict(zip(order, rows, strict=True))

    alone = {i: logits([i])[i] for i in range(12)}
    for order in (list(range(12)), list(reversed(range(12))), [3, 9, 1]):
        assert all(torch.equal(row, alone[i]) for i, row in logits(order).items())


def test_an_adapter_is_put_on_the_base_that_it_names(model_directory: Path, tmp_path: Path) -> None:
    base, adapter = tmp_path / "base", tmp_path / "models" / "raft" / "cycle_5_final"
    model = small_model("llama", model_directory, base)
    config = peft.LoraConfig(r=4, target_modules=["q_proj", "v_proj"], init_lora_weights=False)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)  # PEFT asks transformers by a name that is going out of use
        tuned = peft.get_peft_model(model, config)
    tuned.save_pretrained(adapter)
    named = json.loads((adapter / "adapter_config.json").read_text())
    named["base_model_name_or_path"] = "../../../base"  # seen from the adapter
    (adapter / "adapter_config.json").write_text(json.dumps(named))
    samples = written(adapter, GREEDY)
    plain = written(base, GREEDY)
    assert_follows_generate(samples, tuned.eval(), base)
    assert {key: s.token_ids for key, s in samples.items()} != {key: s.token_ids for key, s in plain.items()}


def test_top_p_keeps_the_smallest_sufficient_set() -> None:
    """Every token of a known distribution comes for exactly its share of the random numbers."""
    shares = [0.5, 0.2, 0.2, 0.1]
    logits = torch.tensor(shares).log().repeat(100, 1)
    uniforms = [(i + 0.5) / 100 for i in range(100)]
    for top_p, expected in ((1.0, [50, 20, 20, 10]), (0.65, [71, 29, 0, 0])):
        chosen = pick(logits, 1.0, top_p, uniforms)
        counts = sorted((chosen.count(token) for token in range(4)), reverse=True)
        assert counts == pytest.approx(expected, abs=1)
    assert pick(logits[:2], 0.0, 1.0, [0.9, 0.1]) == [0, 0]


def test_a_nearly_flat_distribution_is_drawn_from_as_a_whole() -> None:
    """More tokens than are looked at first: the k-th best is where the summed shares pass the random number."""
    uniforms = [(i + 0.5) / 1000 for i in range(1000)]
    row = -torch.arange(1000, dtype=torch.float64) / 1000
    shares = row.softmax(0).cumsum(0)
    for top_p, mass in ((1.0, 1.0), (0.5, float(shares[shares < 0.5].max()))):
        expected = [int((shares <= u * mass).sum()) for u in uniforms]
        chosen = pick(row.float().repeat(1000, 1), 1.0, top_p, uniforms)
        assert chosen == pytest.approx(expected, abs=1)


OUT_OF_MEMORY = """
import resource, sys, threading, logging
from pathlib import Path
from halo_forge.models.base import GenerationRequest, SamplingSettings
from halo_forge.models.transformers.sampler import TransformersSampler
from halo_forge.types import Language, Problem
logging.basicConfig(level="WARNING", format="%(message)s", stream=sys.stderr)
room = int(sys.argv[2])
settings = SamplingSettings(max_tokens=6, seed=1)
sampler = TransformersSampler(Path(sys.argv[1]), settings, 400, slots=64)
warm = Problem("warm", "hi", Language.C)
list(sampler.generate([GenerationRequest(warm, 0, 1)], threading.Event()))
if room:
    used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (used + room, -1))
problem = Problem("p", "one two three " * 100, Language.C)
for s in sorted(sampler.generate([GenerationRequest(problem, 0, 70)], threading.Event()), key=lambda s: s.index):
    print(s.index, s.token_ids)
"""


def test_out_of_memory_halves_the_batch_and_changes_nothing(model_directory: Path) -> None:
    def run(room: int) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-c", OUT_OF_MEMORY, str(model_directory), str(room)]
        environment = {**os.environ, "MALLOC_ARENA_MAX": "1"}
        return subprocess.run(command, capture_output=True, text=True, env=environment, timeout=280, check=True)

    free, short = run(0), run(800_000_000)
    assert "memory ran out" not in free.stderr
    assert "memory ran out with 64 samples at once; going on with 32" in short.stderr
    assert len(free.stdout.splitlines()) == 70
    assert short.stdout == free.stdout


def test_chat_needs_a_template(model_directory: Path, tmp_path: Path) -> None:
    small_model("llama", model_directory, tmp_path)
    assert written(tmp_path, replace(GREEDY, prompt_style=PromptStyle.AUTO))  # a base model is one that has none
    with pytest.raises(ModelError, match="no chat template"):
        TransformersSampler(tmp_path, replace(GREEDY, prompt_style=PromptStyle.CHAT), 400)


@pytest.mark.parametrize(
    ("file", "content", "said"),
    [
        ("config.json", b"{", "cannot be loaded"),
        ("config.json", b'{"model_type": "mamba2"}', "cannot"),
        ("config.json", b'{"model_type": "not-a-model"}', "cannot be loaded"),
        ("tokenizer.json", b"{}", "cannot be loaded"),
        ("model.safetensors", None, "no weights"),
        ("model.safetensors", b"\x00" * 100, "cannot be loaded"),
    ],
)
def test_what_is_broken_is_said_in_a_line(
    file: str, content: bytes | None, said: str, model_directory: Path, tmp_path: Path
) -> None:
    small_model("llama", model_directory, tmp_path)
    if content is None:
        (tmp_path / file).unlink()
    else:
        (tmp_path / file).write_bytes(content)
    with pytest.raises(ModelError) as caught:
        written(tmp_path, GREEDY)
    assert str(tmp_path) in str(caught.value)
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_missing_tensor_is_not_made_up(model_directory: Path, tmp_path: Path) -> None:
    from safetensors.torch import load_file, save_file

    small_model("llama", model_directory, tmp_path)
    tensors = load_file(tmp_path / "model.safetensors")
    del tensors["model.layers.1.mlp.up_proj.weight"]
    save_file(tensors, tmp_path / "model.safetensors", metadata={"format": "pt"})
    with pytest.raises(ModelError, match=r"1 tensors are missing \(model\.layers\.1\.mlp"):
        written(tmp_path, GREEDY)


def test_a_hub_that_cannot_be_asked() -> None:
    command = [
        sys.executable, "-m", "halo_forge", "benchmark", "run", "--model", "no-such-org/no-such-model",
        "--prompts", "demo", "--samples", "1",
    ]  # fmt: skip
    environment = {**os.environ, "HF_HUB_OFFLINE": "1"}
    done = subprocess.run(command, capture_output=True, text=True, env=environment, timeout=120, check=False)
    assert done.returncode == 2
    assert "model 'no-such-org/no-such-model' is not in the local cache and the hub cannot be reached" in done.stderr
    assert "Traceback" not in done.stderr
