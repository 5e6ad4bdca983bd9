"""Code that stands in no fence, with or without prose around it."""

from halo_forge.verifiers.extract.blocks import Block, trimmed
from halo_forge.verifiers.extract.lines import START, WEAK
from halo_forge.verifiers.extract.literals import open_literal
from halo_forge.verifiers.extract.prose import PROSE
from halo_forge.verifiers.extract.tags import family_of


def first_code(text: str, language: str) -> int | None:
    """Where raw code starts, None if nowhere; the very first line needs less evidence than the others."""
    first_line = text.rfind("\n", 0, len(text) - len(text.lstrip())) + 1
    code = WEAK[family_of(language)].match(text, first_line) or START[family_of(language)].search(text)
    return code.start() if code else None


def begin_of_code(text: str, language: str) -> int | None:
    """End of the prose before the first line of raw code; None if there is no code."""
    family = family_of(language)
    code = first_code(text, language)
    if code is None:
        weak = WEAK[family].search(text)
        if weak is None:
            return None
        code = weak.start()
    begin = 0
    for prose in PROSE[family].finditer(text, 0, code):
        if open_literal(text, begin, prose.start(), language):
            break
        begin = prose.end()
    return begin


def raw_blocks(text: str, language: str) -> list[Block]:
    """Stretches of unfenced code between paragraphs of prose."""
    family = family_of(language)
    begin = begin_of_code(text, language)
    if begin is None:
        return []
    scanned = begin
    blocks = []
    for prose in PROSE[family].finditer(text, begin):
        if prose.start() < scanned or text.startswith("\\\n", max(0, prose.start() - 2)):
            continue
        if rest := open_literal(text, scanned, prose.start(), language):
            end = rest.match(text, prose.start())
            scanned = end.end() if end else len(text)
        else:
            blocks.append(text[begin : prose.start()])
            begin = scanned = prose.end()
    blocks.append(text[begin:])
    return [Block(trimmed(code), None) for code in blocks if _is_code(code, family)]


def _is_code(code: str, family: str) -> bool:
    """Whether unfenced lines are code: one that prose never has, or enough that prose rarely has."""
    if START[family].search(code):
        return True
    comment = "//" if family == "brace" else "#"
    lines = [line for line in code.split("\n") if line.strip() and not line.lstrip().startswith(comment)]
    weak = sum(1 for line in lines if WEAK[family].match(line))
    return bool(lines) and (2 * weak >= len(lines) or all(WEAK[family].match(lines[i]) for i in (0, -1)))
