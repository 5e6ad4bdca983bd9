"""Which suites one tester may execute for one sample after the other."""

from __future__ import annotations

import pytest

from halo_forge.problems import load_problems
from halo_forge.verifiers.ahead import made_ahead

LEAVE_NOTHING = [
    "assert f(1) == 2",
    "import math\nfrom collections import Counter\nassert Counter(f([math.pi])) == Counter([math.pi])",
    "import random\nrandom.seed(1)\nx = [random.random() for _ in range(3)]\nx[0] = 1\nassert f(x) == sum(x)",
    "def g():\n    yield 1\nassert f(g()) == 1",
    "def check(f):\n    for i in range(3):\n        assert f(i) == i, f'{i}'\n    print('fine')",
    "try:\n    f(-1)\nexcept ValueError:\n    pass\nelse:\n    assert False",
]
LEAVE_SOMETHING = [
    "import sys\nsys.setrecursionlimit(50)\nassert f(1) == 2",
    "import math\nmath.pi = 3\nassert f(1) == 2",
    "import math\ndel math.pi\nassert f(1) == 2",
    "import decimal\ndecimal.getcontext().prec = 3\nassert f(1) == 2",
    "from os import environ\nenviron['X'] = '1'\nassert f(1) == 2",
    "import collections.abc\ncollections.abc.Sized.register(int)\nassert f(1) == 2",
    "setattr(f, 'x', 1)\nassert f(1) == 2",
    "assert eval('f(1)') == 2",
    "assert f.__globals__ == {}",
    "import random as r\nr._inst = None",
    "class Node:\n    pass\nassert f(Node()) is None",
    "with f() as x:\n    assert x",
    "def g():\n    try:\n        yield 1\n    finally:\n        f(2)\nassert next(g()) == f(1)",
    "def g():\n    yield from f(1)\nassert next(g()) == 2",
    "assert f(1",
]


@pytest.mark.parametrize("tests", LEAVE_NOTHING)
def test_suites_that_leave_nothing(tests: str) -> None:
    assert _is_traceless(tests, None)


@pytest.mark.parametrize("tests", LEAVE_SOMETHING)
def test_suites_that_may_leave_something(tests: str) -> None:
    assert not _is_traceless(tests, None)


def test_the_prompt_counts_where_it_is_code() -> None:
    assert _is_traceless("assert f(1) == 2", 'import math\n\ndef f(x):\n    """Add."""')
    assert not _is_traceless("assert f(1) == 2", 'import sys\n\ndef f(x):\n    """Add."""')


def test_the_usual_suites_leave_nothing() -> None:
    for name in ("humaneval", "composed:200"):
        problems = load_problems(name, None).problems
        found = [_is_traceless(each.tests or "", each.prompt if each.prompt_is_code else None) for each in problems]
        assert all(found)


def _is_traceless(tests: str, prompt: str | None) -> bool:
    _, leaves_nothing = made_ahead(tests, prompt, "f")
    return leaves_nothing
