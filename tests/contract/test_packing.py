"""A directory of weights, written as a GGUF file: llama.cpp says with it what transformers says with the directory."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from fixtures_models import LLAMA_KEY, llama_serving
from halo_forge.errors import ModelError
from halo_forge.models.base import GenerationRequest, SamplingSettings
from halo_forge.models.llamacpp import LlamaCppSampler
from halo_forge.types import FinishReason, PromptStyle

pytest.importorskip("torch", reason="engine transformers is not installed (torch)")
pytest.importorskip("peft", reason="engine transformers is not installed (peft)")
pytest.importorskip("gguf", reason="GGUF files cannot be written (gguf)")

import gguf
import httpx
import numpy as np
import torch
import transformers

from fidelity import Reference, problems
from halo_forge.models.packing.tensors import FORMS
from halo_forge.models.packing.write import pack
from halo_forge.models.words import Words
from packable import MODELS, random_model

TOKENS = 40


def logprobs(file: Path, tokens: list[int]) -> dict[int, float]:
    """llama.cpp's log-probabilities of the likeliest next tokens."""
    with llama_serving(file) as address:
        answer = httpx.post(
            f"{address}/completion", timeout=60, headers={"Authorization": f"Bearer {LLAMA_KEY}"},
            json={"prompt": tokens, "n_predict": 1, "n_probs": 50, "temperature": 0.0},
        )  # fmt: skip
    best = answer.raise_for_status().json()["completion_probabilities"][0]["top_logprobs"]
    return {entry["id"]: entry["logprob"] for entry in best}


@pytest.mark.parametrize("kind", MODELS)
def test_llama_cpp_gives_the_same_probabilities(kind: str, model_directory: Path, tmp_path: Path) -> None:
    """Up to 0.0009 nats were found; rows in the wrong order give 0.3, missing factors of a long rope 0.17."""
    model = random_model(kind, model_directory, tmp_path)
    pack(tmp_path, tmp_path / "model.gguf", "f32")
    tokens = [number * 37 % 40000 + 100 for number in range(100)]
    found = logprobs(tmp_path / "model.gguf", tokens)
    with torch.inference_mode():
        expected = model(torch.tensor([tokens])).logits[0, -1].log_softmax(-1)
    assert len(found) == 50
    assert all(abs(value - float(expected[token])) < 0.005 for token, value in found.items())


