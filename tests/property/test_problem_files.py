"""Whatever the bytes of a file: problems or samples come out of it, or one line that says why not."""

import json
import tempfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fuzzing import check_problem_file, check_sample_file, file_of, outcome
from halo_forge.errors import ProblemFileError
from halo_forge.problems import load_problems
from strategies import PROBLEM_FILES, SAMPLE_FILES, SURROGATES_TOO, TEXTS


@given(PROBLEM_FILES)
def test_any_problem_file(content: bytes) -> None:
    check_problem_file(content)


@given(SAMPLE_FILES)
def test_any_sample_file(content: bytes) -> None:
    check_sample_file(content)


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
