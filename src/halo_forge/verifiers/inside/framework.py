"""A file of tests that a framework runs: it imports the solution, and is executed before anything is tested."""

from __future__ import annotations

import ast
import builtins
import re
import sys
import types

from .channel import OtherSideGone
from .counting import names_bound
from .record import FILE, words_of
from .standins import SolutionModule
from .suite import Suite
from .tester import SUITE

TYPE_CHECKING = False  # importing typing takes longer than all that is done here
if TYPE_CHECKING:
    from .record import Record
    from .standins import StandIns
    from .tester import Tester

_SOLUTION = "solution"
# What a framework looks for in a test file. A solution that has such a name does not become part of the tests.
_MEANINGFUL = re.compile(r"test|pytest|load_tests$|(setup|teardown)_?(module|function)?$|collect_ignore", re.IGNORECASE)


class FrameworkSuite(Suite):
    """Executes the file; what comes then is the framework's."""

    also_there = frozenset({_SOLUTION})

    def prepare(self, tree: ast.Module) -> None:
        """Leave out what would start the framework, and see which names the file has by itself."""
        tree.body = [node for node in tree.body if not _starts_framework(node)]
        self._bound = names_bound(tree.body)

    def run(self, stand_ins: StandIns, tester: Tester, record: Record) -> None:
        """See `Suite.run`."""
        module = types.ModuleType(SUITE)
        module.__dict__.update(self.names, **self._bare_names(stand_ins), __file__=FILE)
        sys.modules[SUITE] = module
        try:
            exec(self.code, module.__dict__)
        except OtherSideGone:
            raise
        except BaseException as error:
            unusable(error, tester, record)
            return
        self.run_tests(module, tester, record)

    def run_tests(self, module: types.ModuleType, tester: Tester, record: Record) -> None:
        """Have the framework run the tests of the file."""
        raise NotImplementedError

    def _bare_names(self, stand_ins: StandIns) -> dict[str, object]:
        """Make the module of the solution; returns what the file uses of it without importing it."""
        used = {name for name in self.names_used - self._bound if not _MEANINGFUL.match(name)}
        wanted = {name for name in used if not hasattr(builtins, name) and not self.is_of_prompt(name)}
        asked = {}
        if self.entry_point in used:  # by that name, whatever else has it
            asked[self.entry_point] = stand_ins.get(self.entry_point)
        made = stand_ins.make(wanted) | asked
        sys.modules[_SOLUTION] = SolutionModule(stand_ins, made)
        return made


def unusable(error: BaseException, tester: Tester, record: Record) -> None:
    """The file could not be loaded: that is the solution's fault if it lacks something or was used already."""
    if isinstance(error, ImportError) and error.name == _SOLUTION:
        record.fail_as("runtime_error", words_of(error))
    elif tester.is_to_blame(error) or tester.was_used or tester.gone is not None:
        record.fail(error)
    else:
        record.fail_suite(f"the tests can't be used: {words_of(error)}")


def _starts_framework(node: ast.stmt) -> bool:
    """Whether a statement at the top is ``unittest.main()`` or the like."""
    call = node.value if isinstance(node, ast.Expr) else None
    function = call.func if isinstance(call, ast.Call) else None
    return (
        isinstance(function, ast.Attribute)
        and function.attr == "main"
        and isinstance(function.value, ast.Name)
        and function.value.id in ("unittest", "pytest")
    )
