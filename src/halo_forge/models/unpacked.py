"""From a GGUF file to a directory that can be trained: weights in float32, tokenizer, chat template, ends of a text.

A GGUF file holds packed weights, which no trainer takes. They are unpacked once, by transformers; the directory stays
in the user's cache under the hash of the file, and appears whole or not at all, whoever else makes the same one.

transformers reads some files without an error and wrongly. Hence every number of the file has to be in the model, and
a text has to become the tokens that llama.cpp makes of it, or the file is refused.

Limits: what transformers can read, in one file; scaled positions (Llama 3.1 and later) it cannot. 4 bytes a parameter,
in memory and in the cache.
"""

from __future__ import annotations

import contextlib
import errno
import io
import logging
import tempfile
from functools import partial
from pathlib import Path
from typing import Any

from halo_forge.digest import file_sha256
from halo_forge.errors import ModelError, first_line
from halo_forge.made_once import made_once
from halo_forge.models.base import SamplingSettings
from halo_forge.models.gguf import read_header
from halo_forge.models.needed import need_to_train
from halo_forge.models.probe import same_tokens
from halo_forge.models.words import Words

_log = logging.getLogger(__name__)

_FORMAT = 1  # of what is kept; raised when this file makes other directories
_PACKAGES = ("torch", "transformers", "gguf")
_END_KEYS = ("eos_token_id", "eot_token_id", "eom_token_id")
_END_NAMES = frozenset(
    ("<|endoftext|>", "<|end_of_text|>", "<|im_end|>", "<|eot_id|>", "<|eom_id|>", "<end_of_turn>", "</s>")
)  # what llama.cpp ends at too, by their names alone


def unpacked(gguf: Path) -> Path:
    """The directory of a GGUF file's model in float32, in the user's cache; made if it is not there.

    Raises:
        ModelError: the file cannot be read, transformers cannot take its model or its tokenizer, a package is missing,
            or there is no room.
    """
    read_header(gguf)  # what is no GGUF file is said before anything is loaded
    need_to_train(_PACKAGES, f"{gguf} has to be unpacked, which needs")
    return made_once("unpacked", [file_sha256(gguf), _FORMAT], partial(_unpack, gguf), _no_place)


def _unpack(gguf: Path, work: Path) -> None:
    """Fill the directory `work`.

    Raises:
        ModelError: see `unpacked`.
        OSError: it cannot be written.
    """
    from safetensors import SafetensorError

    _log.warning("unpacking %s, once", gguf)
    with tempfile.TemporaryDirectory() as place:
        alone = Path(place) / "model.gguf"  # transformers prefers a tokenizer that lies beside the file, whosever it is
        alone.symlink_to(gguf.resolve())
        try:
            model, tokenizer = _read(gguf, alone)
        except ModelError:
            raise
        except Exception as error:  # the boundary of two libraries
            raise _unfit(gguf, first_line(error)) from error
    try:
        model.save_pretrained(work)
        tokenizer.save_pretrained(work)
    except SafetensorError as error:  # what became of the system's own error
        raise OSError(errno.EIO, first_line(error)) from error


def _read(gguf: Path, alone: Path) -> tuple[Any, Any]:
    """The model and its tokenizer. `alone` is the same file with nothing beside it."""
    from gguf import GGUFReader

    file = GGUFReader(alone)
    scaling = _field(file, f"{_field(file, 'general.architecture')}.rope.scaling.type")
    if scaling not in (None, "none") or any(tensor.name.startswith("rope_f") for tensor in file.tensors):
        raise _unfit(gguf, "it passes over scaled positions (rope)")
    tokenizer = _tokenizer(alone, _field(file, "tokenizer.ggml.pre"))
    if not same_tokens(gguf, tokenizer):
        raise _unfit(gguf, "it reads the tokenizer otherwise than llama.cpp")
    with contextlib.redirect_stderr(io.StringIO()):  # for a bar that no setting switches off
        model = _model(alone)
    if sum(weights.numel() for weights in model.parameters()) != sum(int(tensor.n_elements) for tensor in file.tensors):
        raise _unfit(gguf, "it passes over some of the tensors")
    named = {_field(file, f"tokenizer.ggml.{key}") for key in _END_KEYS} - {None}
    _set_ends(model, tokenizer, {int(token) for token in named})
    return model, tokenizer


def _model(gguf: Path) -> Any:
    import torch
    import transformers

    transformers.logging.set_verbosity_error()  # what matters becomes an error
    transformers.logging.disable_progress_bar()
    model, found = transformers.AutoModelForCausalLM.from_pretrained(
        gguf.parent, gguf_file=gguf.name, dtype=torch.float32, local_files_only=True, output_loading_info=True,
        quantization_config=transformers.GgufConfig(dequantize=True),  # else they stay packed
    )  # fmt: skip
    if found["missing_keys"]:
        raise ValueError(f"{len(found['missing_keys'])} tensors are missing ({sorted(found['missing_keys'])[0]}, …)")
    return model


def _tokenizer(gguf: Path, pre: str | None) -> Any:
    import transformers
    from tokenizers import pre_tokenizers

    tokenizer = transformers.AutoTokenizer.from_pretrained(gguf.parent, gguf_file=gguf.name, local_files_only=True)
    del tokenizer.init_kwargs["local_files_only"]  # it would be kept as a setting of the tokenizer
    if pre == "smollm":  # transformers does not know it, and would leave out that digits stand alone
        tokenizer.backend_tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
            [pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=False)]
        )
    return tokenizer


def _set_ends(model: Any, tokenizer: Any, named: set[int]) -> None:
    """Write down every id that ends a text: transformers itself takes over one at most."""
    import transformers

    by_name = {token for name, token in tokenizer.get_added_vocab().items() if name in _END_NAMES}
    ends = Words(tokenizer, named | by_name, SamplingSettings(), model.name_or_path).ends
    model.generation_config = transformers.GenerationConfig(
        bos_token_id=tokenizer.bos_token_id,
        eos_token_id=sorted(ends, key=lambda token: (token != tokenizer.eos_token_id, token)),
        pad_token_id=tokenizer.pad_token_id,
    )


def _field(file: Any, name: str) -> Any:
    field = file.get_field(name)
    return None if field is None else field.contents()


def _unfit(gguf: Path, why: str) -> ModelError:
    import transformers

    return ModelError(
        f"{gguf} cannot be unpacked by transformers {transformers.__version__}: {why}; give the directory that it was "
        "made from"
    )


def _no_place(cache: Path, error: OSError) -> ModelError:
    return ModelError(f"{cache}: {error.strerror or error}; make room there, or set XDG_CACHE_HOME")
