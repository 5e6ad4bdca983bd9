"""The process in which vLLM runs, seen from halo-forge.

A process of its own, because vLLM writes to the terminal as it likes, because Ctrl-C and a lack of memory must not
reach halo-forge, and because loading can only be given up by ending it. Both ends write lines of JSON.

To it: first ``{"arguments": …, "sampling": …, "adapter": …}``; then ``{"ask": 7, "prompt": [ids],
"sampling": …}`` and ``{"drop": [7, …]}``; the end of the input ends it. From it: once ``{"ready": context}``; for each
sample ``{"done": 7, "ids": [ids], "finish": "stop" | "length"}``; ``{"failed": reason}`` is its last word.
"""

from __future__ import annotations

import contextlib
import json
import os
import queue
import re
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping

from halo_forge.models.crew import PATIENCE_S
from halo_forge.types import JSONObject

END_S = 3.0  # for several processes to give back the memory that they share, which would stay taken (/dev/shm)
_LOG_TAIL = 200_000  # bytes of the log that are looked at
_ERROR = re.compile(r"(?:^|\s)(?:[\w.]*\.)?((?:\w+Error|\w*Exception): .+)$")
_HIDDEN = re.compile("root cause|stack trace|EngineDead|EngineCore failed")  # points at another error of the log


class VllmProcess:
    """One engine, from its start to `close`."""

    def __init__(self, opening: JSONObject, environment: Mapping[str, str]) -> None:
        """Start it, and do not wait.

        Args:
            environment: what it gets besides this process's.
        """
        self._place = tempfile.TemporaryDirectory(prefix="halo-forge-vllm-", ignore_cleanup_errors=True)
        self._log = tempfile.TemporaryFile(dir=self._place.name)  # noqa: SIM115, closed in `close`
        self._inbox: queue.SimpleQueue[JSONObject | None] = queue.SimpleQueue()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "halo_forge.models.vllm.child"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._log, text=True,
            env={**os.environ, **environment, "TMPDIR": self._place.name},
            start_new_session=True,  # the terminal's Ctrl-C is for us
        )  # fmt: skip
        self._listener = threading.Thread(target=self._listen, name="halo-forge-vllm", daemon=True)
        self._listener.start()
        self.send(opening)

    def send(self, message: JSONObject) -> None:
        """Say something; when it is gone, `receive` tells."""
        assert self._process.stdin is not None
        with contextlib.suppress(BrokenPipeError):
            print(json.dumps(message), file=self._process.stdin, flush=True)

    def receive(self, timeout_s: float) -> JSONObject | None:
        """What it says next, ``None`` when it says nothing for so long. ``failed`` also stands for its end."""
        try:
            message = self._inbox.get(timeout=timeout_s)
        except queue.Empty:
            return None
        if message is None:
            return {"failed": self._how_it_ended()}
        if "failed" in message and _HIDDEN.search(message["failed"]):
            return {"failed": self._last_error() or message["failed"]}
        return message

    def close(self, patience_s: float) -> None:
        """End it, with all that it started. May be called twice.

        Args:
            patience_s: how long it may take to end by itself before it is killed.
        """
        if self._log.closed:
            return
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        with contextlib.suppress(BrokenPipeError):
            self._process.stdin.close()
        self._listener.join(patience_s)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)  # not reaped yet, so it can mean no other
        self._process.wait()
        self._listener.join(PATIENCE_S)
        self._process.stdout.close()
        self._log.close()
        self._place.cleanup()

    def _listen(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            if line.endswith("\n"):  # else it was killed in the middle of it
                self._inbox.put(json.loads(line))
        self._inbox.put(None)

    def _how_it_ended(self) -> str:
        status = self._process.wait()
        if status == -signal.SIGKILL:
            return "its process was killed, as the system does when memory runs out"
        return self._last_error() or f"its process ended with status {status}"

    def _last_error(self) -> str | None:
        """The error at the bottom of it all, from the log."""
        self._log.seek(max(0, self._log.seek(0, os.SEEK_END) - _LOG_TAIL))
        lines = self._log.read().decode(errors="replace").splitlines()
        errors = [match[1] for line in lines if (match := _ERROR.search(line)) and not _HIDDEN.search(line)]
        return errors[-1] if errors else None
