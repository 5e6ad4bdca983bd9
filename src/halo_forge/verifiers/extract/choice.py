"""Which of several blocks is the program."""

import re

from halo_forge.verifiers.extract.blocks import Block
from halo_forge.verifiers.extract.lines import START, WEAK
from halo_forge.verifiers.extract.names import names, with_earlier
from halo_forge.verifiers.extract.tags import SIBLING, STARTS_AT, TAGS, family_of

# Lines of an aside beside the program: imports alone, building and running it, an interactive session.
_ASIDE = re.compile(
    r"[ \t]*(?:#|//|import\b|from\b|using\b|use\b|package\b|\$ |\./|>>> |(?:pip3?|npm|npx|g\+\+|gcc|clang"
    r"|clang\+\+|cargo|rustc|javac|java|dotnet|node|tsc|go[ \t]+(?:run|build|mod)|python3?|bash|sh|chmod|sudo"
    r"|make|cmake|cd|mkdir)[ \t])"
)
_FINAL = re.compile(r"\b(?:correct(?:ed)?|fix(?:ed)?|final|full|completed?|updated|revised|together)\b", re.I)
_NOT_FINAL = re.compile(r"\b(?:alternativ\w*|another|different|second|also|instead|usage|examples?)\b", re.I)


def _rank(block: Block, language: str) -> int:
    """How much a block looks like the wanted program: 0 best, 4 only as a last resort, 5 never."""
    family = family_of(language)
    if block.tag == language:
        return 0
    if block.tag and block.tag == SIBLING.get(language):
        return 1
    starts = START[family].search(block.code)
    if block.tag is None and (starts or WEAK[family].search(block.code)):
        return 2
    if starts:
        return 3
    if block.tag is None:
        return 4 if any(START[other].search(block.code) for other in ("brace", "python")) else 5
    return 4 if block.tag in TAGS.values() and block.tag != "bash" else 5


def choose(blocks: list[Block], language: str, entry_point: str | None, worst: int) -> str | None:
    """The program among the blocks that rank `worst` or better, with those before it that it needs."""
    ranks = [_rank(block, language) for block in blocks]
    pool = [i for i, rank in enumerate(ranks) if rank <= worst]
    if not pool:
        return None
    wanted = entry_point.rpartition(".")[2] if entry_point else STARTS_AT.get(language)
    if wanted:
        pool = [i for i in pool if wanted in names(blocks[i].code, language)[0]] or pool
    pool = [i for i in pool if not _is_aside(blocks[i].code)] or pool
    best = min(ranks[i] for i in pool)
    pool = [i for i in pool if ranks[i] == best]
    announced = [i for i in pool if _FINAL.search(blocks[i].intro) and not _NOT_FINAL.search(blocks[i].intro)]
    chosen = announced[-1] if announced else pool[0]
    earlier = [blocks[i].code for i in range(chosen) if ranks[i] <= 2]
    return with_earlier(blocks[chosen].code, earlier, language)


def _is_aside(code: str) -> bool:
    lines = (line for line in code.split("\n") if line.strip())
    return code.lstrip().startswith(">>> ") or all(_ASIDE.match(line) for line in lines)
