"""A hub's models on the command line, from a cache as huggingface_hub lays it out, without a network."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

REVISION = "0123456789abcdef0123456789abcdef01234567"
needs_hub = pytest.mark.skipif(find_spec("huggingface_hub") is None, reason="huggingface_hub is not installed")


def halo_forge(cache: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "HF_HUB_CACHE": str(cache), "HF_HUB_OFFLINE": "1", "COLUMNS": "200"}
    command = [sys.executable, "-m", "halo_forge", *arguments]
    return subprocess.run(command, capture_output=True, text=True, env=environment, timeout=120, check=False)


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    """With one model, org/tiny."""
    model = tmp_path / "models--org--tiny"
    snapshot = model / "snapshots" / REVISION
    snapshot.mkdir(parents=True)
    (snapshot / "config.json").write_text("{}")
    (snapshot / "model.safetensors").write_bytes(b"\0" * 2_000_000)
    (model / "refs").mkdir()
    (model / "refs" / "main").write_text(REVISION)
    return tmp_path


@needs_hub
def test_what_was_fetched_is_listed(cache: Path) -> None:
    done = halo_forge(cache, "models", "list")
    assert done.returncode == 0
    (line,) = [line for line in done.stdout.splitlines() if "org/tiny" in line]
    assert line.split()[1:3] == ["2", "MB"]


@needs_hub
def test_what_was_fetched_is_not_fetched_again(cache: Path) -> None:
    done = halo_forge(cache, "models", "pull", "org/tiny")
    assert (done.returncode, done.stdout.strip()) == (0, str(cache / "models--org--tiny" / "snapshots" / REVISION))


@needs_hub
def test_a_hub_that_cannot_be_reached(tmp_path: Path) -> None:
    done = halo_forge(tmp_path, "models", "pull", "org/other")
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert "org/other" in done.stderr
    assert "the hub cannot be reached" in done.stderr


@pytest.mark.skipif(find_spec("huggingface_hub") is not None, reason="huggingface_hub is installed")
def test_without_the_extra(tmp_path: Path) -> None:
    done = halo_forge(tmp_path, "models", "pull", "org/other")
    assert done.returncode == 2
    assert "pip install 'halo-forge[transformers]'" in done.stderr
    assert halo_forge(tmp_path, "models", "list").returncode == 0
