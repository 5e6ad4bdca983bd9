"""The built-in C++ problems: small programs that are judged by what they print. They are halo-forge's own.

``demo`` (16, ``data/demo.jsonl``) shows that the whole road works, from a model to a report, on any machine with a
compiler. It is too small and too easy to rank models by. ``demo-train`` (``data/demo_train.jsonl``) is for training:
none of its problems is one of the demo's in other numbers or words, so the demo can be the test of what was learned.
"""

from __future__ import annotations

from importlib import resources

from halo_forge import __version__
from halo_forge.errors import ProblemFileError
from halo_forge.problems import jsonl
from halo_forge.problems.base import ProblemSet, build_set
from halo_forge.problems.lines import Source, read_records

NAME = "demo"
TRAIN_NAME = "demo-train"


def load() -> ProblemSet:
    """The demo problems."""
    return _load(NAME, "demo.jsonl")


def load_train() -> ProblemSet:
    """Problems to train on before the demo; all have a solution."""
    return _load(TRAIN_NAME, "demo_train.jsonl")


def _load(name: str, file: str) -> ProblemSet:
    source = Source(name, ProblemFileError)
    with (resources.files("halo_forge.problems") / "data" / file).open("rb") as stream:
        records = read_records(stream, source)
        return build_set(name, f"halo-forge {__version__}", records, jsonl.FORMAT, source)
