"""``x.trackers.jsonl`` beside a result: under which id it is tracked, and which tracker has which state of it.

One line for each tracker: ``{"run": ID, "tracker": NAME, "record": SHA-256}``. A run of RAFT has one for each step,
where those after the first are named ``NAME step N``. The first line is there before anything is logged, with ``null``
for both, so that a tracker run that was begun and not finished is gone on with, not begun again.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from dataclasses import asdict, dataclass
from pathlib import Path

from halo_forge.store.files import replace
from halo_forge.tracking.base import Record
from halo_forge.types import JSONObject


@dataclass(slots=True)
class Kept:
    """The file as it is. An unreadable one is as good as none."""

    path: Path
    run_id: str
    digests: dict[str, str]

    @classmethod
    def of(cls, path: Path) -> Kept:
        """Read the file, or begin it with a new id.

        Raises:
            StoreError: it cannot be written.
        """
        lines = _lines(path)
        if lines:
            return cls(path, lines[0]["run"], {line["tracker"]: line["record"] for line in lines if line["tracker"]})
        kept = cls(path, secrets.token_hex(6), {})
        kept._write()
        return kept

    def has(self, tracker: str, record: Record) -> bool:
        """Whether `tracker` has exactly this."""
        return self.digests.get(_name(tracker, record)) == _digest(record)

    def add(self, tracker: str, record: Record) -> None:
        """Note that `tracker` has it now.

        Raises:
            StoreError: it cannot be written.
        """
        self.digests[_name(tracker, record)] = _digest(record)
        self._write()

    def _write(self) -> None:
        rows: list[tuple[str | None, str | None]] = [(None, None), *sorted(self.digests.items())]
        lines = ({"run": self.run_id, "tracker": tracker, "record": digest} for tracker, digest in rows)
        replace(self.path, (json.dumps(line).encode() + b"\n" for line in lines))


def _name(tracker: str, record: Record) -> str:
    return f"{tracker} step {record.step}" if record.step else tracker


def _digest(record: Record) -> str:
    """Of all that is logged; where the file lies is none of it."""
    fields = {key: value for key, value in asdict(record).items() if key not in ("file", "folder")}
    return hashlib.sha256(json.dumps(fields, sort_keys=True).encode()).hexdigest()


def _lines(path: Path) -> list[JSONObject]:
    try:
        lines = [json.loads(line) for line in path.read_bytes().splitlines()]
    except (OSError, ValueError):
        return []
    good = all(isinstance(line, dict) and {"run", "tracker", "record"} <= line.keys() for line in lines)
    return lines if good else []
