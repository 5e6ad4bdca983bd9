"""Engine openvino, the real model: rows of a step are alike to the last bit, whatever else is in the step."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("openvino", reason="engine openvino is not installed (openvino)")
pytest.importorskip("torch", reason="engine openvino is not installed (torch)")

import numpy as np

from halo_forge.models.directories import Weights
from halo_forge.models.openvino.export import exported
from halo_forge.models.openvino.graph import Graph, Slots
from halo_forge.models.openvino.sampler import most_slots


def test_rows_do_not_see_each_other(model_directory: Path) -> None:
    """With others beside it, in other slots, in steps of other sizes."""
    weights = Weights(model_directory)
    graph = Graph(exported(weights, weights.sha256(), lambda place, tokens: Graph(place).logits(tokens)))
    prompts = [list(range(50, 60 + 30 * i)) for i in range(12)]

    def logits(order: list[int], count: int) -> dict[int, Any]:
        slots = Slots(graph, count)
        for row, i in enumerate(order):
            if row == 0 or i != order[row - 1]:
                worked = graph.prefill(prompts[i])
            slots.place(row, worked, len(prompts[i]) + 1)
        rows = slots.step([7] * len(order), [len(prompts[i]) for i in order])
        return dict(zip(order, rows.numpy().copy(), strict=True))

    alone = {i: logits([i], 16)[i] for i in range(12)}
    for order in (list(range(12)), list(reversed(range(12))), [3, 9, 1], [*range(12), *[5] * (most_slots() - 8)]):
        for i, row in logits(order, len(order) + 8).items():
            assert np.array_equal(row, alone[i]), (i, len(order))
