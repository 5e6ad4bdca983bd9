"""What all suites have in common: source, the code of the prompt, and what they may import.

Whatever can be wrong with a suite itself is found out before the solution is sent over. From then on a failure counts
against the solution, whose process may have caused it.
"""

from __future__ import annotations

import sys

from .record import FILE
from .source import names_in, prelude
from .tester import SUITE

TYPE_CHECKING = False  # importing typing takes longer than all that is done here
if TYPE_CHECKING:
    import ast
    from types import CodeType
    from typing import Any

    from .record import Record
    from .standins import StandIns
    from .tester import Tester

ENDED, FAILED = "<ended>", "<failed>"  # what a suite calls with the number of a test; no program can have such names
CHECK = "check"  # the function of a suite that tests the one that it is given


class Suite:
    """The tests of one problem, ready to be executed."""

    also_there: frozenset[str] = frozenset()  # modules that a suite of this kind can import besides the standard ones

    def __init__(self, given: dict[str, Any]) -> None:
        """Compile the tests, and what the prompt brings.

        Raises:
            Exception: anything, when they are no good.
        """
        import ast  # see `syntax`

        from .syntax import imports

        self.entry_point: str | None = given["entry_point"]
        tree = ast.parse(given["tests"], FILE)
        if missing := sorted(name for name in imports(tree) if not self._is_there(name)):
            raise ImportError(f"there is no {', '.join(missing)} here")
        self.prepare(tree)
        self.code = compile(tree, FILE, "exec", dont_inherit=True, optimize=0)
        self.names_used = names_in(self.code)
        self.prelude = [] if given["prompt"] is None else [self._brought(given["prompt"])]
        self.names: dict[str, Any] = {"__name__": SUITE}

    def begin(self) -> None:
        """Execute what the prompt brings.

        Raises:
            Exception: anything, when it is no good.
        """
        for code in self.prelude:
            exec(code, self.names)

    def prepare(self, tree: ast.Module) -> None:
        """Make of the tests what is executed."""

    def look_at(self, nodes: list[ast.AST]) -> None:
        """Look at what is going to be executed: the nodes that matter, of the tests or of what the prompt brings."""

    def run(self, stand_ins: StandIns, tester: Tester, record: Record) -> None:
        """Test the solution.

        Raises:
            BaseException: anything, when the suite could not go on.
        """
        raise NotImplementedError

    def is_of_prompt(self, name: str) -> bool:
        """Whether a name is taken by a function of the prompt.

        A class of the prompt is taken from the solution, so that its objects live there.
        """
        value = self.names.get(name)
        return name in self.names and not (isinstance(value, type) and value.__module__ == SUITE)

    def _brought(self, prompt: str) -> CodeType:
        from .syntax import nodes_of

        tree = prelude(prompt, self.entry_point)
        self.look_at(nodes_of(tree))
        return compile(tree, "prompt.py", "exec", dont_inherit=True, optimize=0)  # however this Python was started

    def _is_there(self, module: str) -> bool:
        if module in sys.stdlib_module_names or module in self.also_there:
            return True
        from importlib.machinery import PathFinder  # here, or a solution would find it by its package's name in forks

        return PathFinder.find_spec(module) is not None
