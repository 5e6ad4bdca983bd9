"""Runs whose answers are hostile, for the tests of reports: judged for real, in the sandbox."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

LONG_LINE = 1_000_000
# What model text must never do, each in its own way: set `hacked`, fetch something, or break out of where it stands.
HOSTILE = [
    "<script>window.hacked = 1</script>",
    "</script><script>window.hacked = 1</script>",
    "</pre></dialog></body><img src=x onerror='window.hacked = 1'>",
    "<svg onload='window.hacked = 1'></svg><iframe srcdoc='<script>parent.hacked = 1</script>'></iframe>",
    "<a href='javascript:window.hacked = 1'>look</a> <img src='http://127.0.0.1:9/pixel.png'>",
    "<!--<script>", "]]>", "&lt;b&gt; &amp; {{ 7 * 7 }} {% raw %} ${window.hacked = 1} `${window.hacked = 1}`",
    "line\u2028separators\u2029 and \x00 NUL \x07 bell \x1b[31m escape", "half a pair: \ud800 and \udc00",
    "right \u202e to left \u2066 isolated \u200b\u200b\u200b nothing \ufeff",
    "```python\nprint('<script>window.hacked = 1</script>')\n```", "x" * LONG_LINE, "",
]  # fmt: skip
HOSTILE_NAME = "<img src=x onerror='window.hacked=1'>"


class Structure(HTMLParser):
    """Tags of a page, and the raw text of its scripts."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.scripts: list[str] = []
        self.policy = ""
        self._in_script = False
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self._in_script = tag == "script"
        if dict(attrs).get("http-equiv") == "Content-Security-Policy":
            self.policy = str(dict(attrs)["content"])
        for name, value in attrs:
            assert not name.startswith("on")
            assert name != "style"
            assert "javascript:" not in (value or "")

    def handle_data(self, data: str) -> None:
        if self._in_script:
            self.scripts.append(data)
            self._in_script = False


def hostile_problems() -> list[dict[str, str]]:
    """Problems with names, categories and expected output that are hostile too."""
    prints = {
        "id": HOSTILE_NAME,
        "prompt": f"Print {HOSTILE[1]}",
        "language": "python",
        "category": "</select><script>window.hacked = 1</script>",
        "expected_output": "one\n<script>window.hacked = 1</script>\nthree\n",
    }
    plain = {"id": "plain", "prompt": "Print 1.", "language": "python", "category": "b", "expected_output": "1\n"}
    return [prints, plain]


def score_hostile(folder: Path, name: str, answers: list[str]) -> Path:
    """The result of judging `answers` to both problems, and of answers that print what is hostile."""
    printing = [f"print('one')\nprint({text!r})" for text in HOSTILE[:4]] + ["print('one\\ntwo\\nthree')"]
    problems, samples = folder / "problems.jsonl", folder / f"{name}.jsonl"
    problems.write_text("".join(json.dumps(problem) + "\n" for problem in hostile_problems()))
    lines = [
        {"problem_id": problem["id"], "text": text} for problem in hostile_problems() for text in [*answers, *printing]
    ]
    samples.write_text("".join(json.dumps(line) + "\n" for line in lines))
    words = ["benchmark", "score", samples.name, "--prompts", problems.name, "--output", f"{name}.json"]
    halo_forge(folder, *words)
    return folder / f"{name}.json"


def halo_forge(folder: Path, *words: str) -> str:
    """Run a command that has to succeed; what it said on standard error."""
    done = subprocess.run(
        [Path(sys.executable).with_name("halo-forge"), *words], cwd=folder, capture_output=True, text=True, check=False,
        env={**os.environ, "NO_COLOR": "1"},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stderr
