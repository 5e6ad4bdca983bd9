"""Verifiers of other people's packages, held to the protocol. Whatever they do wrong is named as theirs.

Limits: they run in this process, so one that never returns, or that ends the process, is not stopped.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib.metadata import EntryPoint

from halo_forge.errors import HaloForgeError, JudgeError, ToolchainError
from halo_forge.store.lines import JudgedSample, Times, decode_judged, encode_judged
from halo_forge.types import Language, Outcome, Problem, Sample, Verdict
from halo_forge.verifiers.base import Verifier, Workshop


class PluggedVerifier:
    """One plug-in behind the protocol that it says it follows.

    Attributes:
        by_program: it says that its verdicts rest on what `program_digest` tells apart, and on nothing else.
    """

    def __init__(self, point: EntryPoint, workshop: Workshop) -> None:
        """Load it.

        Raises:
            ToolchainError: it cannot be loaded, or is not a verifier.
        """
        self._point = point
        try:
            self._inner: Verifier = point.load()(workshop)
            self.name = str(self._inner.name)
            self.languages = frozenset(Language(language) for language in self._inner.languages)
            self.by_program = bool(getattr(self._inner, "by_program", False))
        except HaloForgeError:
            raise
        except BaseException as error:
            raise self._broken("cannot be loaded", error) from error

    def prepare(self, languages: frozenset[Language]) -> Mapping[str, str]:
        """See `Verifier.prepare`."""
        try:
            return {str(tool): str(version) for tool, version in self._inner.prepare(languages).items()}
        except HaloForgeError:
            raise
        except BaseException as error:
            raise self._broken("failed to get ready", error) from error

    def verify(self, problem: Problem, sample: Sample) -> Verdict:
        """See `Verifier.verify`. What it raises is for the caller to catch."""
        found: object = self._inner.verify(problem, sample)
        if not isinstance(found, Verdict) or not isinstance(found.outcome, Outcome):
            raise JudgeError(f"verifier {self.name} gave {found!r:.80}, which is no verdict")
        if (found.problem_id, found.index) != sample.key:
            raise JudgeError(f"verifier {self.name} gave the verdict of another sample, {found.index}")
        try:  # what cannot be kept, or comes back as something else, is none either
            return decode_judged(encode_judged(JudgedSample(sample, found, Times()))).verdict
        except (TypeError, ValueError) as error:
            raise JudgeError(f"verifier {self.name} gave a verdict that cannot be kept: {error}") from error

    def _broken(self, what: str, error: BaseException) -> ToolchainError:
        return ToolchainError(
            f"verifier '{self._point.name}' of the plug-in {self._point.value} {what}: "
            f"{type(error).__name__}: {error}; mend or remove the package, or choose another --verifier"
        )
