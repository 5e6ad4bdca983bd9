"""Suites of assertions, made ready once for all samples of a problem. Nothing of them is executed here."""

from __future__ import annotations

import ast
import functools
import sys
import warnings

from halo_forge.verifiers.inside.assertions import AssertionSuite
from halo_forge.verifiers.traceless import leaves_nothing

_KEPT = 1024  # samples come problem by problem, or round by round

# What is compiled here is told apart by its file's name. Nobody who runs this can change the source of a suite.
warnings.filterwarnings("ignore", category=SyntaxWarning, module="^/tests$")
warnings.filterwarnings("ignore", category=SyntaxWarning, module="^prompt$")


class _StandardSuite(AssertionSuite):
    leaves_nothing = True

    def _is_there(self, module: str) -> bool:
        return module in sys.stdlib_module_names

    def look_at(self, nodes: list[ast.AST]) -> None:
        self.leaves_nothing &= leaves_nothing(nodes)


@functools.lru_cache(_KEPT)
def made_ahead(tests: str | None, prompt: str | None, entry_point: str | None) -> tuple[bytes, bool]:
    """A suite made ready, for the same Python elsewhere; and whether one tester may execute it again and again.

    Nothing, where it has to be looked at by those who run it: its imports are not all standard, or it is no good.

    Args:
        prompt: what its names come from, where that is code.
    """
    try:
        suite = _StandardSuite({"tests": tests, "prompt": prompt, "entry_point": entry_point})
        return suite.made, suite.leaves_nothing
    except Exception:
        return b"", False
