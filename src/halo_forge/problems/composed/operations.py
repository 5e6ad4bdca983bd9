"""What an operation is: one step of a task, as code, as words of a prompt and as a part of a name.

The tables of operations stand in `halo_forge.problems.composed.{numbers,lists,strings,dicts}`. Their texts have
placeholders that `str.format` fills: ``{p}`` and ``{q}`` the parameters; in code ``{x}`` what the operation is done to,
in brackets where it needs them, ``{r}`` the same without, ``{g}`` the same as the argument of a function that takes any
iterable, and for dicts ``{k}`` the key; in words ``{it}``.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto

Parameters = tuple[int | str, ...]  # of one operation: none, p, or p and q


class Kind(Enum):
    """What a value is. The last three are arguments only."""

    NUMBER = auto()  # a whole number
    FINAL = auto()  # what no operation takes: True or False, a word for an answer, a dict that was made
    NUMBERS = auto()  # a list of whole numbers
    TEXT = auto()
    WORDS = auto()  # a list of texts
    DICT = auto()  # from a text to a whole number
    PAIR = auto()  # two whole numbers
    DIGITS = auto()  # a number that is not negative, up to 9999
    LAST = auto()  # a number that is not negative, up to 40


class Form(Enum):
    """How the code of an operation is to be read."""

    WHOLE = auto()  # an expression of the whole value
    KEEP = auto()  # a condition on one element
    EACH = auto()  # what an element becomes
    SPREAD = auto()  # what to go through; `element` is then the element
    KEYED = auto()  # the value of an element, which becomes the key


class Family(Enum):
    """Two operations of one family do not follow each other: they would undo or repeat each other."""

    NONE = auto()
    KEEP = auto()
    EACH = auto()
    ORDER = auto()  # nothing but the order changes
    PART = auto()
    CASE = auto()
    SCALE = auto()
    ADD = auto()
    SIGN = auto()


@dataclass(frozen=True, slots=True)
class Operation:
    """One step.

    Attributes:
        name: of the concept, without parameters: ``keep-multiples``.
        does: ``keeps the even ones``, for a step on the way.
        returns: ``their sum``, for the last step; ``None``: the result of doing it.
        word: for the function's name: ``even``.
        choices: the parameters to choose from; one empty tuple, where there are none.
        element: of `Form.SPREAD`, with ``{x}`` for `variable`; of `Form.WHOLE`, what each element becomes before.
        variable: what `Form.SPREAD` calls an element.
    """

    name: str
    takes: Kind
    gives: Kind
    code: str
    does: str
    word: str
    returns: str | None = None
    form: Form = Form.WHOLE
    family: Family = Family.NONE
    choices: tuple[Parameters, ...] = ((),)
    element: str = ""
    variable: str = ""


def one(*values: int | str) -> tuple[Parameters, ...]:
    """Choices of one parameter."""
    return tuple((value,) for value in values)


def filled(template: str, parameters: Parameters, **more: str) -> str:
    """A text of an operation with its placeholders filled."""
    return template.format(**dict(zip("pq", parameters, strict=False)), **more)
