"""Code extraction against real and faithfully rendered answers of models.

Cases named ``smollm2-...`` are verbatim output of SmolLM2-135M-Instruct; the others are written after the
habits of other models, or for one shape of an answer. What to cut out was decided by reading them.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from halo_forge.verifiers.extract import extract_code, strip_reasoning

CASES: list[dict[str, Any]] = [
    json.loads(line)
    for line in (Path(__file__).parent / "extract_cases.jsonl").read_text(encoding="utf-8").split("\n")
    if line
]
# Not valid code of the language: another language, or lines that outside a fence are prose.
KNOWN_BY_THEIR_FENCE = {
    "smollm2-cpp-asked-python-answered",
    "smollm2-cpp-program-answered-in-python-1",
    "smollm2-go-program-answered-in-python-1",
    "smollm2-javascript-capitalize-answered-in-python-1",
    "smollm2-go-fragment-only",
    "smollm2-go-raw-with-hash-lines-lone-fence",
    "smollm2-rust-asked-cpp-in-untagged-fence",
    "unclosed-block-then-tagged-block",
}


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_extracts_what_a_reader_would_cut_out(case: dict[str, Any]) -> None:
    assert extract_code(case["text"], case["language"], case.get("entry_point")) == case["expected"]


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_extracted_code_is_left_alone(case: dict[str, Any]) -> None:
    """Code once cut out is not trimmed further, unless it is in another language or no code by itself."""
    if case["name"] in KNOWN_BY_THEIR_FENCE:
        pytest.skip("only its fence tells that all of it is code")
    if case["expected"] is not None:
        assert extract_code(case["expected"], case["language"], case.get("entry_point")) == case["expected"]


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("<think>a</think>b", "b"),
        ("<think>a</think>\n\n    b\n", "    b\n"),
        ("<think>a</think>\n<think>b</think>\nc", "\nc"),
        ("a</think>b", "b"),
        ("a\n</think>\n\nb", "b"),
        ("a `</think>` b\n</think>\nc", "c"),
        ("<think>a", None),
        ("<think>a</thinking>", None),
        ("<think>a</think>", ""),
        ("  \n<thinking>\na\n</thinking>b", "  \nb"),
        ('x = "<think>"', 'x = "<think>"'),
        ('x = s.split("</think>")[1]', 'x = s.split("</think>")[1]'),
        ("s = '''\n<think>\n'''", "s = '''\n<think>\n'''"),
        ("```py\n<think>\n```", "```py\n<think>\n```"),
        ("The <think> tag opens it.", "The <think> tag opens it."),
        ("", ""),
    ],
)
def test_strip_reasoning(text: str, answer: str | None) -> None:
    assert strip_reasoning(text) == answer
