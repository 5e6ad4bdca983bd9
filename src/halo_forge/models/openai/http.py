"""One question to a server, asked again until it is answered or there is no hope left.

What may pass by itself is tried again: no connection, a reset, no answer in time, HTTP 429 and 5xx, an answer that is
no answer. The pauses grow and are never the same for two requests, so that a server that comes back isn't run over.
They end: when nobody got an answer for long, or when one request fails while others don't. What the user has to mend is
never tried again.

Limits: answers come whole, not in pieces, so a server at work and one that hangs look the same until time is up.
"""

from __future__ import annotations

import asyncio
import email.utils
import logging
import math
import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

import httpx

from halo_forge.errors import EngineError
from halo_forge.models.openai.address import Address
from halo_forge.types import JSONObject

T = TypeVar("T")

_log = logging.getLogger(__name__)

_CONNECT_S = 10.0
_SHOWN = 300  # characters of what a server says
_MAY_PASS = frozenset({408, 409, 425, 429})  # and 5xx
_WORTH_SAYING = 3  # failures of one request
_NEVER = 501  # the server will not learn it
_TOO_MANY = 429
_NO_MONEY = "insufficient_quota"  # an HTTP 429 that waiting doesn't mend


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to hope. All in seconds but `tries`.

    Attributes:
        silence_s: a request that fails is given up when nobody got an answer for so long.
        tries: and when it failed so often in a row while others got theirs.
        first_pause_s: doubled with each failure, up to `longest_pause_s`.
        answer_s: a request without an answer for so long has failed.
    """

    answer_s: float
    silence_s: float = 300.0
    tries: int = 10
    first_pause_s: float = 0.5
    longest_pause_s: float = 10.0


class Refused(Exception):
    """The server understood and said no. Asking the same again is of no use.

    Attributes:
        status: HTTP's.
        code: the server's own word for it, or its type of error; may be empty.
        prompt_tokens: of a prompt that is too long, where the server tells.
    """

    def __init__(self, status: int, message: str, code: str, prompt_tokens: int | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.code = code
        self.prompt_tokens = prompt_tokens


class Failure(Exception):
    """What may pass by itself.

    Attributes:
        busy: the server works, and has enough to do.
        wait_s: how long it asks to be left alone.
    """

    def __init__(self, what: str, *, busy: bool = False, wait_s: float = 0.0) -> None:
        super().__init__(what)
        self.busy = busy
        self.wait_s = wait_s


class Line:
    """Asks one server. All its requests share what is known of the server's health."""

    def __init__(self, address: Address, key: str | None, patience: Patience) -> None:
        self.base = address.base
        self.last_answer = time.monotonic()
        self.patience = patience
        self._key = key
        self._told_at = -math.inf
        self._is_local = address.is_local
        self._tls = httpx.create_ssl_context(trust_env=not address.is_local)  # slow to make, so it is shared
        # A client for each request that is under way: a pool of connections looks at all of them for every request,
        # which took 7 ms of processor time where 128 were open, against 1.5 ms this way.
        self._idle: list[httpx.AsyncClient] = []

    async def ask(self, path: str, body: JSONObject | None, read: Callable[[JSONObject], T], about: str) -> T:
        """What `read` makes of the answer; without `body` it is a GET.

        Args:
            read: raises `Failure` where the answer is none.
            about: the request, for an error's text.

        Raises:
            Refused: the server said no.
            EngineError: there is no hope left.
        """
        trouble = _Trouble(self, about)
        while True:
            try:
                answer = read(await self._once(path, body))
            except Failure as failure:
                await asyncio.sleep(trouble.pause(failure))
            else:
                self.last_answer = time.monotonic()
                return answer

    def tell(self, failure: Failure) -> None:
        """Say why nothing happens; once until there is an answer."""
        if self._told_at <= self.last_answer:
            self._told_at = time.monotonic()
            _log.warning("the server at %s fails (%s); trying again", self.base, failure)

    async def close(self) -> None:
        """Close what is open."""
        while self._idle:
            await self._idle.pop().aclose()

    async def _once(self, path: str, body: JSONObject | None) -> JSONObject:
        url = f"{self.base}{path}"
        client = self._idle.pop() if self._idle else self._client()
        try:
            async with asyncio.timeout(self.patience.answer_s):
                response = await client.request("GET" if body is None else "POST", url, json=body)
        except TimeoutError as error:
            raise Failure(f"no answer within {self.patience.answer_s:.0f} s") from error
        except httpx.RequestError as error:
            raise Failure(self._scrubbed(_words(error))) from error
        finally:
            self._idle.append(client)
        content = _content(response)
        if response.is_success:
            if content is None or content.get("error"):
                raise Failure("the answer is no JSON object" if content is None else self._message(response, content))
            return content
        message, code = self._message(response, content), _code(content)
        status = response.status_code
        if (status in _MAY_PASS or status >= 500) and status != _NEVER and code != _NO_MONEY:
            wait_s = _retry_after(response.headers.get("retry-after", ""))
            raise Failure(message, busy=status == _TOO_MANY, wait_s=wait_s)
        raise Refused(status, message, code, _prompt_tokens(content))

    def _client(self) -> httpx.AsyncClient:
        return httpx.AsyncClient(
            headers={} if self._key is None else {"Authorization": f"Bearer {self._key}"},
            timeout=httpx.Timeout(None, connect=_CONNECT_S),
            verify=self._tls,
            trust_env=not self._is_local,  # no proxy is meant for this very machine
        )

    def _message(self, response: httpx.Response, content: JSONObject | None) -> str:
        """What the server said, in one line, without the key."""
        error = None if content is None else content.get("error", content)
        said = error.get("message", error.get("detail")) if isinstance(error, dict) else error
        text = response.text if said is None else str(said)
        if response.is_redirect:
            text = f"it has moved to {response.headers.get('location', 'nowhere')}"
        return self._scrubbed(f"HTTP {response.status_code}: {' '.join(text.split())[:_SHOWN]}")

    def _scrubbed(self, text: str) -> str:
        return text if self._key is None else text.replace(self._key, "[key]")


