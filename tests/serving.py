"""A server with OpenAI's interface on loopback, for tests: it answers by a rule, fails as told, dies and comes back.

It speaks HTTP over real sockets. An answer's text is made of the prompt and the seed, so that a test knows what each
sample has to be.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Any

Body = dict[str, Any]


class End(Enum):
    """How a connection ends."""

    WELL = auto()
    RESET = auto()  # before a byte of the answer
    CUT = auto()  # in the middle of the answer
    STALL = auto()  # never


@dataclass(frozen=True)
class Act:
    """What becomes of one request.

    Attributes:
        content: an object is sent as JSON, bytes as they are.
        after_s: the server works so long on it …
        until: … and until this is set.
    """

    content: Body | bytes
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    after_s: float = 0.0
    until: threading.Event | None = None
    end: End = End.WELL


@dataclass(frozen=True)
class Asked:
    """A request as it came."""

    path: str
    headers: dict[str, str]
    body: Body


def prompt_of(body: Body) -> str:
    """What the model is to read."""
    return str(body["messages"][-1]["content"] if "messages" in body else body["prompt"])


def answer(body: Body, finish: str = "stop", **more: Any) -> Body:
    """The right answer: choice i says the prompt and the seed plus i, in 7 tokens; the prompt has 5."""
    choices = []
    for index in range(body.get("n", 1)):
        text = f"{prompt_of(body)} {body.get('seed', 0) + index}"
        said = {"message": {"role": "assistant", "content": text}} if "messages" in body else {"text": text}
        choices.append({"index": index, "finish_reason": finish, **said, **more})
    usage = {"prompt_tokens": 5, "completion_tokens": 7 * len(choices)}
    return {"object": "chat.completion", "choices": choices, "usage": usage}


def error(status: int, message: str, code: str | None = None, **headers: str) -> Act:
    """An error as servers tell it."""
    told = {"error": {"message": message, "type": "some_error", "code": code}}
    return Act(told, status, {name.replace("_", "-"): value for name, value in headers.items()})


def right(number: int, body: Body) -> Act:
    """Every request is answered."""
    return Act(answer(body))


class Server:
    """Runs in a thread until it is closed.

    Attributes:
        asked: every request for text, in the order of their arrival.
    """

    def __init__(
        self, act: Callable[[int, Body], Act] = right, *, models: tuple[str, ...] = ("tiny",), owned_by: str = "me",
        key: str | None = None, slots: int = 1_000_000, context: int | None = None,
    ) -> None:  # fmt: skip
        self.asked: list[Asked] = []
        self.most_at_once = 0
        self._at_once = 0
        self._act = act
        self._key = key
        more = {} if context is None else {"max_model_len": context}
        self._models = {"data": [{"id": name, "owned_by": owned_by, **more} for name in models]}
        self._open: set[asyncio.StreamWriter] = set()
        self._loop = asyncio.new_event_loop()
        self._slots = asyncio.Semaphore(slots)
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._port = 0
        self.revive()

    @property
    def url(self) -> str:
        """What --model takes."""
        return f"http://127.0.0.1:{self._port}/v1"

    def revive(self) -> None:
        """Listen, on the same port as before."""
        self._server = self._do(asyncio.start_server(self._serve, "127.0.0.1", self._port, backlog=1000))
        self._port = self._server.sockets[0].getsockname()[1]

    def die(self) -> None:
        """Let go of all connections and listen no more."""
        self._do(self._die())

    def close(self) -> None:
        """End the thread."""
        self.die()
        self._do(_others_over())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _do(self, work: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()

    async def _die(self) -> None:
        self._server.close()
        for writer in self._open:
            writer.transport.abort()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._open.add(writer)
        try:
            while await self._exchange(reader, writer):
                pass
        except (OSError, asyncio.IncompleteReadError):
            pass  # the other side went away
        finally:
            self._open.discard(writer)
            writer.transport.abort()

    async def _exchange(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        request, *lines = head.strip().split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        content = await reader.readexactly(int(headers.get("content-length", "0")))
        act = await self._answered(request.split()[1], headers, content)
        if act.end is End.RESET:
            return False
        if act.end is End.STALL:
            await reader.read()  # until the other side has had enough
            return False
        content = act.content if isinstance(act.content, bytes) else json.dumps(act.content).encode()
        told = {"content-type": "application/json", "content-length": str(len(content)), **act.headers}
        lines = [f"HTTP/1.1 {act.status} -", *(f"{name}: {value}" for name, value in told.items()), "", ""]
        if act.end is End.CUT:
            content = content[: len(content) // 2]
        writer.write("\r\n".join(lines).encode() + content)
        await writer.drain()
        return act.end is End.WELL

    async def _answered(self, path: str, headers: dict[str, str], content: bytes) -> Act:
        if self._key is not None and headers.get("authorization") != f"Bearer {self._key}":
            return error(401, f"Incorrect API key: {headers.get('authorization')}", "invalid_api_key")
        if path == "/v1/models":
            return Act(self._models)
        if path not in ("/v1/chat/completions", "/v1/completions"):
            return error(404, f"no {path} here")
        body = json.loads(content)
        number = len(self.asked)
        self.asked.append(Asked(path, headers, body))
        self._at_once += 1
        self.most_at_once = max(self.most_at_once, self._at_once)
        try:
            async with self._slots:
                act = self._act(number, body)
                await asyncio.sleep(act.after_s)
                while act.until is not None and not act.until.is_set():
                    await asyncio.sleep(0.01)
                return act
        finally:
            self._at_once -= 1


async def _others_over() -> None:
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)


@contextlib.contextmanager
def serving(act: Callable[[int, Body], Act] = right, **options: Any) -> Iterator[Server]:
    """A server, closed at the end."""
    server = Server(act, **options)
    try:
        yield server
    finally:
        server.close()
