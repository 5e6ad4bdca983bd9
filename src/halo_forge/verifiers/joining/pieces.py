"""What is joined, and what comes of it."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from halo_forge.types import Problem, Sample, SampleForm


@dataclass(frozen=True, slots=True)
class Names:
    """What a source decides itself.

    Attributes:
        source: the name of the file that holds it.
        main: what is started in the end, in the language's own words.
    """

    source: str
    main: str = ""


@dataclass(frozen=True, slots=True)
class Program:
    """A source that is ready to be compiled.

    Attributes:
        beside: further files that it needs, by name.
    """

    source: str
    names: Names
    beside: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Pieces:
    """A problem's texts and an answer.

    Attributes:
        prompt: the beginning of the program; empty where the prompt is words.
        answer: code.
        continues: the answer goes on where the prompt ends; else it stands by itself.
        tests: the end of the program.
        name: of the function that the tests are about, where it is known.
        word: what the program has to print when the tests are through: letters and digits.
    """

    prompt: str
    answer: str
    continues: bool
    tests: str
    name: str | None
    word: str

    def secret(self, name: str) -> str:
        """A name for something that the answer must not call: it can't be guessed, and does not tell the word."""
        return f"{name}_{hashlib.sha256(self.word.encode()).hexdigest()[:16]}"

    @classmethod
    def of(cls, problem: Problem, sample: Sample, code: str, word: str) -> Pieces:
        """A solution without the function that is asked for is taken for the rest of the prompt's function."""
        completion = sample.form is SampleForm.COMPLETION
        name = problem.entry_point
        body = problem.prompt_is_code and name is not None and not re.search(rf"\b{re.escape(name)}\b", code)
        prompt = problem.prompt if problem.prompt_is_code or completion else ""
        return cls(prompt, code, completion or body, problem.tests or "", name, word)


@dataclass(frozen=True, slots=True)
class TestProgram:
    """How one language does it.

    Attributes:
        join: makes the program.
        wrong: what a failed assertion, and nothing else, leaves in the output.
        compile, run: in place of the language's own commands.
    """

    __test__ = False  # not a test case, whatever pytest makes of the name

    join: Callable[[Pieces], Program]
    wrong: re.Pattern[bytes]
    compile: tuple[str, ...] | None = None
    run: tuple[str, ...] | None = None
