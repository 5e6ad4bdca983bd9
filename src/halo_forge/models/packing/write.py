"""From a directory of merged weights to one GGUF file that llama.cpp loads.

Names and numbers are those of llama.cpp's own converter (convert_hf_to_gguf.py). A new file is loaded by llama.cpp and
has to read a text as the directory's tokenizer does, before it gets its name. One tensor at a time is in memory.

Limits: the architectures in `ARCHITECTURES` with full attention, and the types in `FORMS`. A GGUF file names one end of
a text; llama.cpp knows the usual others by their names.
"""

from __future__ import annotations

import os
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Any

from halo_forge.errors import ModelError, first_line
from halo_forge.models.directories import ADAPTER_FILE, Weights, short_name
from halo_forge.models.needed import need_to_train
from halo_forge.models.packing.tensors import FORMS, ROPE_FACTORS, kept_as, rope_factors, tensors_of
from halo_forge.models.packing.words import add_tokenizer
from halo_forge.models.probe import same_tokens

ARCHITECTURES = ("llama", "qwen2", "qwen3")
_ROPES = ("default", "llama3")
_PACKAGES = ("torch", "transformers", "gguf")
_OTHERWISE = "use llama.cpp's convert_hf_to_gguf.py"


def pack(directory: Path, gguf: Path, form: str = "f16", like: Path | None = None) -> None:
    """Write a directory's model to the file `gguf`, in place of what is there.

    Args:
        form: one of `FORMS`.
        like: the GGUF file that the model was trained from, if there is one: its tokenizer is taken over as it is.

    Raises:
        ModelError: the model, its tokenizer or `form` is none that can be written, a package is missing, or there is no
            room.
    """
    if form not in FORMS:
        raise ModelError(f"'{form}' is none of {', '.join(FORMS)}; for other types {_OTHERWISE} and llama-quantize")
    need_to_train(_PACKAGES, f"writing {gguf} needs")
    if (directory / ADAPTER_FILE).is_file():
        raise ModelError(f"{directory} is an adapter; give the directory of the merged weights")
    try:
        gguf.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=gguf.parent, prefix=f".{gguf.name}-", delete=False) as part:
            place = Path(part.name)
        try:
            _write(directory, place, form, like)
            place.chmod(0o644)
            place.replace(gguf)
        except BaseException:
            with suppress(OSError):
                place.unlink()
            raise
    except OSError as error:
        raise ModelError(f"{gguf}: {error.strerror or error}; make room, or choose another place") from error


def _write(directory: Path, place: Path, form: str, like: Path | None) -> None:
    from halo_forge.models.transformers.load import read_config, read_tokenizer

    config, tokenizer = read_config(Weights(directory)), read_tokenizer(Weights(directory))
    _refuse_others(directory, config)
    try:
        _fill(directory, place, form, config, tokenizer, like)
    except (ModelError, OSError):
        raise
    except Exception as error:  # the boundary of two libraries
        raise ModelError(f"{directory} cannot be written as a GGUF file: {first_line(error)}") from error
    if not same_tokens(place, tokenizer):
        raise ModelError(f"{directory}: llama.cpp reads its tokenizer otherwise; {_OTHERWISE}")


def _refuse_others(directory: Path, config: Any) -> None:
    """ModelError for a model that would be written without an error and wrongly."""
    if config.model_type not in ARCHITECTURES:
        raise ModelError(
            f"{directory} is a {config.model_type} model; {', '.join(ARCHITECTURES)} can be written as GGUF here, for "
            f"others {_OTHERWISE}"
        )
    rope = config.rope_parameters.get("rope_type", "default")
    reasons = {
        f"its activation is {config.hidden_act}": config.hidden_act != "silu",
        "it has a sliding window": bool(getattr(config, "use_sliding_window", False)),
        f"its positions are scaled by {rope}": rope not in _ROPES,
    }
    if found := [reason for reason, applies in reasons.items() if applies]:
        raise ModelError(f"{directory} cannot be written as GGUF here: {found[0]}; {_OTHERWISE}")


def _fill(directory: Path, place: Path, form: str, config: Any, tokenizer: Any, like: Path | None) -> None:
    import gguf

    tensors, factors = tensors_of(directory, config), rope_factors(config)
    writer = gguf.GGUFWriter(place, config.model_type)
    try:
        _add_settings(writer, directory, form, config)
        add_tokenizer(writer, directory, tokenizer, config.vocab_size, like)
        for tensor in tensors:
            kind = gguf.GGMLQuantizationType[kept_as(tensor.shape, form)]
            _announce(writer, tensor.name, tensor.shape, kind)
        if factors is not None:
            _announce(writer, ROPE_FACTORS, factors.shape, gguf.GGMLQuantizationType.F32)
        writer.write_header_to_file()
        writer.write_kv_data_to_file()
        writer.write_ti_data_to_file()
        for tensor in tensors:
            kind = gguf.GGMLQuantizationType[kept_as(tensor.shape, form)]
            writer.write_tensor_data(gguf.quantize(tensor.read(kind.name), kind))
        if factors is not None:
            writer.write_tensor_data(factors)
        writer.flush()
        for file in writer.fout:
            os.fsync(file.fileno())
    finally:
        writer.close()


def _announce(writer: Any, name: str, shape: tuple[int, ...], kind: Any) -> None:
    """The tensors' names and sizes come before all of their numbers."""
    import gguf
    import numpy as np

    stored: Any = {"F32": np.float32, "F16": np.float16}.get(kind.name, np.uint8)
    if stored is np.uint8:
        shape = gguf.quants.quant_shape_to_byte_shape(shape, kind)
    size = int(np.prod(shape)) * np.dtype(stored).itemsize
    writer.add_tensor_info(name, shape, np.dtype(stored), size, raw_dtype=kind)


def _add_settings(writer: Any, directory: Path, form: str, config: Any) -> None:
    import gguf

    width = getattr(config, "head_dim", None) or config.hidden_size // config.num_attention_heads
    writer.add_type("model")
    writer.add_name(short_name(directory))
    writer.add_file_type(gguf.LlamaFileType[FORMS[form]])
    writer.add_quantization_version(gguf.GGML_QUANT_VERSION)
    writer.add_vocab_size(config.vocab_size)
    writer.add_context_length(config.max_position_embeddings)
    writer.add_embedding_length(config.hidden_size)
    writer.add_block_count(config.num_hidden_layers)
    writer.add_feed_forward_length(config.intermediate_size)
    writer.add_head_count(config.num_attention_heads)
    writer.add_head_count_kv(config.num_key_value_heads)
    writer.add_key_length(width)
    writer.add_value_length(width)
    writer.add_rope_dimension_count(width)
    writer.add_rope_freq_base(config.rope_parameters["rope_theta"])
    writer.add_layer_norm_rms_eps(config.rms_norm_eps)
