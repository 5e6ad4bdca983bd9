"""The scripted engine: lines of a file as samples, and what is said of a bad file."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from halo_forge.errors import EngineError, ModelError
from halo_forge.models.base import GenerationRequest, SamplingSettings
from halo_forge.models.scripted import ScriptedSampler
from halo_forge.types import FinishReason, Language, Problem, PromptStyle, Sample, SampleForm

SETTINGS = SamplingSettings()
LINES = """\
{"problem_id": "a", "text": "first"}

{"problem_id": "b", "text": ""}
{"problem_id": "a", "text": "second", "finish_reason": "length", "n_tokens": 0, "prompt_tokens": 3, "think_tokens": 1}
"""


def answers(path: Path, problem: Problem, count: int, settings: SamplingSettings = SETTINGS) -> list[Sample]:
    sampler = ScriptedSampler.from_file(path, settings)
    return list(sampler.generate([GenerationRequest(problem, 0, count)], threading.Event()))


def write(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "answers.jsonl"
    path.write_text(text)
    return path


def test_lines_are_samples_and_come_again(tmp_path: Path) -> None:
    samples = answers(write(tmp_path, LINES), Problem("a", "x", Language.C), 5)
    assert [s.text for s in samples] == ["first", "second", "first", "second", "first"]
    assert [s.index for s in samples] == [0, 1, 2, 3, 4]
    assert (samples[0].finish_reason, samples[0].n_tokens) == (FinishReason.STOP, None)
    assert (samples[1].finish_reason, samples[1].n_tokens) == (FinishReason.LENGTH, 0)
    assert (samples[0].prompt_tokens, samples[1].prompt_tokens, samples[1].think_tokens) == (None, 3, 1)


def test_an_empty_answer_is_a_sample(tmp_path: Path) -> None:
    assert [s.text for s in answers(write(tmp_path, LINES), Problem("b", "x", Language.C), 1)] == [""]


def test_a_problem_without_lines_is_named(tmp_path: Path) -> None:
    with pytest.raises(EngineError, match="'c'"):
        answers(write(tmp_path, LINES), Problem("c", "x", Language.C), 1)


def test_completion_style_marks_the_text(tmp_path: Path) -> None:
    settings = SamplingSettings(prompt_style=PromptStyle.COMPLETION)
    problem = Problem("a", "int f(", Language.C, prompt_is_code=True)
    assert answers(write(tmp_path, LINES), problem, 1, settings)[0].form is SampleForm.COMPLETION


def test_the_file_is_part_of_what_the_model_is(tmp_path: Path) -> None:
    one = ScriptedSampler.from_file(write(tmp_path, LINES), SETTINGS).info
    other = ScriptedSampler.from_file(write(tmp_path, LINES + " \n"), SETTINGS).info
    assert one.sha256 != other.sha256
    assert one.name == "answers"


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("{", "answers.jsonl:2: "),
        ("[1]", "answers.jsonl:2: "),
        ('{"text": "x"}', "no 'problem_id'"),
        ('{"problem_id": "a"}', "no 'text'"),
        ('{"problem_id": "a", "text": 1}', "no 'text'"),
        ('{"problem_id": "a", "text": "x", "finish_reason": "bored"}', "bored"),
    ],
)
def test_a_bad_line(tmp_path: Path, line: str, complaint: str) -> None:
    path = write(tmp_path, '{"problem_id": "a", "text": "x"}\n' + line + "\n")
    with pytest.raises(ModelError) as caught:
        ScriptedSampler.from_file(path, SETTINGS)
    assert complaint in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="No such file"):
        ScriptedSampler.from_file(tmp_path / "nothing.jsonl", SETTINGS)
