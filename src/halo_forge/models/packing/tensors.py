"""The tensors of a directory under their names in a GGUF file, in llama.cpp's order and in the type that is wanted.

Limits: architectures whose tensors llama.cpp has one for one; safetensors, read one at a time.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from halo_forge.errors import ModelError

FORMS: Mapping[str, str] = {"f32": "ALL_F32", "f16": "MOSTLY_F16", "bf16": "MOSTLY_BF16", "q8_0": "MOSTLY_Q8_0"}
"""What weights can be written as -> what the file calls itself then. Vectors are in float32 always."""
ROPE_FACTORS = "rope_freqs.weight"
_OUTPUT = "lm_head.weight"
_SCALED = "llama3"
_LARGEST_F16 = 65504.0


@dataclass(frozen=True, slots=True)
class Tensor:
    """One tensor.

    Attributes:
        name: in the GGUF file.
        key: its name in `file`.
        shape: rows, and columns unless it is a vector.
        heads: of rows that have to be put into another order; 0 where they stay.
    """

    name: str
    file: Path
    key: str
    shape: tuple[int, ...]
    heads: int = 0

    def read(self, kind: str) -> np.ndarray[Any, Any]:
        """Its numbers, in float32.

        Args:
            kind: what they are to be written as (see `kept_as`).

        Raises:
            ModelError: one of them is no number, or larger than `kind` can say.
        """
        import torch
        from safetensors import safe_open

        with safe_open(self.file, framework="pt") as opened:
            numbers = opened.get_tensor(self.key).to(torch.float32).numpy()
        largest = float(np.abs(numbers).max(initial=0))
        if not np.isfinite(largest):
            raise ModelError(f"{self.file}: {self.key} holds infinite numbers or NaN; train again from a sound model")
        if kind == "F16" and largest > _LARGEST_F16:
            raise ModelError(f"{self.file}: {self.key} holds {largest:.3g}, more than f16 can say; write f32 or bf16")
        return _reordered(numbers, self.heads) if self.heads else numbers


def tensors_of(directory: Path, config: Any) -> list[Tensor]:
    """All tensors of a model.

    Raises:
        ModelError: one is missing or has no place in a GGUF file of this architecture.
    """
    import gguf

    architectures = {name: number for number, name in gguf.MODEL_ARCH_NAMES.items()}
    names = gguf.get_tensor_name_map(architectures[config.model_type], config.num_hidden_layers)
    found = []
    for file, key, shape in _stored(directory):
        if key == _OUTPUT and config.tie_word_embeddings:
            continue  # the embeddings are read in its place
        name = names.get_name(key, try_suffixes=(".weight", ".bias"))
        if name is None:
            raise ModelError(f"{file}: a GGUF file of a {config.model_type} model has no place for the tensor {key}")
        found.append(Tensor(name, file, key, shape, _heads(key, config)))
    if not found or not (config.tie_word_embeddings or any(tensor.key == _OUTPUT for tensor in found)):
        raise ModelError(f"{directory} has no {_OUTPUT if found else 'safetensors'}; copy the whole directory")
    return found


def rope_factors(config: Any) -> np.ndarray[Any, Any] | None:
    """What llama.cpp divides each frequency of a position by, where that is not 1: shape (half a head's width,)."""
    if config.rope_parameters.get("rope_type", "default") != _SCALED:
        return None
    import torch
    from transformers.modeling_rope_utils import ROPE_INIT_FUNCTIONS

    scaled, _ = ROPE_INIT_FUNCTIONS[_SCALED](config, torch.device("cpu"))
    width = 2 * len(scaled)
    plain = config.rope_parameters["rope_theta"] ** -(np.arange(0, width, 2) / width)
    factors: np.ndarray[Any, Any] = (plain / scaled.double().numpy()).astype(np.float32)
    return factors


def kept_as(shape: tuple[int, ...], form: str) -> str:
    """The type of one tensor in a file of weights in `form`."""
    if len(shape) == 1:
        return "F32"
    import gguf

    block, _ = gguf.GGML_QUANT_SIZES[gguf.GGMLQuantizationType[form.upper()]]
    return form.upper() if shape[-1] % block == 0 else "F16"  # as llama.cpp's converter does


def _stored(directory: Path) -> Iterator[tuple[Path, str, tuple[int, ...]]]:
    from safetensors import safe_open

    for file in sorted(directory.glob("*.safetensors")):
        with safe_open(file, framework="pt") as opened:
            for key in opened.keys():  # noqa: SIM118  # it is no dict
                yield file, key, tuple(opened.get_slice(key).get_shape())


def _heads(key: str, config: Any) -> int:
    if config.model_type != "llama":
        return 0
    kinds = {".q_proj.": config.num_attention_heads, ".k_proj.": config.num_key_value_heads}
    return next((heads for part, heads in kinds.items() if part in key), 0)


def _reordered(numbers: np.ndarray[Any, Any], heads: int) -> np.ndarray[Any, Any]:
    """transformers turns the two halves of a head against each other, llama.cpp (for llama) neighbours."""
    halves = numbers.reshape(heads, 2, -1, *numbers.shape[1:])
    return np.ascontiguousarray(halves.swapaxes(1, 2).reshape(numbers.shape))