@pytest.fixture(scope="module")
def packed(model_directory: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The built-in model, unpacked and written again, in float32."""
    place = tmp_path_factory.mktemp("gguf") / "float32.gguf"
    pack(model_directory, place, "f32")
    yield place
    place.unlink()


def test_every_number_and_word_comes_back(packed: Path, model_path: Path) -> None:
    before, after = gguf.GGUFReader(model_path), gguf.GGUFReader(packed)
    numbers = {tensor.name: gguf.dequantize(tensor.data, tensor.tensor_type) for tensor in before.tensors}
    assert {tensor.name for tensor in after.tensors} == set(numbers)
    assert all(np.array_equal(tensor.data, numbers[tensor.name]) for tensor in after.tensors)
    for name, field in before.fields.items():
        if name.startswith(("tokenizer.", "llama.")):
            assert after.fields[name].contents() == field.contents(), name


@pytest.mark.parametrize("style", [PromptStyle.CHAT, PromptStyle.COMPLETION])
def test_llama_cpp_writes_the_same_greedily(style: PromptStyle, packed: Path, model_directory: Path) -> None:
    settings = SamplingSettings(temperature=0.0, max_tokens=TOKENS, prompt_style=style)
    tokenizer = transformers.AutoTokenizer.from_pretrained(model_directory)
    reference = Reference(transformers.AutoModelForCausalLM.from_pretrained(model_directory), tokenizer)
    known = Words(tokenizer, set(), settings, "here")
    asked = problems(style)[:2]
    with contextlib.closing(LlamaCppSampler(packed, settings, 400)) as sampler:
        samples = list(sampler.generate([GenerationRequest(problem, 0, 1) for problem in asked], threading.Event()))
    for sample in samples:
        problem = next(problem for problem in asked if problem.id == sample.problem_id)
        prompt = known.encode(problem)
        assert sample.prompt_tokens == len(prompt)
        ended = sample.finish_reason is FinishReason.STOP
        found = reference.compare(problem, prompt, sample.text, TOKENS, ended=ended)
        assert found is None or found.near_tie, found
    assert len(samples) == len(asked)


@pytest.mark.nightly
def test_other_types_round(model_directory: Path, tmp_path: Path) -> None:
    """By at most so much of the largest number in a tensor; vectors not at all."""
    random_model("qwen3", model_directory, tmp_path)
    pack(tmp_path, tmp_path / "f32.gguf", "f32")
    exact = {tensor.name: tensor.data for tensor in gguf.GGUFReader(tmp_path / "f32.gguf").tensors}
    for form, apart in {"f16": 0.001, "bf16": 0.01, "q8_0": 0.01}.items():
        pack(tmp_path, tmp_path / "other.gguf", form)
        for tensor in gguf.GGUFReader(tmp_path / "other.gguf").tensors:
            vector = "norm" in tensor.name
            assert tensor.tensor_type.name == ("F32" if vector else form.upper())
            off = np.abs(gguf.dequantize(tensor.data, tensor.tensor_type) - exact[tensor.name]).max()
            assert off <= (0 if vector else apart * np.abs(exact[tensor.name]).max())


@pytest.mark.nightly
def test_a_model_with_more_rows_than_tokens(model_directory: Path, tmp_path: Path) -> None:
    random_model("qwen2", model_directory, tmp_path)
    model = transformers.AutoModelForCausalLM.from_pretrained(tmp_path)
    model.resize_token_embeddings(49160)
    model.save_pretrained(tmp_path)
    pack(tmp_path, tmp_path / "model.gguf", "q8_0")
    field = gguf.GGUFReader(tmp_path / "model.gguf").fields["tokenizer.ggml.token_type"]
    assert field.contents()[49150:] == [int(gguf.TokenType.NORMAL)] * 2 + [int(gguf.TokenType.UNUSED)] * 8


def test_words_from_the_file_that_it_was_made_from(
    model_path: Path, model_directory: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever splits text there need not be known here."""
    monkeypatch.setattr("halo_forge.models.packing.words._RULES", {})
    random_model("llama", model_directory, tmp_path)
    pack(tmp_path, tmp_path / "model.gguf", "f16", like=model_path)
    before, after = gguf.GGUFReader(model_path).fields, gguf.GGUFReader(tmp_path / "model.gguf").fields
    words = [name for name in before if name.startswith("tokenizer.")]
    assert words == [name for name in after if name.startswith("tokenizer.")]
    assert all(before[name].contents() == after[name].contents() for name in words)


def changed(place: Path, **settings: Any) -> None:
    """Other settings in a model's config.json."""
    config = json.loads((place / "config.json").read_text())
    (place / "config.json").write_text(json.dumps(config | settings))


ROPE = {"rope_type": "linear", "rope_theta": 10000.0, "factor": 2.0}
REFUSED: dict[str, tuple[Callable[[Path], object], str]] = {
    "kind": (lambda place: changed(place, model_type="gpt2"), "gpt2 model.*convert_hf_to_gguf"),
    "window": (lambda place: changed(place, use_sliding_window=True), "sliding window.*convert_hf_to_gguf"),
    "rope": (lambda place: changed(place, rope_parameters=ROPE), "scaled by linear.*convert_hf_to_gguf"),
    "activation": (lambda place: changed(place, hidden_act="gelu"), "gelu.*convert_hf_to_gguf"),
    "adapter": (lambda place: (place / "adapter_config.json").write_text("{}"), "adapter.*merged weights"),
    "weights": (lambda place: (place / "model.safetensors").unlink(), "no safetensors; copy"),
    "damaged": (lambda place: os.truncate(place / "model.safetensors", 5000), "cannot be written as a GGUF file"),
    "nothing": (lambda place: shutil.rmtree(place), "cannot be loaded"),
}  # fmt: skip


@pytest.mark.parametrize("kind", REFUSED)
def test_what_cannot_be_written(kind: str, model_directory: Path, tmp_path: Path) -> None:
    """One line, and neither a new file nor a part of one."""
    damage, complaint = REFUSED[kind]
    place = tmp_path / "model"
    random_model("qwen2", model_directory, place)
    damage(place)
    with pytest.raises(ModelError, match=complaint) as caught:
        pack(place, tmp_path / "out" / "model.gguf")
    assert "\n" not in str(caught.value)
    assert not (tmp_path / "out").exists() or list((tmp_path / "out").iterdir()) == []


def test_another_tokenizer_is_refused(model_path: Path, model_directory: Path, tmp_path: Path) -> None:
    """An unknown rule, a file of another model, and a rule that llama.cpp knows under this name otherwise."""
    random_model("llama", model_directory, tmp_path, {"pre_tokenizer": {"type": "Whitespace"}})
    with pytest.raises(ModelError, match="not byte-level BPE of a known kind"):
        pack(tmp_path, tmp_path / "model.gguf")
    random_model("qwen2", model_directory, tmp_path)
    with pytest.raises(ModelError, match=r"llama\.cpp reads its tokenizer otherwise"):
        pack(tmp_path, tmp_path / "model.gguf", like=model_path)
    with pytest.raises(ModelError, match=r"has 49152 tokens and .* 0"):
        pack(tmp_path, tmp_path / "model.gguf", like=bare(tmp_path / "bare.gguf"))
    with pytest.raises(ModelError, match=r"nowhere\.gguf: No such file"):
        pack(tmp_path, tmp_path / "model.gguf", like=tmp_path / "nowhere.gguf")
    assert not (tmp_path / "model.gguf").exists()


def bare(place: Path) -> Path:
    """A GGUF file without a tokenizer."""
    writer = gguf.GGUFWriter(place, "llama")
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.close()
    return place


def test_weights_that_are_no_numbers(model_directory: Path, tmp_path: Path) -> None:
    model = random_model("llama", model_directory, tmp_path)
    with torch.no_grad():
        model.model.layers[1].mlp.up_proj.weight[3, 3] = 1e6
        model.save_pretrained(tmp_path)
        with pytest.raises(ModelError, match="more than f16 can say; write f32 or bf16"):
            pack(tmp_path, tmp_path / "model.gguf")
        model.model.layers[1].mlp.up_proj.weight[3, 3] = float("nan")
        model.save_pretrained(tmp_path)
    with pytest.raises(ModelError, match="infinite numbers or NaN"):
        pack(tmp_path, tmp_path / "model.gguf", "f32")


def test_types_that_are_not_written(tmp_path: Path) -> None:
    assert tuple(FORMS) == ("f32", "f16", "bf16", "q8_0")
    with pytest.raises(ModelError, match=r"'q4_k_m' is none of f32, .*convert_hf_to_gguf\.py"):
        pack(tmp_path, tmp_path / "model.gguf", "q4_k_m")
