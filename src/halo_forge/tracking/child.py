"""The process in which a tracker runs: ``python -P -m halo_forge.tracking.child NAME``, a record on standard input.

A process of its own, because trackers print as they like, start threads and processes, set up handlers for signals and
for the end of a program, and wait minutes for a network: nothing of that is to reach a run.

Standard output gets one line of JSON, ``{"failed": null}`` or why. Everything else goes to standard error.
"""

from __future__ import annotations

import json
import os
import sys

from halo_forge.tracking.base import Record
from halo_forge.tracking.registry import TRACKERS

_QUIET = {  # unless the user has said otherwise: nothing goes anywhere but where it was asked to go
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "3",  # its default takes longer than `halo_forge.tracking.post` waits
    "WANDB_ERROR_REPORTING": "false",
    "HF_HUB_DISABLE_TELEMETRY": "1",
}


def main(name: str) -> None:
    """Log the record, and say how it went."""
    answer = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    for variable, value in _QUIET.items():
        os.environ.setdefault(variable, value)
    failed = None
    try:
        TRACKERS[name]().log(Record.of(json.load(sys.stdin)))
    except BaseException as error:  # the boundary of a tracker's code, sys.exit() and all
        failed = _words(error)
    print(json.dumps({"failed": failed}), file=answer, flush=True)


def _words(error: BaseException) -> str:
    text = next((line.strip() for line in str(error).splitlines() if line.strip()), "")
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


if __name__ == "__main__":
    main(sys.argv[1])
