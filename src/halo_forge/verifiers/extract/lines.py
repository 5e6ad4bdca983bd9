"""Starts of lines that are code: for certain, or often enough to count.

No two repetitions stand side by side that could share characters out in more than one way: a line may be the whole of
a long answer, and trying every way would take the square of its length.
"""

import re


def line_starts(*alternatives: str, indent: str = r"[ \t]*+") -> re.Pattern[str]:
    """A pattern for the start of a line; after `indent`, one of several things."""
    return re.compile(rf"^{indent}(?:{'|'.join(alternatives)})", re.M)


# Starts of lines that prose practically never has. "brace": every language but Python and bash.
PREFIX = (
    r"(?:(?:export|default|declare|public|private|protected|internal|static|final|abstract|sealed|partial"
    r"|pub(?:\([a-z]+\))?|async|unsafe|const|extern|inline|typedef)[ \t]+){0,4}"
)
_C_TYPE = r"(?:int|void|bool|char|double|float|long|auto|size_t|u?int\d+_t|(?:std::)?(?:string|vector|map))\b"
START = {
    "brace": line_starts(
        r"//|/\*|#[ \t]*(?:include|define|pragma|ifn?def|if)\b|#!|#\[|template[ \t]*<|macro_rules!",
        r"(?:import|package|using|use)\b[^\n]*;[ \t]*(?://[^\n]*)?$|package[ \t]+\w+$",
        r"import[ \t]++(?:[^\n]*[\"']|\($)|[\"']use strict|module\.exports",
        PREFIX + r"(?:class|struct|union|namespace|enum|interface|record|trait|impl|mod)\b[ \t]*+"
        r"(?:<[ \t<]*+(?:[\w.:][\w.:<]*+)?|(?=[\w.:][^\n])[\w.:<]++)[^.;\n]*(?:[{;]|(?<=[>\w}])$)",
        PREFIX + r"(?:fn|func|function)\b[ \t*]*+(?:\([^)\n]*\)[ \t]*+)?[\w$]*+[ \t]*+[(<\[]",
        r"(?:export[ \t]+)?(?:const|let|var)[ \t]+(?:mut[ \t]+)?(?:[\w$]+[ \t]*(?::[^=\n]*)?|[{\[(][^=\n]*)"
        r"(?:[=;]|$)",
        r"(?:export[ \t]+)?type[ \t]+\w[^=\n]*[={]|typedef\b|var[ \t]+\w+[ \t]+[\w.\[\]*]+[ \t]*(?:=|$)",
        r"(?:public|private|protected|internal)[ \t][\w<>\[\], \t]++(?:[({;=]|$)",
        r"(?:(?:static|inline|const|constexpr|unsigned|extern|long|short)[ \t]+){0,5}"
        + _C_TYPE
        + r"[\w:<>,*& \t]*+[(=;{\[]",
    ),
    "python": line_starts(
        r"from[ \t]+[\w.]+[ \t]+import\b|(?:async[ \t]+)?def[ \t]+\w+[ \t]*\(|class[ \t]+\w+[ \t]*[(:]",
        r"import[ \t]+\w[\w.]*(?:[ \t]+as[ \t]+\w+)?(?:[ \t]*,[ \t]*[\w.]+)*[ \t]*(?:[#;][^\n]*)?$",
        r"@\w[\w.]*(?:\([^\n]*)?$|if[ \t]+__name__|#!/|[rR]?\"\"\"|[rR]?'''",
    ),
    "bash": line_starts(
        r"#!|set[ \t]+-\w|[\w-]+[ \t]*\(\)|function[ \t]+[\w-]+[ \t]*+(?:\(\)[ \t]*+)?\{|[A-Za-z_]\w*=",
        r"for[ \t]+(?:\w+[ \t]+in\b|\(\()|(?:if|while|until)[ \t]+(?:\[|!|\(\(|read\b)",
        r"(?:if|while|until)[ \t][^\n]*;[ \t]*(?:then|do)\b",
    ),
}
# Shapes of lines that are code often enough to count where half of the lines have them.
WEAK = {
    "brace": line_starts(
        r"[^\n]*(?:[;{}]|\}\))[ \t]*(?://[^\n]*)?$",
        r"[A-Za-z_$][\w$.:]*(?:\([^\n]*\)$|[ \t]*[-+*/:]?=[ \t]*[^\s=])",
    ),
    "python": line_starts(
        r"(?:return|raise|yield|assert|del)\b(?![ \t]+(?:an?|the|to|from|it|this|that|values?)\b)",
        r"(?:pass|break|continue|(?:else|try|finally)[ \t]*:)[ \t]*(?:#[^\n]*)?$",
        r"(?:if|elif|for|while|with|except|match|case)\b[^\n]*:[ \t]*(?:#[^\n]*)?$",
        r"[A-Za-z_][\w.]*(?:\[[^\]\n]*\])?(?:[ \t]*,[ \t]*[\w.]+)*[ \t]*+(?::[\w\[\], .\t]++)?+"
        r"(?:[-+%&|^]|\*\*?|//?|>>|<<)?=[ \t]*[^\s=]",
        r"[A-Za-z_][\w.]*\([^\n]*\)[ \t]*(?:#[^\n]*)?$|[)\]}]+[,:]?[ \t]*$|[\"'(\[{\d-][^\n]*,[ \t]*$",
    ),
    "bash": line_starts(
        r"(?:echo|read|printf|export|local|exit|return|shift|source|cat|grep|sed|awk|find|ls|cd|mkdir|rm|cp"
        r"|mv|wc|sort|uniq|head|tail|cut|tr|xargs|date|test|du|df|ps|tar|sleep|trap|eval|exec)\b(?![^\n]*[.:]$)",
        r"(?:fi|done|esac|then|else|do|;;|\})[ \t]*(?:#[^\n]*)?$",
    ),
}
