"""Whatever the bytes of a file: problems or samples come out of it, or one line that says why not."""

import gzip
import json
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from halo_forge.errors import ProblemFileError, SampleFileError, UserError
from halo_forge.problems import ProblemSet, load_problems
from halo_forge.problems.humaneval import HumanEvalRecord
from halo_forge.problems.jsonl import ProblemRecord
from halo_forge.problems.samples import ID_KEYS, TEXT_KEYS, read_samples
from halo_forge.types import Language, Problem, Sample

T = TypeVar("T")

PROBLEMS = ProblemSet("set", "test", (Problem("a", "p", Language.C), Problem("b", "p", Language.C)))

SURROGATES_TOO = st.text(st.characters(exclude_categories=()), max_size=20)
TEXTS = SURROGATES_TOO | st.sampled_from(["a", "b", "c++", "python", "def check(candidate): pass", "solution"])
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | TEXTS
VALUES = st.recursive(SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3))
CASES = st.lists(st.dictionaries(st.sampled_from(["stdin", "expected_output", "input"]), TEXTS, max_size=3), max_size=3)
PROBLEM_KEYS = st.sampled_from([*ProblemRecord.model_fields, *HumanEvalRecord.model_fields, "test_list"]) | TEXTS
SAMPLE_KEYS = st.sampled_from([*ID_KEYS, *TEXT_KEYS, "index", "form", "finish_reason", "n_tokens", "seed"])


def records(keys: st.SearchStrategy[str], likely: dict[str, str]) -> st.SearchStrategy[dict[str, Any]]:
    """Objects with known keys, most of them right but for a few fields."""
    loose = st.dictionaries(keys, VALUES | CASES, max_size=6)
    nearly = st.dictionaries(keys, TEXTS | CASES, max_size=2)
    return loose | st.builds(lambda record: {**record, **likely}, nearly)


def files(objects: st.SearchStrategy[dict[str, Any]]) -> st.SearchStrategy[bytes]:
    """Files of objects, some of them zipped, cut, or with stray bytes put in."""
    whole = st.lists(objects, max_size=4).map(lambda found: "\n".join(map(json.dumps, found)).encode())
    packed = whole | whole.map(gzip.compress)
    cut = st.builds(lambda content, at: content[: at % (len(content) + 1)], packed, st.integers(0, 2000))
    stray = st.builds(
        lambda content, at, more: content[: at % (len(content) + 1)] + more + content[at % (len(content) + 1) :],
        packed, st.integers(0, 2000), st.binary(max_size=3),
    )  # fmt: skip
    return packed | cut | stray


PROBLEM_FILES = st.binary() | files(records(PROBLEM_KEYS, {"prompt": "p"}))
SAMPLE_FILES = st.binary() | files(records(SAMPLE_KEYS, {"task_id": "a", "text": "x"}))


@contextmanager
def file_of(content: bytes) -> Iterator[str]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "file.jsonl"
        path.write_bytes(content)
        yield str(path)


def outcome(act: Callable[[], T], expected: type[UserError]) -> T | None:
    """What came out, or ``None`` after an error as users are promised it."""
    try:
        return act()
    except expected as error:
        text = str(error)
        assert len(text.splitlines()) == 1
        text.encode()
        return None


@given(PROBLEM_FILES)
def test_any_problem_file(content: bytes) -> None:
    with file_of(content) as path:
        loaded = outcome(lambda: load_problems(path), ProblemFileError)
    if loaded is not None:
        assert loaded.problems
        assert len({problem.id for problem in loaded.problems}) == len(loaded.problems)
        assert len(loaded.hash) == 16
        for problem in loaded.problems:
            f"{problem}".encode()
        for note in loaded.notes:
            assert len(note.splitlines()) == 1
            note.encode()


@given(SAMPLE_FILES)
def test_any_sample_file(content: bytes) -> None:
    with file_of(content) as path:
        samples: list[Sample] | None = outcome(lambda: list(read_samples(path, PROBLEMS)), SampleFileError)
    if samples is not None:
        assert samples
        assert len({sample.key for sample in samples}) == len(samples)
        assert {sample.problem_id for sample in samples} <= {"a", "b"}


@given(SURROGATES_TOO)
def test_any_path(path: str) -> None:
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        outcome(lambda: load_problems(path), ProblemFileError)


@given(st.lists(st.tuples(TEXTS, TEXTS), min_size=1, max_size=5))
def test_what_is_written_is_read(pairs: list[tuple[str, str]]) -> None:
    """Prompts and outputs come through byte for byte, whatever characters are in them."""
    pairs = [(p, o) for p, o in pairs if p.strip() and "\0" not in p and p.isprintable() and o.isprintable()]
    content = "\n".join(json.dumps({"prompt": p, "expected_output": o}, ensure_ascii=False) for p, o in pairs)
    with file_of(content.encode()) as path:
        loaded = outcome(lambda: load_problems(path), ProblemFileError)
    found = [] if loaded is None else [(p.prompt, p.cases[0].expected_output) for p in loaded.problems]
    assert found == pairs
