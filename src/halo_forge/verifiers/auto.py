"""The default verifier: each problem goes to the one that knows its language, or to its own command."""

from __future__ import annotations

from collections.abc import Mapping

from halo_forge.types import Language, Problem, Sample, Verdict
from halo_forge.verifiers.base import Verifier


class AutoVerifier:
    """Several verifiers behind one name; the first that knows a language gets it."""

    name = "auto"

    def __init__(self, custom: Verifier, *verifiers: Verifier) -> None:
        """With the one for problems that bring a command, and the others."""
        self._custom = custom
        self._verifiers = verifiers
        self._by_language = {language: v for v in reversed(verifiers) for language in v.languages}

    @property
    def languages(self) -> frozenset[Language]:
        """All that any of them knows."""
        return frozenset(self._by_language)

    def judge_of(self, language: Language) -> str:
        """The name of the verifier that gets a language."""
        return self._by_language[language].name

    def prepare(self, languages: frozenset[Language]) -> Mapping[str, str]:
        """See `Verifier.prepare`; only the tools of `languages` are looked for."""
        versions: dict[str, str] = {}
        for verifier in self._verifiers:
            mine = frozenset(language for language in languages if self._by_language.get(language) is verifier)
            if mine:
                versions |= verifier.prepare(mine)
        return versions

    def verify(self, problem: Problem, sample: Sample) -> Verdict:
        """See `Verifier.verify`."""
        verifier = self._by_language[problem.language] if problem.custom is None else self._custom
        return verifier.verify(problem, sample)
