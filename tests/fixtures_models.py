"""The built-in model's file, from the user's cache, fetched on the first use."""

from __future__ import annotations

from pathlib import Path

import pytest

from halo_forge.models.embedded import MODELS, fetch


@pytest.fixture(scope="session")
def model_path() -> Path:
    """The weights of smollm2-135m."""
    return fetch(MODELS["smollm2-135m"], lambda done, total: None)
