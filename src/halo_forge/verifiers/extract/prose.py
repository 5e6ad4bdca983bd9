"""Lines of prose around code that stands in no fence."""

from halo_forge.verifiers.extract.lines import line_starts

# Unfenced prose: line starts that outside strings and comments are never code.
_WORD = r"(?:\*\*)?(?:[A-Za-z][\w'\u2019-]*+|`[^`\n]+`)(?:\*\*)?[,:]?"
_PROSE_LINES = (
    rf"(?:[-*+>][ \t]+|\d{{1,3}}[.)][ \t]+)?(?=[A-Z`*])(?![A-Z]{{2}}){_WORD}(?:[ \t]{_WORD}){{3}}"
    r"(?![^\n]*[;{}(\\]$)[^\n]*$",
    r"[A-Z][a-z'\u2019]*(?:[ ,]{1,2}[\w'\u2019]+){1,6}[.!?:]$",
    r"(?:Explanation|Examples?|Usage|Outputs?|Inputs?|Notes?|Sure|Certainly|Solution|Complexity)\b[^;{}=()\n]*$",
    r"\*\*[A-Z][^*\n]*\*\*:?$|(?:-{3,}|\*{3,})$|\[/?(?:PYTHON|CODE|INST)\]$|</?(?:answer|solution|code)>$",
    r"[^\x00-\x7f][^=(){};\n]*$",
)
_LABEL = r"(?i:c\+\+|cpp|c#|csharp|python3?|javascript|typescript|java|rust|golang)$"
PROSE = {
    # Where "#" starts a comment, a heading does no harm; in bash a bare "python3" is a command.
    "brace": line_starts(*_PROSE_LINES, _LABEL, r"#{1,6}[ \t]+[A-Z*][^\n]*$", indent=""),
    "python": line_starts(*_PROSE_LINES, _LABEL, indent=""),
    "bash": line_starts(*_PROSE_LINES, indent=""),
}
