"""Engine ``scripted``: answers from a file or a function, for trying a pipeline without a model.

A file is JSONL: ``{"problem_id": …, "text": …}``, optionally ``finish_reason`` and the counts ``n_tokens``,
``prompt_tokens`` and ``think_tokens``. The lines of one problem are its samples 0, 1, …, from the beginning again when
more are asked for.

Limits: an answer is what the script says, whatever the settings are; they only decide its seed and how it is read.
"""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from halo_forge import __version__
from halo_forge.errors import EngineError, ModelError
from halo_forge.models.base import GenerationRequest, ModelInfo, SamplingSettings, sample_seed
from halo_forge.models.prompting import sample_form, style_of
from halo_forge.types import FinishReason, Problem, PromptStyle, Sample

PREFIX = "scripted:"
_COUNTS = ("n_tokens", "prompt_tokens", "think_tokens")

Script = Callable[[Problem, int, int], str]
"""(problem, index, seed) -> text"""


class ScriptedSampler:
    """Yields what a script says, one sample at a time."""

    def __init__(
        self, script: Script | list[dict[str, object]], settings: SamplingSettings, *, name: str = "scripted",
        sha256: str | None = None, delay_s: float = 0.0,
    ) -> None:  # fmt: skip
        """Answer from a function, or from lines as they stand in a file.

        Args:
            delay_s: how long each sample takes, to see how a pipeline behaves.

        Raises:
            ModelError: completions are to think.
        """
        self.info = ModelInfo(name, f"{PREFIX}{name}", "scripted", __version__, sha256)
        self._settings = settings
        self._style = style_of(settings, PromptStyle.CHAT)
        self._delay_s = delay_s
        self._script = script if callable(script) else None
        self._lines: dict[str, list[dict[str, object]]] = {}
        for line in [] if callable(script) else script:
            self._lines.setdefault(str(line["problem_id"]), []).append(line)

    @classmethod
    def from_file(cls, path: Path, settings: SamplingSettings) -> ScriptedSampler:
        """Answer from a JSONL file.

        Raises:
            ModelError: it is missing, or a line is wrong.
        """
        try:
            content = path.read_bytes()
        except OSError as error:
            raise ModelError(f"{path}: {error.strerror}; write {PREFIX}FILE with a file of answers") from error
        lines = [_line(path, number, raw) for number, raw in enumerate(content.splitlines(), 1) if raw.strip()]
        if not lines:
            raise ModelError(f"{path}: there is no answer in it; write one JSON object a line: 'problem_id' and 'text'")
        digest = hashlib.sha256(content).hexdigest()
        return cls(lines, settings, name=path.stem, sha256=digest)

    def generate(self, requests: Iterable[GenerationRequest], cancel: threading.Event) -> Iterator[Sample]:
        """See `Sampler.generate`."""
        for request in requests:
            for index in range(request.first_index, request.first_index + request.count):
                if cancel.wait(self._delay_s) if self._delay_s else cancel.is_set():
                    return
                yield self._sample(request.problem, index)

    def close(self) -> None:
        """Nothing is held."""

    def _sample(self, problem: Problem, index: int) -> Sample:
        seed = sample_seed(self._settings.seed, problem, index)
        form = sample_form(problem, self._style)
        if self._script is not None:
            return Sample(problem.id, index, self._script(problem, index, seed), form, FinishReason.STOP, seed=seed)
        lines = self._lines.get(problem.id)
        if lines is None:
            raise EngineError(f"the script has no answer for problem '{problem.id}'; add one and start over (--fresh)")
        line = lines[index % len(lines)]
        n_tokens, prompt_tokens, think_tokens = (_count(line, key) for key in _COUNTS)
        return Sample(
            problem.id, index, str(line["text"]), form, FinishReason(str(line.get("finish_reason", "stop"))),
            n_tokens, prompt_tokens, seed=seed, think_tokens=think_tokens,
        )  # fmt: skip


def _count(line: dict[str, object], key: str) -> int | None:
    count = line.get(key)
    return count if isinstance(count, int) else None


def _line(path: Path, number: int, raw: bytes) -> dict[str, object]:
    try:
        line = json.loads(raw)
    except ValueError as error:
        raise ModelError(f"{path}:{number}: {error}; write one JSON object a line") from error
    if not isinstance(line, dict):
        raise ModelError(f'{path}:{number}: not an object; write {{"problem_id": …, "text": …}}')
    if line.get("finish_reason", "stop") not in set(FinishReason):
        given = line["finish_reason"]
        raise ModelError(f"{path}:{number}: unknown finish_reason {given!r}; give one of {', '.join(FinishReason)}")
    for key in _COUNTS:
        count = line.get(key)
        if count is not None and (type(count) is not int or count < 0):
            raise ModelError(f"{path}:{number}: '{key}' is a whole number, 0 or more")
    for key in ("problem_id", "text"):
        if not isinstance(line.get(key), str):
            raise ModelError(f"{path}:{number}: no '{key}'; give the problem's id and the answer's text")
    return dict(line)