class _Trouble:
    """The failures of one request."""

    def __init__(self, line: Line, about: str) -> None:
        self._line = line
        self._about = about
        self._since: float | None = None
        self._failures = 0
        self._alone = 0  # failures while others got their answers
        self._last = time.monotonic()

    def pause(self, failure: Failure) -> float:
        """Seconds to wait before the next try.

        Raises:
            EngineError: there is no hope left.
        """
        patience, now = self._line.patience, time.monotonic()
        self._since = now if self._since is None else self._since
        self._alone += self._line.last_answer > self._last and not failure.busy
        self._failures += 1
        self._last = now
        silent_s = now - max(self._since, self._line.last_answer)
        if self._alone >= patience.tries:
            raise self._given_up(failure, f"{self._failures} times in a row, while it answered other requests")
        if silent_s >= patience.silence_s:
            raise self._given_up(failure, f"for {silent_s:.0f} s")
        if failure.wait_s > patience.silence_s:
            raise self._given_up(failure, f"and asks to be left alone for {failure.wait_s:.0f} s")
        if self._failures == _WORTH_SAYING:
            self._line.tell(failure)
        longest = min(patience.longest_pause_s, patience.first_pause_s * 2.0 ** min(self._failures - 1, 30))
        return failure.wait_s + longest * random.uniform(0.5, 1.0)

    def _given_up(self, failure: Failure, how: str) -> EngineError:
        return EngineError(f"the server at {self._line.base} failed {how} on {self._about}: {failure}")


def _words(error: httpx.RequestError) -> str:
    """httpx leaves some of its errors without a text."""
    return f"{error}" if str(error) else type(error).__name__


def _content(response: httpx.Response) -> JSONObject | None:
    try:
        content = response.json()
    except (ValueError, RecursionError):
        return None
    return content if isinstance(content, dict) else None


def _code(content: JSONObject | None) -> str:
    error = {} if content is None else content.get("error")
    if not isinstance(error, dict):
        return ""
    # llama.cpp repeats HTTP's number as its code, and has the word in its type
    words = [word for key in ("code", "type") if isinstance(word := error.get(key), str)]
    return words[0] if words else ""


def _prompt_tokens(content: JSONObject | None) -> int | None:
    error = {} if content is None else content.get("error")
    count = error.get("n_prompt_tokens") if isinstance(error, dict) else None  # llama.cpp
    return count if isinstance(count, int) else None


def _retry_after(header: str) -> float:
    """Seconds or a date (RFC 9110, 10.2.3); 0 where there is neither."""
    try:
        return max(0.0, float(header)) if header.strip() else 0.0
    except ValueError:
        pass
    try:
        return max(0.0, email.utils.parsedate_to_datetime(header).timestamp() - time.time())
    except (ValueError, OverflowError):
        return 0.0
