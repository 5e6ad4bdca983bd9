"""Models and problems on the command line: found, fetched under a progress bar, opened, closed."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from halo_forge.cli.console import note
from halo_forge.cli.progress import download
from halo_forge.errors import ModelError, ProblemFileError, first_line
from halo_forge.models.base import Sampler, SamplingSettings
from halo_forge.models.embedded import EmbeddedModel, cached, fetch
from halo_forge.models.prompting import longest_answer, longest_prompt
from halo_forge.models.registry import EngineRequest, ModelSource, open_sampler
from halo_forge.problems import load_problems
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


def trainable(source: ModelSource, cancel: threading.Event) -> Path:
    """The directory of a model's weights, fetched or unpacked where that is needed.

    Raises:
        Cancelled: `cancel` was set while the model was fetched.
        ModelError: it has no weights that can be trained.
    """
    from halo_forge.models.hub import fetch
    from halo_forge.models.unpacked import unpacked

    if source.address is not None or source.engine == "scripted":
        raise ModelError(f"{source.name} has no weights here that could be trained; name a directory or a hub's model")
    if source.hub_id is not None:
        return fetch(source.hub_id)
    path = pulled(source.embedded, cancel) if source.embedded is not None else source.path
    assert path is not None
    return path if path.is_dir() else unpacked(path)


def load_chosen(prompts: str, limit: int | None, only: str | None) -> ProblemSet:
    """A problem set, or of it the problems whose ids are in the file `only`, one a line.

    Raises:
        ProblemFileError: there is no such set or file, or something in it is wrong.
    """
    problems = load_problems(prompts, limit)
    if only is None:
        return problems
    try:
        lines = Path(only).read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise ProblemFileError(f"--only {only}: {first_line(error)}; give a file with an id a line") from None
    return problems.only([line for line in lines if line.strip()])  # an id may begin with a blank


def pulled(model: EmbeddedModel, cancel: threading.Event) -> Path:
    """An embedded model's weights, fetched under a progress bar if they are not there yet."""
    if (path := cached(model)) is not None:
        return path
    with download(f"fetching {model.name} ({model.size_bytes / 1e6:.0f} MB)") as progress:
        return fetch(model, progress, cancel)
