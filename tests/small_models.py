"""Models with random weights, small enough to be made for a test, and what transformers itself says of them."""

from __future__ import annotations

import math
import shutil
import threading
from pathlib import Path
from typing import Any

import torch
import transformers

from halo_forge.models.base import GenerationRequest, Sampler, SamplingSettings
from halo_forge.types import Language, Problem, PromptStyle, Sample

GREEDY = SamplingSettings(temperature=0.0, max_tokens=24, prompt_style=PromptStyle.COMPLETION, stop=("\0",))
SMALL: dict[str, Any] = {
    "vocab_size": 49152, "hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 4,
    "num_attention_heads": 4, "num_key_value_heads": 2, "head_dim": 8, "eos_token_id": 2, "bos_token_id": 1,
    "pad_token_id": 2,
}  # fmt: skip
MIXED = ["sliding_attention", "full_attention"] * 2
ARCHITECTURES = {
    "llama": transformers.LlamaConfig(**SMALL),
    "window": transformers.MistralConfig(**SMALL, sliding_window=8),
    "mixed": transformers.Qwen2Config(**SMALL, use_sliding_window=True, sliding_window=8, layer_types=MIXED),
    "gemma3": transformers.Gemma3TextConfig(**SMALL, sliding_window=8, layer_types=MIXED),
    "gpt2": transformers.GPT2Config(
        vocab_size=49152, n_embd=32, n_layer=2, n_head=4, eos_token_id=2, bos_token_id=1, pad_token_id=2
    ),
}
PROBLEMS = [
    Problem(f"p/{i}", "def f(x):\n    return x\n" * (i + 1), Language.CPP, prompt_is_code=True) for i in range(5)
]


def small_model(kind: str, tokenizer: Path, place: Path) -> Any:
    """A model with random weights, saved as a user's would be."""
    model = random_weights(ARCHITECTURES[kind], place)
    for file in ("tokenizer.json", "tokenizer_config.json"):
        shutil.copy(tokenizer / file, place)
    return model


def random_weights(config: Any, place: Path) -> Any:
    """The same without a tokenizer."""
    torch.manual_seed(1)
    model = transformers.AutoModelForCausalLM.from_config(config, dtype=torch.float32)
    for parameter in model.parameters():
        torch.nn.init.normal_(parameter, std=0.3)  # so that its choices are far from ties
    model.save_pretrained(place)
    return model.eval()


def talker(shares: dict[int, float], tokenizer: Path, place: Path) -> None:
    """A model that writes tokens with about these shares, whatever it has written so far; it can be trained."""
    model = small_model("llama", tokenizer, place)
    with torch.no_grad():
        model.model.embed_tokens.weight[:, 0] = 100.0  # drowns the rest, so that every state is nearly the same
        model.model.norm.weight.fill_(0.05)
        model.model.norm.weight[0] = 1.0
        first = model.config.hidden_size**0.5  # what is left of it behind the norm
        model.lm_head.weight[:, 0] = -20.0 / first
        for token, share in shares.items():
            model.lm_head.weight[token, 0] = math.log(share) / first
    model.save_pretrained(place)


def greedy(model: Any, path: Path, problem: Problem) -> list[int]:
    tokenizer = transformers.AutoTokenizer.from_pretrained(path)
    ids = tokenizer(problem.prompt, return_tensors="pt")["input_ids"]
    out = model.generate(ids, attention_mask=torch.ones_like(ids), max_new_tokens=GREEDY.max_tokens, do_sample=False)
    tokens: list[int] = out[0, ids.shape[1] :].tolist()
    return tokens


def samples_of(sampler: Sampler, count: int = 1) -> dict[tuple[str, int], Sample]:
    """So many of each of `PROBLEMS`."""
    requests = [GenerationRequest(problem, 0, count) for problem in PROBLEMS]
    return {sample.key: sample for sample in sampler.generate(requests, threading.Event())}


def assert_follows_generate(samples: dict[tuple[str, int], Sample], model: Any, place: Path) -> None:
    """Greedy samples are, token for token, what the model's own `generate` writes."""
    for problem in PROBLEMS:
        assert samples[problem.id, 0].token_ids == tuple(greedy(model, place, problem))
