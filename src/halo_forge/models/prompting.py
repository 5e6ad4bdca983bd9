"""How a problem is put to a model: the same words for every engine.

A chat model gets messages, which its own chat template turns into text. A base model gets text to go on with. Limits:
which of the two a model is, is found out by its engine.
"""

from __future__ import annotations

from halo_forge.models.base import SamplingSettings
from halo_forge.types import Language, Problem, PromptStyle, SampleForm

_NAMES = {
    Language.C: "C",
    Language.CPP: "C++",
    Language.PYTHON: "Python",
    Language.RUST: "Rust",
    Language.GO: "Go",
    Language.JAVA: "Java",
    Language.JAVASCRIPT: "JavaScript",
    Language.TYPESCRIPT: "TypeScript",
    Language.CSHARP: "C#",
    Language.BASH: "Bash",
}

# What ends a function that a base model goes on with: the next thing at the left margin (Chen et al. 2021).
_PYTHON_STOPS = ("\nclass", "\ndef", "\n#", "\nif", "\nprint", "\n@")


def style_of(settings: SamplingSettings, model_style: PromptStyle) -> PromptStyle:
    """The user's choice, or what the model is made for."""
    return model_style if settings.prompt_style is PromptStyle.AUTO else settings.prompt_style


def chat_messages(problem: Problem, system_prompt: str | None) -> list[dict[str, str]]:
    """The conversation so far: an optional system message and the task."""
    system = [] if system_prompt is None else [{"role": "system", "content": system_prompt}]
    return [*system, {"role": "user", "content": _task(problem)}]


def completion_text(problem: Problem) -> str:
    """What a base model goes on with."""
    return problem.prompt if problem.prompt_is_code else f"{problem.prompt.rstrip()}\n\n```{_tag(problem)}\n"


def stop_sequences(problem: Problem, settings: SamplingSettings, style: PromptStyle) -> tuple[str, ...]:
    """Where a completion is cut. Never for chat: code in an answer may hold any of these."""
    if style is PromptStyle.CHAT:
        return ()
    if settings.stop:
        return settings.stop
    if not problem.prompt_is_code:
        return ("\n```",)  # closes the fence that `completion_text` opened
    if problem.stop:
        return problem.stop
    return _PYTHON_STOPS if problem.language is Language.PYTHON else ()


def sample_form(problem: Problem, style: PromptStyle) -> SampleForm:
    """What the text will be: an answer, or a continuation of code."""
    continues = style is PromptStyle.COMPLETION and problem.prompt_is_code
    return SampleForm.COMPLETION if continues else SampleForm.SOLUTION


def _task(problem: Problem) -> str:
    if not problem.prompt_is_code:
        return problem.prompt
    return (
        f"Complete the following {_NAMES[problem.language]} code. Answer with the whole code, the given part included, "
        f"in one code block.\n\n```{_tag(problem)}\n{problem.prompt.rstrip()}\n```"
    )


def _tag(problem: Problem) -> str:
    return problem.language.value  # each is what a fence of that language is tagged with
