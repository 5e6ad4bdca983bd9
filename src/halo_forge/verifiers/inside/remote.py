"""An object that lives in the other process, and what can be done with it from here.

Safe against its owner: plain data is never handed over to be compared. ``remote == 3`` asks for the object's own plain
value and compares here; ordering and arithmetic work between two objects of the other process only. So an object can't
learn what it is expected to be, nor claim to be it. What it says of itself otherwise (its length, its truth, what it
contains) is believed, as it would be of a value.
"""

from __future__ import annotations

import operator

TYPE_CHECKING = False  # importing typing takes longer than all that is done here
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from .peer import Peer

# What can be asked of an object: on the side that holds it, this function is called with it and the arguments.
OPERATIONS: dict[str, Callable[..., Any]] = {
    "call": lambda target, *args, **kwargs: target(*args, **kwargs),
    "plain": lambda target: target,
    "get": getattr,
    "set": setattr,
    "delete": delattr,
    "is_instance": lambda target, value: isinstance(value, target),
    "enter": lambda target: type(target).__enter__(target),
    "exit": lambda target: type(target).__exit__(target, None, None, None),
    "len": len,
    "iter": iter,
    "next": next,
    "reversed": reversed,
    "bool": bool,
    "str": str,
    "repr": repr,
    "hash": hash,
    "int": int,
    "float": float,
    **{
        name: getattr(operator, name)
        for name in (
            "getitem", "setitem", "delitem", "contains", "eq", "lt", "le", "gt", "ge", "neg", "pos", "abs", "invert",
            "add", "sub", "mul", "matmul", "truediv", "floordiv", "mod", "pow", "and_", "or_", "xor",
        )
    },
}  # fmt: skip

_ASKED = (
    "len", "iter", "next", "reversed", "bool", "str", "repr", "hash", "int", "float", "enter", "getitem", "setitem",
    "delitem", "contains", "neg", "pos", "abs", "invert",
)  # fmt: skip
_BETWEEN_TWO = (
    "lt", "le", "gt", "ge", "add", "sub", "mul", "matmul", "truediv", "floordiv", "mod", "pow", "and_", "or_", "xor",
)  # fmt: skip
_OWN_NAMES = frozenset({"__name__", "__qualname__", "__dict__", "__wrapped__", "__annotations__"})


class Remote:
    """Stands for an object of the other process."""

    __slots__ = ("__number", "__peer")

    def __init__(self, peer: Peer, number: int) -> None:
        object.__setattr__(self, "_Remote__peer", peer)
        object.__setattr__(self, "_Remote__number", number)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return ask(self, "call", *args, **kwargs)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") and name.endswith("__") and name not in _OWN_NAMES:
            raise AttributeError(name)
        return ask(self, "get", name)

    def __setattr__(self, name: str, value: Any) -> None:
        ask(self, "set", name, value)

    def __delattr__(self, name: str) -> None:
        ask(self, "delete", name)

    def __exit__(self, *error: object) -> Any:
        return ask(self, "exit")

    def __instancecheck__(self, value: Any) -> bool:
        return type(value) is Remote and ask(self, "is_instance", value) is True

    def __eq__(self, other: object) -> bool:
        if type(other) is Remote:
            return other is self or ask(self, "eq", other) is True
        plain = ask(self, "plain")
        return type(plain) is not Remote and bool(plain == other)


def _asked(operation: str) -> Callable[..., Any]:
    def method(self: Remote, *args: Any) -> Any:
        return ask(self, operation, *args)

    return method


def _between_two(operation: str) -> Callable[[Remote, Any], Any]:
    def method(self: Remote, other: Any) -> Any:
        return ask(self, operation, other) if type(other) is Remote else NotImplemented

    return method


for _name in _ASKED:
    setattr(Remote, f"__{_name}__", _asked(_name))
for _name in _BETWEEN_TWO:
    setattr(Remote, f"__{_name.strip('_')}__", _between_two(_name))


def ask(remote: Remote, operation: str, *args: Any, **kwargs: Any) -> Any:
    """Have the other process do one of `OPERATIONS` with its object."""
    peer: Peer = object.__getattribute__(remote, "_Remote__peer")
    return peer.ask(operation, number_of(remote), args, kwargs)


def number_of(remote: Remote) -> int:
    """What the other process knows the object by."""
    number: int = object.__getattribute__(remote, "_Remote__number")
    return number
