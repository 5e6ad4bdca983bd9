"""A graph of `export`, its attention paged, compiled for the processor; and slots for sequences in it.

Keys and values lie in blocks of 32 tokens. A slot has a table of blocks; sequences of any length stand side by side in
a step, and nothing is padded. Everything is float32: less than that fails the fidelity test.

Limits: paged attention is an experimental operation of OpenVINO without a promise of compatibility, so the version of
OpenVINO is pinned; its inputs are listed below, in its order.
"""

from __future__ import annotations

import json
from itertools import accumulate
from pathlib import Path
from typing import Any

import numpy as np
import openvino
import torch
from openvino import opset13 as ops
from openvino.op import _PagedAttentionExtension as PagedAttention

from halo_forge.models.openvino.export import GRAPH, LAYERS, Layer

ROWS = 8  # a step's rows come in multiples of it, so that few different shapes occur
_CHUNK = 256  # tokens of a prompt that are worked on at once; their logits take memory
_SHARED = {
    "past_lens": [-1],
    "subsequence_begins": [-1],
    "block_indices": [-1],
    "block_indices_begins": [-1],
    "max_context_len": [],
}
_PRECISION = {"INFERENCE_PRECISION_HINT": "f32", "KV_CACHE_PRECISION": "f32", "PERFORMANCE_HINT": "LATENCY"}


class Prompt:
    """A prompt that was worked on; its keys and values are in the blocks of `table` until the next one is."""

    def __init__(self, tokens: int, table: list[int]) -> None:
        self.tokens = tokens
        self.table = table


