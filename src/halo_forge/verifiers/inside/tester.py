"""The suite's end of the conversation: what it hears may be made up, and what it gives away is chosen."""

from __future__ import annotations

from .channel import ChannelError, OtherSideGone
from .peer import Peer

TYPE_CHECKING = False  # importing typing takes longer than all that is done here
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from .channel import Channel

    Status = Callable[[float], int | None]

SUITE = "tests"  # the suite's module name, and so that of its classes
_BLAME = "raised by the solution"
_PATIENCE_S = 0.5  # on a busy machine
# What a solution may do with an object that the suite gave it.
_CALLS = frozenset({"call", "iter", "next"})
_USES = frozenset({
    "get", "set", "len", "iter", "reversed", "bool", "str", "repr", "hash", "getitem", "setitem", "delitem",
    "contains", "eq", "lt", "le", "gt", "ge", "add", "sub", "mul", "neg", "plain",
})  # fmt: skip


class Tester(Peer):
    """The end of the conversation on the suite's side. What comes from the other end may be made up.

    Attributes:
        gone: why the candidate can't be asked any more.
        signal: the signal that ended its process, if one did.
        was_used: something was asked of the solution, and not only by a framework that looks at all there is.
        looks_around: that framework is asking now.
    """

    def __init__(self, channel: Channel, status: Status) -> None:
        """Talk through `channel`.

        Args:
            status: given how many seconds to wait for it, how the candidate ended (its exit code, or minus the
                signal); ``None`` if it has not.
        """
        super().__init__(channel)
        self._status = status
        self.gone: str | None = None
        self.signal: int | None = None
        self.was_used = False
        self.looks_around = False

    def receive(self) -> dict[str, Any]:
        """The next message of the candidate.

        Raises:
            OtherSideGone: there will be none.
        """
        if self.gone is None:
            try:
                message = self.channel.receive()
            except ChannelError as error:
                self.gone = f"sent nonsense ({error})"
            else:
                if message is not None:
                    return message
                self._ended()
        raise OtherSideGone(self.gone)

    def send(self, message: dict[str, Any]) -> None:
        """See `Peer.send`.

        Raises:
            OtherSideGone: nobody listens any more.
        """
        if self.gone is not None:
            raise OtherSideGone(self.gone)
        try:
            super().send(message)
        except OSError:
            self._ended()
            raise OtherSideGone(self.gone) from None

    def ask(self, operation: str, number: int, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """See `Peer.ask`."""
        self.was_used = self.was_used or not self.looks_around
        return super().ask(operation, number, args, kwargs)

    def take(self, answer: dict[str, Any], given: list[Any]) -> Any:
        """See `Peer.take`; an answer that makes no sense is the candidate's end."""
        try:
            return super().take(answer, given)
        except OtherSideGone:
            raise
        except BaseException as error:
            if "error" not in answer:
                self.gone = f"sent nonsense ({type(error).__name__})"
                raise OtherSideGone(self.gone) from None
            error.__dict__[_BLAME] = True
            raise

    @staticmethod
    def is_to_blame(error: BaseException) -> bool:
        """Whether it was the solution that raised an exception."""
        return _BLAME in error.__dict__

    def give(self, value: Any) -> None:
        """Functions, iterators and objects of the suite's own classes may be given away."""
        if not (callable(value) or hasattr(type(value), "__next__") or _is_own(value)):
            raise TypeError(f"a test can't pass a {type(value).__name__} to the solution")

    def perform(self, operation: str, target: Any, args: list[Any], kwargs: dict[str, Any]) -> Any:
        """See `Peer.perform`; not everything is allowed, least of all the way to a frame."""
        allowed = operation in _CALLS or (operation in _USES and _is_own(target))
        if not allowed or (operation in ("get", "set") and (type(args[0]) is not str or args[0].startswith("_"))):
            refusal = AttributeError if operation == "get" else TypeError  # functools.wraps tries, and can do without
            raise refusal(f"a solution can't {operation} a {type(target).__name__} of the tests")
        return super().perform(operation, target, args, kwargs)

    def _ended(self) -> None:
        """Find out how the candidate's process ended."""
        if self.gone is not None:
            return
        self.gone = "ended its process"
        status = self._status(_PATIENCE_S)  # its pipes close a little before it is gone, or it closed them and lives on
        if status is not None and status < 0:
            self.signal = -status
            self.gone = f"was ended by signal {self.signal}"


def _is_own(value: Any) -> bool:
    return type(value).__module__ == SUITE
