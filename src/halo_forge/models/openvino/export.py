"""From weights to a graph of OpenVINO, once: it stays in the user's cache, under the hash of what it was made of.

Of all graphs there the last ones used stay.

The graph is traced from transformers with an attention in which each token sees itself alone: a plain node
`ScaledDotProductAttention` that can be kept in a file, which `graph` replaces by paged
attention when it loads the graph. What the nodes cannot say (windows, heads) lies beside the graph as JSON.

A new graph is compared with torch before anybody uses it: an engine that is fast and wrong is of no use.

Limits: text models all of whose layers attend, fully or through a sliding window; weights in float32.
"""

from __future__ import annotations

import errno
import hashlib
import json
import logging
import shutil
import time
import warnings
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

import openvino
import torch
import transformers
from transformers.masking_utils import ALL_MASK_ATTENTION_FUNCTIONS
from transformers.modeling_utils import ALL_ATTENTION_FUNCTIONS

from halo_forge.errors import EngineUnfit, first_line
from halo_forge.made_once import WORK, made_once
from halo_forge.models.directories import ADAPTER_FILE, MODEL_FILE, Weights, total_bytes
from halo_forge.models.transformers.load import free_memory, load
from halo_forge.models.transformers.slots import unfit

_log = logging.getLogger(__name__)

GRAPH, LAYERS = "graph.xml", "layers.json"
_KEPT = 8  # graphs; of a model that is used again it is made again
_IN_USE_S = 3600.0  # somebody may be about to load it
_FORMAT = 1  # of what is kept; raised when this file makes other graphs
_ATTENTION = "halo_forge_alone"
_NOT_SAID = ("softcap", "s_aux")  # what attention can be told besides, and this graph cannot
_FIXED_ROPES = {"default", "linear", "llama3", "yarn", "proportional"}  # the others change with the length of the text
_MEMORY_SHARE = 0.4  # of the machine, for weights in float32: the graph and torch's model are both there for a while
_CHECK_TOKENS, _LONGEST_CHECK = 48, 1200
_NEAR = 0.01  # nats; rounding in float32 gives less than a hundredth of it

Logits = Callable[[Path, list[int]], Any]
"""(directory of a graph, tokens) -> logits behind each token, shape (tokens, vocabulary)"""


@dataclass(frozen=True, slots=True)
class Layer:
    """What a node of attention does not say of itself.

    Attributes:
        heads: of keys and of values.
        key_width: of one head.
        value_width: of one head.
        window: how many tokens a token sees, itself included; 0 is all of them.
    """

    heads: int
    key_width: int
    value_width: int
    window: int


def reason_against(weights: Weights, config: Any) -> str | None:
    """Why a model cannot be exported, as far as its configuration tells; ``None`` if it can."""
    if (why := unfit(config)) is not None:
        return why
    text = config.get_text_config()
    ropes = getattr(text, "rope_parameters", None) or {}
    kinds = {str(ropes.get("rope_type", "default"))} | {
        str(part.get("rope_type", "default")) for part in ropes.values() if isinstance(part, dict)
    }
    if strange := kinds - _FIXED_ROPES:
        return f"its positions change with the length of the text (rope {', '.join(sorted(strange))})"
    made_in = getattr(torch, str(getattr(config, "dtype", None) or "float32").removeprefix("torch."))
    needed = total_bytes([weights.base]) * torch.float32.itemsize / made_in.itemsize
    if needed > _MEMORY_SHARE * free_memory("cpu"):
        return f"its weights take {needed / 1e9:.0f} GB in float32"
    return None


def exported(weights: Weights, sha256: str, logits: Logits) -> Path:
    """The directory of a model's graph; made and checked if it is not there.

    Args:
        sha256: of the weights.
        logits: how the graph will be run, for the check.

    Raises:
        EngineUnfit: the model cannot be exported, the graph says something else than torch, or cannot be kept.
        ModelError: the weights are damaged.
    """
    versions = [openvino.get_version(), torch.__version__, transformers.__version__]
    made_of = [sha256, _configurations(weights), _FORMAT, versions]
    return made_once("openvino", made_of, partial(_export, weights, logits), _no_place)


def _export(weights: Weights, logits: Logits, work: Path) -> None:
    _log.warning("exporting %s for OpenVINO, once", weights.top)
    model = load(weights, "cpu", "float32")
    expected, tokens = _expected(model)
    layers = _write(model, work)
    del model
    _check(logits(work, tokens), expected, weights, layers)
    _forget(work.parent)


def _forget(cache: Path) -> None:
    """Remove the graphs that were not used for longest: training makes a model in each cycle, and each has one."""
    used: list[tuple[float, Path]] = []
    for place in cache.iterdir():
        with suppress(OSError):  # another process removes them too
            if not place.name.startswith(WORK):
                used.append((place.stat().st_mtime, place))
    for last_used, place in sorted(used, reverse=True)[_KEPT:]:
        if last_used < time.time() - _IN_USE_S:
            shutil.rmtree(place, ignore_errors=True)


