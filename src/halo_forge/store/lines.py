"""What one line of a run's files says, there and back.

Scope: the JSON of a generated and of a judged sample, checked as it is read; and what follows from the lines
alone. Limits: a lone surrogate in a text comes back as it was, but two of them that make up a pair come back as the
character that they stand for, because JSON has no other way to write them.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path
from types import NoneType
from typing import Any, TypeVar

from halo_forge import quick_json
from halo_forge.errors import SampleFileError
from halo_forge.types import FinishReason, JSONObject, Outcome, Sample, SampleForm, SampleKey, Verdict

T = TypeVar("T")
E = TypeVar("E", bound=StrEnum)

_RARELY = ("case", "stdout", "program", "same_as")  # of a verdict: written only where there is one
_Kinds = tuple[tuple[str, type], ...]
SAMPLE = (
    ("problem_id", str), ("index", int), ("text", str), ("form", str), ("finish_reason", str), ("n_tokens", int),
    ("prompt_tokens", int), ("token_ids", list), ("seed", int), ("think_tokens", int),
)  # fmt: skip
VERDICT = (
    ("outcome", str), ("detail", str), ("compiled", bool), ("tests_passed", int), ("tests_total", int),
    ("warned", bool), ("case", int), ("stdout", str), ("program", str), ("same_as", int),
)  # fmt: skip
SESSIONS = (("generation_session", int), ("judging_session", int))
MOMENTS = ("generation_started_at", "generated_at", "judging_started_at", "judged_at")
FORMS = {word.value: word for word in SampleForm}
REASONS = {word.value: word for word in FinishReason}
OUTCOMES = {word.value: word for word in Outcome}
MAX_NUMBER = 1e15  # above any time in seconds; keeps infinities and NaN out


@dataclass(frozen=True, slots=True)
class Times:
    """When a sample was generated and judged: unix seconds, ``None`` where it was not or nobody knows.

    A run that is resumed has gaps, so the store notes in which session (opening of the run: 0, 1, …) each of the
    two happened. Whoever makes a `Times` leaves the sessions out.
    """

    generation_started_at: float | None = None
    generated_at: float | None = None
    judging_started_at: float | None = None
    judged_at: float | None = None
    generation_session: int | None = None
    judging_session: int | None = None


@dataclass(frozen=True, slots=True)
class GeneratedSample:
    """A sample that still has to be judged."""

    sample: Sample
    times: Times


@dataclass(frozen=True, slots=True)
class JudgedSample:
    """A sample and what was found out about it."""

    sample: Sample
    verdict: Verdict
    times: Times


@dataclass(frozen=True, slots=True)
class PhaseSpans:
    """From when to when each session (by its number) generated, and judged: unix seconds.

    The two overlap where a run judges while it generates. A phase is empty where no times are known: samples that
    came from a file were not generated here.
    """

    generation: dict[int, tuple[float, float]]
    judging: dict[int, tuple[float, float]]

    @property
    def generation_s(self) -> float | None:
        """Wall seconds, summed over sessions; ``None`` where none are known or the clock was set back in between."""
        return _total(self.generation)

    @property
    def judging_s(self) -> float | None:
        """The same of judging."""
        return _total(self.judging)


def phase_spans(times: Iterable[Times]) -> PhaseSpans:
    """The first start and the last end of each phase in each session. Memory does not grow with the samples."""
    spans = PhaseSpans({}, {})
    for t in times:
        _widen(spans.generation, t.generation_session, t.generation_started_at, t.generated_at)
        _widen(spans.judging, t.judging_session, t.judging_started_at, t.judged_at)
    return spans


def read_samples_file(path: Path) -> Iterator[JudgedSample]:
    """The judged samples of a run's ``x.samples.jsonl``, in the order in which they were judged.

    Reads only and takes no lock, so the run may still be going on: a last line that is not whole yet is left out.
    Of several lines on the same sample the first one counts.

    Raises:
        SampleFileError: there is no such file, or a line of it is not a judged sample; when iteration gets there.
    """
    seen: set[SampleKey] = set()
    try:
        for number, raw in enumerate(read_lines(path), start=1):
            judged = _judged_or_refused(path, number, raw)
            if judged is not None and judged.sample.key not in seen:
                seen.add(judged.sample.key)
                yield judged
    except OSError as error:
        raise SampleFileError(f"cannot read {path}: {error.strerror}") from error


def read_lines(path: Path) -> Iterator[bytes]:
    """The lines of a file with their ends, which are ``\\n`` and nothing else.

    A line without an end is the last one, whatever is appended in the meantime.
    """
    with path.open("rb") as file:
        for raw in file:
            yield raw
            if not raw.endswith(b"\n"):
                return


def decode_lines(path: Path, decode: Callable[[bytes], T]) -> Iterator[tuple[bytes, T | None]]:
    """Each line of a file and what it says, ``None`` where it cannot be decoded. No file has no lines."""
    if not path.exists():
        return
    for raw in read_lines(path):
        try:
            yield raw, decode(raw)
        except ValueError:
            yield raw, None


def encode_generated(generated: GeneratedSample) -> bytes:
    """The line for ``x.generated.jsonl``, with its end."""
    return _encode(_sample_fields(generated.sample) | {"times": asdict(generated.times)})


def encode_judged(judged: JudgedSample) -> bytes:
    """The line for ``x.samples.jsonl``, with its end."""
    verdict = judged.verdict
    fields: JSONObject = {
        "outcome": verdict.outcome,
        "passed": verdict.passed,
        "compiled": verdict.compiled,
        "warned": verdict.warned,
        "tests_passed": verdict.tests_passed,
        "tests_total": verdict.tests_total,
        "cpu_s": verdict.cpu_s,
        "wall_s": verdict.wall_s,
        "detail": verdict.detail,
        "times": asdict(judged.times),
    }
    fields |= {name: value for name in _RARELY if (value := getattr(verdict, name)) is not None}
    return _encode(_sample_fields(judged.sample) | fields)


def decode_generated(raw: bytes) -> GeneratedSample:
    """The sample of a line; `ValueError` when there is none in it."""
    fields = decode_line(raw)
    return GeneratedSample(_sample(fields), _times(fields))


def decode_judged(raw: bytes) -> JudgedSample:
    """The judged sample of a line; `ValueError` when there is none in it."""
    fields = decode_line(raw)
    sample = _sample(fields)
    return JudgedSample(sample, _verdict(fields, sample), _times(fields))


def encode_line(value: JSONObject) -> bytes:
    """JSON in one line, with its end."""
    return _encode(value)


def decode_line(raw: bytes) -> JSONObject:
    """The JSON object of a line; `ValueError` when there is none in it."""
    try:
        value = quick_json.parse(raw)
    except ValueError:
        value = _parse(raw)
    if not isinstance(value, dict):
        raise ValueError("not a JSON object")
    return value


def _parse(raw: bytes) -> Any:
    try:
        return json.loads(raw.decode())
    except RecursionError as error:
        raise ValueError("nested too deeply") from error


def encode_document(value: JSONObject) -> bytes:
    """A JSON file for people too: indented, UTF-8."""
    return _encode(value, indent=2)


def _encode(value: JSONObject, indent: int | None = None) -> bytes:
    try:
        text = json.dumps(value, ensure_ascii=False, allow_nan=False, indent=indent)
        return text.encode() + b"\n"
    except UnicodeEncodeError:  # a lone surrogate: UTF-8 cannot carry it, an escape can
        return json.dumps(value, allow_nan=False, indent=indent).encode() + b"\n"


def _sample_fields(sample: Sample) -> JSONObject:
    fields: JSONObject = {
        "problem_id": sample.problem_id,
        "index": sample.index,
        "text": sample.text,
        "form": sample.form,
        "finish_reason": sample.finish_reason,
        "n_tokens": sample.n_tokens,
        "prompt_tokens": sample.prompt_tokens,
        "seed": sample.seed,
    }
    rarely = {"think_tokens": sample.think_tokens, "token_ids": sample.token_ids}
    return fields | {name: value for name, value in rarely.items() if value is not None}


def _sample(fields: JSONObject) -> Sample:
    problem_id, index, text, form, finish_reason, *rest = _typed(fields, SAMPLE)
    if problem_id is None or index is None or text is None:
        raise ValueError(f"{'index' if index is None else 'text' if text is None else 'problem_id'}: missing")
    if index < 0:
        raise ValueError(f"index: {index} is negative")
    n_tokens, prompt_tokens, token_ids, seed, think_tokens = rest
    if token_ids is not None:
        if any(type(token) is not int for token in token_ids):
            raise ValueError("token_ids: not a list of whole numbers")
        token_ids = tuple(token_ids)
    return Sample(
        problem_id, index, text, _word("form", form, FORMS),
        _word("finish_reason", finish_reason, REASONS), n_tokens, prompt_tokens, token_ids, seed, think_tokens,
    )  # fmt: skip


def _verdict(fields: JSONObject, sample: Sample) -> Verdict:
    outcome, detail, compiled, passed, total, warned, case, stdout, program, same_as = _typed(fields, VERDICT)
    if detail is None:
        raise ValueError("detail: missing")
    return Verdict(
        sample.problem_id, sample.index, _word("outcome", outcome, OUTCOMES), compiled, passed, total, detail,
        _seconds(fields, "cpu_s"), _seconds(fields, "wall_s"), warned, case, stdout, program, same_as,
    )  # fmt: skip


def _times(fields: JSONObject) -> Times:
    times = fields.get("times")
    if type(times) is not dict:
        raise ValueError("times: missing, or not of type dict")
    started, generated, judging_started, judged = (_seconds(times, name) for name in MOMENTS)
    return Times(started, generated, judging_started, judged, *_typed(times, SESSIONS))


def _typed(fields: JSONObject, kinds: _Kinds) -> list[Any]:
    """The values under these names; ``None`` where there is none."""
    values = [fields.get(name) for name, _ in kinds]
    _check_types(kinds, tuple(map(type, values)))
    return values


@functools.lru_cache  # lines are many, and nearly all alike
def _check_types(kinds: _Kinds, found: tuple[type, ...]) -> None:
    for (name, kind), its in zip(kinds, found, strict=True):
        if its is not NoneType and its is not kind:  # not a subclass: true is no whole number here
            raise ValueError(f"{name}: not of type {kind.__name__}")


def _word(name: str, value: str | None, words: Mapping[str, E]) -> E:
    if value is None:
        raise ValueError(f"{name}: missing")
    if value not in words:
        raise ValueError(f"{name}: {value!r} is none of {', '.join(words)}")
    return words[value]


def _seconds(fields: JSONObject, name: str) -> float | None:
    value = fields.get(name)
    if value is None:
        return None
    if type(value) not in (int, float) or not -MAX_NUMBER < value < MAX_NUMBER:
        raise ValueError(f"{name}: not a number of seconds")
    return float(value)


def _judged_or_refused(path: Path, number: int, raw: bytes) -> JudgedSample | None:
    """The judged sample of a line, ``None`` when the line is blank or still being written."""
    try:
        return decode_judged(raw)
    except ValueError as error:
        if not raw.strip() or not raw.endswith(b"\n"):
            return None
        raise SampleFileError(f"{path}:{number}: not a judged sample: {error}") from error


def _widen(spans: dict[int, tuple[float, float]], session: int | None, start: float | None, end: float | None) -> None:
    if session is None or start is None or end is None:
        return
    first, last = spans.get(session, (start, end))
    spans[session] = (min(first, start), max(last, end))


def _total(spans: dict[int, tuple[float, float]]) -> float | None:
    seconds = [last - first for first, last in spans.values()]
    return None if not seconds or min(seconds) < 0 else sum(seconds)
