"""Engine vllm with a real model: adapters, stopping, and what is said of mistakes."""

from __future__ import annotations

import contextlib
import json
import shutil
import subprocess
import sys
import threading
import warnings
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from halo_forge.errors import ModelError
from halo_forge.models.base import GenerationRequest, Sampler, SamplingSettings
from halo_forge.types import FinishReason, Language, Problem, PromptStyle, Sample

if find_spec("vllm") is None:
    pytest.skip("engine vllm is not installed (vllm)", allow_module_level=True)
pytest.importorskip("peft", reason="engine transformers is not installed (peft)")

import peft
import transformers

from fidelity import Reference
from halo_forge.models.vllm.sampler import VllmSampler

PROBLEMS = [Problem(f"p/{i}", f"Count from {i} to ten.", Language.PYTHON) for i in range(4)]
CODE = Problem("code", "def add(a, b):\n    return", Language.CPP, prompt_is_code=True)


@pytest.fixture(scope="module")
def sampler(model_directory: Path) -> Iterator[Sampler]:
    """One that is loaded once; its samples take a while."""
    settings = SamplingSettings(temperature=1.5, top_p=1.0, max_tokens=300, seed=5)
    with contextlib.closing(VllmSampler(model_directory, settings, 20_000, options={"max_num_seqs": "8"})) as opened:
        yield opened


def written(sampler: Sampler, *requests: GenerationRequest) -> dict[tuple[str, int], Sample]:
    return {sample.key: sample for sample in sampler.generate(requests, threading.Event())}


def test_what_was_cancelled_does_not_come_later(sampler: Sampler) -> None:
    cancel = threading.Event()
    samples = sampler.generate([GenerationRequest(p, 0, 50) for p in PROBLEMS], cancel)
    first = next(samples)
    cancel.set()
    assert len(list(samples)) < 199
    again = written(sampler, GenerationRequest(PROBLEMS[0], 100, 3))
    assert sorted(again) == [("p/0", i) for i in (100, 101, 102)]
    assert first.key not in again


def test_a_long_prompt_among_short_ones_keeps_its_seeds(sampler: Sampler) -> None:
    """A prompt that is worked on in parts ends vLLM on a processor, when its samples have seeds."""
    long = Problem("long", "one two three " * 1000, Language.PYTHON)
    samples = written(sampler, *(GenerationRequest(p, 0, 2) for p in (PROBLEMS[0], long, PROBLEMS[1])))
    assert len(samples) == 6
    assert samples["long", 0].prompt_tokens == 3031  # more than a step has room for by default
    assert len({sample.text for sample in samples.values()}) == 6
    assert all(sample.seed is not None for sample in samples.values())


def test_an_adapter_is_put_on_the_base_that_it_names(model_directory: Path, tmp_path: Path) -> None:
    base = transformers.AutoModelForCausalLM.from_pretrained(model_directory, dtype="float32")
    config = peft.LoraConfig(r=12, lora_alpha=200, target_modules=["q_proj", "down_proj"], init_lora_weights=False)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)  # PEFT asks transformers by a name that is going out of use
        tuned: Any = peft.get_peft_model(base, config)
    tuned.peft_config["default"].base_model_name_or_path = str(model_directory)
    tuned.save_pretrained(tmp_path)
    settings = SamplingSettings(temperature=0.0, max_tokens=12, prompt_style=PromptStyle.COMPLETION)
    tokenizer = transformers.AutoTokenizer.from_pretrained(model_directory)
    prompt = tokenizer(CODE.prompt)["input_ids"]
    expected = Reference(tuned.merge_and_unload(safe_merge=True).eval(), tokenizer)
    with contextlib.closing(VllmSampler(tmp_path, settings, 400, options={"dtype": "float32"})) as opened:
        sample = written(opened, GenerationRequest(CODE, 0, 1))["code", 0]
    found = expected.compare(
        CODE, prompt, sample.text, settings.max_tokens, ended=sample.finish_reason is FinishReason.STOP
    )
    assert found is None or found.near_tie, found
    plain = Reference(transformers.AutoModelForCausalLM.from_pretrained(model_directory, dtype="float32"), tokenizer)
    assert plain.text(plain.greedy(prompt, settings.max_tokens)[0]) != sample.text


PROGRAM = """
import sys, threading
from pathlib import Path
from halo_forge.errors import ModelError
from halo_forge.models.base import GenerationRequest, SamplingSettings
from halo_forge.models.vllm.sampler import VllmSampler
from halo_forge.types import Language, Problem
sampler = VllmSampler(Path(sys.argv[1]), SamplingSettings(max_tokens=2), 10, options=dict([sys.argv[2].split("=")]))
try:
    list(sampler.generate([GenerationRequest(Problem("p", "hi", Language.C), 0, 1)], threading.Event()))
except ModelError as error:
    print(error)
sampler.close()
"""


@pytest.mark.parametrize(
    ("option", "said"),
    [
        ("max_num_seqs=4", ""),
        ("kv_cache_memory_bytes=1000", "memory is too short"),
        ("quantization=none-such", "quantization"),
    ],
)
def test_nothing_is_printed_but_what_is_wrong(option: str, said: str, model_directory: Path) -> None:
    command = [sys.executable, "-c", PROGRAM, str(model_directory), option]
    done = subprocess.run(command, capture_output=True, text=True, timeout=280, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert len(done.stdout.splitlines()) == bool(said)
    assert said in done.stdout


def test_damaged_weights_are_said_in_a_line(model_directory: Path, tmp_path: Path) -> None:
    for file in ("config.json", "tokenizer.json", "tokenizer_config.json"):
        shutil.copy(model_directory / file, tmp_path)
    (tmp_path / "model.safetensors").write_bytes(b"\x00" * 100)
    with (
        contextlib.closing(VllmSampler(tmp_path, SamplingSettings(), 400)) as opened,
        pytest.raises(ModelError) as caught,
    ):
        written(opened, GenerationRequest(CODE, 0, 1))
    assert str(tmp_path) in str(caught.value)
    assert "\n" not in str(caught.value)


def adapter(place: Path, rank: int, base: Path) -> Path:
    place.mkdir()
    (place / "adapter_config.json").write_text(json.dumps({"r": rank, "base_model_name_or_path": str(base)}))
    return place


def test_adapters_that_vllm_does_not_take(model_directory: Path, tmp_path: Path) -> None:
    one = adapter(tmp_path / "one", 8, model_directory)
    for path, said in (
        (adapter(tmp_path / "two", 8, one), "vLLM takes one"),
        (adapter(tmp_path / "large", 900, model_directory), "rank"),
    ):
        with pytest.raises(ModelError, match=said):
            VllmSampler(path, SamplingSettings(), 400)