class Graph:
    """The compiled graph and the pool of blocks that it works in."""

    def __init__(self, place: Path) -> None:
        """Load and compile.

        Args:
            place: directory that `export.exported` made.
        """
        core = openvino.Core()
        model = core.read_model(place / GRAPH)
        layers = [Layer(**layer) for layer in json.loads((place / LAYERS).read_text())]
        _make_paged(model, layers)
        compiled = core.compile_model(model, "CPU", _PRECISION)
        self._request = compiled.create_infer_request()
        self._caches = [port for port in compiled.inputs if _is_cache(port)]
        shape = self._caches[0].partial_shape
        self.block = shape[2].get_length()
        self.bytes_per_token = sum(
            port.element_type.size * port.partial_shape[1].get_length() * port.partial_shape[3].get_length()
            for port in self._caches
        )
        self.blocks = 0  # in the pool, free ones among them
        self._free: list[int] = []
        self._prompt: list[int] = []

    def prefill(self, tokens: list[int]) -> Prompt:
        """Work on a prompt, alone."""
        self._prompt = self.fitted(self._prompt, len(tokens))
        for start in range(0, len(tokens), _CHUNK):
            self._run(tokens[start : start + _CHUNK], [start], [self._prompt])
        return Prompt(len(tokens), self._prompt)

    def logits(self, tokens: list[int]) -> Any:
        """Behind each token of one text, which is worked on token by token from the middle on."""
        table = self.fitted([], len(tokens))
        half = len(tokens) // 2
        found = [self._run(tokens[:half], [0], [table]).copy()]
        found += [self._run([tokens[i]], [i], [table]).copy() for i in range(half, len(tokens))]
        self.release(table)
        return np.concatenate(found)

    def step(self, tokens: list[int], positions: list[int], tables: list[list[int]]) -> Any:
        """One token more for each of several texts; logits of shape (texts, vocabulary), valid until the next step."""
        return self._run(tokens, positions, tables)

    def fitted(self, table: list[int], tokens: int) -> list[int]:
        """`table`, with as many blocks more as `tokens` tokens want."""
        missing = -(-tokens // self.block) - len(table)
        if missing > len(self._free):
            self._grow(missing - len(self._free))
        return table + [self._free.pop() for _ in range(missing)]

    def reserve(self, sequences: int, tokens: int) -> None:
        """Have room for so many of such a length, at once: the kernel gives memory when it is written to."""
        wanted = sequences * -(-tokens // self.block)
        if wanted > self.blocks:
            self._grow(wanted - self.blocks)

    def release(self, table: list[int]) -> None:
        """Its blocks are free again."""
        self._free += table

    def copy(self, source: list[int], target: list[int]) -> None:
        """The contents of one table's blocks into the first ones of another."""
        for port in self._caches:
            data = self._request.get_tensor(port).data
            data[target[: len(source)]] = data[source]

    def empty(self) -> None:
        """Give all blocks back; tables that are still held mean nothing from here on."""
        self.blocks, self._free, self._prompt = 0, [], []
        for port in self._caches:
            self._request.set_tensor(port, openvino.Tensor(port.element_type, _shape_of(port, 0)))

    def _grow(self, more: int) -> None:
        had, self.blocks = self.blocks, self.blocks + max(more, self.blocks // 4)
        for port in self._caches:
            # zeros and not rubbish: what a text does not see weighs 0, but 0 times infinity is no number
            grown = openvino.Tensor(np.zeros(list(_shape_of(port, self.blocks)), dtype=np.float32))
            if had:
                grown.data[:had] = self._request.get_tensor(port).data
            self._request.set_tensor(port, grown)
        self._free += range(had, self.blocks)

    def _run(self, tokens: list[int], past: list[int], tables: list[list[int]]) -> Any:
        """`tokens` belong to ``len(past)`` texts: each has one, or the only one has all."""
        texts = len(past)
        each = len(tokens) // texts
        lengths = [start + each for start in past]
        used = [table[: -(-length // self.block)] for table, length in zip(tables, lengths, strict=True)]
        positions = [start + i for start in past for i in range(each)]
        self._set("input_ids", np.array(tokens, dtype=np.int64)[:, None])
        self._set("position_ids", np.array(positions, dtype=np.int64)[:, None])
        self._set("past_lens", _int32(past))
        self._set("subsequence_begins", _int32(list(range(0, len(tokens) + 1, each))))
        self._set("block_indices", _int32([block for table in used for block in table]))
        self._set("block_indices_begins", _int32([0, *accumulate(len(table) for table in used)]))
        self._set("max_context_len", np.array(max(lengths), dtype=np.int32))
        self._request.infer()
        logits = self._request.get_output_tensor(0).data
        return logits.reshape(len(tokens), logits.shape[-1])

    def _set(self, name: str, value: Any) -> None:
        self._request.set_tensor(name, openvino.Tensor(value))


class Slots:
    """See `halo_forge.models.writing.Slots`."""

    def __init__(self, graph: Graph, count: int) -> None:
        self.count = count
        self._graph = graph
        self._tables: list[list[int]] = [[] for _ in range(count)]
        self._idle = graph.fitted([], 1)

    def place(self, row: int, prompt: Prompt, tokens: int) -> None:
        self._tables[row] = self._graph.fitted(self._tables[row], tokens)
        self._graph.copy(prompt.table[: -(-prompt.tokens // self._graph.block)], self._tables[row])

    def move(self, source: int, target: int) -> None:
        self._tables[source], self._tables[target] = self._tables[target], self._tables[source]

    def release(self) -> None:
        """Give the blocks back; these slots are of no use from here on."""
        for table in (*self._tables, self._idle):
            self._graph.release(table)

    def step(self, tokens: list[int], positions: list[int]) -> Any:
        live = len(tokens)
        idle = min(-live % ROWS, self.count - live)
        tables = self._tables[:live] + [self._idle] * idle
        logits = self._graph.step(tokens + [0] * idle, positions + [0] * idle, tables)
        return torch.from_numpy(logits[:live])


def _make_paged(model: Any, layers: list[Layer]) -> None:
    """Put paged attention in the place of each node of plain attention."""
    nodes = [node for node in model.get_ordered_ops() if node.get_type_name() == "ScaledDotProductAttention"]
    shared = {name: _parameter(name, openvino.Type.i32, shape) for name, shape in _SHARED.items()}
    caches = []
    for index, (node, layer) in enumerate(zip(nodes, layers, strict=True)):
        keys, values = (
            _parameter(f"{kind}_cache.{index}", openvino.Type.dynamic, [-1] * 4) for kind in ("key", "value")
        )
        caches += [keys, values]
        _replace(node, layer, keys, values, shared)
    model.add_parameters([*shared.values(), *caches])
    model.validate_nodes_and_infer_types()


def _replace(node: Any, layer: Layer, keys: Any, values: Any, shared: dict[str, Any]) -> None:
    query, key, value = (node.input_value(i) for i in range(3))
    shape = query.get_partial_shape()
    groups, width = shape[2].get_length(), shape[3].get_length()
    scale = node.input_value(4) if node.get_input_size() > 4 else _float32_constant(width**-0.5)
    nothing, none, zero = _int32_constant([]), _float32_constant([]), _int32_constant(0)
    paged = PagedAttention(
        [
            _flat(query, layer.heads * groups * width),
            _flat(key, layer.heads * layer.key_width),
            _flat(value, layer.heads * layer.value_width),
            keys.output(0),
            values.output(0),
            *(shared[name].output(0) for name in list(_SHARED)[:4]),
            scale,
            _int32_constant(layer.window),
            none,  # slopes of ALiBi
            shared["max_context_len"].output(0),
            nothing,  # how many queries' scores are summed for eviction
            nothing,  # blocks that are rotated
            nothing,  # rotation: by how much
            none,  # rotation: table of angles
            none,  # sparse attention: threshold
            zero,  # sparse attention: size of a block
            zero,  # sparse attention: stride
            _float32_constant(np.zeros((0, 0, 0, 0))),  # sinks
            zero,  # adaptive eviction: first size
            nothing,  # adaptive eviction: sizes that may go
            nothing,  # adaptive eviction: diversity, blocks
            nothing,  # adaptive eviction: diversity, where they begin
            nothing,  # types of tokens
            ops.constant(np.zeros(0, dtype=np.uint8)).output(0),  # queries: bias
            nothing,  # queries: where their bias begins
        ]
    )
    for name, size in (
        ("num_k_heads", layer.heads), ("k_head_size", layer.key_width),
        ("num_v_heads", layer.heads), ("v_head_size", layer.value_width),
    ):  # fmt: skip
        paged.get_rt_info()[name] = size
    shaped = ops.reshape(paged.output(0), np.array([-1, layer.heads, groups, layer.value_width]), special_zero=False)
    for target in node.output(0).get_target_inputs():
        target.replace_source_output(shaped.output(0))


def _flat(port: Any, width: int) -> Any:
    return ops.reshape(port, np.array([-1, width]), special_zero=False).output(0)


def _parameter(name: str, kind: Any, shape: list[int]) -> Any:
    parameter = ops.parameter(openvino.PartialShape(shape), kind, name=name)
    parameter.output(0).get_tensor().set_names({name})
    return parameter


def _float32_constant(value: Any) -> Any:
    return ops.constant(np.array(value, dtype=np.float32)).output(0)


def _int32_constant(value: Any) -> Any:
    return ops.constant(np.array(value, dtype=np.int32)).output(0)


def _int32(values: list[int]) -> Any:
    return np.array(values, dtype=np.int32)


def _is_cache(port: Any) -> bool:
    return any("_cache." in name for name in port.get_names())


def _shape_of(port: Any, blocks: int) -> Any:
    return openvino.Shape([blocks, *(port.partial_shape[i].get_length() for i in (1, 2, 3))])
