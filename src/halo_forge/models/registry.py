"""From what the user typed after --model to an engine that can sample from it.

A new engine is a file beside this one and a line in `ENGINES`, or an entry point in the group ``halo_forge.engines``.
"""

from __future__ import annotations

import difflib
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from importlib.metadata import entry_points
from pathlib import Path

from halo_forge.errors import ModelError
from halo_forge.models.base import Sampler, SamplingSettings
from halo_forge.models.embedded import MODELS, EmbeddedModel
from halo_forge.models.openai_address import EXAMPLE, Address, address_of, api_key, is_url

ENTRY_POINTS = "halo_forge.engines"
AUTO = "auto"
SERVER = "openai"
_LONGEST_SHOWN = 200


@dataclass(frozen=True, slots=True)
class ModelSource:
    """A model that was found.

    Attributes:
        name: short, for tables.
        engine: the one that is right for it.
        path: its file; ``None`` for an embedded model that is not fetched yet, and for a server's.
        address: of the server that has it.
    """

    name: str
    engine: str
    path: Path | None = None
    embedded: EmbeddedModel | None = None
    address: Address | None = None


@dataclass(frozen=True, slots=True)
class EngineRequest:
    """What an engine is opened with.

    Attributes:
        longest_prompt: bytes (UTF-8) of the longest prompt that will come.
        concurrency: samples under way at a server; ``None`` is what suits it.
    """

    source: ModelSource
    settings: SamplingSettings
    longest_prompt: int
    concurrency: int | None = None


def _llamacpp(request: EngineRequest) -> Sampler:
    from halo_forge.models.llamacpp import LlamaCppSampler

    source = request.source
    assert source.path is not None
    return LlamaCppSampler(source.path, request.settings, request.longest_prompt, name=source.name)


def _scripted(request: EngineRequest) -> Sampler:
    from halo_forge.models.scripted import ScriptedSampler

    assert request.source.path is not None
    return ScriptedSampler.from_file(request.source.path, request.settings)


def _openai(request: EngineRequest) -> Sampler:
    from halo_forge.models.openai import OpenAISampler

    address = request.source.address
    assert address is not None
    return OpenAISampler(address, request.settings, key=api_key(os.environ), at_once=request.concurrency)


ENGINES: Mapping[str, Callable[[EngineRequest], Sampler]] = {
    "llamacpp": _llamacpp,
    "scripted": _scripted,
    SERVER: _openai,
}


def engine_names() -> list[str]:
    """All there are, plug-ins included."""
    return sorted({*ENGINES, *(point.name for point in entry_points(group=ENTRY_POINTS))})


def find_model(model: str, engine: str = AUTO) -> ModelSource:
    """Find out what `model` means. Nothing is fetched or loaded.

    Raises:
        ModelError: there is no such model or engine, or the engine is not the one for it.
    """
    if engine != AUTO and engine not in engine_names():
        raise ModelError(
            f"unknown engine '{engine}'{_hint(engine, engine_names())}; there are {', '.join(engine_names())}"
        )
    source = _at_server(model) if engine == SERVER or is_url(model) else _source(model)
    if engine not in (AUTO, source.engine) and engine in ENGINES:
        raise ModelError(f"engine {engine} cannot run '{model}'; leave --engine out to get {source.engine}")
    return source if engine == AUTO else replace(source, engine=engine)


def open_sampler(
    source: ModelSource, settings: SamplingSettings, longest_prompt: int, concurrency: int | None = None
) -> Sampler:
    """An engine for `source`, whose file has to be there (see `halo_forge.models.embedded.fetch`).

    Raises:
        ModelError: the engine cannot take it.
    """
    if source.embedded is not None and source.path is None:
        raise ModelError(f"model {source.name} has not been fetched; run: halo-forge models pull {source.name}")
    if concurrency is not None and source.address is None:
        raise ModelError(f"--concurrency is for servers; {source.engine} sees to it by itself")
    request = EngineRequest(source, settings, longest_prompt, concurrency)
    if source.engine in ENGINES:
        return ENGINES[source.engine](request)
    (point,) = entry_points(group=ENTRY_POINTS, name=source.engine)
    plugged: Callable[[EngineRequest], Sampler] = point.load()
    return plugged(request)


def _at_server(model: str) -> ModelSource:
    address = address_of(model, os.environ)
    api_key(os.environ)  # a bad one is told of before anything slow begins
    return ModelSource(model if address.model is None else address.model, SERVER, address=address)


def _source(model: str) -> ModelSource:
    if model in MODELS:
        return ModelSource(model, "llamacpp", embedded=MODELS[model])
    if model.startswith("scripted:"):
        path = Path(model.removeprefix("scripted:"))
        return ModelSource(path.stem, "scripted", path)
    path = Path(model)
    if os.path.isfile(path) and path.suffix == ".gguf":  # unlike Path.is_file, it takes any string
        return ModelSource(path.stem, "llamacpp", path)
    raise ModelError(_unknown(model, path))


def _unknown(model: str, path: Path) -> str:
    known = f"{', '.join(MODELS)} (built in), a .gguf file, a server such as {EXAMPLE}, or scripted:FILE"
    if os.path.isdir(path):
        ggufs = sorted(path.glob("*.gguf"))
        advice = f"give the file, such as {ggufs[0]}" if ggufs else "a directory cannot be run yet; export it to GGUF"
        return f"model '{model}' is a directory; {advice}"
    if os.path.isfile(path):
        return f"model '{model}' is no .gguf file; give {known}"
    near = [*MODELS, *(str(p) for p in path.parent.glob("*.gguf"))] if os.path.isdir(path.parent) else list(MODELS)
    return f"unknown model '{model[:_LONGEST_SHOWN]}'{_hint(model, near)}; give {known}"


def _hint(word: str, known: list[str]) -> str:
    near = difflib.get_close_matches(word, known, n=1)
    return f" (did you mean '{near[0]}'?)" if near else ""
