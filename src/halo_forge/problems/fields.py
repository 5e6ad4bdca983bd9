"""Checking one JSON object against a pydantic model, with faults said in a user's words.

Types are strict: a number is no string, and 1 is not true. Importing this module imports pydantic, so it is
imported where a file is read and not before.
"""

from __future__ import annotations

import keyword
from collections.abc import Mapping
from typing import Annotated, TypeVar

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, ValidationError
from pydantic_core import ErrorDetails, PydanticCustomError

from halo_forge.problems.lines import Record, Source
from halo_forge.problems.wording import closest, kind, shown

STRICT = ConfigDict(strict=True, extra="ignore", frozen=True)

Model = TypeVar("Model", bound=BaseModel)


def _characters(value: str) -> str:
    try:
        value.encode()
    except UnicodeEncodeError:
        words = "holds half of a surrogate pair, which is no text; mend the \\ud800 to \\udfff in it"
        raise PydanticCustomError("characters", words) from None
    return value


def _text(value: str) -> str:
    if not _characters(value).strip():
        raise PydanticCustomError("text", "is empty; fill it or remove the key")
    if "\0" in value:
        raise PydanticCustomError("text", "holds a NUL character; remove it")
    return value


def _label(value: str) -> str:
    if not _text(value).isprintable():
        raise PydanticCustomError("label", "must be one line without control characters")
    return value


def _identifier(value: str) -> str:
    if not value.isidentifier() or keyword.iskeyword(value):
        raise PydanticCustomError("identifier", "must be the bare name of a function, such as 'add'")
    return value


def _number_as_text(value: object) -> object:
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


Characters = Annotated[str, AfterValidator(_characters)]
Text = Annotated[str, AfterValidator(_text)]
Label = Annotated[str, AfterValidator(_label)]
Identifier = Annotated[str, AfterValidator(_identifier)]
TaskId = Annotated[str, BeforeValidator(_number_as_text), AfterValidator(_label)]  # MBPP's are numbers

# pydantic's name of a fault -> our words for it; {kind} is what stood there, the rest is pydantic's context
WORDS: Mapping[str, str] = {
    "missing": "is missing; add it",
    "string_type": "must be a string, not {kind}",
    "float_type": "must be a finite number, not {kind}",
    "finite_number": "must be a finite number",
    "int_type": "must be a whole number, not {kind}",
    "bool_type": "must be true or false, not {kind}",
    "list_type": "must be a list, not {kind}",
    "dict_type": "must be an object, not {kind}",
    "model_type": "must be an object, not {kind}",
    "too_short": "is empty; fill it or remove the key",
    "greater_than": "must be more than {gt:.9g}",
    "greater_than_equal": "must be {ge:.9g} or more",
    "less_than_equal": "must be {le:.9g} or less",
    "extra_forbidden": "is a key that is not known here; rename or remove it",
}


def checked(model: type[Model], record: Record, source: Source) -> Model:
    """The record as a `model`.

    Raises:
        UserError: the source's own, about the first field that is wrong.
    """
    try:
        return model.model_validate(record.data)
    except ValidationError as error:
        fault = error.errors()[0]
        raise source.bad(_in_words(fault) + _misspelt(fault, record), record) from None


def _in_words(fault: ErrorDetails) -> str:
    words = WORDS.get(fault["type"], "{message}")
    context = {"message": fault["msg"], "kind": kind(fault["input"]), **fault.get("ctx", {})}
    return f"{_field(fault['loc'])} {words.format(**context)}"


def _misspelt(fault: ErrorDetails, record: Record) -> str:
    """The key that was perhaps meant where one is missing."""
    if fault["type"] != "missing" or len(fault["loc"]) > 1:
        return ""
    near = closest(str(fault["loc"][0]), record.data, cutoff=0.8)
    return "" if near is None else f" (is {shown(near)} meant to be it?)"


def _field(location: tuple[int | str, ...]) -> str:
    """``('cases', 0, 'stdin')`` as ``'cases[0].stdin'``."""
    first, *rest = location
    return shown(str(first) + "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in rest))
