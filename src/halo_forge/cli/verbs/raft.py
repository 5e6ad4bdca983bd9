"""``halo-forge raft``: train a model on its own programs that a verifier accepted."""

from __future__ import annotations

import typer

from halo_forge.cli import options
from halo_forge.cli.verbs import raft_options as raft
from halo_forge.raft.words import Keep
from halo_forge.types import PromptStyle

app = typer.Typer(no_args_is_help=True, help="Train on the model's own programs that a verifier accepted.")

EXAMPLES = """\
RAFT: draw samples, judge them, keep the right ones, train on them, repeat. Nothing is tested: see benchmark full.

Examples:

  halo-forge raft train --model models/sft --prompts data/train.jsonl --verifier gcc --cycles 5

  halo-forge benchmark run --model models/raft/cycle_5_final --prompts data/test.jsonl --verifier gcc

The same command goes on where it was stopped or killed. Each cycle trains the base anew, on what all cycles kept.
"""


@app.command(help=EXAMPLES)
def train(
    model: raft.Model,
    prompts: options.Prompts,
    cycles: raft.Cycles = 2,
    samples: raft.Samples = 8,
    train_samples: raft.TrainSamples = 8,
    temperature: raft.Temperature = 0.7,
    train_temperature: raft.TrainTemperature = 0.8,
    top_p: raft.TopP = 0.95,
    max_tokens: raft.MaxTokens = 512,
    seed: raft.Seed = 0,
    limit: options.Limit = None,
    dev_share: raft.DevShare = 0.1,
    keep: raft.KeepRule = Keep.ACCEPTED,
    per_problem: raft.PerProblem = 4,
    solved_above: raft.SolvedAbove = 0.9,
    go_on: raft.Continue = False,
    learning_rate: raft.LearningRate = None,
    epochs: raft.Epochs = 3.0,
    batch_size: raft.BatchSize = 8,
    micro_batch: raft.MicroBatch = 4,
    rank: raft.Rank = 16,
    train_gpus: raft.TrainGpus = 1,
    verifier: options.Verifier = "auto",
    engine: raft.Engine = "auto",
    engine_option: raft.EngineOption = None,
    system_prompt: raft.SystemPrompt = None,
    prompt_style: raft.Style = PromptStyle.AUTO,
    time_limit: options.TimeLimit = None,
    memory_limit: options.MemoryLimit = None,
    compile_flags: options.CompileFlags = None,
    workers: options.Workers = None,
    hardware_metrics: options.HardwareMetrics = True,
    output: raft.TrainDirectory = "models/raft",
    export: raft.Export = None,
    fresh: options.Fresh = False,
    unsafe: options.Unsafe = False,
) -> None:
    given = dict(locals())
    from halo_forge.cli.raft_request import Request
    from halo_forge.cli.rafting import run_raft

    raise typer.Exit(run_raft(Request(**given)))
