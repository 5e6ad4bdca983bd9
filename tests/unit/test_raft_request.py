"""What the options of `benchmark full` and `raft train` become, and which numbers are refused."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

import pytest

from halo_forge.cli.raft_request import Request, check_numbers
from halo_forge.errors import UserError
from halo_forge.types import PromptStyle

NOTHING: Any = dict.fromkeys(field.name for field in fields(Request))
REQUEST = replace(
    Request(**NOTHING), verifier="auto", engine="auto", top_p=0.95, max_tokens=96, hardware_metrics=False, unsafe=False,
    prompt_style=PromptStyle.AUTO, cycles=2, samples=8, train_samples=8, per_problem=4, batch_size=8, micro_batch=4,
    rank=16, train_gpus=1, dev_share=0.1, test_share=0.3, solved_above=0.9, epochs=3.0, temperature=0.7,
    train_temperature=0.8,
)  # fmt: skip


def test_what_every_phase_gets() -> None:
    assert REQUEST.common() == (
        "--verifier", "auto", "--engine", "auto", "--top-p", "0.95", "--max-tokens", "96", "--no-hardware-metrics",
    )  # fmt: skip


def test_a_base_model_with_a_chat_template_can_go_on_with_text() -> None:
    words = replace(REQUEST, prompt_style=PromptStyle.COMPLETION).common()
    assert words[words.index("--prompt-style") + 1] == "completion"


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"train_gpus": 3}, r"^--batch-size 8 cannot be shared by 3 GPUs"),
        ({"train_gpus": 0}, r"^--train-gpus 0: give 1 or more"),
        ({"batch_size": 0}, r"^--batch-size 0: give 1 or more"),
        ({"dev_share": 0.5, "test_share": 0.5}, r"leave nothing to train on"),
        ({"learning_rate": 2.0}, r"^--learning-rate 2"),
    ],
)
def test_numbers_out_of_their_range(changes: dict[str, Any], complaint: str) -> None:
    with pytest.raises(UserError, match=complaint):
        check_numbers(replace(REQUEST, **changes))


def test_numbers_as_they_should_be() -> None:
    check_numbers(replace(REQUEST, train_gpus=4, learning_rate=1e-4))
