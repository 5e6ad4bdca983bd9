"""One end of a conversation between two processes, in which either asks the other to do things with its objects.

It is a conversation of one voice: whoever has asked waits for the answer, and meanwhile answers what it is asked
itself. So a suite can hand a function to a solution and the solution can call it.
"""

from __future__ import annotations

import collections
from _thread import RLock  # threading would have work to do in every fork

from .channel import OtherSideGone, deeply
from .failures import describe, rebuild
from .remote import OPERATIONS, Remote, number_of
from .wire import IMMUTABLE, decode, encode

TYPE_CHECKING = False  # importing typing takes longer than all that is done here
if TYPE_CHECKING:
    from typing import Any

    from .channel import Channel


class Peer:
    """This process's end. The two sides differ in how they listen and in what they give away."""

    def __init__(self, channel: Channel) -> None:
        self.channel = channel
        self.known_errors: dict[str, type] = {}
        self._held: list[Any] = []
        self._numbers: dict[int, int] = {}  # by id(); what is held stays alive, so an id stays its own
        self._remotes: dict[int, Remote] = {}
        self._turn = RLock()  # one thread asks at a time

    # What the two sides define

    def send(self, message: dict[str, Any]) -> None:
        """Send one message."""
        self.channel.send(message)

    def receive(self) -> dict[str, Any]:
        """The next message of the other process."""
        raise NotImplementedError

    def give(self, value: Any) -> None:
        """Raise TypeError when `value`, which is not plain, may not be referred to."""

    def perform(self, operation: str, target: Any, args: list[Any], kwargs: dict[str, Any]) -> Any:
        """Do what the other process asked for."""
        return OPERATIONS[operation](target, *args, **kwargs)

    def is_object(self, operation: str, target: Any) -> bool:
        """Whether what comes of an operation stays an object, although it may have plain data in it."""
        return False

    # Asking

    def ask(self, operation: str, number: int, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """Have one thing done there; returns its value or raises what it raised."""
        with self._turn:
            given = [*args, *kwargs.values()]
            self.send({"do": operation, "on": number, "names": list(kwargs), "args": self.pack(given)})
            while "do" in (answer := self.receive()):
                self.serve(answer)
            return self.take(answer, given)

    def take(self, answer: dict[str, Any], given: list[Any]) -> Any:
        """What an answer says; `given` is changed where the other process changed what it was given."""
        if "error" in answer:
            raise rebuild(answer, self.known_errors, self.unpack)
        value = self.unpack(answer["value"])
        if "changed" in answer:
            for target, now in zip(given, self.unpack(answer["changed"]), strict=True):
                update(target, now)
        return value

    # Answering

    def serve(self, request: dict[str, Any]) -> None:
        """Do one thing for the other process and tell it what came of it."""
        try:
            self.send(self._answer(request))
        except (OverflowError, RecursionError, MemoryError) as error:  # too much to be sent
            self.send(describe(error, self.pack))

    def _answer(self, request: dict[str, Any]) -> dict[str, Any]:
        try:
            target = self._held[request["on"]]
            given, names = self.unpack(request["args"]), request["names"]
            positional = len(given) - len(names)
            kwargs = dict(zip(names, given[positional:], strict=True))
            value = self.perform(request["do"], target, given[:positional], kwargs)
            as_object = self.is_object(request["do"], target)
            answer = {"value": self.refer(value) if as_object else self.pack(value)}
            if not IMMUTABLE.issuperset(map(type, given)) and (changed := self.pack(given)) != request["args"]:
                answer["changed"] = changed
            return answer
        except OtherSideGone:
            raise
        except BaseException as error:
            return describe(error, self.pack)

    # Values

    def pack(self, value: Any) -> Any:
        """`value` as data."""
        return deeply(encode, value, self.refer)

    def unpack(self, data: Any) -> Any:
        """The value of data."""
        return deeply(decode, data, self._resolve)

    def hold(self, value: Any) -> int:
        """A number for an object of this process."""
        if id(value) not in self._numbers:
            self._numbers[id(value)] = len(self._held)
            self._held.append(value)
        return self._numbers[id(value)]

    def refer(self, value: Any) -> dict[str, int]:
        """What stands for an object that is not plain."""
        if type(value) is Remote:
            return {"yours": number_of(value)}
        self.give(value)
        return {"mine": self.hold(value)}

    def _resolve(self, tag: str, number: int) -> Any:
        if tag == "yours":
            return self._held[number]
        if number not in self._remotes:
            self._remotes[number] = Remote(self, number)
        return self._remotes[number]


def update(target: Any, now: Any) -> None:
    """Make a container what the other process made of it."""
    if type(target) is not type(now):
        return
    if type(target) is tuple:
        for part, part_now in zip(target, now, strict=False):
            update(part, part_now)
    elif type(target) in (list, bytearray):
        target[:] = now
    elif isinstance(target, (dict, set)):
        target.clear()
        target.update(now)
    elif type(target) is collections.deque:
        target.clear()
        target.extend(now)
