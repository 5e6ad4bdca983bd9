"""Greedy text of the built-in model: the same words in any number of slots, and from one release to the next."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from halo_forge.models import llamacpp
from halo_forge.models.base import GenerationRequest, SamplingSettings
from halo_forge.types import FinishReason, Language, Problem

PROBLEM = Problem("add", "Write a Python function that adds two numbers.", Language.PYTHON)
COMPANY = Problem("company", "Write a short poem.", Language.PYTHON)
TEXT = "```python\ndef add_two_numbers(num1, num2):"


@pytest.mark.parametrize("slots", [1, 3, 16])
def test_the_greedy_text(slots: int, model_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(llamacpp, "_SLOTS", slots)
    settings = SamplingSettings(temperature=0.0, max_tokens=16)
    sampler = llamacpp.LlamaCppSampler(model_path, settings, 100)
    requests = [GenerationRequest(COMPANY, 0, 2), GenerationRequest(PROBLEM, 0, 4)]
    samples = [s for s in sampler.generate(requests, threading.Event()) if s.problem_id == PROBLEM.id]
    sampler.close()
    assert [(s.text, s.n_tokens, s.prompt_tokens, s.finish_reason) for s in samples] == [
        (TEXT, 16, 39, FinishReason.LENGTH)
    ] * 4
