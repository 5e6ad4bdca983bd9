"""A suite of assertions: bare ones, or in a function ``check`` that is called with the solution's function."""

from __future__ import annotations

import builtins
import functools
import marshal
import sys

from .suite import CHECK, ENDED, FAILED, Suite
from .tester import SUITE

TYPE_CHECKING = False  # importing typing takes longer than all that is done here
if TYPE_CHECKING:
    import ast
    from typing import Any

    from .record import Record
    from .standins import StandIns
    from .tester import Tester

_unmade = functools.lru_cache(1)(marshal.loads)  # samples often come problem by problem


class AssertionSuite(Suite):
    """Executes the tests, each of which may fail by itself (`counting`)."""

    def __init__(self, given: dict[str, Any], made: bytes = b"") -> None:
        """Take what was made ready ahead (`halo_forge.verifiers.ahead`), or do it now; see `Suite`."""
        if not made:
            super().__init__(given)
            return
        self.entry_point = given["entry_point"]
        self.code, self.names_used, self.prelude, self._tests = _unmade(made)
        self.names = {"__name__": SUITE}

    def prepare(self, tree: ast.Module) -> None:
        """See `Suite.prepare`."""
        from .counting import mark_tests  # see `syntax`
        from .syntax import nodes_of

        nodes = nodes_of(tree)
        self.look_at(nodes)
        self._tests = mark_tests(tree, nodes, check_is_called=self.entry_point is not None)

    @property
    def made(self) -> bytes:
        """All of it that takes time."""
        return marshal.dumps((self.code, self.names_used, self.prelude, self._tests))

    def run(self, stand_ins: StandIns, tester: Tester, record: Record) -> None:
        """See `Suite.run`."""
        tally = _Tally(record, self._tests)
        self.names |= {ENDED: tally.ended, FAILED: tally.failed}
        # No name of the solution takes the place of a built-in one that the suite may rely on.
        wanted = {name for name in self.names_used if not hasattr(builtins, name) and not self.is_of_prompt(name)}
        self.names |= stand_ins.make(wanted, self.entry_point)
        self._execute()
        tally.close()

    def _execute(self) -> None:
        """Run it, and its ``check`` where it defines one (the solution may have one too)."""
        before = self.names.get(CHECK)
        exec(self.code, self.names)
        check = self.names.get(CHECK)
        if self.entry_point is not None and check is not before and callable(check):
            check(self.names[self.entry_point])


class _Tally:
    """Counts tests by their numbers. One that is run several times has passed if it never failed."""

    def __init__(self, record: Record, total: int) -> None:
        self._record = record
        self._total, self._most = total, max(total, 1)
        self._passed: set[int] = set()
        self._failed: set[int] = set()
        self._tell()

    def failed(self, test: int) -> None:
        """A test raised the exception that is being handled."""
        self._failed.add(test)
        if test in self._passed:
            self._passed.discard(test)
            self._tell()
        error = sys.exc_info()[1]
        assert error is not None
        self._record.fail(error)

    def ended(self, test: int) -> None:
        """A test is over, one way or the other."""
        if test not in self._passed and test not in self._failed:
            self._passed.add(test)
            self._tell()

    def close(self) -> None:
        """The suite is over. What it did not come to, it did not want to test; but it has to have tested something."""
        if self._total > 0 and not self._passed and not self._failed:
            self._record.fail_suite("the suite ended before the first of its tests")
        elif not self._failed and len(self._passed) != self._most:
            self._record.count(self._most, self._most)

    def _tell(self) -> None:
        self._record.count(len(self._passed), self._most)
