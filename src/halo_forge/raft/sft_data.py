"""Answers to learn from a file or a hub: ``sft train``'s data, as `Example`s.

===================  =====================================================================
``prompt``           what is asked; for a base model, text to go on with
``completion``       the answer
``messages``         instead, a conversation: ``[{"role": "user", "content": …}, …]``; every
                     answer of the assistant is learnt, each with what was said before it
===================  =====================================================================

Other keys are passed over, and the first two where there are messages. Files are JSONL or a JSON list, zipped or not,
as problems are. The token that ends an answer is put behind it, once. Where a template begins every answer's thinking,
an answer without a thought is learnt as one whose thinking is empty.

Limits: answers are text; calls of tools and pictures are none.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Annotated

from pydantic import AfterValidator, BaseModel
from pydantic_core import PydanticCustomError

from halo_forge.errors import Cancelled, SampleFileError, first_line
from halo_forge.models.directories import is_hub_id
from halo_forge.models.thinking import CLOSING, OPENING, thinks
from halo_forge.models.words import Words
from halo_forge.problems.fields import STRICT, Characters, Text, checked
from halo_forge.problems.files import opened, stem
from halo_forge.problems.lines import Record, Source, read_records
from halo_forge.raft.examples import Example
from halo_forge.types import PromptStyle

_ROLES = ("system", "user", "assistant", "tool")


def _role(value: str) -> str:
    if value not in _ROLES:
        raise PydanticCustomError("role", f"is none of {', '.join(_ROLES)}; write one of them")
    return value


class MessageRecord(BaseModel):
    """One of ``messages``."""

    model_config = STRICT

    role: Annotated[str, AfterValidator(_role)]
    content: Characters


class DataRecord(BaseModel):
    """One line."""

    model_config = STRICT

    prompt: Text | None = None
    completion: Text | None = None
    messages: list[MessageRecord] | None = None


def read_data(name: str, words: Words, most: int, cancel: threading.Event) -> list[Example]:
    """Every answer of a file, or of the split ``train`` of a hub's data set.

    Args:
        most: tokens that an answer may have together with its prompt.

    Raises:
        SampleFileError: there is no such file or data set, or something in it is wrong.
        ModelError: the model's template refuses a conversation.
        Cancelled: `cancel` was set.
    """
    source = Source(name, SampleFileError)
    reader = _Reader(source, words, most)
    if _is_of_hub(name):
        found = reader.read(_of_hub(name, source), cancel)
    else:
        with opened(name, source, wanted="a JSONL file, or a data set of the hub") as stream:
            found = reader.read(read_records(stream, source), cancel)
    if not found:
        raise source.bad("there is no answer in it; write one JSON object a line, with 'prompt' and 'completion'")
    return found


def _is_of_hub(name: str) -> bool:
    """``data/answers.jsonl`` could be one by its form, and is a file that is missing."""
    return is_hub_id(name) and not os.path.exists(name) and stem(name) == os.path.basename(name)


def _of_hub(name: str, source: Source) -> Iterator[Record]:
    import datasets

    try:
        data = datasets.load_dataset(name, split="train")
    except Exception as error:  # the boundary of a library that raises whatever its own libraries do
        raise source.bad(f"no file, and the hub gave no data set: {first_line(error)}; give a JSONL file") from error
    for number, row in enumerate(data, start=1):
        yield Record(number, {key: value for key, value in row.items() if value is not None}, unit="row")


@dataclass(frozen=True, slots=True)
class _Reader:
    """From records to answers."""

    source: Source
    words: Words
    most: int

    def read(self, records: Iterable[Record], cancel: threading.Event) -> list[Example]:
        """All of them."""
        found: list[Example] = []
        for record in records:
            if cancel.is_set():
                raise Cancelled("stopped")
            found += self._examples(record)
        return found

    def _examples(self, record: Record) -> Iterator[Example]:
        data = checked(DataRecord, record, self.source)
        if data.messages is not None:
            yield from self._turns(data.messages, record)
        elif data.prompt is None or data.completion is None:
            missing = "completion" if data.prompt is not None else "prompt"
            raise self.source.bad(f"'{missing}' is missing; give 'prompt' and 'completion', or 'messages'", record)
        elif self.words.style is PromptStyle.CHAT:
            prompt = self._asked([{"role": "user", "content": data.prompt}], record)
            yield self._example(prompt, data.completion, record)
        else:
            yield self._example(self.words.encode_text(data.prompt), data.completion, record)

    def _turns(self, messages: list[MessageRecord], record: Record) -> Iterator[Example]:
        if self.words.style is not PromptStyle.CHAT:
            what = "'messages' are for models that chat, and this one goes on with text; give 'prompt' and 'completion'"
            raise self.source.bad(what, record)
        said = [message.model_dump() for message in messages]
        answers = [place for place, message in enumerate(messages) if message.role == "assistant" and place > 0]
        if not answers:
            what = "no message is an answer (the assistant's, behind another); add one, or leave the line out"
            raise self.source.bad(what, record)
        for place in answers:
            if not messages[place].content.strip():
                what = f"'messages[{place}].content' is empty, where an answer is to be learnt; fill it"
                raise self.source.bad(what, record)
            yield self._example(self._asked(said[:place], record), messages[place].content, record)

    def _asked(self, messages: list[dict[str, str]], record: Record) -> list[int]:
        return self.words.encode_messages(messages, self.source.at(record))

    def _example(self, prompt: list[int], answer: str, record: Record) -> Example:
        ids = self.words.tokens(_behind(self.words.opened(prompt), answer))
        while ids and ids[-1] in self.words.ends:
            ids.pop()  # it may have been written out
        example = Example(tuple(prompt), (*ids, *(() if self.words.end is None else (self.words.end,))))
        if (length := len(example.input_ids)) > self.most:
            what = f"an answer has {length} tokens with its prompt, and the model was made for {self.most}"
            raise self.source.bad(f"{what}; leave it out", record)
        return example


def _behind(tag: str, answer: str) -> str:
    """An answer behind the tag that a template has put in front of it: its thoughts without the tag, or none."""
    if not tag:
        return answer
    if thinks(answer):
        return answer.lstrip().removeprefix(OPENING).removeprefix(tag.removeprefix(OPENING))
    return answer if CLOSING in answer else f"\n{CLOSING}\n\n{answer}"
