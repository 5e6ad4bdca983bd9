"""``halo-forge sft``: supervised fine-tuning, the step before RAFT."""

from __future__ import annotations

from typing import Annotated

import typer

from halo_forge.cli import options
from halo_forge.cli.verbs import raft_options as raft
from halo_forge.types import PromptStyle

app = typer.Typer(no_args_is_help=True, help="Train on answers that you have.")

EXAMPLES = """\
Train an adapter on answers from a file, and merge it.

Examples:

  halo-forge sft train --model smollm2-135m --data data/answers.jsonl

  halo-forge sft train --model org/model --data org/dataset --output models/sft

The data are objects with 'prompt' and 'completion', or with 'messages' (docs/training.md). models/sft then means the
merged model.
"""


@app.command(help=EXAMPLES)
def train(
    model: raft.Model,
    data: Annotated[str, typer.Option(metavar="FILE", help="JSONL, or a data set of the hub.")],
    output: Annotated[str, typer.Option("--output", "-o", metavar="DIR", help="Where it is kept.")] = "models/sft",
    learning_rate: raft.LearningRate = None,
    epochs: raft.Epochs = 3.0,
    batch_size: raft.BatchSize = 8,
    micro_batch: raft.MicroBatch = 4,
    rank: raft.Rank = 16,
    train_gpus: raft.TrainGpus = 1,
    prompt_style: raft.Style = PromptStyle.AUTO,
    seed: raft.Seed = 0,
    hardware_metrics: options.HardwareMetrics = True,
    export: raft.Export = None,
    fresh: options.Fresh = False,
) -> None:
    from halo_forge.cli.tuning import Request, run_sft
    from halo_forge.raft.training import TrainSettings

    settings = TrainSettings(
        learning_rate=learning_rate, epochs=epochs, batch=batch_size, micro_batch=micro_batch, rank=rank,
        alpha=2 * rank, seed=seed,
    )  # fmt: skip
    request = Request(model, data, output, settings, train_gpus, hardware_metrics, export, fresh, prompt_style)
    raise typer.Exit(run_sft(request))
