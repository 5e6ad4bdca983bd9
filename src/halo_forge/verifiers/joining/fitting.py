"""Putting a prompt, an answer and tests together so that their braces fit.

The published way (MultiPL-E, Cassano et al. 2022, arXiv:2208.08227) is ``prompt + completion + tests``. There a
completion was cut at a stop sequence, which stands where the function ends, and the tests begin with the brace that was
cut off, if it was. Here the end of the function is found by its braces, so a completion may be cut or not; and an
answer that is a function of its own fits too.
"""

from __future__ import annotations

from halo_forge.verifiers.joining.braces import Reader
from halo_forge.verifiers.joining.pieces import Pieces


def split_tests(tests: str) -> tuple[bool, str]:
    """Whether tests begin with the brace that closes the prompt's function, and what comes after it."""
    text = tests.lstrip()
    return (True, text[1:]) if text.startswith("}") else (False, tests)


def continued(pieces: Pieces, reader: Reader) -> str:
    """Prompt and answer up to the end of the function that the prompt began, its brace included.

    What follows that function is dropped, because a model that was not stopped goes on and on. A prompt that leaves
    nothing open is followed by the whole answer.
    """
    text = pieces.prompt + pieces.answer
    depth = reader.depth(pieces.prompt)
    if depth <= 0:
        return text
    end = reader.end_of_block(text, len(pieces.prompt), depth - 1)
    if end is not None:
        return text[: end + 1]
    closed_by_tests, _ = split_tests(pieces.tests)
    return text + "\n}" if closed_by_tests else text


def preamble(prompt: str, answer: str, beginnings: tuple[str, ...]) -> str:
    """The lines of a prompt that begin so (includes, imports) and that an answer does not repeat."""
    have = {line.strip() for line in answer.splitlines()}
    lines = (line.rstrip() for line in prompt.splitlines() if line.startswith(beginnings))
    return "".join(f"{line}\n" for line in lines if line not in have)
