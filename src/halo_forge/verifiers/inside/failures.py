"""Exceptions as data: the names of their classes, nearest first, what they say and what they hold."""

from __future__ import annotations

import builtins

TYPE_CHECKING = False  # importing typing takes longer than all that is done here
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

MOST_WORDS = 2000


def class_names(kind: type) -> list[str]:
    """The names of an exception's class and of its bases up to the built-in ones."""
    return [base.__name__ for base in kind.__mro__ if issubclass(base, BaseException)]


def describe(error: BaseException, pack: Callable[[Any], Any]) -> dict[str, Any]:
    """What can be told of an exception; `pack` makes data of its arguments and of the exception itself."""
    try:
        words = str(error)
    except BaseException:
        words = ""
    description = {"error": class_names(type(error)), "words": words[:MOST_WORDS]}
    try:
        description |= {"args": pack(error.args), "object": pack(error)}
    except BaseException:  # something that can't travel: the words have to do
        return description
    return description


def rebuild(description: Mapping[str, Any], known: Mapping[str, type], unpack: Callable[[Any], Any]) -> BaseException:
    """An exception of the nearest class that is built in or in `known`."""
    words = str(description.get("words", ""))[:MOST_WORDS]
    args = unpack(description["args"]) if "args" in description else (words,)
    for name in description["error"]:
        kind = known.get(name) or getattr(builtins, name, None)
        if not (isinstance(kind, type) and issubclass(kind, BaseException)):
            continue
        for arguments in (args, (words,)):
            try:
                error = kind(*arguments)
            except Exception:
                continue
            if name in known and "object" in description:
                error.__dict__.update(remote=unpack(description["object"]), words=words)
            return error
    return Exception(words)


def stand_in(names: list[str], known: Mapping[str, type]) -> type:
    """A class for an exception that the other process defines, whose first name is its own."""
    bases = (known.get(name) or getattr(builtins, name, None) for name in names[1:])
    fit = (base for base in bases if isinstance(base, type) and issubclass(base, BaseException))
    return type(names[0], (next(fit, Exception),), {"__getattr__": _of_remote, "__str__": _words})


def _of_remote(error: BaseException, name: str) -> Any:
    if name.startswith("__") or "remote" not in error.__dict__:
        raise AttributeError(name)
    return getattr(error.__dict__["remote"], name)


def _words(error: BaseException) -> str:
    return str(error.__dict__.get("words", ", ".join(map(str, error.args))))
