"""``--engine-option KEY=VALUE`` for vLLM: a field of its ``EngineArgs``, such as ``tensor_parallel_size=2``.

The fields are read from vLLM's source, because importing it takes ten seconds.

Limits: values of the plain types are checked here, all others by vLLM when the model is loaded.
"""

from __future__ import annotations

import ast
import difflib
import json
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from halo_forge.errors import ModelError

_OURS = {
    "model": "say it with --model",
    "model_weights": "say it with --model",
    "tokenizer": "it is the model's own",
    "skip_tokenizer_init": "stop sequences need the tokenizer",
    "generation_config": "nothing but --temperature and --top-p acts",
    "override_generation_config": "nothing but --temperature and --top-p acts",
    "trust_remote_code": "code that comes with a model is never run",
    "seed": "say it with --seed",
    "data_parallel_size": "start a server (vllm serve) and give its URL to --model",
    "enable_lora": "an adapter's directory for --model does that",
}
# Where and how much at once: none of them says what is computed, so that a run may go on with others.
_PLACING = frozenset(
    {
        "gpu_memory_utilization", "kv_cache_memory_bytes", "max_num_seqs", "max_num_batched_tokens",
        "tensor_parallel_size", "pipeline_parallel_size", "distributed_executor_backend", "block_size",
        "enforce_eager", "load_format", "max_parallel_loading_workers", "max_lora_rank", "enable_prefix_caching",
    }
)  # fmt: skip
_PLAIN: Mapping[str, type] = {"bool": bool, "int": int, "float": float, "str": str, "None": type(None)}


def engine_options(given: Mapping[str, str]) -> dict[str, Any]:
    """Names checked, values in their types.

    Raises:
        ModelError: vLLM knows no such option, or it has another type, or it is halo-forge's to set.
    """
    known = _fields() if given else {}
    return {name.replace("-", "_"): _value(name.replace("-", "_"), text, known) for name, text in given.items()}


def shown(options: Mapping[str, Any]) -> str:
    """Those that may change what a model says, for the result file: ``, quantization=fp8``."""
    return "".join(f", {name}={value}" for name, value in sorted(options.items()) if name not in _PLACING)


def _value(name: str, text: str, known: Mapping[str, str]) -> Any:
    if name in _OURS:
        raise ModelError(f"--engine-option {name} is not for you to set; {_OURS[name]}")
    if name not in known:
        near = difflib.get_close_matches(name, known, n=1)
        hint = f"; did you mean '{near[0]}'?" if near else "; see `vllm serve --help`"
        raise ModelError(f"--engine-option {name}: vLLM has no such option{hint}")
    kinds = {kind.strip() for kind in known[name].split("|")}
    value = text if kinds == {"str"} else _read(text)
    if kinds <= _PLAIN.keys():
        value = text if not _fits(value, kinds) and "str" in kinds else value
        if not _fits(value, kinds):
            raise ModelError(f"--engine-option {name}={text}: give a value of type {known[name]}")
    return value


def _fits(value: Any, kinds: set[str]) -> bool:
    wanted = {_PLAIN[kind] for kind in kinds} | ({int} if "float" in kinds else set())
    return type(value) in wanted  # isinstance would take true for a number


def _read(text: str) -> Any:
    """JSON, or what Python would write; anything else is a word."""
    try:
        return json.loads(text)
    except ValueError:
        pass
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return text


def _fields() -> dict[str, str]:
    """Name and type, as text, of each field of ``EngineArgs``."""
    spec = find_spec("vllm")
    assert spec is not None
    assert spec.origin is not None
    source = Path(spec.origin).parent / "engine" / "arg_utils.py"
    classes = [node for node in ast.parse(source.read_bytes()).body if isinstance(node, ast.ClassDef)]
    (arguments,) = [node for node in classes if node.name == "EngineArgs"]
    return {
        node.target.id: ast.unparse(node.annotation)
        for node in arguments.body
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name)
    }
