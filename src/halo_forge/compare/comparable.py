"""May these results be compared at all? What stands in the way, and what a reader should know if they may.

A setting that decides verdicts, or what a model had the chance to write, has to be the same; one that is a model's
own affair (temperature, prompt) may differ and is pointed out. What a file does not say cannot be checked, and that is
pointed out too.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from halo_forge.comparison import Result
from halo_forge.problems.wording import shown_path
from halo_forge.types import ProblemCount

# Settings of a result file, by their path, and what a reader calls them. All `limits` are decisive.
DECISIVE = {
    ("verifier",): "verifier",
    ("compile_flags",): "compiler flags",
    ("sandbox", "tier"): "sandbox",
    ("sampling", "max_tokens"): "max tokens",
}
ENGINE: dict[tuple[str, ...], str] = {("model", "engine"): "engine", ("model", "engine_version"): "engine's version"}
LIMITS = {"cpu_s": "time limit (CPU seconds)", "memory_mb": "memory limit (MB)"}
_SHOWN_NAMES = 3
_SHOWN_CHARACTERS = 60
_EXACT_FLOAT = 2**53  # up to here every whole number is a float
_UNKNOWN = object()


def obstacles(results: Sequence[Result]) -> list[str]:
    """Why the results should not be compared, one text for each reason; none if they may."""
    results = _printable(results)
    return [*_problems(results), *_settings(results, _decisive(results))]


def remarks(results: Sequence[Result]) -> list[str]:
    """What may differ and does, and what is not known: one line each."""
    results = _printable(results)
    return [
        *(line for result in results for line in _gaps(result, _decisive(results))),
        *_settings(results, _own_affairs(results)),
        *_energies(results),
    ]


def unlike(results: Sequence[Result]) -> list[str]:
    """In what results differ that are to differ in the weights alone: problems, how was sampled, and how was judged."""
    results = _printable(results)
    return [*_problems(results), *_settings(results, {**_decisive(results), **_own_affairs(results), **ENGINE})]


def _printable(results: Sequence[Result]) -> list[Result]:
    """With paths that stay in one line, whatever files are called."""
    return [replace(result, path=shown_path(result.path)) for result in results]


def common_problems(results: Sequence[Result]) -> list[str]:
    """The problems that all results with counts have, in the order of the first of these."""
    known = [result.problems for result in results if result.problems is not None]
    return [name for name in known[0] if all(name in problems for problems in known[1:])] if known else []


def _problems(results: Sequence[Result]) -> Iterator[str]:
    known = {result.path: result.problems for result in results if result.problems is not None}
    every = dict.fromkeys(name for problems in known.values() for name in problems)
    common = common_problems(results)
    if len(common) < len(every):
        absent, path = next((name, path) for name in every for path in known if name not in known[path])
        yield (
            f"other problems: of {len(every)} only {len(common)} are in all of them ({_shown(absent)} is not in "
            f"{path}{_owed(next(result for result in results if result.path == path))})"
        )
    if changed := [name for name in common if len(_hashes(name, known)) > 1]:
        yield f"other problems: same names with another content, {len(changed)} of {len(common)} ({_shown(changed[0])})"
    totals = {result.path: result.total for result in results if result.total is not None}
    if len(known) < len(results) and len(set(totals.values())) > 1:
        yield _spread("number of problems", totals)


def _owed(result: Result) -> str:
    """Why it may lack problems that it was to have."""
    lacking = result.missing + result.unscored
    return f", where {lacking} samples are missing or not judged; run its command again" if lacking else ""


def _hashes(name: str, known: Mapping[str, Mapping[str, ProblemCount]]) -> set[str]:
    return {found for problems in known.values() if (found := problems[name].hash) is not None}


def _settings(results: Sequence[Result], wanted: Mapping[tuple[str, ...], str]) -> Iterator[str]:
    for path, words in wanted.items():
        said = {result.path: value for result in results if (value := _said(result, path)) is not _UNKNOWN}
        if len({_key(value) for value in said.values()}) > 1 and not (path == ("verifier",) and _same_judge(results)):
            yield _spread(words, said)


def _energies(results: Sequence[Result]) -> Iterator[str]:
    """Where one energy has the processors in it and another has not, they are no costs to be compared."""
    said = {result.path: _measured(result) for result in results if result.energy_wh is not None}
    if len(set(said.values()) - {""}) > 1:
        yield _spread("energy is not of the same parts", {path: parts for path, parts in said.items() if parts})


def _measured(result: Result) -> str:
    """What the energy of a result is of, as far as the file says it."""
    hardware = _object(result.stated.get("hardware"))
    parts = {"gpu_energy_wh": "GPU", "cpu_energy_wh": "processors"}
    return " and ".join(words for key, words in parts.items() if hardware.get(key) is not None)


def _same_judge(results: Sequence[Result]) -> bool:
    """``auto`` chooses by language: it is the verifier that it chose, if the tools are the same."""
    said = [_said(result, ("verifier",)) for result in results]
    named = {_key(value) for value in said if value is not _UNKNOWN and value != "auto"}
    tools = {frozenset(_object(result.settings.get("tools"))) for result in results if result.settings}
    return len(named) == 1 and len(tools) == 1 and tools != {frozenset()}


def _gaps(result: Result, decisive: Mapping[tuple[str, ...], str]) -> Iterator[str]:
    if result.problems is None:
        yield f"{result.path} holds totals only, no counts for each problem: it cannot be tested against the others"
    if result.missing:
        yield f"{result.path} is not complete: {result.missing} samples are missing"
    if result.unscored:
        yield f"{result.path}: {result.unscored} samples could not be judged; they are in no rate"
    unsaid = dict.fromkeys(
        "limits" if path[0] == "limits" else words
        for path, words in decisive.items()
        if _said(result, path) is _UNKNOWN
    )
    if unsaid:
        yield f"{result.path} does not say, so it was not checked: {', '.join(unsaid)}"


def _decisive(results: Sequence[Result]) -> dict[tuple[str, ...], str]:
    named = dict.fromkeys(name for result in results for name in _object(result.settings.get("limits")))
    limits: dict[tuple[str, ...], str] = {("limits", name): LIMITS.get(name, f"limit {name}") for name in named}
    said = [path for path in DECISIVE if any(_said(result, path) is not _UNKNOWN for result in results)]
    return {**{path: DECISIVE[path] for path in said}, **limits}


def _own_affairs(results: Sequence[Result]) -> dict[tuple[str, ...], str]:
    """Paths of settings that may differ: how it was sampled, versions of tools."""
    groups = ("sampling", "tools")
    paths = dict.fromkeys(
        (group, name)
        for group in groups
        for result in results
        for name in _object(result.settings.get(group))
        if (group, name) not in DECISIVE and name != "seed"
    )
    return {path: path[-1].replace("_", " ") for path in paths}


def _said(result: Result, path: tuple[str, ...]) -> Any:
    value: Any = result.settings
    for step in path:
        if not isinstance(value, dict) or step not in value:
            return _UNKNOWN
        value = value[step]
    return value


def _object(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _key(value: Any) -> str:
    """Equal for equal values: 5 is 5.0, and order within an object means nothing."""
    number = type(value) is int and abs(value) <= _EXACT_FLOAT
    return json.dumps(float(value) if number else value, sort_keys=True)


def _spread(words: str, said: Mapping[str, Any]) -> str:
    """``time limit: 5.0 in a.json, 2.0 in b.json and c.json``."""
    groups: dict[str, list[str]] = {}
    first: dict[str, Any] = {}
    for path, value in said.items():
        groups.setdefault(_key(value), []).append(path)
        first.setdefault(_key(value), value)
    return f"{words}: " + ", ".join(f"{_shown(first[key])} in {_listed(paths)}" for key, paths in groups.items())


def _listed(names: Sequence[str]) -> str:
    if len(names) > _SHOWN_NAMES:
        return f"{', '.join(names[: _SHOWN_NAMES - 1])} and {len(names) - _SHOWN_NAMES + 1} more"
    return " and ".join([*[", ".join(names[:-1])][: len(names) - 1], names[-1]])


def _shown(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:g}"
    text = value if isinstance(value, str) and value.isprintable() else json.dumps(value)
    return text if len(text) <= _SHOWN_CHARACTERS else f"{text[:_SHOWN_CHARACTERS]}…"
