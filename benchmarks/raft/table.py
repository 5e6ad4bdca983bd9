"""The summaries of finished runs as a table, and as files to keep: without the directories of the machine.

    python benchmarks/raft/table.py NAME=DIRECTORY …  >>benchmarks/raft/README.md

copies each ``DIRECTORY/summary.json`` to ``benchmarks/raft/NAME.json`` and prints what they say. Differences are bold
where interval and test agree that there is one.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

from halo_forge.raft.summary import BETTER, WORSE

HERE = Path(__file__).parent


def main(words: list[str]) -> None:
    runs = dict(word.split("=", 1) for word in words)
    summaries = {name: _kept(name, Path(directory)) for name, directory in runs.items()}
    print("| run | minutes | what | base | RAFT | sham | RAFT - base | RAFT - sham |")
    print("|---|---|---|---|---|---|---|---|")
    for name, summary in summaries.items():
        _rows(name, summary)


def _kept(name: str, directory: Path) -> Any:
    text = (directory / "summary.json").read_text()
    for private in (os.path.abspath(directory.parent), os.path.expanduser("~")):
        text = text.replace(private, "…")
    (HERE / f"{name}.json").write_text(text)
    return json.loads(text)


def _rows(name: str, summary: Any) -> None:
    test = summary["test"]
    against_base = test["differences"]["final - baseline"]
    against_sham = test["differences"].get("final - sham", {})
    for what in against_base:
        figures = [_figure(test.get(arm), what) for arm in ("baseline", "final", "sham")]
        gaps = [_gap(gap.get(what)) for gap in (against_base, against_sham)]
        print(f"| {name} | {summary['seconds'] / 60:.0f} | {what} | {' | '.join([*figures, *gaps])} |")


def _figure(arm: Any, what: str) -> str:
    if arm is None:
        return ""
    value = arm["pass_at_k"][what.rpartition("_")[2]] if what.startswith("pass_at_") else arm[what]
    return f"{value['value']:.1%}"


def _gap(gap: Any) -> str:
    if gap is None:
        return ""
    text = f"{100 * gap['value']:+.1f} ({100 * gap['low']:+.1f} to {100 * gap['high']:+.1f}), p = {gap['p_value']:.2g}"
    return f"**{text}**" if gap["verdict"] in (BETTER, WORSE) else text


if __name__ == "__main__":
    main(sys.argv[1:])
