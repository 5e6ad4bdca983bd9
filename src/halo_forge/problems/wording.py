"""Words for messages: values shown safely on one line, and the nearest known name.

Whatever a file or a path holds (control characters, half a surrogate pair, a megabyte), what comes out is short,
has one line, and can be encoded.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from itertools import islice

SHOWN_CHARS = 60
LONGEST_COMPARED = 200  # difflib is quadratic
MOST_COMPARED = 10_000


def shown(text: str) -> str:
    """`text` in quotes, escaped where it is not printable, cut where it is long."""
    return repr(text) if len(text) <= SHOWN_CHARS else repr(text[:SHOWN_CHARS] + "…")


def shown_path(path: str) -> str:
    """`path` as it was typed, or escaped where that would not be one readable line."""
    return path if path and path.isprintable() else repr(path)


def kind(value: object) -> str:
    """What sort of JSON value this is, for "must be …, not …"."""
    match value:
        case None:
            return "null"
        case bool():
            return "true or false"
        case int() | float():
            return f"the number {str(value)[:SHOWN_CHARS]}"
        case str():
            return "a string"
        case list():
            return "a list"
        case _:
            return "an object"


def closest(word: str, known: Iterable[str], cutoff: float = 0.6) -> str | None:
    """The one of `known` that `word` was probably meant to be, letter case aside; ``None`` if none is near."""
    if len(word) > LONGEST_COMPARED:
        return None
    folded = {name.casefold(): name for name in islice(known, MOST_COMPARED)}
    found = difflib.get_close_matches(word.casefold(), folded, n=1, cutoff=cutoff)
    return folded[found[0]] if found else None
