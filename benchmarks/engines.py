"""How fast do engines generate? The same requests through each of them and through plain `model.generate`, in one run.

`generate` gets batches of four prompts, one sample of each, padded on the left, as evaluation scripts commonly do. All
runs take turns, round by round, so that a machine that becomes busy slows all of them down.

    python benchmarks/engines.py DIRECTORY [--gguf FILE] >>benchmarks/RESULTS.md

`generate` is so slow that it gets fewer samples of each prompt (--plain-samples): a rate does not need as many.

Limits: generated tokens per second, prompts included in the time and loading not; the texts are not looked at, which is
what tests/contract/test_fidelity.py does.
"""

from __future__ import annotations

import argparse
import os
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from machine import measured_on

from halo_forge.models.base import GenerationRequest, Sampler, SamplingSettings
from halo_forge.models.openmp import wait_briefly
from halo_forge.problems import load_problems
from halo_forge.types import Problem

wait_briefly()

import torch
import transformers

from halo_forge.models.llamacpp import LlamaCppSampler
from halo_forge.models.openvino.sampler import OpenVinoSampler
from halo_forge.models.transformers.sampler import TransformersSampler

BATCH = 4
Measured = Callable[[int], tuple[int, float]]
"""round -> (generated tokens, seconds)"""


def through_sampler(sampler: Sampler, problems: list[Problem], samples: int) -> Measured:
    """An engine of halo-forge, its model loaded beforehand."""
    list(sampler.generate([GenerationRequest(problems[0], 0, 1)], threading.Event()))

    def measure(turn: int) -> tuple[int, float]:
        requests = [GenerationRequest(problem, turn * samples, samples) for problem in problems]
        began = time.perf_counter()
        tokens = sum(sample.n_tokens or 0 for sample in sampler.generate(requests, threading.Event()))
        return tokens, time.perf_counter() - began

    return measure


def through_generate(directory: Path, dtype: str, problems: list[Problem], samples: int, limit: int) -> Measured:
    """transformers by itself."""
    model = transformers.AutoModelForCausalLM.from_pretrained(directory, dtype=dtype)
    tokenizer = transformers.AutoTokenizer.from_pretrained(directory, padding_side="left")
    messages = [[{"role": "user", "content": problem.prompt}] for problem in problems]
    texts = [tokenizer.apply_chat_template(m, tokenize=False, add_generation_prompt=True) for m in messages]

    def measure(turn: int) -> tuple[int, float]:
        torch.manual_seed(turn)
        began, tokens = time.perf_counter(), 0
        for _ in range(samples):
            for start in range(0, len(texts), BATCH):
                tokens += _generate(model, tokenizer, texts[start : start + BATCH], limit)
        return tokens, time.perf_counter() - began

    return measure


def opened(options: argparse.Namespace, settings: SamplingSettings, longest: int) -> Iterator[tuple[str, Sampler]]:
    """The engines that were asked for."""
    if "transformers" in options.engine:
        for dtype in ("float32", "bfloat16"):
            sampler = TransformersSampler(options.directory, settings, longest, dtype=dtype)
            yield f"transformers, {dtype}", sampler
    if "openvino" in options.engine:
        yield "openvino, float32", OpenVinoSampler(options.directory, settings, longest)
    if options.gguf is not None:
        yield f"llamacpp, {options.gguf.name}", LlamaCppSampler(options.gguf, settings, longest)


def _generate(model: Any, tokenizer: Any, texts: list[str], limit: int) -> int:
    """One batch; returns the tokens up to and with each EOS."""
    inputs = tokenizer(texts, return_tensors="pt", padding=True, add_special_tokens=False)
    out = model.generate(
        **inputs, max_new_tokens=limit, do_sample=True, temperature=0.7, top_p=0.95, top_k=0,
        pad_token_id=tokenizer.pad_token_id,
    )  # fmt: skip
    rows = out[:, inputs["input_ids"].shape[1] :].tolist()
    return sum(row.index(tokenizer.eos_token_id) + 1 if tokenizer.eos_token_id in row else len(row) for row in rows)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("directory", type=Path)
    parser.add_argument("--gguf", type=Path)
    parser.add_argument("--engine", nargs="*", default=["transformers", "openvino"])
    parser.add_argument("--samples", type=int, default=20)
    parser.add_argument("--tokens", type=int, default=200)
    parser.add_argument("--plain-samples", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=2, help="the samples are shared out among so many")
    options = parser.parse_args()
    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()
    problems = list(load_problems("demo", None).problems)
    settings = SamplingSettings(max_tokens=options.tokens)
    longest = max(len(problem.prompt.encode()) for problem in problems)
    share = max(1, options.samples // options.rounds)
    plain_share = max(1, options.plain_samples // options.rounds)
    runs: dict[str, Measured] = {}
    for dtype in ("float32", "bfloat16"):
        plain = through_generate(options.directory, dtype, problems, plain_share, options.tokens)
        runs[f"model.generate, {BATCH} prompts, {dtype}"] = plain
    for name, sampler in opened(options, settings, longest):
        runs[f"engine {name}"] = through_sampler(sampler, problems, share)
    load = os.getloadavg()[0]
    totals = dict.fromkeys(runs, (0, 0.0))
    for turn in range(options.rounds):
        for name, measure in runs.items():
            tokens, seconds = measure(turn)
            totals[name] = totals[name][0] + tokens, totals[name][1] + seconds
    _report(totals, options, load)


def _report(totals: dict[str, tuple[int, float]], options: argparse.Namespace, load: float) -> None:
    libraries = (f"torch {torch.__version__}", f"transformers {transformers.__version__}")
    print(f"\n## Engines: tokens per second\n\n{measured_on(load, *libraries)}\n")
    print(f"16 prompts, {options.samples} samples each ({options.plain_samples} for model.generate), up to "
          f"{options.tokens} tokens, in {options.rounds} rounds.\n")  # fmt: skip
    print("| | tokens | seconds | tokens/s | of model.generate in float32 |\n|---|---|---|---|---|")
    base = next(tokens / seconds for tokens, seconds in totals.values())
    for name, (tokens, seconds) in totals.items():
        print(f"| {name} | {tokens} | {seconds:.0f} | {tokens / seconds:.0f} | {tokens / seconds / base:.1f} |")


if __name__ == "__main__":
    main()
