"""What every format of samples comes down to, and the fields that several of them have."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from halo_forge.errors import UserError
from halo_forge.problems.lines import Item, Record, Source
from halo_forge.problems.wording import kind
from halo_forge.types import FinishReason, JSONObject, SampleForm


@dataclass(slots=True)  # not frozen, only because there is one a sample and a frozen one takes longer to make
class Answer:
    """One sample as a file has it.

    Attributes:
        problem: its problem, as the file spells it.
        record: what a results file repeats of it.
        source: the file, for messages; ``where``: its place in there, if it has one.
        index: its own number, if it brings one.
    """

    problem: str
    text: str
    form: SampleForm
    record: JSONObject
    source: Source
    where: Item | None = None
    index: int | None = None
    finish_reason: FinishReason = FinishReason.UNKNOWN
    n_tokens: int | None = None
    prompt_tokens: int | None = None
    seed: int | None = None
    think_tokens: int | None = None

    def bad(self, what: str) -> UserError:
        """The error that says `what` of it."""
        return self.source.bad(what, self.where)


def bare(problem: str, text: str, form: SampleForm, source: Source, where: Item | None = None) -> Answer:
    """An answer of which nothing else is known."""
    return Answer(problem, text, form, {"task_id": problem, form.value: text}, source, where)


def problem_of(key: str, record: Record, source: Source) -> str:
    """The problem that a record names: a string, or a number.

    Raises:
        UserError: the source's own; it is neither.
    """
    value = record.data[key]
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if not isinstance(value, str):
        raise source.bad(f"{key!r} must be a string or a whole number, not {kind(value)}", record)
    return value


def texts_of(key: str, record: Record, source: Source) -> list[str]:
    """A list of texts.

    Raises:
        UserError: the source's own; it is something else.
    """
    texts = record.data[key]
    if not isinstance(texts, list):
        raise source.bad(f"{key!r} must be a list of strings, not {kind(texts)}", record)
    for text in texts:
        if not isinstance(text, str):
            raise source.bad(f"{key!r} must hold strings, not {kind(text)}", record)
    return texts


def several(
    id_key: str, noun: str, texts_key: str, form: SampleForm, record: Record, source: Source
) -> Iterator[Answer]:
    """Each text of a record that has a list of them; `noun` is what its problem is named by.

    Raises:
        UserError: the source's own; a field is missing or wrong.
    """
    if id_key not in record.data:
        what = f"{texts_key!r} without {id_key!r}; add the {noun} of the problem that it answers"
        raise source.bad(what, record)
    problem = problem_of(id_key, record, source)
    for text in texts_of(texts_key, record, source):
        yield bare(problem, text, form, source, record)
