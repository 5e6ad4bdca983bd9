"""The options that `benchmark full` and `raft train` share, each described once."""

from __future__ import annotations

from typing import Annotated

import typer

from halo_forge.raft.words import Control, Keep
from halo_forge.types import PromptStyle

Model = Annotated[
    str, typer.Option("--model", "-m", help="smollm2-135m (built in), a .gguf file, a directory or a hub id.")
]
TrainPrompts = Annotated[
    str | None,
    typer.Option(
        "--train-prompts", metavar="SET", help="Train on these, and only test with --prompts.",
        show_default="demo-train for demo, else a part of --prompts",
    ),
]  # fmt: skip
Cycles = Annotated[int, typer.Option("--cycles", help="Cycles of drawing, judging, keeping and training.")]
Samples = Annotated[int, typer.Option("--samples", "-n", help="Samples a problem, of those that test.")]
TrainSamples = Annotated[int, typer.Option("--train-samples", help="Samples a problem, of those to train on.")]
Temperature = Annotated[float, typer.Option(help="Of the test.")]
TrainTemperature = Annotated[float, typer.Option(help="Of the samples to train on.")]
TopP = Annotated[float, typer.Option("--top-p", help="Nucleus sampling.")]
MaxTokens = Annotated[int, typer.Option("--max-tokens", help="Generated tokens a sample at the most.")]
Seed = Annotated[int, typer.Option(help="Of the split, the samples and the training.")]
DevShare = Annotated[float, typer.Option(help="Share of the problems that choose the cycle.")]
TestShare = Annotated[float, typer.Option(help="Share of the problems that only test, where one set is split.")]
KeepRule = Annotated[
    Keep, typer.Option("--keep", help="Samples that are right; or the best of each problem, if it compiles.")
]
PerProblem = Annotated[int, typer.Option(help="Samples of one problem that are kept at the most.")]
SolvedAbove = Annotated[float, typer.Option(help="Problems solved more often than this teach nothing: left out.")]
Continue = Annotated[
    bool, typer.Option("--continue", help="Train each cycle's model on from the one before, not from the base.")
]
ControlArm = Annotated[
    Control | None,
    typer.Option("--control", help="Also train on samples kept at random, and test that.", show_default=False),
]
LearningRate = Annotated[float | None, typer.Option(help="At its highest.", show_default="by the width of the model")]
Epochs = Annotated[float, typer.Option(help="Passes over what was kept.")]
BatchSize = Annotated[int, typer.Option(help="Samples an optimiser step.")]
MicroBatch = Annotated[int, typer.Option(help="Of them at once in memory.")]
Rank = Annotated[int, typer.Option(help="Of the adapter (LoRA).")]
TrainGpus = Annotated[int, typer.Option("--train-gpus", help="GPUs that train (accelerate).")]
Engine = Annotated[str, typer.Option(help="Which engine samples.")]
EngineOption = Annotated[
    list[str] | None,
    typer.Option("--engine-option", metavar="KEY=VALUE", help="A setting of the engine (vllm); repeatable."),
]
SystemPrompt = Annotated[str | None, typer.Option(help="For chat.", show_default="the model's own")]
Style = Annotated[PromptStyle, typer.Option("--prompt-style", help="How problems are put to the model.")]
Export = Annotated[
    str | None,
    typer.Option("--export", metavar="gguf", help="Also write model.gguf for llama.cpp; gguf:f32, :bf16, :q8_0."),
]
Directory = Annotated[
    str | None,
    typer.Option(
        "--output", "-o", metavar="DIR", help="Where everything is kept.", show_default="results/full-MODEL-SET"
    ),
]
TrainDirectory = Annotated[str, typer.Option("--output", "-o", metavar="DIR", help="Where everything is kept.")]
