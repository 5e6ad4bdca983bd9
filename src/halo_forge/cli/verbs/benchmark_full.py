"""``halo-forge benchmark full``: does training make this model better? Baseline, RAFT cycles, final test."""

from __future__ import annotations

import typer

from halo_forge.cli import options
from halo_forge.cli.verbs import raft_options as raft
from halo_forge.raft.words import Keep
from halo_forge.types import PromptStyle

EXAMPLES = """\
Measure a model, train it on its own programs that the verifier accepted, and measure it again on problems that it was
not trained on.

Examples:

  halo-forge benchmark full --model smollm2-135m --cycles 2

  halo-forge benchmark full --model smollm2-135m --prompts composed --cycles 2 --control sham --max-tokens 192

  halo-forge benchmark full --model Qwen/Qwen2.5-Coder-0.5B --cycles 2

  halo-forge benchmark full --model org/model --prompts humaneval --limit 20 --cycles 3

The same command goes on where it was stopped or killed.

Exit status: 0 done, 2 a mistake in the command or its files, 3 something failed or could not be judged, 130 stopped.
"""


def full(
    model: raft.Model,
    prompts: options.Prompts = "demo",
    train_prompts: raft.TrainPrompts = None,
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
    test_share: raft.TestShare = 0.3,
    keep: raft.KeepRule = Keep.ACCEPTED,
    per_problem: raft.PerProblem = 4,
    solved_above: raft.SolvedAbove = 0.9,
    go_on: raft.Continue = False,
    control: raft.ControlArm = None,
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
    output: raft.Directory = None,
    html: options.Html = None,
    track: options.Track = None,
    export: raft.Export = None,
    fresh: options.Fresh = False,
    unsafe: options.Unsafe = False,
) -> None:
    given = dict(locals())
    from halo_forge.cli.raft_request import Request
    from halo_forge.cli.rafting import run_full

    raise typer.Exit(run_full(Request(**given)))
