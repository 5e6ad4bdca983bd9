"""An answer as blocks of code and the text outside of them."""

from halo_forge.verifiers.extract.blocks import Block, outdented, trimmed
from halo_forge.verifiers.extract.fences import (
    end_of_block,
    find_fences,
    has_known_tag,
    margin_of,
    only_closes,
    read_info,
)
from halo_forge.verifiers.extract.tags import TAGS
from halo_forge.verifiers.extract.unfenced import begin_of_code, first_code, raw_blocks


def parse(text: str, language: str) -> tuple[list[Block], str]:
    """The blocks of an answer, and the text outside of its fences."""
    fences = find_fences(text)
    blocks: list[Block] = []
    outside: list[str] = []
    position = i = 0
    code = first_code(text, language)
    if code is not None and (not fences or code < fences[0].start):
        end = end_of_block(text, fences, 0, code, language, mark="")
        if end is None:
            return raw_blocks(text, language), ""
        i, position = end, fences[end].start
        if only_closes(fences, end):  # the prompt opened the block
            blocks.append(Block(trimmed(text[begin_of_code(text, language) : position]), language))
            i, position = end + 1, fences[end].end
        else:
            blocks += raw_blocks(text[:position], language)
    while i < len(fences):
        fence = fences[i]
        i += 1
        margin = margin_of(fence)
        if margin is None:
            continue
        outside.append(text[position : fence.start])
        tag, first_line = read_info(fence, language)
        intro = outside[-1][-300:].strip().rpartition("\n")[2] + fence.prefix
        if first_line.endswith(fence.mark):  # the whole block on one line
            blocks.append(Block(first_line.removesuffix(fence.mark).strip(), tag, intro))
            position = fence.end
            continue
        scanned_as = tag if tag and tag in TAGS.values() else language
        end = end_of_block(text, fences, i, fence.end, scanned_as, fence.mark)
        if end is None:
            body = first_line + text[fence.end :]
            if body.rstrip().endswith(fence.mark):  # closed at the end of a line of code
                body = body.rstrip().removesuffix(fence.mark)
            position, i = len(text), len(fences)
        else:
            body = first_line + text[fence.end : fences[end].start]
            reopens = has_known_tag(fences[end])
            position, i = (fences[end].start, end) if reopens else (fences[end].end, end + 1)
        blocks.append(Block(trimmed(outdented(body, margin)), tag, intro))
    outside.append(text[position:])
    return [block for block in blocks if block.code], "\n\n".join(outside)
