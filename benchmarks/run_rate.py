"""Does `benchmark run` keep its engine busy? Its tokens per second, judging beside it, against the engine's alone.

The engine alone and the whole command take turns with the same requests (the demo problems, judged by gcc), so that a
machine that becomes busy slows both down.

    python benchmarks/run_rate.py DIRECTORY >>benchmarks/RESULTS.md

Limits: on a machine without a GPU both halves want the same processors. The rate is that of generating; judging what is
left over comes behind it, and the wall time of the whole is told too.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

from machine import measured_on

from halo_forge.models.base import GenerationRequest, SamplingSettings
from halo_forge.models.registry import EngineRequest, find_model, open_sampler
from halo_forge.problems import load_problems

GOAL = 0.95


def alone(options: argparse.Namespace, seed: int) -> float:
    """Tokens per second of the engine by itself."""
    problems = list(load_problems("demo", None).problems)
    settings = SamplingSettings(max_tokens=options.tokens, seed=seed)
    longest = max(len(problem.prompt.encode()) for problem in problems)
    sampler = open_sampler(EngineRequest(find_model(options.model, options.engine), settings, longest))
    requests = [GenerationRequest(problem, 0, options.samples) for problem in problems]
    began = time.perf_counter()
    tokens = sum(sample.n_tokens or 0 for sample in sampler.generate(requests, threading.Event()))
    seconds = time.perf_counter() - began
    sampler.close()
    return tokens / seconds


def whole(options: argparse.Namespace, seed: int) -> tuple[float, float]:
    """Tokens per second while the command generates, and its wall time."""
    with tempfile.TemporaryDirectory() as place:
        result = Path(place, "result.json")
        command = [
            sys.executable, "-m", "halo_forge", "benchmark", "run", "--model", options.model, "--engine",
            options.engine, "--prompts", "demo", "--samples", str(options.samples), "--max-tokens",
            str(options.tokens), "--seed", str(seed), "--output", str(result),
        ]  # fmt: skip
        began = time.perf_counter()
        subprocess.run(command, check=True, capture_output=True)
        wall = time.perf_counter() - began
        return json.loads(result.read_text())["tokens"]["per_second"], wall


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model")
    parser.add_argument("--engine", default="openvino")
    parser.add_argument("--samples", type=int, default=20)
    parser.add_argument("--tokens", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=2)
    options = parser.parse_args()
    load = os.getloadavg()[0]
    rows = [(alone(options, turn), *whole(options, turn)) for turn in range(options.rounds)]
    ratios = [run / engine for engine, run, _ in rows]
    print(f"\n## benchmark run beside the engine alone\n\n{measured_on(load)}\n\n"
          f"Engine {options.engine}, 16 prompts, {options.samples} samples each, up to "
          f"{options.tokens} tokens; gcc judges on the same processors.\n")  # fmt: skip
    print("| engine alone, tokens/s | benchmark run, tokens/s | ratio | whole command |\n|---|---|---|---|")
    for (engine, run, wall), ratio in zip(rows, ratios, strict=True):
        print(f"| {engine:.0f} | {run:.0f} | {ratio:.3f} | {wall:.0f} s |")
    print(f"\nMedian ratio {statistics.median(ratios):.3f}; the goal is {GOAL}.")


if __name__ == "__main__":
    main()
