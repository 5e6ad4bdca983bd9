"""The built-in demo: 16 small C++ programs that are judged by what they print.

It shows that the whole road works, from a model to a report, on any machine with a compiler. It is too small and
too easy to rank models by. The problems are halo-forge's own, in ``data/demo.jsonl``.
"""

from __future__ import annotations

from importlib import resources

from halo_forge import __version__
from halo_forge.errors import ProblemFileError
from halo_forge.problems import jsonl
from halo_forge.problems.base import ProblemSet, build_set
from halo_forge.problems.lines import Source, read_records

NAME = "demo"


def load() -> ProblemSet:
    """The demo problems."""
    source = Source(NAME, ProblemFileError)
    with (resources.files("halo_forge.problems") / "data" / "demo.jsonl").open("rb") as stream:
        records = read_records(stream, source)
        return build_set(NAME, f"halo-forge {__version__}", records, jsonl.FORMAT, source)
