"""Answers to learn from a file or a hub: ``sft train``'s data, as `Example`s.

===================  =====================================================================
``prompt``           what is asked; for a base model, text to go on with
``completion``       the answer
``messages``         instead, a conversation: ``[{"role": "user", "content": …}, …]``; every
                     answer of the assistant is learnt, each with what was said before it
===================  =====================================================================

Other keys are passed over. Files are JSONL or a JSON list, zipped or not, as problems are.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from typing import Annotated

from pydantic import BaseModel, Field

from halo_forge.errors import SampleFileError, first_line
from halo_forge.models.directories import is_hub_id
from halo_forge.models.words import Words
from halo_forge.problems.fields import STRICT, Characters, Text, checked
from halo_forge.problems.files import opened
from halo_forge.problems.lines import Record, Source, read_records
from halo_forge.raft.examples import Example
from halo_forge.types import PromptStyle

_ROLES = ("system", "user", "assistant", "tool")


class MessageRecord(BaseModel):
    """One of ``messages``."""

    model_config = STRICT

    role: Annotated[str, Field(pattern=f"^({'|'.join(_ROLES)})$")]
    content: Characters


class DataRecord(BaseModel):
    """One line."""

    model_config = STRICT

    prompt: Text | None = None
    completion: Text | None = None
    messages: Annotated[list[MessageRecord], Field(min_length=2)] | None = None


def read_data(name: str, words: Words) -> list[Example]:
    """Every answer of a file, or of the split ``train`` of a hub's data set.

    Raises:
        SampleFileError: there is no such file or data set, or something in it is wrong.
        ModelError: the model's template refuses a conversation.
    """
    source = Source(name, SampleFileError)
    if is_hub_id(name) and not os.path.exists(name):
        found = _learnt(_of_hub(name, source), words, source)
    else:
        with opened(name, source, wanted="a JSONL file, or a data set of the hub") as stream:
            found = _learnt(read_records(stream, source), words, source)
    if not found:
        raise source.bad("there is no answer in it; write one JSON object a line, with 'prompt' and 'completion'")
    return found


def _learnt(records: Iterable[Record], words: Words, source: Source) -> list[Example]:
    return [example for record in records for example in _examples(record, words, source)]


def _of_hub(name: str, source: Source) -> Iterator[Record]:
    import datasets

    try:
        data = datasets.load_dataset(name, split="train")
    except Exception as error:  # the boundary of a library that raises whatever its own libraries do
        raise source.bad(f"no file, and the hub gave no data set: {first_line(error)}; give a JSONL file") from error
    for number, row in enumerate(data, start=1):
        yield Record(number, {key: value for key, value in row.items() if value is not None}, unit="row")


def _examples(record: Record, words: Words, source: Source) -> Iterator[Example]:
    data = checked(DataRecord, record, source)
    if data.messages is not None:
        yield from _turns(data.messages, record, words, source)
    elif data.prompt is None or data.completion is None:
        missing = "completion" if data.prompt is not None else "prompt"
        raise source.bad(f"'{missing}' is missing; give 'prompt' and 'completion', or 'messages'", record)
    elif words.style is PromptStyle.CHAT:
        asked = [{"role": "user", "content": data.prompt}]
        yield _example(words, words.encode_messages(asked, record.place), data.completion)
    else:
        yield _example(words, words.encode_text(data.prompt), data.completion)


def _turns(messages: list[MessageRecord], record: Record, words: Words, source: Source) -> Iterator[Example]:
    if words.style is not PromptStyle.CHAT:
        raise source.bad("'messages' are for models that chat, and this one goes on with text", record)
    said = [message.model_dump() for message in messages]
    answers = [place for place, message in enumerate(messages) if message.role == "assistant" and place > 0]
    if not answers:
        raise source.bad("no message is the assistant's, so there is nothing to learn", record)
    for place in answers:
        yield _example(words, words.encode_messages(said[:place], record.place), messages[place].content)


def _example(words: Words, prompt: list[int], answer: str) -> Example:
    end = () if words.end is None else (words.end,)
    return Example(tuple(prompt), (*words.tokens(answer), *end))
