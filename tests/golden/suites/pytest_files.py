# outcome: accepted
# passed: 1/1
# framework: pytest
from pathlib import Path


def copy(source, target):
    target.write_text(source.read_text())
    return Path(target)
# tests
import pytest
from solution import copy


@pytest.fixture
def source(tmp_path):
    path = tmp_path / "source"
    path.write_text("text")
    return path


def test_copy(source, tmp_path):
    assert copy(source, tmp_path / "target") == tmp_path / "target"
    assert (tmp_path / "target").read_text() == "text"
