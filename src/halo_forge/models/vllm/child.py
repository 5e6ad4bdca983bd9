"""The program in which vLLM runs, beside halo-forge: ``python -m halo_forge.models.vllm.child``.

It takes lines of JSON from standard input and answers with such lines; `halo_forge.models.vllm.process` is at the other
end and describes them. Whatever else vLLM prints goes where standard error goes.

Limits: it trusts who started it. Nothing but this file imports vLLM.
"""

from __future__ import annotations

import json
import os
import queue
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable
from typing import Any, TextIO

from halo_forge.errors import first_line
from halo_forge.models.openmp import wait_briefly
from halo_forge.types import JSONObject

_PATIENCE_S = 3.0  # to end properly, once halo-forge is gone

Tell = Callable[[JSONObject], None]


def main() -> None:
    """Open the engine that the first line describes, and serve until standard input ends."""
    wait_briefly()
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "w")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # what others print is no answer

    def tell(message: JSONObject) -> None:
        print(json.dumps(message), file=answers, flush=True)

    inbox: queue.SimpleQueue[JSONObject | None] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(sys.stdin, inbox), daemon=True).start()
    try:
        opening = inbox.get()
        if opening is not None:
            serving = _Serving(opening, tell)
            serving.serve(inbox)
            serving.end()
    except Exception as error:  # the boundary of vLLM's code: it is told in a line over there
        traceback.print_exc()
        tell({"failed": _reason(error)})
    os._exit(0)  # to take all libraries down in order would take seconds


class _Serving:
    """One engine, and what it is asked."""

    def __init__(self, opening: JSONObject, tell: Tell) -> None:
        from vllm.engine.arg_utils import EngineArgs
        from vllm.v1.engine.llm_engine import LLMEngine

        self._tell = tell
        self._sampling = opening["sampling"]
        self._engine = LLMEngine.from_engine_args(EngineArgs(**opening["arguments"]))
        self._adapter = self._put_on(opening["adapter"])
        self._tell({"ready": self._engine.model_config.max_model_len})

    def serve(self, inbox: queue.SimpleQueue[JSONObject | None]) -> None:
        """Step by step, hearing what is new before each."""
        while True:
            while not (self._engine.has_unfinished_requests() and inbox.empty()):
                message = inbox.get()
                if message is None:
                    return
                self._hear(message)
            for output in self._engine.step():
                if output.finished:
                    self._deliver(output)

    def end(self) -> None:
        """End what vLLM started."""
        self._engine.engine_core.shutdown()

    def _put_on(self, adapter: str | None) -> Any:
        if adapter is None:
            return None
        from vllm.lora.request import LoRARequest

        request = LoRARequest("adapter", 1, adapter)
        self._engine.add_lora(request)  # what is wrong with it is said now
        return request

    def _hear(self, message: JSONObject) -> None:
        from vllm import SamplingParams

        if "drop" in message:
            self._engine.abort_request([str(number) for number in message["drop"]])
            return
        settings = SamplingParams(**self._sampling, **message["sampling"])
        prompt = {"prompt_token_ids": message["prompt"]}
        self._engine.add_request(str(message["ask"]), prompt, settings, lora_request=self._adapter)

    def _deliver(self, output: Any) -> None:
        answer = output.outputs[0]
        ids = [int(token) for token in answer.token_ids]
        self._tell({"done": int(output.request_id), "ids": ids, "finish": answer.finish_reason})


def _listen(source: TextIO, inbox: queue.SimpleQueue[JSONObject | None]) -> None:
    for line in source:
        if line.endswith("\n"):  # else halo-forge was killed in the middle of it
            inbox.put(json.loads(line))
    inbox.put(None)
    time.sleep(_PATIENCE_S)
    os.killpg(0, signal.SIGKILL)  # this process leads the group of all that vLLM started


def _reason(error: BaseException) -> str:
    """What went wrong, in one line."""
    import pydantic

    if isinstance(error, pydantic.ValidationError):
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        return f"{place}: {first['msg']}" if place else first["msg"].removeprefix("Value error, ")
    return first_line(error)


if __name__ == "__main__":
    main()
