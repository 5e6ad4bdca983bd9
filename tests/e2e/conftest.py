"""The real command line, as a user would call it, in a directory of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

HALO_FORGE = Path(sys.executable).with_name("halo-forge")


@dataclass(frozen=True)
class Answer:
    """How a command ended and what it said."""

    status: int
    out: str
    err: str

    @property
    def complaint(self) -> str:
        """The one line that a mistake has to get."""
        lines = [line for line in self.err.splitlines() if line.startswith("error: ")]
        assert len(lines) == 1, self.err
        assert "Traceback" not in self.err
        return lines[0]


@dataclass(frozen=True)
class CommandLine:
    """Runs halo-forge in `directory`."""

    directory: Path

    def __call__(self, *words: str, env: Mapping[str, str] | None = None, timeout: float = 120) -> Answer:
        done = subprocess.run(
            [HALO_FORGE, *words], cwd=self.directory, env=self.environment(env), capture_output=True, text=True,
            timeout=timeout, check=False,
        )  # fmt: skip
        return Answer(done.returncode, done.stdout, done.stderr)

    def start(self, *words: str, env: Mapping[str, str] | None = None) -> subprocess.Popen[str]:
        """Start it and go on."""
        return subprocess.Popen(
            [HALO_FORGE, *words], cwd=self.directory, env=self.environment(env), text=True, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True,
        )  # fmt: skip

    @staticmethod
    def environment(changes: Mapping[str, str] | None) -> dict[str, str]:
        return {**os.environ, "COLUMNS": "160", "NO_COLOR": "1", **(changes or {})}

    def write(self, name: str, *objects: dict[str, Any]) -> Path:
        """A JSONL file."""
        path = self.directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("".join(json.dumps(one) + "\n" for one in objects))
        return path

    def json(self, name: str) -> Any:
        """A JSON file that the command left."""
        return json.loads((self.directory / name).read_text())

    def lines(self, name: str) -> list[Any]:
        """A JSONL file that the command left."""
        return [json.loads(line) for line in (self.directory / name).read_text().splitlines()]


@pytest.fixture
def halo(tmp_path: Path) -> CommandLine:
    """The command line in an empty directory."""
    return CommandLine(tmp_path)
