"""``--export gguf``: the trained model as one file for llama.cpp."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from halo_forge.cli.console import note
from halo_forge.errors import UserError
from halo_forge.models.embedded import cached
from halo_forge.models.registry import ModelSource

_FORMS = ("f32", "f16", "bf16", "q8_0")
_USUAL = "f16"


@dataclass(frozen=True, slots=True)
class Form:
    """What to write: the type of the numbers."""

    numbers: str


def check_export(text: str | None) -> Form | None:
    """``gguf``, or ``gguf:f32`` for another type of number than f16.

    Raises:
        UserError: something else.
    """
    if text is None:
        return None
    kind, colon, numbers = text.partition(":")
    if kind != "gguf" or (colon and numbers not in _FORMS):
        raise UserError(f"--export {text}: give gguf, or gguf:TYPE with a TYPE of {', '.join(_FORMS)}")
    return Form(numbers if colon else _USUAL)


def export(form: Form | None, model: Path, source: ModelSource, place: Path) -> Path | None:
    """Write ``model.gguf`` into `place`, if that is wanted.

    Args:
        source: what the model was trained from; a GGUF file's tokenizer is taken over.

    Raises:
        ModelError: the model cannot be written so.
    """
    if form is None:
        return None
    from halo_forge.models.packing.write import pack

    file = place / "model.gguf"
    pack(model, file, form.numbers, _gguf(source))
    note(f"for llama.cpp: {file} ({form.numbers})")
    return file


def _gguf(source: ModelSource) -> Path | None:
    path = cached(source.embedded) if source.embedded is not None else source.path
    return path if path is not None and path.is_file() else None
