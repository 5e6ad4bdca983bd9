"""Objects with one text each, as HumanEval and halo-forge itself write them.

Each names its problem (``task_id``, ``problem_id`` or ``id``, the first that is there) and has one text, the first of
these that is there:

- ``solution``: a whole program;
- ``completion``: what follows the problem's prompt;
- ``text``: as halo-forge writes it, with ``form`` (``solution`` if not given) and ``index``.

Only a ``text`` may bring an ``index`` of its own, and then every sample of its problem has to. ``n_tokens``,
``prompt_tokens``, ``think_tokens``, ``finish_reason`` and ``seed`` are kept where they make sense and dropped where
not, because other tools have other words for them. Other keys are ignored.
"""

from __future__ import annotations

from collections.abc import Iterator

from halo_forge.problems.lines import Record, Source
from halo_forge.problems.samples.answer import Answer, problem_of
from halo_forge.problems.wording import kind
from halo_forge.types import FinishReason, JSONObject, SampleForm

ID_KEYS = ("task_id", "problem_id", "id")
TEXT_KEYS = ("solution", "completion", "text")
_FORMS = {form.value: form for form in SampleForm}
_TOLD = frozenset({"finish_reason", "n_tokens", "prompt_tokens", "seed", "think_tokens"})
_PROBLEM_KEYS = frozenset({"test", "tests", "test_list", "expected_output", "cases", "base_input"})


def answers(record: Record, source: Source) -> Iterator[Answer]:
    """The one answer of a record.

    Raises:
        SampleFileError: a field is missing or wrong.
    """
    data = record.data
    id_key = _first(data, ID_KEYS)
    if id_key is None:
        raise source.bad("no 'task_id'; add the id of the problem that it answers", record)
    if not _PROBLEM_KEYS.isdisjoint(data) and _first(data, TEXT_KEYS[:2]) is None:
        raise source.bad("a problem, not an answer to one; name a file of samples", record)
    problem = problem_of(id_key, record, source)
    key = _first(data, TEXT_KEYS)
    if key is None:
        raise source.bad("neither 'solution' nor 'completion'; add the one that holds the code", record)
    yield Answer(
        problem=problem,
        text=_string(key, record, source),
        form=_form(key, record, source),
        record=data,
        source=source,
        where=record,
        index=_index(data.get("index"), record, source) if key == "text" else None,
        **({} if _TOLD.isdisjoint(data) else _told(data)),
    )


def _told(data: JSONObject) -> JSONObject:
    """What else is known of a sample. Most files do not say it, and samples are many."""
    return {
        "finish_reason": _finish_reason(data.get("finish_reason")),
        "n_tokens": _whole(data.get("n_tokens")),
        "prompt_tokens": _whole(data.get("prompt_tokens")),
        "seed": _whole(data.get("seed")),
        "think_tokens": _whole(data.get("think_tokens")),
    }


def _first(data: JSONObject, keys: tuple[str, ...]) -> str | None:
    for key in keys:  # no generator: that takes several times as long, and samples are many
        if data.get(key) is not None:
            return key
    return None


def _string(key: str, record: Record, source: Source) -> str:
    value = record.data[key]
    if not isinstance(value, str):
        raise source.bad(f"{key!r} must be a string, not {kind(value)}", record)
    return value


def _index(value: object, record: Record, source: Source) -> int | None:
    index = _whole(value)
    if index is None and value is not None:
        raise source.bad("'index' must be a whole number, 0 or more", record)
    return index


def _form(key: str, record: Record, source: Source) -> SampleForm:
    if key != "text":
        return _FORMS[key]
    value = record.data.get("form")
    if value is None:
        return SampleForm.SOLUTION
    try:
        return SampleForm(value)
    except ValueError:
        raise source.bad(f"'form' must be one of: {', '.join(SampleForm)}", record) from None


def _finish_reason(value: object) -> FinishReason:
    try:
        return FinishReason(value) if isinstance(value, str) else FinishReason.UNKNOWN
    except ValueError:
        return FinishReason.UNKNOWN


def _whole(value: object) -> int | None:
    """A whole number of at least 0, or ``None``. JSON's ``true`` is an int to Python, but not here."""
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None
