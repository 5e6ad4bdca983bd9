"""Many sequences, each at its own place, through one causal model of transformers: their cache, and one step of all.

A sequence lives in a slot: row ``i`` of every layer's keys and values, its token ``p`` in column ``p``. Nothing is
padded on the left, so the columns of a sequence never move, and its sums are made in the same order whatever else is in
the batch. Rows come in multiples of eight, with idle ones at the end: with fewer than four, the matrix kernels of
processors take another path and round otherwise (measured: from four on, a row's result was the same to the last bit).

Limits: models whose layers all attend to keys and values, with or without a sliding window (`unfit` says).
"""

from __future__ import annotations

from typing import Any

import torch
import transformers

ROWS = 8
_COLUMNS = 64  # widths come in multiples of it, so that few different shapes occur
_FULL, _SLIDING = "full_attention", "sliding_attention"


def unfit(config: Any) -> str | None:
    """Why a model cannot be run in slots, or ``None``."""
    if getattr(config, "is_encoder_decoder", False):
        return "it is an encoder with a decoder"
    kinds = set(getattr(config, "layer_types", None) or ()) - {_FULL, _SLIDING}
    if kinds:
        return f"it has layers of the kind {', '.join(sorted(kinds))}"
    return None


class Prompt:
    """Keys and values of a prompt that was worked on once, for any number of slots."""

    def __init__(self, layers: list[tuple[Any, Any]]) -> None:
        """`layers`: keys and values, each of shape (1, heads, tokens, width)."""
        self.layers = layers

    @property
    def bytes_per_token(self) -> int:
        """Of keys and values, all layers together."""
        return sum(t.element_size() * t.shape[1] * t.shape[3] for layer in self.layers for t in layer)


@torch.inference_mode()
def prefill(model: Any, tokens: list[int]) -> Prompt:
    """Work on a prompt, alone, so that nothing is padded."""
    cache = transformers.DynamicCache()  # without a config it keeps all columns of sliding layers too
    ids = torch.tensor([tokens], device=model.device)
    model(input_ids=ids, past_key_values=cache, use_cache=True, logits_to_keep=1)
    return Prompt([(layer.keys, layer.values) for layer in cache.layers])


class Slots:
    """The cache, and the model that goes with it."""

    def __init__(self, model: Any, count: int) -> None:
        """Room for `count` sequences, which takes no memory before the first `place`."""
        self.count = count
        self._model = model
        self._config = model.config.get_text_config()
        self._layers: list[_Layer] = []
        self._view = _View()

    @torch.inference_mode()
    def place(self, row: int, prompt: Prompt, tokens: int) -> None:
        """Put a prompt into a slot, which then has room for `tokens` tokens."""
        self._grow(prompt, tokens)
        for layer, (keys, values) in zip(self._layers, prompt.layers, strict=True):
            layer.keys[row, :, : keys.shape[2]] = keys[0]
            layer.values[row, :, : values.shape[2]] = values[0]

    @torch.inference_mode()
    def move(self, source: int, target: int) -> None:
        """Copy a slot over another one."""
        for layer in self._layers:
            layer.keys[target] = layer.keys[source]
            layer.values[target] = layer.values[source]

    @torch.inference_mode()
    def step(self, tokens: list[int], positions: list[int]) -> Any:
        """Put ``tokens[i]`` at ``positions[i]`` of slot ``i``.

        Returns:
            The logits of what comes next, shape (len(tokens), vocabulary), in the model's type.
        """
        device = self._model.device
        live = len(tokens)
        rows = min(_round_up(live, ROWS), self.count)
        idle = [0] * (rows - live)
        where = torch.tensor(positions + idle, device=device)
        width = min(_round_up(max(positions) + 1, _COLUMNS), self._layers[0].keys.shape[2])
        self._view.set(torch.arange(rows, device=device), where, width)
        output = self._model(
            input_ids=torch.tensor(tokens + idle, device=device)[:, None],
            position_ids=where[:, None],
            attention_mask=self._masks(where, width),
            past_key_values=transformers.cache_utils.Cache(layers=self._layers),
            use_cache=True,
        )
        return output.logits[:live, -1]

    def clear(self) -> None:
        """Give the memory back."""
        self._layers = []

    def _masks(self, where: Any, width: int) -> Any:
        """What each row may look at: additive, shape (rows, 1, 1, width); one a kind of layer where there are two."""
        kinds = set(getattr(self._config, "layer_types", None) or ())
        window = getattr(self._config, "sliding_window", None)
        if not kinds:  # a single kind, which the window, where there is one, belongs to
            return self._mask(where, width, window)
        masks = {kind: self._mask(where, width, window if kind == _SLIDING else None) for kind in kinds}
        return masks if len(masks) > 1 else next(iter(masks.values()))

    def _mask(self, where: Any, width: int, window: int | None) -> Any:
        columns = torch.arange(width, device=where.device)
        seen = columns <= where[:, None]
        if window is not None:
            seen &= columns > where[:, None] - window
        dtype = self._model.dtype
        mask = torch.zeros(seen.shape, dtype=dtype, device=where.device)
        return mask.masked_fill_(~seen, torch.finfo(dtype).min)[:, None, None, :]

    def _grow(self, prompt: Prompt, tokens: int) -> None:
        """Have room for `tokens` columns."""
        if self._layers and tokens <= self._layers[0].keys.shape[2]:
            return
        columns = _round_up(tokens, _COLUMNS)
        old, self._layers = self._layers, []
        for index, pair in enumerate(prompt.layers):
            keys, values = (_room(like, self.count, columns) for like in pair)
            layer = _Layer(keys, values, self._view)
            if old:
                had = old[index].keys.shape[2]
                layer.keys[:, :, :had] = old[index].keys
                layer.values[:, :, :had] = old[index].values
            self._layers.append(layer)


class _View:
    """Which part of the cache a step is about; all layers look at the same one."""

    def set(self, rows: Any, columns: Any, width: int) -> None:
        self.rows, self.columns, self.width = rows, columns, width
        self.count = len(rows)


class _Layer:
    """One layer's keys and values, shape (slots, heads, columns, width), as transformers' `Cache` wants to see it."""

    is_initialized = True
    is_sliding = False
    is_compileable = False
    is_croppable = False

    def __init__(self, keys: Any, values: Any, view: _View) -> None:
        self.keys, self.values = keys, values
        self._view = view

    def update(self, keys: Any, values: Any, *_: Any, **__: Any) -> tuple[Any, Any]:
        """Write one new column a row; returns all that a step may look at."""
        view = self._view
        self.keys[view.rows, :, view.columns] = keys[:, :, 0]
        self.values[view.rows, :, view.columns] = values[:, :, 0]
        return self.keys[: view.count, :, : view.width], self.values[: view.count, :, : view.width]

    def get_seq_length(self) -> int:
        """Columns before this step's."""
        return int(self._view.width) - 1

    def get_mask_sizes(self, query_length: int) -> tuple[int, int]:
        """Columns and offset of the mask."""
        return int(self._view.width), 0


def _room(like: Any, slots: int, columns: int) -> Any:
    # zeros and not rubbish: a masked column weighs 0, but 0 times infinity is no number
    return torch.zeros((slots, like.shape[1], columns, like.shape[3]), dtype=like.dtype, device=like.device)


def _round_up(number: int, unit: int) -> int:
    return -(-number // unit) * unit
