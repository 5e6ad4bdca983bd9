"""Models on the command line: found, fetched under a progress bar, opened, closed."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from halo_forge.cli.console import note
from halo_forge.cli.progress import download
from halo_forge.models.base import Sampler, SamplingSettings
from halo_forge.models.embedded import EmbeddedModel, cached, fetch
from halo_forge.models.prompting import longest_answer, longest_prompt
from halo_forge.models.registry import EngineRequest, ModelSource, open_sampler
from halo_forge.problems.base import ProblemSet


@contextlib.contextmanager
def open_model(
    source: ModelSource,
    settings: SamplingSettings,
    problems: ProblemSet,
    cancel: threading.Event,
    concurrency: int | None = None,
    options: Mapping[str, str] | None = None,
) -> Iterator[Sampler]:
    """A sampler for `problems`, closed at the end.

    Raises:
        Cancelled: `cancel` was set while the model was fetched.
        ModelError: the model cannot be fetched or opened.
    """
    if source.embedded is not None:
        source = replace(source, path=pulled(source.embedded, cancel))
    prompt, answer = (longest(problems.problems, settings) for longest in (longest_prompt, longest_answer))
    request = EngineRequest(source, settings, prompt, answer, concurrency, {} if options is None else options)
    sampler = open_sampler(request)
    with contextlib.closing(sampler):
        why = f"{source.engine} could not" if sampler.info.engine == source.otherwise else source.why or "asked for"
        note(f"engine {sampler.info.engine} ({sampler.info.engine_version}): {why}")
        yield sampler


def pulled(model: EmbeddedModel, cancel: threading.Event) -> Path:
    """An embedded model's weights, fetched under a progress bar if they are not there yet."""
    if (path := cached(model)) is not None:
        return path
    with download(f"fetching {model.name} ({model.size_bytes / 1e6:.0f} MB)") as progress:
        return fetch(model, progress, cancel)
