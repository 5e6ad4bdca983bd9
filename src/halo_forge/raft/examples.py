"""What a model is trained on: tokens of a prompt, and the tokens of the answer that it is to give.

Tokens are those that the model itself wrote, where the engine kept them: a text that is split into tokens again can
come out otherwise, and then the model would be taught what it never said. Only the answer and the token that ends it
count in the loss.

Limits: an answer that came without tokens (engines ``llamacpp`` and ``openai``) is split by the weights' tokenizer.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from halo_forge.models.words import Words
from halo_forge.store import files
from halo_forge.store.lines import decode_line, encode_line, read_lines
from halo_forge.types import JSONObject, Problem, Sample

IGNORED = -100  # the label that cross entropy passes over


@dataclass(frozen=True, slots=True)
class Example:
    """One answer to learn.

    Attributes:
        prompt: its tokens, which the model sees and is not taught.
        answer: its tokens, the end of the text included.
        problem_id, cycle, index: whose answer it is; ``None`` for data that came from a file.
    """

    prompt: tuple[int, ...]
    answer: tuple[int, ...]
    problem_id: str | None = None
    cycle: int | None = None
    index: int | None = None

    @property
    def input_ids(self) -> list[int]:
        """All tokens, in order."""
        return [*self.prompt, *self.answer]

    @property
    def labels(self) -> list[int]:
        """One for each of `input_ids`: the answer's own tokens, and `IGNORED` for those of the prompt."""
        return [IGNORED] * len(self.prompt) + list(self.answer)


def example_of(words: Words, problem: Problem, sample: Sample, cycle: int) -> Example:
    """A sample, as something to learn: its own tokens where they are known and end as the model ends."""
    prompt = tuple(words.encode(problem))
    ids = sample.token_ids
    if not ids or ids[-1] not in words.ends:
        ids = (*words.tokens(sample.text), *(() if words.end is None else (words.end,)))
    return Example(prompt, ids, sample.problem_id, cycle, sample.index)


def write_examples(path: Path, examples: Iterable[Example]) -> None:
    """Keep them, one JSON object a line, in one step."""
    files.replace(path, (encode_line(asdict(example)) for example in examples))


def read_examples(path: Path) -> list[Example]:
    """What `write_examples` wrote.

    Raises:
        ValueError: the file holds something else.
    """
    return [_example(decode_line(raw)) for raw in read_lines(path)]


def _example(data: JSONObject) -> Example:
    try:
        return Example(
            _ids(data["prompt"]), _ids(data["answer"]), data.get("problem_id"), data.get("cycle"), data.get("index")
        )
    except (KeyError, TypeError) as error:
        raise ValueError(f"not an example: {error}") from error


def _ids(values: Sequence[int]) -> tuple[int, ...]:
    return tuple(map(int, values))
