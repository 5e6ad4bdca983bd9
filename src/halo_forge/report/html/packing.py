"""Samples as data in a page: what a list of them needs at once, and what is read of one problem only when it is opened.

The texts of a problem and of all answers to it, of all results, make up one block: JSON, compressed (zlib), base64. A
block is opened in the browser when a reader gets there. Base64 has no character that could end its element.

Limits: a page is at most about `LARGEST_BYTES`. Longer texts lose their end first, then the last problems lose their
texts; `Packed.cuts` says so. Outcomes are never left out.
"""

from __future__ import annotations

import base64
import json
import zlib
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from halo_forge.comparison import Comparison
from halo_forge.evidence import Answer, Evidence
from halo_forge.problems.kept import CUT, Task, head
from halo_forge.types import JSONObject, Outcome

LARGEST_BYTES = 28_000_000  # of all blocks; the page around them is small
_LENGTHS = (64_000, 32_000, 16_000, 8_000, 4_000, 2_000, 1_000)  # characters of a text, tried in this order
_TRIED = 20  # one of so many blocks tells whether all would fit
_LETTERS = dict(zip(Outcome, "AWRTMOCNJ", strict=True))


@dataclass(frozen=True, slots=True)
class Packed:
    """What goes into the page.

    Attributes:
        index: names, and outcomes of all samples.
        blocks: one a problem, in the order of the index; an empty one was left out.
        cuts: what a reader does not see, one sentence each.
    """

    index: JSONObject
    blocks: tuple[str, ...]
    cuts: tuple[str, ...]


def pack(comparison: Comparison, evidences: Sequence[Evidence], largest: int = LARGEST_BYTES) -> Packed:
    """The problems of all results, those of the first first, with every sample of theirs.

    Args:
        evidences: of the rows, in their order.
    """
    answers = [_by_problem(evidence) for evidence in evidences]
    names = _names(comparison, answers)
    tasks = {name: next((e.tasks[name] for e in evidences if name in e.tasks), None) for name in names}
    index: JSONObject = {
        "models": [row.result.name for row in comparison.rows],
        "letters": {letter: outcome.value for outcome, letter in _LETTERS.items()},
        "problems": [_entry(name, tasks[name], comparison, answers) for name in names],
    }
    if not any(answers):
        return Packed(index, (), ())
    contents = [_content(tasks[name], [found.get(name, []) for found in answers]) for name in names]
    return _fitted(index, contents, largest)


def _by_problem(evidence: Evidence) -> dict[str, list[Answer]]:
    found: dict[str, list[Answer]] = defaultdict(list)
    for answer in evidence.answers:
        found[answer.sample.problem_id].append(answer)
    for answers in found.values():
        answers.sort(key=lambda answer: answer.sample.index)
    return dict(found)


def _names(comparison: Comparison, answers: Sequence[dict[str, list[Answer]]]) -> list[str]:
    names: dict[str, None] = {}
    for row in comparison.rows:
        names |= dict.fromkeys(row.result.problems or {})
    for found in answers:
        names |= dict.fromkeys(found)
    return list(names)


def _entry(
    name: str, task: Task | None, comparison: Comparison, answers: Sequence[dict[str, list[Answer]]]
) -> JSONObject:
    """One line of the list: counts as the results have them, and an outcome's letter for each sample."""
    counts = [(row.result.problems or {}).get(name) for row in comparison.rows]
    category = next((count.category for count in counts if count is not None and count.category), None)
    letters = ["".join(_LETTERS[answer.verdict.outcome] for answer in found.get(name, ())) for found in answers]
    return {
        "id": name,
        "category": category,
        "language": None if task is None else task.language,
        "counts": [None if count is None else [count.c, count.n] for count in counts],
        "outcomes": letters,
    }


def _content(task: Task | None, answers: Sequence[Sequence[Answer]]) -> JSONObject:
    return {"task": _task(task), "answers": [[_answer(answer) for answer in found] for found in answers]}


def _task(task: Task | None) -> JSONObject | None:
    if task is None:
        return None
    return {
        "prompt": task.prompt,
        "difficulty": task.difficulty,
        "tests": task.tests,
        "cases": [[case.stdin, case.expected_output] for case in task.cases],
        "casesLeftOut": task.cases_left_out,
    }


def _answer(answer: Answer) -> JSONObject:
    sample, verdict = answer.sample, answer.verdict
    fields: JSONObject = {
        "index": sample.index,
        "text": sample.text,
        "form": sample.form.value,
        "finish": sample.finish_reason.value,
        "tokens": sample.n_tokens,
        "thinking": sample.think_tokens,
        "seed": sample.seed,
        "detail": verdict.detail,
        "cpu": verdict.cpu_s,
        "wall": verdict.wall_s,
        "passed": verdict.tests_passed,
        "total": verdict.tests_total,
        "case": verdict.case,
        "stdout": verdict.stdout,
    }
    return {name: value for name, value in fields.items() if value is not None}


def _fitted(index: JSONObject, contents: Sequence[JSONObject], largest: int) -> Packed:
    blocks: list[str] = []
    length = _LENGTHS[0]
    for length in _LENGTHS:
        if length != _LENGTHS[-1] and _estimate(contents, length) > largest:
            continue
        blocks = [_block(_shortened(content, length)) for content in contents]
        if sum(map(len, blocks)) <= largest:
            break
    cuts = []
    cut = sum(_is_cut(answer["text"], length) for answer in _answers(contents))
    if cut:
        cuts.append(f"{cut:,} {'answer is' if cut == 1 else 'answers are'} cut after {length:,} characters.")
    fits = _that_fit(blocks, largest)
    if fits < len(blocks):
        what = "The texts of the last problems are left out so that the file stays small"
        cuts.append(f"{what}: {len(blocks) - fits:,} of {len(blocks):,} problems.")
        blocks[fits:] = [""] * (len(blocks) - fits)
    return Packed(index, tuple(blocks), tuple(cuts))


def _that_fit(blocks: Sequence[str], largest: int) -> int:
    """How many of the first blocks fit."""
    room = largest
    for number, block in enumerate(blocks):
        room -= len(block)
        if room < 0:
            return number
    return len(blocks)


def _answers(contents: Sequence[JSONObject]) -> Iterator[JSONObject]:
    for content in contents:
        for found in content["answers"]:
            yield from found


def _is_cut(text: str, length: int) -> bool:
    return len(text) > length or text.endswith(CUT)


def _estimate(contents: Sequence[JSONObject], length: int) -> float:
    """About how much all blocks would take."""
    tried = contents[::_TRIED]
    return sum(len(_block(_shortened(content, length))) for content in tried) * len(contents) / len(tried)


def _shortened(value: Any, length: int) -> Any:
    """The same with every text in it cut."""
    match value:
        case str():
            return value if value.endswith(CUT) and len(value) <= length + len(CUT) else head(value, length)
        case list():
            return [_shortened(one, length) for one in value]
        case dict():
            return {name: _shortened(one, length) for name, one in value.items()}
        case _:
            return value


def _block(content: JSONObject) -> str:
    raw = json.dumps(content, separators=(",", ":")).encode("ascii")  # lone surrogates travel as escapes
    return base64.b64encode(zlib.compress(raw, 6)).decode("ascii")
