"""Models in directories, as transformers and PEFT write them: full weights, or an adapter whose base is named in it.

The layouts of training runs resolve by themselves: ``models/sft`` and ``models/raft/cycle_3`` mean the ``final_model``
inside, ``models/raft/cycle_5_final`` means the one of ``models/raft/cycle_5``, and a directory that holds a model or an
adapter means itself.

Limits: only names and JSON files are looked at here; whether the weights can be loaded is found out by the engine.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from halo_forge.digest import file_sha256
from halo_forge.errors import ModelError

MODEL_FILE = "config.json"
ADAPTER_FILE = "adapter_config.json"
_INSIDE = ("final_model", "adapter")  # where a training run keeps its result, the merged weights first
_CYCLE = re.compile(r"(cycle_\d+)_final")
_WEIGHTS = ("*.safetensors", "*.bin")
# What else decides what is sampled, under the names that transformers knows.
_CONFIG = (
    MODEL_FILE, ADAPTER_FILE, "generation_config.json", "tokenizer.json", "tokenizer_config.json", "tokenizer.model",
    "special_tokens_map.json", "added_tokens.json", "vocab.json", "merges.txt", "chat_template.jinja",
    "chat_template.json",
)  # fmt: skip
_HUB_ID = re.compile(r"[\w-][\w.-]*/[\w-][\w.-]*", re.ASCII)


@dataclass(frozen=True, slots=True)
class Weights:
    """What has to be loaded.

    Attributes:
        base: directory of a full model.
        adapters: directories of adapters, in the order in which they are put on top.
    """

    base: Path
    adapters: tuple[Path, ...] = ()

    @property
    def top(self) -> Path:
        """The directory that was asked for."""
        return self.adapters[-1] if self.adapters else self.base

    def sha256(self) -> str:
        """Of the file of weights; of several files: of the lines ``SHA-256 NAME`` for all of them.

        Raises:
            ModelError: there are none, or one cannot be read.
        """
        files = [file for directory in self._directories for file in _weight_files(directory)]
        digests = _digests(files)
        return digests[0] if len(files) == 1 else _of_all(digests, files)

    def config_sha256(self) -> str:
        """Of the lines ``SHA-256 NAME`` of what is beside the weights and decides what is sampled.

        Raises:
            ModelError: one of the files cannot be read.
        """
        places = (directory / name for directory in self._directories for name in _CONFIG)
        files = [place for place in places if place.is_file()]
        return _of_all(_digests(files), files)

    @property
    def _directories(self) -> tuple[Path, ...]:
        return self.base, *self.adapters


def _digests(files: Sequence[Path]) -> list[str]:
    try:
        return [file_sha256(file) for file in files]
    except OSError as error:
        raise ModelError(f"{error.filename}: {error.strerror}") from error


def _of_all(digests: Sequence[str], files: Sequence[Path]) -> str:
    lines = "".join(f"{digest} {file.name}\n" for digest, file in zip(digests, files, strict=True))
    return hashlib.sha256(lines.encode()).hexdigest()


def model_directory(path: Path) -> Path | None:
    """`path`, or the directory that a training run means by it; ``None`` when none of them holds a model."""
    for candidate in (path, *(path / name for name in _INSIDE), *_of_cycle(path)):
        if _is_model(candidate):
            return candidate
    return None


def _of_cycle(path: Path) -> tuple[Path, ...]:
    """``cycle_5_final`` is the model that cycle 5 ended with."""
    found = _CYCLE.fullmatch(path.name)
    return () if found is None else (path.with_name(found[1]) / _INSIDE[0],)


def models_below(path: Path) -> list[Path]:
    """Directories in `path` that `model_directory` would take."""
    try:
        children = sorted(path.iterdir())
    except OSError:
        return []
    return [child for child in children if model_directory(child) is not None]


def short_name(path: Path) -> str:
    """For tables: the directory's name, or its parent's when its own says nothing."""
    path = Path(os.path.abspath(path))
    return path.parent.name if path.name in _INSIDE else path.name


def is_hub_id(model: str) -> bool:
    """Whether it looks like ``owner/name`` on a model hub."""
    return _HUB_ID.fullmatch(model) is not None


def resolve(path: Path, fetch: Callable[[str], Path]) -> Weights:
    """Follow adapters down to a full model.

    Args:
        fetch: from a hub id to a directory.

    Raises:
        ModelError: a base is not named, not there, or its own base; or `fetch` raised it.
    """
    adapters: list[Path] = []
    while (path / ADAPTER_FILE).is_file():
        if path in adapters:
            raise ModelError(f"{path}: the adapter is its own base; correct '{_BASE}' in its {ADAPTER_FILE}")
        adapters.append(path)
        path = _base_of(path, fetch)
    return Weights(path, tuple(reversed(adapters)))


_BASE = "base_model_name_or_path"


def _base_of(adapter: Path, fetch: Callable[[str], Path]) -> Path:
    file = adapter / ADAPTER_FILE
    try:
        config = json.loads(file.read_bytes())
    except OSError as error:
        raise ModelError(f"{file}: {error.strerror}") from error
    except ValueError as error:
        raise ModelError(f"{file}: {error}; it has to be the file that PEFT wrote") from error
    base = config.get(_BASE) if isinstance(config, dict) else None
    if not isinstance(base, str) or not base:
        raise ModelError(f"{file} names no base model; write its directory or hub id under '{_BASE}'")
    for place in (Path(base), adapter / base):
        if os.path.isdir(place) and (found := model_directory(place)) is not None:
            return Path(os.path.abspath(found))
    if is_hub_id(base):
        return fetch(base)
    raise ModelError(f"{file}: the base model '{base}' is not there; correct '{_BASE}' to where it is")


def _is_model(path: Path) -> bool:
    return os.path.isfile(path / ADAPTER_FILE) or os.path.isfile(path / MODEL_FILE)


def _weight_files(directory: Path) -> list[Path]:
    for pattern in _WEIGHTS:
        if files := sorted(directory.glob(pattern)):
            return files
    raise ModelError(f"{directory} holds no weights ({' or '.join(_WEIGHTS)}); copy the whole directory")


def total_bytes(directories: Iterable[Path]) -> int:
    """Size of all weights in `directories`."""
    return sum(file.stat().st_size for directory in directories for file in _weight_files(directory))
