"""Is what lies on disk the run that is asked for? The identity of a run, and how two of them differ.

An identity is a JSON object: every setting that decides what the samples of a run are. Numbers are compared by
value (1 is 1.0), everything else as JSON has it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from halo_forge.errors import StoreError
from halo_forge.store.files import RunFiles
from halo_forge.types import JSONObject

_SHOWN_DIFFERENCES = 12
_SHOWN_CHARACTERS = 80
_ABSENT = object()


def refuse_another_run(files: RunFiles, identity: JSONObject) -> None:
    """Check that `files` hold nothing yet, or the run `identity`.

    Raises:
        StoreError: they hold a run with other settings, or files whose run nobody knows.
    """
    there = read_identity(files)
    if there is None:
        _refuse_strays(files)
        return
    found = differences(there, identity)
    if found:
        shown = found[:_SHOWN_DIFFERENCES]
        if len(found) > len(shown):
            shown.append(f"and {len(found) - len(shown)} more")
        raise StoreError(
            f"{files.run} is of a run with other settings ({'; '.join(shown)}); "
            "keep it aside and start over with --fresh, or choose another --output"
        )


def differences(there: JSONObject, now: JSONObject) -> list[str]:
    """What differs between two identities as read from JSON, one text for each setting.

    ``temperature: 0.7 there, 0.2 now``; names of nested settings have dots.
    """
    old, new = dict(_leaves(there)), dict(_leaves(now))
    return [
        f"{'.'.join(name)}: {_shown(old.get(name, _ABSENT))} there, {_shown(new.get(name, _ABSENT))} now"
        for name in old | new
        if not _same(old.get(name, _ABSENT), new.get(name, _ABSENT))
    ]


def read_identity(files: RunFiles) -> JSONObject | None:
    """The identity on disk, ``None`` when there is none (an empty file is a lock and nothing more).

    Raises:
        StoreError: it is damaged.
    """
    try:
        raw = files.run.read_bytes()
    except FileNotFoundError:
        return None
    if not raw:
        return None
    try:
        value = json.loads(raw)
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict):
        raise StoreError(f"{files.run} is damaged; keep it aside with --fresh, or choose another --output")
    return value


def _refuse_strays(files: RunFiles) -> None:
    kinds = (
        (files.samples, "samples file"), (files.generated, "generated text"), (files.result, "result"),
        (files.trackers, "list of trackers"),
    )  # fmt: skip
    for path, kind in kinds:
        if path.exists():
            raise StoreError(
                f"{path} is the {kind} of another run ({files.run.name} is missing); "
                "keep it aside with --fresh, or choose another --output"
            )


def _leaves(value: Any, name: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    if isinstance(value, dict) and (value or not name):
        for key, inner in value.items():
            yield from _leaves(inner, (*name, key))
    else:
        yield name, value


def _same(a: Any, b: Any) -> bool:
    if isinstance(a, bool) or isinstance(b, bool):
        return a is b
    return bool(a == b)


def _shown(value: Any) -> str:
    if value is _ABSENT:
        return "absent"
    text = json.dumps(value)
    return text if len(text) <= _SHOWN_CHARACTERS else f"{text[:_SHOWN_CHARACTERS]}…"
