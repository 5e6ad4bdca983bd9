"""A tracker's process, seen from a run: started, waited for, ended. Whatever goes wrong in it comes back as words."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping
from dataclasses import asdict
from typing import IO

from halo_forge.tracking.base import Record

PATIENCE_S = 120.0  # a slow line gets a result's few megabytes through in less
_BEAT_S = 0.1
_LONGEST = 300  # characters of a reason
_SECRET = re.compile(r"KEY|TOKEN|PASSWORD|SECRET|CREDENTIAL", re.IGNORECASE)  # in a variable's name
_SHORTEST_SECRET = 6
_LOGIN = re.compile(r"//[^/\s@]+@")


def post(tracker: str, record: Record, cancel: threading.Event, patience_s: float = PATIENCE_S) -> str | None:
    """Have `tracker` log `record`, in a process of its own.

    Returns:
        ``None`` when it is logged, otherwise why not, in one line without secrets. A tracker raises nothing here.
    """
    try:
        reason = _posted(tracker, record, cancel, patience_s)
    except OSError as error:  # no process, no temporary file
        reason = str(error)
    return None if reason is None else _shown(reason, os.environ)


def _posted(tracker: str, record: Record, cancel: threading.Event, patience_s: float) -> str | None:
    with tempfile.TemporaryFile() as letter, tempfile.TemporaryFile() as answer:
        letter.write(json.dumps(asdict(record)).encode())
        letter.seek(0)
        process = subprocess.Popen(
            [sys.executable, "-P", "-m", "halo_forge.tracking.child", tracker],  # -P: no wandb/ of this folder
            stdin=letter, stdout=answer, stderr=subprocess.DEVNULL,
            start_new_session=True,  # the terminal's Ctrl-C is for us
        )  # fmt: skip
        late = _wait(process, cancel, patience_s)
        return late if late is not None else _answer(answer, process.returncode)


def _wait(process: subprocess.Popen[bytes], cancel: threading.Event, patience_s: float) -> str | None:
    """Until it ends, or is not waited for any longer; what it started ends with it. Returns why it was ended."""
    deadline, late = time.monotonic() + patience_s, None
    while not _ended(process.pid):
        if cancel.wait(_BEAT_S):
            late = "stopped"
        elif time.monotonic() > deadline:
            late = f"no answer within {patience_s:g} s"
        if late is not None:
            break
    os.killpg(process.pid, signal.SIGKILL)  # not reaped yet, so it can mean no other
    process.wait()
    return late


def _ended(pid: int) -> bool:
    return os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None


def _answer(file: IO[bytes], status: int) -> str | None:
    file.seek(0)
    try:
        failed: str | None = json.load(file)["failed"]
    except ValueError:
        return f"its process ended with status {status}"
    return failed


def _shown(reason: str, environment: Mapping[str, str]) -> str:
    """One line, with nothing in it that could be a password."""
    for name, value in environment.items():
        if _SECRET.search(name) and len(value) >= _SHORTEST_SECRET:
            reason = reason.replace(value, "***")
    line = " ".join(_LOGIN.sub("//***@", reason).split())
    return line if len(line) <= _LONGEST else f"{line[:_LONGEST]}…"
