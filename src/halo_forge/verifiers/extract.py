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
cut off before its closing tag cannot be told from an answer. Files that belong apart (a header, one Java
class per block) are not merged.

Every step is linear in the text: patterns are anchored to a line or possessive, and searches past a
fence give up after ``_REACH`` fences.
"""

import re
from itertools import islice
from typing import NamedTuple

# Fence tag, or file extension in a tag such as ```main.cpp, -> language.
TAGS = {
    "c": "c", "h": "c", "c99": "c", "c11": "c", "cpp": "cpp", "c++": "cpp", "cc": "cpp", "cxx": "cpp",
    "hpp": "cpp", "hxx": "cpp", "cplusplus": "cpp", "c++11": "cpp", "c++14": "cpp", "c++17": "cpp",
    "c++20": "cpp", "python": "python", "py": "python", "python3": "python", "py3": "python",
    "rust": "rust", "rs": "rust", "go": "go", "golang": "go", "java": "java",
    "javascript": "javascript", "js": "javascript", "jsx": "javascript", "mjs": "javascript",
    "node": "javascript", "typescript": "typescript", "ts": "typescript", "tsx": "typescript",
    "csharp": "csharp", "cs": "csharp", "c#": "csharp",
    "bash": "bash", "sh": "bash", "shell": "bash", "zsh": "bash",
}  # fmt: skip
# Known tags of other things. A fence with any known tag opens a block, even inside an unclosed one.
_TEXT_TAGS = frozenset({
    "text", "txt", "plain", "plaintext", "output", "out", "console", "terminal", "stdout", "stdin", "input",
    "log", "json", "yaml", "yml", "toml", "xml", "html", "css", "csv", "sql", "diff", "markdown", "md",
    "cmake", "makefile", "dockerfile", "powershell", "cmd", "bat", "none",
})  # fmt: skip
_SIBLING = {"c": "cpp", "cpp": "c", "javascript": "typescript", "typescript": "javascript"}
_STARTS_AT = {"c": "main", "cpp": "main", "rust": "main", "go": "main", "java": "main", "csharp": "Main"}
_JOINABLE = frozenset({"python", "c", "cpp", "rust", "javascript", "typescript", "bash"})
_MAX_FENCES = 20_000  # bounds memory on absurd input
_REACH = 20

_MARKERS = (
    "<|im_end|>", "<|endoftext|>", "<|end_of_text|>", "<|eot_id|>", "<|end|>", "<|return|>", "</s>",
    "<end_of_turn>", "<eos>", "<|EOT|>", "<\uff5cend\u2581of\u2581sentence\uff5c>",
)  # fmt: skip
# A model that runs past its own end invents the next turn.
_NEXT_TURN = re.compile(r"(?:<\|eot_id\|>|(?:<\|(?:im_end|end)\|>|<end_of_turn>)\n)<(?:\||start_of_turn)")
_REASONING = re.compile(
    r"^[ \t]*+(?P<fence>`{3,}|~{3,})|<(?P<close>/?)(?P<tag>think|thinking|thought|reasoning)>", re.M | re.I
)
_FENCE = re.compile(r"^([^\n`~]*+)(`{3,}|~{3,})([^\n]*)$", re.M)
_LIST_ITEM = re.compile(r"[ \t]*(?:[-*+]|\d{1,3}[.)])[ \t]+")


def _lines(*alternatives: str, indent: str = r"[ \t]*+") -> re.Pattern[str]:
    """A pattern for the start of a line."""
    return re.compile(rf"^{indent}(?:{'|'.join(alternatives)})", re.M)


# Starts of lines that prose practically never has. "brace": every language but Python and bash.
_PREFIX = (
    r"(?:(?:export|default|declare|public|private|protected|internal|static|final|abstract|sealed|partial"
    r"|pub(?:\([a-z]+\))?|async|unsafe|const|extern|inline|typedef)[ \t]+){0,4}"
)
_C_TYPE = r"(?:int|void|bool|char|double|float|long|auto|size_t|u?int\d+_t|(?:std::)?(?:string|vector|map))\b"
_START = {
    "brace": _lines(
        r"//|/\*|#[ \t]*(?:include|define|pragma|ifn?def|if)\b|#!|#\[|template[ \t]*<|macro_rules!",
        r"(?:import|package|using|use)\b[^\n]*;[ \t]*(?://[^\n]*)?$|package[ \t]+\w+$",
        r"import[ \t]+(?:[^\n]*[\"']|\($)|[\"']use strict|module\.exports",
        _PREFIX + r"(?:class|struct|union|namespace|enum|interface|record|trait|impl|mod)\b[ \t<]*[\w.:<]+"
        r"[^.;\n]*(?:[{;]|[>\w}]$)",
        _PREFIX + r"(?:fn|func|function)\b[ \t*]*(?:\([^)\n]*\)[ \t]*)?[\w$]*[ \t]*[(<\[]",
        r"(?:export[ \t]+)?(?:const|let|var)[ \t]+(?:mut[ \t]+)?(?:[\w$]+[ \t]*(?::[^=\n]*)?|[{\[(][^=\n]*)"
        r"(?:[=;]|$)",
        r"(?:export[ \t]+)?type[ \t]+\w+[^=\n]*[={]|typedef\b|var[ \t]+\w+[ \t]+[\w.\[\]*]+[ \t]*(?:=|$)",
        r"(?:public|private|protected|internal)[ \t]+[\w<>\[\], \t]+(?:[({;=]|$)",
        r"(?:(?:static|inline|const|constexpr|unsigned|extern|long|short)[ \t]+){0,5}"
        + _C_TYPE
        + r"[\w:<>,*& \t]*+[(=;{\[]",
    ),
    "python": _lines(
        r"from[ \t]+[\w.]+[ \t]+import\b|(?:async[ \t]+)?def[ \t]+\w+[ \t]*\(|class[ \t]+\w+[ \t]*[(:]",
        r"import[ \t]+\w[\w.]*(?:[ \t]+as[ \t]+\w+)?(?:[ \t]*,[ \t]*[\w.]+)*[ \t]*(?:[#;][^\n]*)?$",
        r"@\w[\w.]*(?:\([^\n]*)?$|if[ \t]+__name__|#!/|[rR]?\"\"\"|[rR]?'''",
    ),
    "bash": _lines(
        r"#!|set[ \t]+-\w|[\w-]+[ \t]*\(\)|function[ \t]+[\w-]+[ \t]*(?:\(\))?[ \t]*\{|[A-Za-z_]\w*=",
        r"for[ \t]+(?:\w+[ \t]+in\b|\(\()|(?:if|while|until)[ \t]+(?:\[|!|\(\(|read\b)",
        r"(?:if|while|until)[ \t][^\n]*;[ \t]*(?:then|do)\b",
    ),
}
# Shapes of lines that are code often enough to count where half of the lines have them.
_WEAK = {
    "brace": _lines(
        r"[^\n]*(?:[;{}]|\}\))[ \t]*(?://[^\n]*)?$",
        r"[A-Za-z_$][\w$.:]*(?:\([^\n]*\)$|[ \t]*[-+*/:]?=[ \t]*[^\s=])",
    ),
    "python": _lines(
        r"(?:return|raise|yield|assert|del)\b(?![ \t]+(?:an?|the|to|from|it|this|that|values?)\b)",
        r"(?:pass|break|continue|(?:else|try|finally)[ \t]*:)[ \t]*(?:#[^\n]*)?$",
        r"(?:if|elif|for|while|with|except|match|case)\b[^\n]*:[ \t]*(?:#[^\n]*)?$",
        r"[A-Za-z_][\w.]*(?:\[[^\]\n]*\])?(?:[ \t]*,[ \t]*[\w.]+)*[ \t]*+(?::[\w\[\], .\t]++)?+"
        r"(?:[-+%&|^]|\*\*?|//?|>>|<<)?=[ \t]*[^\s=]",
        r"[A-Za-z_][\w.]*\([^\n]*\)[ \t]*(?:#[^\n]*)?$|[)\]}]+[,:]?[ \t]*$|[\"'(\[{\d-][^\n]*,[ \t]*$",
    ),
    "bash": _lines(
        r"(?:echo|read|printf|export|local|exit|return|shift|source|cat|grep|sed|awk|find|ls|cd|mkdir|rm|cp"
        r"|mv|wc|sort|uniq|head|tail|cut|tr|xargs|date|test|du|df|ps|tar|sleep|trap|eval|exec)\b(?![^\n]*[.:]$)",
        r"(?:fi|done|esac|then|else|do|;;|\})[ \t]*(?:#[^\n]*)?$",
    ),
}
# What a block defines, and (group "imports") which names it imports.
_NAMES = {
    "brace": _lines(
        # a function with a type before its name, a method without one
        r"(?!(?:return|else|throw|new|case|delete|goto|await|yield)\b|[^(\n]*<<)"
        r"[A-Za-z_][\w:<>,&*?\[\]. \t]*[\s&*>:]~?([A-Za-z_]\w*)[ \t]*\((?![^\n]*;[ \t]*$)",
        r"(?!(?:if|for|while|switch|catch)\b)(?:(?:async|static)[ \t]+)?([\w$]+)[ \t]*\([^;\n\"'=]*\{[ \t]*$",
        _PREFIX + r"(?:class|struct|union|enum(?:[ \t]+class)?|interface|record|trait|mod|type|fn|func"
        r"|function)\b[ \t*]*(?:\([^)\n]*\)[ \t]*)?([\w$]+)",
        r"(?:export[ \t]+|pub[ \t]+)?(?:const|static)[ \t]+([\w$]+)[ \t]*[:=]|auto[ \t]+(\w+)[ \t]*=[ \t]*\[",
        r"(?:let|var)[ \t]+([\w$]+)[ \t]*=[^\n]*(?:=>|\bfunction\b)|(?:module\.)?exports\.([\w$]+)[ \t]*=",
        r"#[ \t]*define[ \t]+(\w+)|(?P<imports>#[ \t]*include|use[ \t][^\n;]*|import[ \t][^\n;]*)",
    ),
    "python": _lines(
        r"(?:async[ \t]+)?(?:def|class)[ \t]+(\w+)|([A-Z_][A-Z0-9_]*)[ \t]*=|(\w+)[ \t]*=[ \t]*lambda\b",
        r"(?:from[ \t]+[\w.]+[ \t]+)?import[ \t]+(?P<imports>[^\n#]+)",
    ),
    "bash": _lines(r"(?:function[ \t]+)?([\w-]+)[ \t]*\(\)|function[ \t]+([\w-]+)"),
}
# Lines of an aside beside the program: imports alone, building and running it, an interactive session.
_ASIDE = re.compile(
    r"[ \t]*(?:#|//|import\b|from\b|using\b|use\b|package\b|\$ |\./|>>> |(?:pip3?|npm|npx|g\+\+|gcc|clang"
    r"|clang\+\+|cargo|rustc|javac|java|dotnet|node|tsc|go[ \t]+(?:run|build|mod)|python3?|bash|sh|chmod|sudo"
    r"|make|cmake|cd|mkdir)[ \t])"
)
_FINAL = re.compile(r"\b(?:correct(?:ed)?|fix(?:ed)?|final|full|completed?|updated|revised|together)\b", re.I)
_NOT_FINAL = re.compile(r"\b(?:alternativ\w*|another|different|second|also|instead|usage|examples?)\b", re.I)

# Unfenced prose: line starts that outside strings and comments are never code.
_WORD = r"(?:\*\*)?(?:[A-Za-z][\w'\u2019-]*|`[^`\n]+`)(?:\*\*)?[,:]?"
_PROSE_LINES = (
    rf"(?:[-*+>][ \t]+|\d{{1,3}}[.)][ \t]+)?(?=[A-Z`*])(?![A-Z]{{2}}){_WORD}(?:[ \t]{_WORD}){{3}}"
    r"(?![^\n]*[;{}(\\]$)[^\n]*$",
    r"[A-Z][a-z'\u2019]*(?:[ ,]{1,2}[\w'\u2019]+){1,6}[.!?:]$",
    r"(?:Explanation|Examples?|Usage|Outputs?|Inputs?|Notes?|Sure|Certainly|Solution|Complexity)\b[^;{}=()\n]*$",
    r"\*\*[A-Z][^*\n]*\*\*:?$|(?:-{3,}|\*{3,})$|\[/?(?:PYTHON|CODE|INST)\]$|</?(?:answer|solution|code)>$",
    r"[^\x00-\x7f][^=(){};\n]*$",
)
_LABEL = r"(?i:c\+\+|cpp|c#|csharp|python3?|javascript|typescript|java|rust|golang)$"
_PROSE = {
    # Where "#" starts a comment, a heading does no harm; in bash a bare "python3" is a command.
    "brace": _lines(*_PROSE_LINES, _LABEL, r"#{1,6}[ \t]+[A-Z*][^\n]*$", indent=""),
    "python": _lines(*_PROSE_LINES, _LABEL, indent=""),
    "bash": _lines(*_PROSE_LINES, indent=""),
}
# Comments and strings. A named group is a literal that may span lines; the others end with their line.
# Unrolled, for Python before 3.11.5 matches a possessive repetition of alternatives wrongly.
_STRINGS = r""""[^"\\\n]*+(?:\\.[^"\\\n]*+)*"?|'[^'\\\n]*+(?:\\.[^'\\\n]*+)*'?"""
_LITERAL = {
    "brace": re.compile(
        r'//[^\n]*|(?P<block>/\*)|R"(?P<raw>[^\s()\\"]{0,16})\(|(?P<same>"""|`)|@(?P<verbatim>")|' + _STRINGS
    ),
    # A quote also starts a lifetime, and every string may span lines.
    "rust": re.compile(r"//[^\n]*|(?P<block>/\*)|r(?P<hashes>#{1,8})\"|(?P<same>\")|'(?:\\[^\n']{1,10}|[^'\\\n])'"),
    "python": re.compile(rf"#[^\n]*|(?P<same>\"\"\"|''')|{_STRINGS}"),
    "bash": re.compile(r"(?<!\S)#[^\n]*|\\.|<<-?[ \t]*[\"']?(?P<here>[A-Za-z_]\w*)|(?P<same>\")|(?P<verbatim>')"),
}


class _Fence(NamedTuple):
    start: int
    end: int
    prefix: str
    mark: str
    info: str


class _Block(NamedTuple):
    code: str
    tag: str | None  # None: no tag
    intro: str = ""


def extract_code(text: str, language: str, entry_point: str | None = None) -> str | None:
    """The program in a model's answer, or None if there is no code in it."""
    answer = strip_reasoning(text.removeprefix("\ufeff").replace("\r\n", "\n"))
    if answer is None:
        return None
    blocks, outside = _parse(_trimmed(_without_markers(answer, language)), language)
    return (
        _choose(blocks, language, entry_point, worst=3)
        # The fences hold no program of the language: perhaps it stands between them.
        or _choose(_raw_blocks(outside, language), language, entry_point, worst=3)
        or _choose(blocks, language, entry_point, worst=4)
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


def _family(language: str) -> str:
    return language if language in ("python", "bash") else "brace"


def _without_markers(text: str, language: str) -> str:
    turn = _NEXT_TURN.search(text)
    if turn and _open_literal(text, 0, turn.start(), language):  # code about chat templates
        turn = None
    end = cut = turn.start() if turn else len(text)
    while True:
        while end and text[end - 1].isspace():
            end -= 1
        marker = next((m for m in _MARKERS if text.endswith(m, 0, end)), None)
        if marker is None:
            return text[:cut]
        end = cut = end - len(marker)


def _parse(text: str, language: str) -> tuple[list[_Block], str]:
    """The blocks of an answer, and the text outside of its fences."""
    fences = [_Fence(m.start(), m.end(), *m.groups()) for m in islice(_FENCE.finditer(text), _MAX_FENCES)]
    blocks: list[_Block] = []
    outside: list[str] = []
    position = i = 0
    code = _first_code(text, language)
    if code is not None and (not fences or code < fences[0].start):
        end = _end_of_block(text, fences, 0, code, language, mark="")
        if end is None:
            return _raw_blocks(text, language), ""
        i, position = end, fences[end].start
        if _only_closes(fences, end):  # the prompt opened the block
            blocks.append(_Block(_trimmed(text[_begin_of_code(text, language) : position]), language))
            i, position = end + 1, fences[end].end
        else:
            blocks += _raw_blocks(text[:position], language)
    while i < len(fences):
        fence = fences[i]
        i += 1
        margin = _margin(fence)
        if margin is None:
            continue
        outside.append(text[position : fence.start])
        tag, first_line = _read_info(fence, language)
        intro = outside[-1][-300:].strip().rpartition("\n")[2] + fence.prefix
        if first_line.endswith(fence.mark):  # the whole block on one line
            blocks.append(_Block(first_line.removesuffix(fence.mark).strip(), tag, intro))
            position = fence.end
            continue
        scanned_as = tag if tag and tag in TAGS.values() else language
        end = _end_of_block(text, fences, i, fence.end, scanned_as, fence.mark)
        if end is None:
            body = first_line + text[fence.end :]
            if body.rstrip().endswith(fence.mark):  # closed at the end of a line of code
                body = body.rstrip().removesuffix(fence.mark)
            position, i = len(text), len(fences)
        else:
            body = first_line + text[fence.end : fences[end].start]
            reopens = _has_known_tag(fences[end])
            position, i = (fences[end].start, end) if reopens else (fences[end].end, end + 1)
        blocks.append(_Block(_trimmed(_outdented(body, margin)), tag, intro))
    outside.append(text[position:])
    return [block for block in blocks if block.code], "\n\n".join(outside)


def _has_known_tag(fence: _Fence) -> bool:
    """Such a fence opens a block; "```" and "``` Now compile it." may close one."""
    return _tag(fence.info) in TAGS or _tag(fence.info) in _TEXT_TAGS


def _tag(info: str) -> str:
    words = info.split(None, 1)
    word = re.split(r"[:,({]", words[0].strip("{}.").lower(), maxsplit=1)[0] if words else ""
    word = word.removeprefix("language-").removeprefix("lang-")
    return word if word in TAGS else word.rpartition(".")[2]


def _read_info(fence: _Fence, language: str) -> tuple[str | None, str]:
    """Tag of a block, and code that stands on the fence's own line."""
    info = fence.info.strip()
    start = _START[_family(language)]
    if not info or start.match(info):
        return None, info
    tag = _tag(info)
    rest = info.partition(" ")[2]
    known = TAGS.get(tag) or (tag if tag in _TEXT_TAGS else None)
    return known, rest if start.match(rest) or rest.endswith(fence.mark) else ""


def _margin(fence: _Fence) -> str | None:
    """Indentation of a fence that opens a block; None if it opens none."""
    if not fence.prefix.strip():
        return fence.prefix
    if _LIST_ITEM.fullmatch(fence.prefix):
        return " " * len(fence.prefix)
    # "Here it is: ```cpp" at the end of a line of prose, not "put it between ```cpp and ```".
    words = len(fence.info.split())
    opens = (words == 1 and _has_known_tag(fence)) or (words == 0 and fence.prefix.rstrip().endswith(":"))
    return "" if opens else None


def _outdented(body: str, margin: str) -> str:
    """Remove the fence's indentation, unless the author did not indent the code with the fence."""
    lines = body.split("\n") if margin else []
    if not lines or not all(line.startswith(margin) or not line.strip() for line in lines):
        return body
    return "\n".join(line[len(margin) :] for line in lines)


def _trimmed(code: str) -> str:
    """Without outer blank lines; indentation of the first line and end of the last one stay."""
    stripped = code.lstrip()
    begin = code.rfind("\n", 0, len(code) - len(stripped)) + 1
    newline = code.find("\n", len(code.rstrip()))
    return code[begin : newline + 1 if newline >= 0 else None] if stripped else ""


def _only_closes(fences: list[_Fence], i: int) -> bool:
    """Whether a fence after raw code closes it, judged by which way the bare fences pair up."""
    bare = 0
    while i + bare < len(fences) and not fences[i + bare].info.strip():
        bare += 1
    return bare % 2 == 1


def _end_of_block(text: str, fences: list[_Fence], i: int, start: int, language: str, mark: str) -> int | None:
    """Index of the fence that ends the code from ``start`` on; fences inside its strings do not count."""
    while i < len(fences):
        inside = None
        if not fences[i].prefix.strip() and fences[i].mark.startswith(mark):
            inside = _past_literal(text, fences, i, start, language)
            if inside is None:
                return i
        start, i = inside or (start, i + 1)
    return None


def _past_literal(text: str, fences: list[_Fence], i: int, start: int, language: str) -> tuple[int, int] | None:
    """End of the literal that fence ``i`` stands in, and the next fence; None if it stands in none.

    A literal left open by mistake must not swallow the rest of the answer: it has to end, and the backtick
    fences in it have to be pairs. (Tildes also underline titles.)
    """
    rest = _open_literal(text, start, fences[i].start, language)
    if rest is None:
        return None
    paired = True
    for k in range(i, min(i + _REACH, len(fences))):
        if fences[k].mark[0] == "`":
            paired = not paired
            if paired and fences[k].info.strip():
                return None
        stop = fences[k + 1].start if k + 1 < len(fences) else len(text)
        if end := rest.match(text, fences[k].end, stop):
            return (end.end(), k + 1) if paired else None
    return None


def _open_literal(text: str, start: int, stop: int, language: str) -> re.Pattern[str] | None:
    """What matches the rest of the comment or string that is open at ``stop``; None if none is."""
    pattern = _LITERAL["rust" if language == "rust" else _family(language)]
    while match := pattern.search(text, start, stop):
        start = match.end()
        if kind := match.lastgroup:
            rest = _rest_of_literal(kind, match[kind], language)
            end = rest.match(text, start, stop)
            if end is None:
                return rest
            start = end.end()
    return None


def _rest_of_literal(kind: str, word: str, language: str) -> re.Pattern[str]:
    word = re.escape(word)
    ends = {"block": r"\*/", "raw": rf'\){word}"', "hashes": f'"{word}', "here": rf"\n[ \t]*{word}\b", "verbatim": word}
    if kind in ends:
        return re.compile(f"(?s:.*?){ends[kind]}")
    if word == "`" and language == "go":
        return re.compile(f"(?s:.*?){word}")
    return re.compile(rf"(?s:[^\\]*?(?:\\.[^\\]*?)*?{word})")


def _first_code(text: str, language: str) -> int | None:
    """Where raw code starts, None if nowhere; the very first line needs less evidence than the others."""
    first_line = text.rfind("\n", 0, len(text) - len(text.lstrip())) + 1
    code = _WEAK[_family(language)].match(text, first_line) or _START[_family(language)].search(text)
    return code.start() if code else None


def _begin_of_code(text: str, language: str) -> int | None:
    """End of the prose before the first line of raw code; None if there is no code."""
    family = _family(language)
    code = _first_code(text, language)
    if code is None:
        weak = _WEAK[family].search(text)
        if weak is None:
            return None
        code = weak.start()
    begin = 0
    for prose in _PROSE[family].finditer(text, 0, code):
        if _open_literal(text, begin, prose.start(), language):
            break
        begin = prose.end()
    return begin


def _raw_blocks(text: str, language: str) -> list[_Block]:
    """Stretches of unfenced code between paragraphs of prose."""
    family = _family(language)
    begin = _begin_of_code(text, language)
    if begin is None:
        return []
    scanned = begin
    blocks = []
    for prose in _PROSE[family].finditer(text, begin):
        if prose.start() < scanned or text.startswith("\\\n", max(0, prose.start() - 2)):
            continue
        if rest := _open_literal(text, scanned, prose.start(), language):
            end = rest.match(text, prose.start())
            scanned = end.end() if end else len(text)
        else:
            blocks.append(text[begin : prose.start()])
            begin = scanned = prose.end()
    blocks.append(text[begin:])
    return [_Block(_trimmed(code), None) for code in blocks if _is_code(code, family)]


def _is_code(code: str, family: str) -> bool:
    """Whether unfenced lines are code: one that prose never has, or enough that prose rarely has."""
    if _START[family].search(code):
        return True
    comment = "//" if family == "brace" else "#"
    lines = [line for line in code.split("\n") if line.strip() and not line.lstrip().startswith(comment)]
    weak = sum(1 for line in lines if _WEAK[family].match(line))
    return bool(lines) and (2 * weak >= len(lines) or all(_WEAK[family].match(lines[i]) for i in (0, -1)))


def _rank(block: _Block, language: str) -> int:
    """How much a block looks like the wanted program: 0 best, 4 only as a last resort, 5 never."""
    family = _family(language)
    if block.tag == language:
        return 0
    if block.tag and block.tag == _SIBLING.get(language):
        return 1
    starts = _START[family].search(block.code)
    if block.tag is None and (starts or _WEAK[family].search(block.code)):
        return 2
    if starts:
        return 3
    if block.tag is None:
        return 4 if any(_START[other].search(block.code) for other in ("brace", "python")) else 5
    return 4 if block.tag in TAGS.values() and block.tag != "bash" else 5


def _choose(blocks: list[_Block], language: str, entry_point: str | None, worst: int) -> str | None:
    ranks = [_rank(block, language) for block in blocks]
    pool = [i for i, rank in enumerate(ranks) if rank <= worst]
    if not pool:
        return None
    wanted = entry_point.rpartition(".")[2] if entry_point else _STARTS_AT.get(language)
    if wanted:
        pool = [i for i in pool if wanted in _names(blocks[i].code, language)[0]] or pool
    pool = [i for i in pool if not _is_aside(blocks[i].code)] or pool
    best = min(ranks[i] for i in pool)
    pool = [i for i in pool if ranks[i] == best]
    announced = [i for i in pool if _FINAL.search(blocks[i].intro) and not _NOT_FINAL.search(blocks[i].intro)]
    chosen = announced[-1] if announced else pool[0]
    earlier = [blocks[i].code for i in range(chosen) if ranks[i] <= 2]
    return _with_earlier(blocks[chosen].code, earlier, language)


def _is_aside(code: str) -> bool:
    lines = (line for line in code.split("\n") if line.strip())
    return code.lstrip().startswith(">>> ") or all(_ASIDE.match(line) for line in lines)


def _names(code: str, language: str) -> tuple[set[str], set[str]]:
    """Names that the code defines, and names that it imports (for #include, "include")."""
    defined: set[str] = set()
    imported: set[str] = set()
    for match in _NAMES[_family(language)].finditer(code):
        if match.lastgroup == "imports":
            imported.update(re.findall(r"\w+", match["imports"]))
        else:
            defined.add(match[match.lastindex or 0])
    return defined, imported


def _with_earlier(code: str, earlier: list[str], language: str) -> str:
    """Put before the code those earlier blocks that define names it uses and lacks."""
    own, imported = _names(code, language)
    have = own | imported
    used = {*re.findall(r"\w+", code), "include"}
    parts = [code]
    for block in reversed(earlier) if language in _JOINABLE else ():
        defined, imported = _names(block, language)
        # A block that defines the same names is another version, not a part.
        if not defined & own and ((defined | imported) - have) & used:
            parts.append(block.rstrip("\n"))
            have |= defined | imported
            used.update(re.findall(r"\w+", block))
    return "\n\n".join(reversed(parts))
