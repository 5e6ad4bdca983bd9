"""Names that code defines and imports, and the joining of blocks that need each other."""

import re

from halo_forge.verifiers.extract.lines import PREFIX, line_starts
from halo_forge.verifiers.extract.tags import JOINABLE, family_of

# What a block defines, and (group "imports") which names it imports.
NAMES = {
    "brace": line_starts(
        # a function with a type before its name, a method without one
        r"(?!(?:return|else|throw|new|case|delete|goto|await|yield)\b|[^(\n]*<<)"
        r"[A-Za-z_][\w:<>,&*?\[\]. \t]*[\s&*>:]~?([A-Za-z_]\w*)[ \t]*\((?![^\n]*;[ \t]*$)",
        r"(?!(?:if|for|while|switch|catch)\b)(?:(?:async|static)[ \t]+)?([\w$]+)[ \t]*\([^;\n\"'=]*\{[ \t]*$",
        PREFIX + r"(?:class|struct|union|enum(?:[ \t]+class)?|interface|record|trait|mod|type|fn|func"
        r"|function)\b[ \t*]*(?:\([^)\n]*\)[ \t]*)?([\w$]+)",
        r"(?:export[ \t]+|pub[ \t]+)?(?:const|static)[ \t]+([\w$]+)[ \t]*[:=]|auto[ \t]+(\w+)[ \t]*=[ \t]*\[",
        r"(?:let|var)[ \t]+([\w$]+)[ \t]*=[^\n]*(?:=>|\bfunction\b)|(?:module\.)?exports\.([\w$]+)[ \t]*=",
        r"#[ \t]*define[ \t]+(\w+)|(?P<imports>#[ \t]*include|use[ \t][^\n;]*|import[ \t][^\n;]*)",
    ),
    "python": line_starts(
        r"(?:async[ \t]+)?(?:def|class)[ \t]+(\w+)|([A-Z_][A-Z0-9_]*)[ \t]*=|(\w+)[ \t]*=[ \t]*lambda\b",
        r"(?:from[ \t]+[\w.]+[ \t]+)?import[ \t]+(?P<imports>[^\n#]+)",
    ),
    "bash": line_starts(r"(?:function[ \t]+)?([\w-]+)[ \t]*\(\)|function[ \t]+([\w-]+)"),
}


def names(code: str, language: str) -> tuple[set[str], set[str]]:
    """Names that the code defines, and names that it imports (for #include, "include")."""
    defined: set[str] = set()
    imported: set[str] = set()
    for match in NAMES[family_of(language)].finditer(code):
        if match.lastgroup == "imports":
            imported.update(re.findall(r"\w+", match["imports"]))
        else:
            defined.add(match[match.lastindex or 0])
    return defined, imported


def with_earlier(code: str, earlier: list[str], language: str) -> str:
    """Put before the code those earlier blocks that define names it uses and lacks."""
    own, imported = names(code, language)
    have = own | imported
    used = {*re.findall(r"\w+", code), "include"}
    parts = [code]
    for block in reversed(earlier) if language in JOINABLE else ():
        defined, imported = names(block, language)
        # A block that defines the same names is another version, not a part.
        if not defined & own and ((defined | imported) - have) & used:
            parts.append(block.rstrip("\n"))
            have |= defined | imported
            used.update(re.findall(r"\w+", block))
    return "\n\n".join(reversed(parts))
