"""How a problem is put to a model: the same words for every engine.

A chat model gets messages, which its own chat template turns into text. A base model gets text to go on with. Limits:
which of the two a model is, is found out by its engine.

Solved examples (`SamplingSettings.few_shot`) are earlier turns of the conversation, or stand in front of the text, each
put as the problem itself would be.
"""

from __future__ import annotations

from collections.abc import Iterable

from halo_forge.errors import ModelError
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

_TEMPLATE_TOKENS = 512  # what a chat template may add to a prompt

# What ends a function that a base model goes on with: the next thing at the left margin (Chen et al. 2021).
_PYTHON_STOPS = ("\nclass", "\ndef", "\n#", "\nif", "\nprint", "\n@")


def style_of(settings: SamplingSettings, model_style: PromptStyle) -> PromptStyle:
    """The user's choice, or what the model is made for.

    Raises:
        ModelError: a completion is to think, whose text is code from its first character.
    """
    style = model_style if settings.prompt_style is PromptStyle.AUTO else settings.prompt_style
    if style is PromptStyle.COMPLETION and settings.think_budget is not None:
        raise ModelError("--think-budget is for models that chat, and this one goes on with text; leave it out")
    return style


def chat_messages(problem: Problem, settings: SamplingSettings) -> list[dict[str, str]]:
    """The conversation so far: an optional system message, solved examples, and the task."""
    system_prompt = settings.of(problem).system_prompt
    messages = [] if system_prompt is None else [_said("system", system_prompt)]
    for shot in _shots(problem, settings):
        messages += [_said("user", _task(shot)), _said("assistant", _fenced(shot, _whole_solution(shot)))]
    return [*messages, _said("user", _task(problem))]


def completion_text(problem: Problem, settings: SamplingSettings) -> str:
    """What a base model goes on with."""
    return "".join(f"{_solved(shot).rstrip()}\n\n" for shot in _shots(problem, settings)) + _beginning(problem)


def longest_prompt(problems: Iterable[Problem], settings: SamplingSettings) -> int:
    """Bytes (UTF-8) of the longest prompt, without what a chat template adds."""
    return max(
        sum(len(message["content"].encode("utf-8", "surrogatepass")) for message in chat_messages(problem, settings))
        for problem in problems
    )


def longest_answer(problems: Iterable[Problem], settings: SamplingSettings) -> int:
    """Tokens of the longest answer that may come, with its thinking."""
    return max(settings.of(problem).most_tokens for problem in problems)


def longest_tokens(prompt: int, settings: SamplingSettings, longest_answer: int | None) -> int:
    """Tokens that a prompt and its answer may need together.

    Args:
        prompt: tokens of the longest prompt, without what a chat template adds.
        longest_answer: tokens, where problems have settings of their own; ``None`` is what `settings` say.
    """
    return prompt + _TEMPLATE_TOKENS + (settings.most_tokens if longest_answer is None else longest_answer)


def stop_sequences(problem: Problem, settings: SamplingSettings, style: PromptStyle) -> tuple[str, ...]:
    """Where a completion is cut. Never for chat: code in an answer may hold any of these."""
    if style is PromptStyle.CHAT:
        return ()
    if settings.stop:
        return settings.stop
    if problem.stop:
        return problem.stop
    if not problem.prompt_is_code:
        return ("\n```",)  # closes the fence that `completion_text` opened
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


def _beginning(problem: Problem) -> str:
    return problem.prompt if problem.prompt_is_code else f"{problem.prompt.rstrip()}\n\n```{_tag(problem)}\n"


def _shots(problem: Problem, settings: SamplingSettings) -> tuple[Problem, ...]:
    return () if settings.few_shot is None else settings.few_shot.shots_for(problem)


def _whole_solution(shot: Problem) -> str:
    assert shot.solution is not None
    return shot.prompt + shot.solution if shot.solution_form is SampleForm.COMPLETION else shot.solution


def _solved(shot: Problem) -> str:
    """An example for a base model, from its first word to its last."""
    whole = _whole_solution(shot)
    return whole if shot.prompt_is_code else f"{shot.prompt.rstrip()}\n\n{_fenced(shot, whole)}"


def _fenced(shot: Problem, solution: str) -> str:
    if "```" in solution:
        return solution  # a reference answer may be prose with a block of code in it
    return f"```{_tag(shot)}\n{solution.rstrip()}\n```"


def _said(role: str, content: str) -> dict[str, str]:
    return {"role": role, "content": content}


def _tag(problem: Problem) -> str:
    return problem.language.value  # each is what a fence of that language is tagged with
