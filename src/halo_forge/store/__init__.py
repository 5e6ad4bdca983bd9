"""A run on disk: every text and every verdict is kept the moment it is there, and a killed run goes on.

For the result ``x.json`` a run keeps

- ``x.run.json``: its identity, the settings that decide what its samples are; written first,
- ``x.generated.jsonl``: texts that were generated, so that no token is paid for twice; removed at the end,
- ``x.samples.jsonl``: one line for each judged sample,
- ``x.hardware.jsonl``: what was measured of the machine, one line a session,
- ``x.problems.jsonl``: what its problems are, for those who read its samples; written at the end,
- ``x.json``: the result, written last.

Scope: append, resume, load. A process may be killed at any moment: what was added before is there afterwards,
once. Two processes never write the same run.

Limits: a line is handed to the system at once but reaches the disk itself only at the end (or when the system
sees fit), so a power cut can cost the last lines; they are then owed again. The lock is an advisory ``flock``: it
needs a file system that has one, and a forked child that outlives a killed run holds it until it ends. Which
samples a run asks for, and what its result says, is not known here.
"""

from halo_forge.store.files import RunFiles
from halo_forge.store.lines import (
    GeneratedSample,
    JudgedSample,
    PhaseSpans,
    Times,
    phase_spans,
    read_samples_file,
)
from halo_forge.store.run import RunStore

__all__ = [
    "GeneratedSample",
    "JudgedSample",
    "PhaseSpans",
    "RunFiles",
    "RunStore",
    "Times",
    "phase_spans",
    "read_samples_file",
]
