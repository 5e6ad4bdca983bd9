"""The protocol that every engine follows, and the settings that every engine obeys.

An engine is a plain synchronous object. It is handed requests one by one and yields samples as they are finished, in
any order. It owns no files, prints nothing, and knows nothing of verdicts. How many requests it works on at once is its
own affair: it pulls from the iterable when it has room, so a slow consumer slows it down and nothing piles up.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass, replace
from typing import Protocol

from halo_forge.models.few_shot import FewShot
from halo_forge.types import JSONObject, Problem, PromptStyle, Sample

SEED_SPACE = 2**31  # fits every engine's idea of a seed


@dataclass(frozen=True, slots=True)
class SamplingSettings:
    """How to sample. Part of a run's identity: a run with other settings is another run.

    Attributes:
        temperature: 0 is greedy.
        top_p: nucleus; no other truncation (top-k, min-p) is ever applied behind the user's back.
        max_tokens: generated tokens a sample at the most.
        seed: of the run; each sample's own seed comes from `sample_seed`.
        system_prompt: ``None`` leaves it to the model's chat template.
        stop: stop sequences for completions; never applied to chat.
        think_budget: tokens that a model may think for, on top of `max_tokens`; ``None`` counts thinking as answer.
        few_shot: solved examples in front of every problem.
    """

    temperature: float = 0.7
    top_p: float = 0.95
    max_tokens: int = 512
    seed: int = 0
    system_prompt: str | None = None
    prompt_style: PromptStyle = PromptStyle.AUTO
    stop: tuple[str, ...] = ()
    think_budget: int | None = None
    few_shot: FewShot | None = None

    @property
    def most_tokens(self) -> int:
        """Generated tokens a sample at the most, thinking and answer together."""
        return self.max_tokens if self.think_budget is None else self.max_tokens + self.think_budget

    def of(self, problem: Problem) -> SamplingSettings:
        """The settings in force for `problem`: its own go before the run's."""
        own = {name: value for name, value in asdict(problem.sampling).items() if value is not None}
        return replace(self, **own) if own else self

    def identity(self) -> JSONObject:
        """The settings as a run's identity has them. What came later is left out where it is not used."""
        shots = None if self.few_shot is None else self.few_shot.identity()
        named = {**asdict(replace(self, few_shot=None)), "few_shot": shots}
        return {key: value for key, value in named.items() if value is not None or key not in _LATER}


_LATER = ("think_budget", "few_shot")  # runs from before they were there can be gone on with


@dataclass(frozen=True, slots=True)
class GenerationRequest:
    """Samples ``first_index … first_index + count - 1`` of one problem, which may share the work on its prompt."""

    problem: Problem
    first_index: int
    count: int


@dataclass(frozen=True, slots=True)
class ModelInfo:
    """What a result file says of the model.

    Attributes:
        name: short, for tables and file names.
        source: what the user typed, resolved: a path, an id, a URL without credentials.
        engine: the engine's name.
        engine_version: version of the library behind it.
        sha256: of the file of weights; of several files, of the lines ``SHA-256 NAME`` for all of them.
        config_sha256: of the lines ``SHA-256 NAME`` of configuration, tokenizer and chat template beside the weights.
        deterministic: the same seed gives the same text, whatever else is in the batch.
    """

    name: str
    source: str
    engine: str
    engine_version: str
    sha256: str | None = None
    config_sha256: str | None = None
    deterministic: bool = True


class Sampler(Protocol):
    """A model that can be asked for samples."""

    @property
    def info(self) -> ModelInfo:
        """What the result file says of the model."""

    def generate(self, requests: Iterable[GenerationRequest], cancel: threading.Event) -> Iterator[Sample]:
        """Yield each requested sample once, as it is finished.

        Ends within a second or two once `cancel` is set; samples unfinished by then are not yielded.

        Raises:
            EngineError: the engine failed for good; samples already yielded stand.
        """

    def close(self) -> None:
        """Give memory and processes back. May be called twice."""


def sample_seed(run_seed: int, problem: Problem, index: int) -> int:
    """The seed of one sample: it depends on run, problem and index alone.

    Seeds of one problem are consecutive, because llama.cpp gives request ``seed + i`` to the i-th of ``n`` choices.
    """
    digest = hashlib.sha256(f"{run_seed}\0{problem.id}\0{problem.hash}".encode()).digest()
    return (int.from_bytes(digest[:4], "big") + index) % SEED_SPACE


def in_groups(requests: Iterable[GenerationRequest], size: Callable[[], int]) -> Iterator[GenerationRequest]:
    """The same samples in requests of at most `size` (asked for each of them)."""
    for request in requests:
        start = 0
        while start < request.count:
            count = min(size(), request.count - start)
            yield GenerationRequest(request.problem, request.first_index + start, count)
            start += count
