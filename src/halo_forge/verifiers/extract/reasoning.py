"""Reasoning that a model wrote before its answer."""

import re

_REASONING = re.compile(
    r"^[ \t]*+(?P<fence>`{3,}|~{3,})|<(?P<close>/?)(?P<tag>think|thinking|thought|reasoning)>", re.M | re.I
)


def strip_reasoning(text: str) -> str | None:
    """The answer without its reasoning; None if the reasoning never ended.

    A tag counts where prose puts it: an opening tag at the start or end of a line, outside fences and
    not right after something that opens a string. Once a fenced block has ended, the answer was given.
    """
    kept: list[str] = []
    start = 0
    fence = opened = ""
    mentioned = answered = False
    for match in _REASONING.finditer(text):
        tag = (match["tag"] or "").lower()
        if opened:
            if match["close"] and tag == opened and not _in_string(text, match):
                opened, start = "", match.end()
        elif match["fence"]:
            answered = answered or bool(fence)
            fence = "" if fence and match["fence"].startswith(fence) else fence or match["fence"]
        elif match["close"]:
            if not (kept or mentioned or _in_string(text, match)):  # the chat template opened it
                start, fence, answered, mentioned = match.end(), "", False, True
        elif not (fence or answered) and _opens_reasoning(text, match):
            kept.append(text[start : match.start()])
            opened = tag
        else:
            mentioned = True  # code or prose about tags: the closing one belongs to it
    if opened:
        return None
    return "".join(kept) + text[start:].lstrip("\r\n") if start else text


def _in_string(text: str, tag: re.Match[str]) -> bool:
    """Whether a closing tag is quoted: `</think>`, "</think>", r"</think>\\s*", "a </think> b"."""
    after = text[tag.end() : tag.end() + 200].partition("\n")[0]
    if after.startswith(('"', "'", "\\")) or (after.startswith("`") and not after.startswith("``")):
        return True
    line = text[max(0, tag.start() - 200) : tag.start()].rpartition("\n")[2]
    return line.count('"') % 2 == 1 and '"' in after


def _opens_reasoning(text: str, tag: re.Match[str]) -> bool:
    before = text[max(0, tag.start() - 200) : tag.start()]
    at_edge = not before.rpartition("\n")[2].strip() or text.startswith("\n", tag.end())
    return at_edge and before.rstrip()[-1:] not in tuple("\"'`([{=,+;\\")
