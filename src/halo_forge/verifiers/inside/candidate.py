"""The process of the solution: executes it and does with it what the tester asks for.

Nothing here is protected from the solution. All that this process can do is answer, and it never learns what the
answers are compared with.
"""

from __future__ import annotations

import builtins
import os
import sys
from types import FunctionType, ModuleType

from .channel import Channel
from .failures import MOST_WORDS, class_names, describe
from .peer import Peer
from .source import whole_codes

TYPE_CHECKING = False  # importing typing takes longer than all that is done here
if TYPE_CHECKING:
    from typing import Any, NoReturn

_BUILTIN = builtins.__dict__


class Candidate(Peer):
    """The end of the conversation on the solution's side. The first object that it holds is the solution's module.

    Attributes:
        module: that one.
    """

    def __init__(self, channel: Channel) -> None:
        super().__init__(channel)
        self.module = ModuleType("solution")
        self.hold(self.module)

    def receive(self) -> dict[str, Any]:
        """The next message of the tester, which is trusted. When it is gone there is nothing left to do."""
        message = self.channel.receive()
        if message is None:
            end()
        return message

    def names(self) -> dict[str, Any]:
        """What the solution defines: each name with the kind of its value.

        Of an exception that is the names of its bases; of a function it is what stands for it, so that nobody has to
        ask.
        """
        return {
            name: self.refer(value) if type(value) is FunctionType else _kind(value)
            for name, value in list(self.module.__dict__.items())
            if isinstance(name, str) and not name.startswith("__") and name not in _BUILTIN
        }

    def is_object(self, operation: str, target: Any) -> bool:
        """Who calls a class of the solution wants an object of it, also if the class is a kind of dict."""
        return operation == "call" and isinstance(target, type) and target.__module__ == "solution"


_ahead = Candidate(Channel(-1, -1))  # for `main`; what forks make, each of them makes


def main(words: list[str]) -> NoReturn:
    """Be the candidate alone: the tester is somewhere else (see `serving`)."""
    _ahead.channel.reader, _ahead.channel.writer = int(words[1]), int(words[2])
    run(_ahead)


def run(candidate: Candidate) -> NoReturn:
    """Execute the solution, then answer until the tester hangs up."""
    module, channel = candidate.module, candidate.channel
    sys.modules["solution"] = module
    given = candidate.receive()
    try:
        codes = whole_codes(given)
    except (SyntaxError, ValueError, RecursionError, MemoryError, OverflowError) as error:
        channel.send({"parsed": False, "words": f"{type(error).__name__}: {error}"[:MOST_WORDS]})
        end()
    channel.send({"parsed": True})
    try:
        for code in codes:
            exec(code, module.__dict__)
    except BaseException as error:
        channel.send(describe(error, candidate.pack))
        end()
    channel.send({"names": candidate.names()})
    while True:
        candidate.serve(candidate.receive())


def end() -> NoReturn:
    """Leave without the interpreter's own farewell, which a solution may have prolonged."""
    try:
        sys.stdout.flush()
    finally:
        os._exit(0)


def _kind(value: Any) -> Any:
    if not isinstance(value, type):
        return "value"
    return class_names(value) if issubclass(value, BaseException) else "class"
