"""What a terminal shows of a run of RAFT, in a narrow and in a wide window."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from rich.console import Console

from halo_forge.report.raft_terminal import render
from raft_summaries import summary

FOLDER = Path(__file__).parent / "raft"


@pytest.mark.parametrize("width", [80, 160])
def test_the_text_is_what_it_was(width: int) -> None:
    console = Console(file=io.StringIO(), width=width, color_system=None)
    console.print(render(summary()))
    assert isinstance(console.file, io.StringIO)
    text = "".join(f"{line.rstrip()}\n" for line in console.file.getvalue().splitlines())
    assert text == (FOLDER / f"terminal_{width}.txt").read_text("utf-8")
