"""Cut the program out of a model's answer.

Scope: markdown fences of every usual shape, raw code with or without prose around it, reasoning
blocks, leftover chat markers. ``None`` means that the answer holds no code. Nothing is executed or
repaired: the result is a slice of the answer, or several blocks of it joined by blank lines. Removed
are only the byte order mark, CR before LF, outer blank lines and the indentation of the fence itself.

Which block of several: the ones that define ``entry_point`` (without one, in languages that start at
``main``, the ones that hold it); then the better tag: the language itself, its sibling (c and cpp,
javascript and typescript), none, a wrong one. Among equals the first, unless a later one is announced
as the corrected or complete version. Earlier blocks with definitions that the chosen one uses but lacks
go before it. A program in another language is the last resort: it is what the model answered.

Limits: this is no parser but line patterns and a scanner that knows comments and strings. Unfenced
prose that looks like code, or the reverse, can be misjudged; in doubt text is kept. Comments alone are
no code, nor is unfenced code of another language. Reasoning that the chat template opened and that was
cut off before its closing tag cannot be told from an answer, unless the engine put the tag back. Files
that belong apart (a header, one Java class per block) are not merged.

Every step is linear in the text: patterns are anchored to a line or possessive, and searches past a
fence give up after some fences.
"""

from halo_forge.verifiers.extract.answer import parse
from halo_forge.verifiers.extract.blocks import trimmed
from halo_forge.verifiers.extract.choice import choose
from halo_forge.verifiers.extract.markers import without_markers
from halo_forge.verifiers.extract.reasoning import strip_reasoning
from halo_forge.verifiers.extract.tags import TAGS
from halo_forge.verifiers.extract.unfenced import raw_blocks

__all__ = ["TAGS", "extract_code", "only_thinks", "strip_reasoning"]


def only_thinks(text: str) -> bool:
    """Whether an answer ends before its reasoning does, so that it answers nothing."""
    return strip_reasoning(_normal(text)) is None


def extract_code(text: str, language: str, entry_point: str | None = None) -> str | None:
    """The program in a model's answer, or None if there is no code in it."""
    answer = strip_reasoning(_normal(text))
    if answer is None:
        return None
    blocks, outside = parse(trimmed(without_markers(answer, language)), language)
    return (
        choose(blocks, language, entry_point, worst=3)
        # The fences hold no program of the language: perhaps it stands between them.
        or choose(raw_blocks(outside, language), language, entry_point, worst=3)
        or choose(blocks, language, entry_point, worst=4)
    )


def _normal(text: str) -> str:
    return text.removeprefix("\ufeff").replace("\r\n", "\n")
