"""A GGUF file, unpacked to be trained from: llama.cpp's tokens, its greedy text, and every end of a text."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import pytest

from halo_forge.errors import ModelError
from halo_forge.models.llamacpp import tokens_of

pytest.importorskip("torch", reason="engine transformers is not installed (torch)")
pytest.importorskip("peft", reason="engine transformers is not installed (peft)")
pytest.importorskip("gguf", reason="the model cannot be unpacked for transformers (gguf)")

import gguf
import torch
import transformers

from halo_forge.models import unpacked as module
from halo_forge.models.packing.write import pack
from halo_forge.models.unpacked import unpacked
from packable import random_model

TEXTS = (
    "x = [1,  22,   333]\n    4444\n",
    "<|im_start|>user\nHallo, Wörld! 漢字 🙂<|im_end|>\n",
    "\t\tif a==b:\r\n\r\n  return   7",
)


def test_the_tokens_are_those_of_llama_cpp(model_path: Path, model_directory: Path) -> None:
    tokenizer = transformers.AutoTokenizer.from_pretrained(model_directory)
    for text in TEXTS:
        assert tokenizer(text)["input_ids"] == tokens_of(model_path, text)


def test_the_directory_says_what_a_trainer_needs(model_directory: Path) -> None:
    """transformers itself would keep one end, and settings of where it read from."""
    generation = json.loads((model_directory / "generation_config.json").read_text())
    assert generation["eos_token_id"] == [2, 0]
    assert (generation["bos_token_id"], generation["pad_token_id"]) == (1, 2)
    config = json.loads((model_directory / "config.json").read_text())
    assert (config["dtype"], config["tie_word_embeddings"], "quantization_config" in config) == ("float32", True, False)
    assert "local_files_only" not in json.loads((model_directory / "tokenizer_config.json").read_text())
    assert "<|im_start|>" in (model_directory / "chat_template.jinja").read_text()


def test_it_is_made_once(model_path: Path, model_directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_unpack", lambda gguf, work: pytest.fail("made again"))
    assert unpacked(model_path) == model_directory


def test_another_process_was_quicker(model_path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    began: list[Path] = []

    def meanwhile(_: Path, work: Path) -> None:
        began.append(work)
        (work / "whose").write_text("the first" if len(began) == 1 else "the quicker")
        if len(began) == 1:
            unpacked(model_path)

    monkeypatch.setattr(module, "_unpack", meanwhile)
    place = unpacked(model_path)
    assert (place / "whose").read_text() == "the quicker"
    assert list(place.parent.iterdir()) == [place]


def test_nothing_stays_of_a_failure(model_path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Digits that do not stand alone: how transformers by itself would read this very file."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    plain = transformers.AutoTokenizer.from_pretrained(model_path.parent, gguf_file=model_path.name)
    monkeypatch.setattr(module, "_tokenizer", lambda *_: plain)
    refused(model_path, r"it reads the tokenizer otherwise than llama\.cpp; give the directory")


@pytest.mark.nightly
@pytest.mark.parametrize("kind", ["llama", "qwen2-tied", "qwen3"])
def test_it_undoes_packing(kind: str, model_directory: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """To the last bit, and nothing that lies beside the file is taken for a part of it."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    before = random_model(kind, model_directory, tmp_path, **{"head_dim": 128} if kind == "qwen3" else {})
    pack(tmp_path, tmp_path / "model.gguf", "f32")
    (tmp_path / "tokenizer_config.json").write_text('{"eos_token": "<repo_name>"}')
    place = unpacked(tmp_path / "model.gguf")
    after = transformers.AutoModelForCausalLM.from_pretrained(place)
    numbers = after.state_dict()
    assert before.state_dict().keys() == numbers.keys()
    assert all(torch.equal(tensor, numbers[name]) for name, tensor in before.state_dict().items())
    assert after.config.rope_parameters == before.config.rope_parameters
    assert after.generation_config.eos_token_id == [2, 0]


@pytest.mark.parametrize(
    ("kind", "why"), [("llama-biased", "some of the tensors"), ("llama3", r"scaled positions \(rope\)")]
)
def test_what_transformers_passes_over(
    kind: str, why: str, model_directory: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    random_model(kind, model_directory, tmp_path)
    pack(tmp_path, tmp_path / "model.gguf", "f32")
    refused(tmp_path / "model.gguf", f"it passes over {why}; give the directory")


@pytest.mark.parametrize(("architecture", "words"), [("toy", "gpt2"), ("llama", "wordpiece")])
def test_what_transformers_does_not_know(
    architecture: str, words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    writer = gguf.GGUFWriter(tmp_path / "model.gguf", architecture)
    writer.add_tokenizer_model(words)
    writer.add_token_list(["a", "b"])
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    refused(
        tmp_path / "model.gguf", f"cannot be unpacked by transformers .*{architecture if words == 'gpt2' else words}"
    )


def refused(file: Path, why: str) -> None:
    """One line, and nothing is kept."""
    with pytest.raises(ModelError, match=why) as caught:
        unpacked(file)
    assert "\n" not in str(caught.value)
    assert list((Path(os.environ["XDG_CACHE_HOME"]) / "halo-forge" / "unpacked").iterdir()) == []


def test_no_room(model_path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "halo-forge").write_text("a file in the way")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    with pytest.raises(ModelError, match="XDG_CACHE_HOME"):
        unpacked(model_path)


def test_a_missing_package(model_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "gguf", None)
    with pytest.raises(ModelError, match=r"needs gguf; run: pip install 'halo-forge\[train\]'"):
        unpacked(model_path)
