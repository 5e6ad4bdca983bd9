"""Markers of a chat's turns that a model left in its answer."""

import re

from halo_forge.verifiers.extract.literals import open_literal

_MARKERS = (
    "<|im_end|>", "<|endoftext|>", "<|end_of_text|>", "<|eot_id|>", "<|end|>", "<|return|>", "</s>",
    "<end_of_turn>", "<eos>", "<|EOT|>", "<\uff5cend\u2581of\u2581sentence\uff5c>",
)  # fmt: skip
# A model that runs past its own end invents the next turn.
_NEXT_TURN = re.compile(r"(?:<\|eot_id\|>|(?:<\|(?:im_end|end)\|>|<end_of_turn>)\n)<(?:\||start_of_turn)")


def without_markers(text: str, language: str) -> str:
    """The answer without markers at its end and without the turns that follow it."""
    turn = _NEXT_TURN.search(text)
    if turn and open_literal(text, 0, turn.start(), language):  # code about chat templates
        turn = None
    end = cut = turn.start() if turn else len(text)
    while True:
        while end and text[end - 1].isspace():
            end -= 1
        marker = next((m for m in _MARKERS if text.endswith(m, 0, end)), None)
        if marker is None:
            return text[:cut]
        end = cut = end - len(marker)
