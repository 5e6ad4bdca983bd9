"""Models with random weights of the kinds that can be written as GGUF files."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import transformers

from small_models import SMALL, random_weights

SPLIT = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|%s| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
PLAIN_ROPE = {"rope_type": "default", "rope_theta": 500.0}
LONG_ROPE = {
    "rope_type": "llama3", "rope_theta": 10000.0, "factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0,
    "original_max_position_embeddings": 32,
}  # fmt: skip
MODELS = {
    "llama": (transformers.LlamaConfig(**SMALL), None),
    "llama-biased": (transformers.LlamaConfig(**SMALL, attention_bias=True), None),
    "llama3": (transformers.LlamaConfig(**SMALL, rope_parameters=LONG_ROPE), SPLIT % r"\p{N}{1,3}"),
    "qwen2": (transformers.Qwen2Config(**SMALL, rope_parameters=PLAIN_ROPE), SPLIT % r"\p{N}"),
    "qwen2-tied": (transformers.Qwen2Config(**SMALL, tie_word_embeddings=True), SPLIT % r"\p{N}"),
    "qwen3": (transformers.Qwen3Config(**SMALL | {"head_dim": 16}), SPLIT % r"\p{N}"),
}  # fmt: skip


def random_model(kind: str, tokenizer: Path, place: Path, words: dict[str, Any] | None = None, **settings: Any) -> Any:
    """A model with random weights, saved as a user's would be; its tokenizer splits text as its family does.

    Args:
        words: other parts of tokenizer.json.
        settings: others of the model.
    """
    kept, split = MODELS[kind]
    config = type(kept).from_dict(kept.to_dict() | settings)
    model = random_weights(config, place)
    shutil.copy(tokenizer / "tokenizer_config.json", place)
    read = json.loads((tokenizer / "tokenizer.json").read_text())
    if split is not None:
        read["pre_tokenizer"] = {"type": "Sequence", "pretokenizers": [
            {"type": "Split", "pattern": {"Regex": split}, "behavior": "Isolated", "invert": False},
            {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": False, "use_regex": False},
        ]}  # fmt: skip
    (place / "tokenizer.json").write_text(json.dumps(read | ({} if words is None else words)))
    return model
