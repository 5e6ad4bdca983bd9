"""The names of a solution, as a suite sees them."""

from __future__ import annotations

import types

from .channel import OtherSideGone
from .failures import stand_in
from .remote import Remote

TYPE_CHECKING = False  # importing typing takes longer than all that is done here
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from .tester import Tester

_MODULE = 0  # the number under which the candidate holds the solution


class StandIns:
    """Makes what stands for the names of a solution, which may be made up, as their kinds may be."""

    def __init__(self, tester: Tester, loaded: dict[str, Any]) -> None:
        """Take the names from what the candidate says when it has loaded the solution."""
        names = loaded.get("names")
        if type(names) is not dict or not all(type(kind) in (str, list, dict) for kind in names.values()):
            raise OtherSideGone("sent nonsense")
        self._tester = tester
        self.kinds: dict[str, Any] = names

    def make(self, names: Iterable[str], entry_point: str | None = None) -> dict[str, Any]:
        """What stands for each of `names` that there are, and for the entry point, which has to be there.

        To look at plain data, or at a built-in function or class, is to use the solution: it has chosen that.
        """
        asked = {} if entry_point is None or entry_point in self.kinds else {entry_point: self.get(entry_point)}
        wanted = self.kinds.keys() & {*names, entry_point}
        made = {  # an exception comes after its bases
            name: self._made(name) for name in sorted(wanted, key=lambda name: len(self.kinds[name]))
        } | asked
        self._tester.was_used = any(
            type(value) is not Remote and type(self.kinds.get(name)) is not list for name, value in made.items()
        )
        return made

    def get(self, name: str) -> Any:
        """What stands for a name; raises what the solution's process raises where there is none."""
        if type(self.kinds.get(name)) is list:
            return self._made(name)
        return self._tester.ask("get", _MODULE, (name,), {})

    def set(self, name: str, value: Any) -> None:
        """Make a name of the solution stand for something else, over there too."""
        self._tester.ask("set", _MODULE, (name, value), {})

    def _made(self, name: str) -> Any:
        kind = self.kinds[name]
        if type(kind) is str:
            return self.get(name)
        if type(kind) is dict:
            return self._tester.take({"value": kind}, [])
        made = stand_in(kind, self._tester.known_errors)
        self._tester.known_errors[made.__name__] = made
        return made


class SolutionModule(types.ModuleType):
    """The module ``solution`` that a test file imports. What is patched in it is patched in the solution."""

    def __init__(self, stand_ins: StandIns, made: dict[str, Any]) -> None:
        super().__init__("solution")
        self.__dict__.update(made, __stand_ins=stand_ins, __patched={})

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(f"module 'solution' has no attribute {name!r}")
        value = self.__dict__[name] = self.__dict__["__stand_ins"].get(name)
        return value

    def __setattr__(self, name: str, value: Any) -> None:
        if not name.startswith("__"):
            self.__dict__["__patched"].setdefault(name, getattr(self, name, None))
            self.__dict__["__stand_ins"].set(name, value)
        self.__dict__[name] = value

    def __delattr__(self, name: str) -> None:
        if name in self.__dict__["__patched"]:  # which is how unittest.mock takes a patch back
            self.__dict__["__stand_ins"].set(name, self.__dict__["__patched"].pop(name))
        del self.__dict__[name]