def _configurations(weights: Weights) -> list[str]:
    """Of weights alone there can be several models: people turn on a longer rope, or scale an adapter, in these."""
    files = [weights.base / MODEL_FILE, *(adapter / ADAPTER_FILE for adapter in weights.adapters)]
    return [hashlib.sha256(file.read_bytes()).hexdigest() for file in files]


class _Alone(torch.nn.Module):  # type: ignore[misc]  # torch has no types here
    """One token a row, each at its own position."""

    def __init__(self, model: Any) -> None:
        super().__init__()
        self.model = model

    def forward(self, input_ids: Any, position_ids: Any) -> Any:
        return self.model(input_ids=input_ids, position_ids=position_ids, use_cache=False).logits


def _write(model: Any, place: Path) -> list[Layer]:
    layers: dict[int, Layer] = {}
    told: set[str] = set()

    def attend(
        module: Any, query: Any, key: Any, value: Any, mask: Any, scaling: float | None = None,
        sliding_window: int | None = None, **more: Any,
    ) -> tuple[Any, None]:  # fmt: skip
        told.update(name for name in _NOT_SAID if more.get(name) is not None)
        heads, groups, width, value_width = (
            int(size) for size in (query.shape[1], key.shape[1], query.shape[3], value.shape[3])
        )
        layers[module.layer_idx] = Layer(groups, width, value_width, 0 if sliding_window is None else sliding_window)
        # the heads that share a key stand where the tokens of a query do: the node itself need not know of sharing
        grouped = query.reshape(-1, groups, heads // groups, width)
        seen = torch.nn.functional.scaled_dot_product_attention(grouped, key, value, scale=scaling)
        return seen.reshape(-1, 1, heads, value_width), None

    ALL_ATTENTION_FUNCTIONS.register(_ATTENTION, attend)
    ALL_MASK_ATTENTION_FUNCTIONS.register(_ATTENTION, lambda *_, **__: None)
    try:
        model.set_attn_implementation(_ATTENTION)
        example = {"input_ids": torch.ones(3, 1, dtype=torch.long), "position_ids": torch.tensor([[3], [4], [5]])}
        with torch.inference_mode(False), torch.no_grad(), warnings.catch_warnings():
            warnings.simplefilter("ignore")  # a trace warns of all that it takes for a constant; the check is below
            graph = openvino.convert_model(_Alone(model), example_input=example)
    except Exception as error:  # the boundary of two libraries: what cannot be traced fails anywhere
        raise EngineUnfit(f"engine openvino cannot export this model: {first_line(error)}") from error
    if told:
        raise EngineUnfit(f"engine openvino knows no attention with {', '.join(sorted(told))}")
    if len(layers) != model.config.get_text_config().num_hidden_layers:
        raise EngineUnfit("engine openvino cannot export this model: its attention is not of the usual kind")
    try:
        openvino.save_model(graph, place / GRAPH, compress_to_fp16=False)
    except RuntimeError as error:  # what became of the system's own error
        raise OSError(errno.EIO, "the graph cannot be written") from error
    ordered = [layers[index] for index in sorted(layers)]
    (place / LAYERS).write_text(json.dumps([asdict(layer) for layer in ordered]))
    return ordered


def _expected(model: Any) -> tuple[Any, list[int]]:
    """Some tokens and torch's logits for them: more than a sliding window holds, where that is not too many."""
    text = model.config.get_text_config()
    window = getattr(text, "sliding_window", None) or 0
    count = min(max(_CHECK_TOKENS, window + _CHECK_TOKENS if window < _LONGEST_CHECK else 0), _LONGEST_CHECK)
    count = min(count, getattr(text, "max_position_embeddings", count) - 1)
    tokens = torch.randint(text.vocab_size, (count,), generator=torch.Generator().manual_seed(0)).tolist()
    with torch.inference_mode():
        return model(input_ids=torch.tensor([tokens]), use_cache=False).logits[0], tokens


def _check(found: Any, expected: Any, weights: Weights, layers: list[Layer]) -> None:
    apart = (torch.as_tensor(found).log_softmax(-1) - expected.log_softmax(-1)).abs().max().item()
    if not apart <= _NEAR:
        raise EngineUnfit(
            f"engine openvino is wrong for {weights.top}: its log-probabilities are up to {apart:.2g} from torch's "
            f"({len(layers)} layers)"
        )


def _no_place(cache: Path, error: OSError) -> EngineUnfit:
    return EngineUnfit(f"engine openvino keeps its graphs in {cache}: {error.strerror}; make room or a place there")
