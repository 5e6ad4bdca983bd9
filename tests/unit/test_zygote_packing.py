"""What the zygote fills its memory with."""

from __future__ import annotations

import subprocess
import sys

import pytest

_GROWN = """
from halo_forge.sandbox.zygote import packing
packing.fill_holes()
print(sum(map(sys.getsizeof, packing._kept)))
"""


@pytest.mark.parametrize("allocator", ["pymalloc", "pymalloc_debug", "malloc"])
def test_is_bounded_whatever_the_allocator(allocator: str) -> None:
    made = subprocess.run(
        [sys.executable, "-c", f"import sys{_GROWN}"], env={"PYTHONMALLOC": allocator}, capture_output=True, check=True
    )
    assert 0 < int(made.stdout) < 2 * 1024 * 1024


def test_what_is_made_next_lies_side_by_side() -> None:
    source = (
        f"import sys{_GROWN}made = [bytes(100) for _ in range(100)]\nprint(len({{id(each) >> 14 for each in made}}))"
    )
    words, allocator = [sys.executable, "-c", source], {"PYTHONMALLOC": "pymalloc"}
    made = subprocess.run(words, env=allocator, capture_output=True, check=True)
    assert int(made.stdout.split()[1]) <= 2  # pools
