"""What has to hold of code extraction for any answer.

Idempotence is asked of real programs only: for any text it cannot hold, because a fence may call code what
nobody would recognise as code without it.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fuzzing import check_extraction
from halo_forge.verifiers.extract import extract_code, fences, markers, reasoning
from halo_forge.verifiers.extract.lines import START, WEAK
from halo_forge.verifiers.extract.literals import LITERAL
from halo_forge.verifiers.extract.names import NAMES
from halo_forge.verifiers.extract.prose import PROSE
from halo_forge.verifiers.program import MOST_CHARACTERS
from strategies import answers, answers_with_reasoning, entry_points, languages

PROGRAMS: dict[str, tuple[str, str]] = {
    "cpp-raw-string": (
        "cpp",
        r"""// Here is a program. It prints its help.
#include <iostream>
#include <vector>

template <typename T>
T sum(const std::vector<T>& xs) {
    T total{};
    for (const auto& x : xs) total += x;
    return total;
}

const char* kHelp = R"md(
# Help

```cpp
int main() {}
```

This is how you use it.
)md";

int main() {
    std::cout << kHelp << sum(std::vector<int>{1, 2, 1'000}) << '\n';
}
""",
    ),
    "c-comment": (
        "c",
        r"""/*
Here is what the program does. It counts.

```
3
```

Output:
*/
#include <stdio.h>

static int count(const char *s) {
    int n = 0;
    while (*s++ != '"') n++; /* "quoted" */
    return n;
}

int main(void) {
    printf("```%d\n", count("abc\""));
    return 0;
}
""",
    ),
    "python-docstring": (
        "python",
        r'''"""Count words.

This module has one function. Here is how to use it:

```python
count("a b")
```
"""

from collections import Counter

SAMPLE = """
```
<think>
```
"""


def count(text):
    # Here is the "main" part. It isn't hard.
    return Counter(text.replace("```", "").split())


if __name__ == "__main__":
    print(count('<think>it\'s</think>'))
''',
    ),
    "python-script": ("python", "n, m = map(int, input().split())\nfor i in range(n):\n    print(i * m)\n"),
    "python-body": ("python", "    seen = set()\n    for x in xs:\n        seen.add(x)\n\n    return sorted(seen)\n"),
    "rust": (
        "rust",
        r"""//! Adds numbers. Here is an example:
//!
//! ```
//! assert_eq!(add(&1, 2), 3);
//! ```
use std::io::{self, Read};

/// Adds.
fn add<'a>(x: &'a i64, y: i64) -> i64 {
    *x + y
}

fn main() {
    let help = "
This text is part of the program.
";
    let mut s = String::new();
    io::stdin().read_to_string(&mut s).unwrap();
    let total = s.split(|c: char| c == '"').filter_map(|w| w.parse::<i64>().ok()).fold(0, |a, b| add(&a, b));
    println!("{help}{total}\\");
}
""",
    ),
    "go": (
        "go",
        r"""package main

import (
	"fmt"
	"regexp"
)

var word = regexp.MustCompile(`\w+\\`)

const text = `
This is a raw string. It has several lines.
`

/*
The main function follows here.
*/
func main() {
	fmt.Println(len(word.FindAllString(text, -1)), `\`)
}
""",
    ),
    "java": (
        "java",
        r'''import java.util.*;

/**
 * Greets. Usage:
 * <pre>
 * ```
 * java Main
 * ```
 * </pre>
 */
public class Main {
    static final String TEXT = """
Here is the text of the program.
```
x
```
""";

    public static void main(String[] args) {
        System.out.println(TEXT + '"');
    }
}
''',
    ),
    "javascript": (
        "javascript",
        r"""'use strict'

const text = `
Here is a template with ${1 + 1} lines.
Output:
\`\`\`
x
\`\`\`
`

function count(s) {
  return s.split('\n').length
}

console.log(count(text))
""",
    ),
    "typescript": (
        "typescript",
        "interface Point {\n  x: number;\n  y: number;\n}\n\n"
        "export const norm = (p: Point): number => Math.hypot(p.x, p.y);\n",
    ),
    "csharp": (
        "csharp",
        r"""using System;

class Program
{
    static void Main()
    {
        var s = @"
This is text. It is not prose.
";
        Console.WriteLine(s.Length);
    }
}
""",
    ),
    "bash": (
        "bash",
        r"""#!/bin/bash
set -euo pipefail
# Here is the readme. It's short.
cat > README.md <<'EOF'
Usage:

```
./run.sh
```

This is the readme of the tool.
EOF
echo "Two lines of text:
This is the second line of it."
for f in *.md; do
    wc -l "$f"
done
""",
    ),
}
programs = st.sampled_from(sorted(PROGRAMS)).map(lambda name: PROGRAMS[name])

WORDS = ["the", "code", "reads", "`n`", "numbers", "it's", "and", "returns", "O(n)", "a", "list", "**fast**", "i.e."]
sentences = st.lists(st.sampled_from(WORDS), min_size=2, max_size=12).map(lambda ws: f"This is it: {' '.join(ws)}.")
paragraphs = st.lists(sentences, min_size=1, max_size=3).map("\n".join)
# No fence, no tag of reasoning, no marker, and nothing that opens a comment or a string over lines.
loose_prose = st.text(st.characters(exclude_characters="`~<|\r'\"/", exclude_categories=["Cs"]), max_size=80)


@given(answers_with_reasoning, languages, entry_points)
def test_no_text_is_too_strange(text: str, language: str, entry_point: str | None) -> None:
    check_extraction(text, language, entry_point)


@given(answers, languages, entry_points)
def test_nothing_is_invented(text: str, language: str, entry_point: str | None) -> None:
    code = extract_code(text, language, entry_point)
    answer = text.replace("\r\n", "\n")
    assert code is None or all(line in answer for line in code.split("\n"))


@pytest.mark.parametrize("name", PROGRAMS)
def test_raw_programs_come_back_unchanged(name: str) -> None:
    language, code = PROGRAMS[name]
    assert extract_code(code, language) == code
    assert extract_code(code.rstrip("\n"), language) == code.rstrip("\n")
    assert extract_code(f"\ufeff\n \n{code}\n\t\n\n", language) == code
    assert extract_code(code.replace("\n", "\r\n"), language) == code


@given(programs, paragraphs, paragraphs)
def test_prose_around_raw_code_is_dropped(program: tuple[str, str], before: str, after: str) -> None:
    language, code = program
    assert extract_code(f"{before}\n\n{code}\n{after}\n", language) == code


@given(
    programs,
    loose_prose,
    loose_prose,
    st.sampled_from(["```", "````", "~~~~~"]),
    st.sampled_from(["", "<|im_end|>", "</s>\n"]),
)
def test_fenced_programs_come_back_whatever_the_prose(
    program: tuple[str, str], before: str, after: str, mark: str, marker: str
) -> None:
    language, code = program
    assert extract_code(f"{before}\n{mark}{language}\n{code}{mark}\n{after}{marker}", language) == code


@given(programs, paragraphs, paragraphs, st.sampled_from(["```", "````", "~~~~~"]))
def test_untagged_fences(program: tuple[str, str], before: str, after: str, mark: str) -> None:
    language, code = program
    assert extract_code(f"{before}\n\n{mark}\n{code}{mark}\n\n{after}", language) == code


@given(programs, paragraphs, st.sampled_from(["  ", "   ", "    ", "\t"]))
def test_fences_indented_in_a_list(program: tuple[str, str], prose: str, indent: str) -> None:
    language, code = program
    lines = "".join(indent + line if line.strip() else line for line in code.splitlines(keepends=True))
    assert extract_code(f"1. {prose}\n\n{indent}```{language}\n{lines}{indent}```\n2. Done.", language) == code


@given(programs, paragraphs, st.sampled_from(["think", "thinking", "reasoning"]), st.booleans())
def test_drafts_in_reasoning_are_not_the_answer(
    program: tuple[str, str], prose: str, tag: str, opened_by_template: bool
) -> None:
    language, code = program
    opening = "" if opened_by_template else f"<{tag}>\n"
    draft = f"{prose}\n```{language}\ndraft();\n```\n{prose}"
    answer = f"{opening}{draft}\n</{tag}>\n\n{prose}\n\n```{language}\n{code}```\n"
    assert extract_code(answer, language) == code
    if not opened_by_template:
        assert extract_code(opening + draft, language) is None


@given(programs, paragraphs)
def test_extraction_is_idempotent_on_programs(program: tuple[str, str], prose: str) -> None:
    language, code = program
    once = extract_code(f"{prose}\n\n```{language}\n{code}```\n\n{prose}", language)
    assert once is not None
    assert extract_code(once, language) == once


# One unit each; n of them in a row. Quadratic work shows as four times the cost for twice the text.
PATHOLOGICAL = {
    "backticks": "`",
    "fences": "```\n",
    "blocks": "```python\ndef f(): pass\n```\n",
    "unclosed blocks": "```cpp\nint f() {\n",
    "fences in open docstrings": '```python\n"""\n',
    "fences in open comments": "```cpp\n/*\n```\n",
    "open raw strings": 'R"a(\n```\n',
    "open heredocs": "cat <<EOF\n```\n",
    "fences in list items": "- ```python\nx=1\n",
    "fences in prose": "see: ```python\n",
    "opening tags": "<think>",
    "opening tags on lines": "<think>\n",
    "closing tags": "</think>",
    "tag pairs": "<think></think>",
    "markers": "</s> ",
    "ended turns": "<|im_end|> ",
    "escaped quotes": '\\"',
    "open strings": '"\\"\n',
    "blanks": " ",
    "blank lines": "\t\n",
    "lines of prose": "Here is the code you want.\n",
    "lines of prose that open comments": "The /* thing here isn't code.\n",
    "code and prose": "int x;\nHere is the code you want.\n",
    "words": "static long public a, ",
    "brackets": "f(x[",
    "lone surrogates": "\ud800\0",
}


class Counting:
    """A compiled pattern that adds up how far its searches travel."""

    def __init__(self, pattern: Any, travelled: list[int]) -> None:
        self.pattern, self.travelled = pattern, travelled

    def search(self, text: str, start: int = 0, stop: int = sys.maxsize) -> Any:
        found = self.pattern.search(text, start, stop)
        self.travelled[0] += (found.end() if found else min(stop, len(text))) - start
        return found

    def finditer(self, text: str, start: int = 0, stop: int = sys.maxsize) -> Iterator[Any]:
        for found in self.pattern.finditer(text, start, stop):
            self.travelled[0] += found.end() - start
            start = found.end()
            yield found
        self.travelled[0] += min(stop, len(text)) - start

    def __getattr__(self, name: str) -> Any:
        return getattr(self.pattern, name)


def cost(text: str, language: str, monkeypatch: pytest.MonkeyPatch) -> tuple[int, int]:
    """Calls made, and characters that searches went over."""
    travelled, calls = [0], [0]
    with monkeypatch.context() as patch:
        for table in (START, WEAK, NAMES, PROSE, LITERAL):
            for key, pattern in table.items():
                patch.setitem(table, key, cast("re.Pattern[str]", Counting(pattern, travelled)))
        for module, name in ((fences, "_FENCE"), (reasoning, "_REASONING"), (markers, "_NEXT_TURN")):
            patch.setattr(module, name, Counting(getattr(module, name), travelled))

        def count(_frame: object, event: str, _argument: object) -> None:
            calls[0] += event in ("call", "c_call")

        previous = sys.getprofile()
        sys.setprofile(count)
        try:
            extract_code(text, language, "f")
        finally:
            sys.setprofile(previous)
    return calls[0], travelled[0]


@pytest.mark.parametrize("prefix", ["", "int main() {\n", "```\n"])
@pytest.mark.parametrize("unit", PATHOLOGICAL)
def test_work_grows_with_the_text_and_not_faster(unit: str, prefix: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for language in ("cpp", "python", "bash", "rust"):
        n = 6000 // len(PATHOLOGICAL[unit])
        once = cost(prefix + PATHOLOGICAL[unit] * n, language, monkeypatch)
        twice = cost(prefix + PATHOLOGICAL[unit] * (2 * n), language, monkeypatch)
        assert once[1] > 0  # searches are seen at all
        assert twice[0] <= 2.5 * once[0] + 100
        assert twice[1] <= 2.5 * once[1] + 100


# One line each: a beginning, what is repeated, an end that spoils it. Where a pattern can share such a line out in
# several ways, it tries them all.
LONG_LINES = [
    ("import", " ", ""), ("class", "<", ""), ("class ", "a", ")"), ("class <", "a:", "."),
    ("fn", " ", ""), ("fn ()", " ", "x"), ("type a", "a", ""), ("public ", " ", "."),
    ("public ", "a, ", "."), ("function a", " ", ""), ("Here is the ", "a", ";"), ("x = a", ", a", ""),
    ("a", ".a", "("), ("if ", "; ", ""), ("use ", ";", "x"), ("int ", "a b ", ""), ("x(", ")", "x"),
    ("let ", "a:", ""), ('x = "', '\\"', ""), ("/*", "*", ""), ("`", "\\`", ""), ("(", "[", ""),
    ("- ", "`a`", ""), ("", "a ", ""),
]  # fmt: skip
IN_A_CHILD = """
import json, resource, sys
resource.setrlimit(resource.RLIMIT_CPU, (60, 60))
resource.setrlimit(resource.RLIMIT_AS, (2 << 30, 2 << 30))
from halo_forge.verifiers.extract import extract_code
for begin, unit, end in json.loads(sys.argv[1]):
    text = begin + unit * (int(sys.argv[3]) // len(unit)) + end
    for whole in (text, f"```{text}\\n```\\n"):
        extract_code(whole, sys.argv[2], "f")
"""


def extract_in_child(lines: list[tuple[str, str, str]], language: str, length: int) -> None:
    """The limits are many times what it takes, and a fraction of what quadratic work would."""
    done = subprocess.run([sys.executable, "-c", IN_A_CHILD, json.dumps(lines), language, str(length)], check=False)
    assert done.returncode == 0, language


@pytest.mark.parametrize("language", ["cpp", "python", "bash"])
def test_long_lines_are_no_trouble(language: str) -> None:
    extract_in_child(LONG_LINES, language, 400_000)


@pytest.mark.parametrize("unit", PATHOLOGICAL)
def test_megabytes_are_no_trouble(unit: str) -> None:
    extract_in_child([("", PATHOLOGICAL[unit], "")], "cpp", MOST_CHARACTERS // 4)
