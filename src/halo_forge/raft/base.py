"""The model that training starts from, as far as words go."""

from __future__ import annotations

from pathlib import Path

from halo_forge.models.base import SamplingSettings
from halo_forge.models.directories import resolve
from halo_forge.models.hub import fetch
from halo_forge.models.words import Words


def longest_text(base: Path) -> int:
    """Tokens of the longest text that the model of a directory was made for.

    Raises:
        ModelError: its configuration cannot be read.
    """
    from halo_forge.models.transformers.load import context_of, read_config

    return context_of(read_config(resolve(base, fetch)))


def words_of(base: Path, settings: SamplingSettings) -> Words:
    """How problems are put to the model of a directory.

    Raises:
        ModelError: its tokenizer or its configuration cannot be read.
    """
    from halo_forge.models.transformers.load import read_ends, read_tokenizer

    weights = resolve(base, fetch)
    return Words(read_tokenizer(weights), read_ends(weights), settings, str(base))
