"""The plug-in of docs/plugins.md, installed as pip leaves it behind, through the real command line."""

from __future__ import annotations

import json
import os
import re
import shutil
import tomllib
from pathlib import Path

import pytest

from e2e.conftest import CommandLine

DOCUMENT = Path(__file__).parents[2] / "docs" / "plugins.md"
LINES = 30
WIDE = 'int main(void) { long long a, b; scanf("%lld %lld", &a, &b); printf("%lld\\n", (a + b) / 2); return 0; }'
# The overflow gives what is expected, by luck: only the plug-in sees it.
NARROW = 'int main(void) { int a, b; scanf("%d %d", &a, &b); printf("%d\\n", (int)((unsigned)(a + b) / 2)); return 0; }'


@pytest.fixture
def installed(halo: CommandLine) -> dict[str, str]:
    """Where Python has to look to find it."""
    blocks = dict(re.findall(r"^```(python|toml)\n(.*?)^```", DOCUMENT.read_text(encoding="utf-8"), re.S | re.M))
    site = halo.directory / "site"
    info = site / "halo_forge_ubsan-1.0.dist-info"
    info.mkdir(parents=True)
    (site / "halo_forge_ubsan.py").write_text(blocks["python"], encoding="utf-8")
    project = tomllib.loads(blocks["toml"])["project"]
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {project['name']}\nVersion: {project['version']}\n")
    groups = project["entry-points"].items()
    text = "".join(f"[{group}]\n" + "".join(f"{k} = {v}\n" for k, v in points.items()) for group, points in groups)
    (info / "entry_points.txt").write_text(text)
    return {"PYTHONPATH": os.pathsep.join([str(site), os.environ.get("PYTHONPATH", "")]).rstrip(os.pathsep)}


def test_the_example_is_as_short_as_it_is_said_to_be() -> None:
    (block,) = re.findall(r"^```python\n(.*?)^```", DOCUMENT.read_text(encoding="utf-8"), re.S | re.M)
    assert len([line for line in block.splitlines() if line.strip()]) <= LINES


@pytest.mark.skipif(shutil.which("gcc") is None, reason="gcc is not installed")
def test_the_example_works(halo: CommandLine, installed: dict[str, str]) -> None:
    assert "overflow" in halo("data", "list", env=installed).out
    texts = [f"```c\n#include <stdio.h>\n{source}\n```" for source in (WIDE, NARROW)]
    halo.write("samples.jsonl", *({"task_id": "halve", "solution": text} for text in texts))
    outcomes = {}
    for verifier in ("gcc", "ubsan"):
        words = ("benchmark", "score", "samples.jsonl", "--prompts", "overflow", "--verifier", verifier)
        answer = halo(*words, "--output", f"{verifier}.json", env=installed)
        assert answer.status == 0, answer.err
        outcomes[verifier] = json.loads((halo.directory / f"{verifier}.json").read_text())["outcomes"]
    assert outcomes["gcc"]["accepted"] == 2
    assert (outcomes["ubsan"]["accepted"], outcomes["ubsan"]["runtime_error"]) == (1, 1)
