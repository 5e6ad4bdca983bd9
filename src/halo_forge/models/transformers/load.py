"""From a directory to weights in memory, on the right device and in the right type.

Code that comes with a model (``trust_remote_code``) is never run.

Limits: one device. CUDA and ROCm are chosen when torch sees such a device, but have not been tested.
"""

from __future__ import annotations

import os
import warnings
from pathlib import Path
from typing import Any

import torch
import transformers

from halo_forge.errors import ModelError, first_line
from halo_forge.models.directories import Weights, total_bytes

_DEFAULT_CONTEXT = 4096  # where the configuration does not say
_MEMORY_SHARE = 0.5  # of a machine without a GPU, for weights in full precision


def read_config(weights: Weights) -> Any:
    """The base's configuration.

    Raises:
        ModelError: it is missing or wrong, or this transformers does not know its architecture.
    """
    try:
        return transformers.AutoConfig.from_pretrained(weights.base, local_files_only=True)
    except Exception as error:
        raise _broken(weights.base, error) from error


def tokenizer_place(weights: Weights) -> Path:
    """The topmost directory that has a tokenizer, or else the base."""
    places = [*reversed(weights.adapters), weights.base]
    return next((p for p in places if os.path.isfile(p / "tokenizer_config.json")), weights.base)


def read_tokenizer(weights: Weights) -> Any:
    """The tokenizer at `tokenizer_place`.

    Raises:
        ModelError: there is none, or it cannot be read.
    """
    place = tokenizer_place(weights)
    try:
        return transformers.AutoTokenizer.from_pretrained(place, local_files_only=True)
    except Exception as error:
        raise _broken(place, error) from error


def read_ends(weights: Weights) -> set[int]:
    """The ids that end a text by the model's own configuration, a file ``generation_config.json`` if there is one.

    Raises:
        ModelError: the file is wrong.
    """
    place = weights.base
    try:
        if os.path.isfile(place / "generation_config.json"):
            named = transformers.GenerationConfig.from_pretrained(place, local_files_only=True).eos_token_id
        else:
            named = getattr(read_config(weights).get_text_config(), "eos_token_id", None)
    except Exception as error:
        raise _broken(place, error) from error
    return {int(i) for i in (named if isinstance(named, list) else [named]) if i is not None}


def context_of(config: Any) -> int:
    """Tokens that a model was made for."""
    return int(getattr(config.get_text_config(), "max_position_embeddings", _DEFAULT_CONTEXT))


def choose_device() -> str:
    """``cuda`` (which ROCm's torch says too) where there is one."""
    return "cuda" if torch.cuda.is_available() else "cpu"


def choose_dtype(config: Any, weights: Weights, device: str) -> str:
    """The name of a torch type.

    A GPU gets the type that the weights were made in. A processor gets float32, which is what greedy tokens were found
    to be right in, as long as that takes no more than half of the memory.
    """
    made_in = getattr(config, "dtype", None) or torch.float32
    kept = made_in if isinstance(made_in, torch.dtype) else getattr(torch, str(made_in))
    if device != "cpu":
        return _name(kept)
    in_full = total_bytes([weights.base]) * torch.float32.itemsize / kept.itemsize
    return "float32" if in_full <= _MEMORY_SHARE * _machine_memory() else "bfloat16"


def free_memory(device: str) -> int:
    """Bytes that a cache may be a share of: what a GPU has left, or all that the machine has."""
    if device == "cuda":
        return int(torch.cuda.mem_get_info()[0])
    return _machine_memory()


def load(weights: Weights, device: str, dtype: str) -> Any:
    """The model, adapters merged into it, ready to run.

    Raises:
        ModelError: the weights are damaged or incomplete, or memory is short.
    """
    transformers.logging.set_verbosity_error()  # what matters becomes an error below
    transformers.logging.disable_progress_bar()
    wanted = getattr(torch, dtype)
    try:
        model, found = transformers.AutoModelForCausalLM.from_pretrained(
            weights.base,
            dtype=torch.float32 if weights.adapters else wanted,  # merged in full precision, rounded last
            local_files_only=True,
            output_loading_info=True,
        )
        for adapter in weights.adapters:
            model = _merged(model, adapter)
        model = model.to(device=device, dtype=wanted).eval()
    except Exception as error:
        raise _broken(weights.top, error) from error
    if found["missing_keys"]:
        first = sorted(found["missing_keys"])[0]
        raise ModelError(
            f"{weights.base}: {len(found['missing_keys'])} tensors are missing ({first}, …); copy the directory again"
        )
    return model


def _merged(model: Any, adapter: Path) -> Any:
    import peft

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)  # between PEFT and transformers; users can do nothing about it
        tuned = peft.PeftModel.from_pretrained(model, adapter, local_files_only=True)
    return tuned.merge_and_unload(safe_merge=True)


def _broken(place: Path, error: Exception) -> ModelError:
    return ModelError(f"{place} cannot be loaded by transformers {transformers.__version__}: {first_line(error)}")


def _name(dtype: Any) -> str:
    return str(dtype).removeprefix("torch.")


def _machine_memory() -> int:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
