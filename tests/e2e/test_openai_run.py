"""`benchmark run` with a server: the key stays out of everything that is written, and a dead server costs nothing."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from e2e.conftest import CommandLine
from patience import LONG_S
from serving import Act, Body, Server, answer, error, serving

KEY = "sk-this-must-not-be-found-anywhere"
PROBLEMS = [
    {"id": f"p{n}", "prompt": f"Print {n}.", "language": "python", "expected_output": f"{n}\n"} for n in range(4)
]
SETTINGS = ("--prompts", "problems.jsonl", "--samples", "5", "--k", "1", "--output", "results/x.json")


def solves(number: int, body: Body) -> Act:
    """A model that is always right."""
    wanted = str(body["messages"][-1]["content"]).removeprefix("Print ").rstrip(".")
    return Act(answer(body, message={"content": f"```python\nprint({wanted})\n```"}))


@pytest.fixture
def halo(halo: CommandLine) -> CommandLine:
    """With a file of problems."""
    halo.write("problems.jsonl", *PROBLEMS)
    return halo


@pytest.fixture
def server() -> Iterator[Server]:
    """It takes one key."""
    with serving(solves, key=KEY, models=("org/tiny",)) as running:
        yield running


def holding(directory: Path, words: str) -> list[Path]:
    """The files that hold them."""
    return [path for path in directory.rglob("*") if path.is_file() and words.encode() in path.read_bytes()]


def test_a_run_and_where_the_key_is_not(halo: CommandLine, server: Server) -> None:
    environment = {"OPENAI_API_KEY": KEY, "XDG_CACHE_HOME": str(halo.directory / "cache")}
    answered = halo("benchmark", "run", "--model", server.url, *SETTINGS, "--results-jsonl", env=environment)
    assert answered.status == 0, answered.err
    result = halo.json("results/x.json")
    assert result["samples"] == {"total": 20, "compiled": 20, "passed": 20, "repeats": 16}
    assert (result["tokens"]["prompt"], result["tokens"]["completion"]) == (100, 140)
    model = result["run"]["model"]
    assert (model["name"], model["engine"], model["deterministic"]) == ("org/tiny", "openai", False)
    assert holding(halo.directory, "org/tiny")  # the search finds what is there
    assert holding(halo.directory, KEY) == []
    assert KEY not in answered.out + answered.err


def test_the_server_of_the_environment(halo: CommandLine, server: Server) -> None:
    environment = {"OPENAI_API_KEY": KEY, "OPENAI_BASE_URL": server.url}
    command = ("benchmark", "run", "--engine", "openai", *SETTINGS, "--concurrency", "2")
    assert halo(*command, "--model", "org/tiny", env=environment).status == 0
    assert server.most_at_once <= 2
    wrong = halo(*command, "--model", "tiny", env=environment)
    assert wrong.status == 2
    assert "it has org/tiny" in wrong.complaint


@pytest.mark.parametrize("key", [None, "sk-another", KEY + "x"])
def test_a_wrong_key(halo: CommandLine, server: Server, key: str | None) -> None:
    environment = {} if key is None else {"OPENAI_API_KEY": key}
    answered = halo("benchmark", "run", "--model", server.url, *SETTINGS, env=environment)
    assert answered.status == 2
    assert "OPENAI_API_KEY" in answered.complaint
    assert key is None or key not in answered.err
    assert not (halo.directory / "results").exists()


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--model", "http://me:secret@host/v1"), "OPENAI_API_KEY"),
        (("--model", "tiny", "--engine", "openai"), "OPENAI_BASE_URL"),
        (("--model", "http://127.0.0.1:9/v1"), "start the server"),
        (("--model", "http://127.0.0.1:9/v1", "--engine", "llamacpp"), "leave --engine out to get openai"),
        (("--model", "http://127.0.0.1:9/v1", "--concurrency", "0"), "--concurrency 0"),
        (("--model", "scripted:answers.jsonl", "--concurrency", "2"), "--concurrency is for servers"),
    ],
)
def test_a_mistake(halo: CommandLine, words: tuple[str, ...], says: str) -> None:
    halo.write("answers.jsonl", {"problem_id": "p0", "text": "x"})
    answered = halo("benchmark", "run", *words, *SETTINGS)
    assert answered.status == 2
    assert says in answered.complaint
    assert not (halo.directory / "results").exists()


def test_what_was_generated_before_a_refusal_is_kept(halo: CommandLine) -> None:
    revoked = threading.Event()

    def act(number: int, body: Body) -> Act:
        if number == 8:
            revoked.set()
        return error(401, f"{KEY} was revoked") if revoked.is_set() else solves(number, body)

    command = ("benchmark", "run", *SETTINGS, "--concurrency", "1", "--model")
    with serving(act) as server:
        answered = halo(*command, server.url, env={"OPENAI_API_KEY": KEY})
        assert answered.status == 2
        assert "[key] was revoked" in answered.complaint
        assert holding(halo.directory, KEY) == []
        asked = len(server.asked)
        assert asked == 9
        server._act = solves
        assert halo(*command, server.url).status == 0
        assert len(server.asked) == asked + 12  # and the eight that were there are not asked for again
    assert halo.json("results/x.json")["samples"]["passed"] == 20


def test_a_server_that_is_gone_for_good(halo: CommandLine) -> None:
    def act(number: int, body: Body) -> Act:
        return solves(number, body) if number < 8 else error(429, "come back tomorrow", Retry_After="86400")

    command = ("benchmark", "run", *SETTINGS, "--concurrency", "1", "--model")
    with serving(act) as server:
        answered = halo(*command, server.url)
        assert answered.status == 3
        assert "come back tomorrow" in answered.err
        assert "run the same command, without --fresh, to go on" in answered.err
        result = halo.json("results/x.json")
        assert (result["samples"]["passed"], result["missing"]) == (8, 12)
        server._act = solves
        assert halo(*command, server.url).status == 0
        assert len(server.asked) == 9 + 12
    assert halo.json("results/x.json")["samples"]["passed"] == 20


def test_ctrl_c_while_the_server_works(halo: CommandLine) -> None:
    """It ends, although no answer comes, and the server is let go."""
    asked = threading.Event()

    def act(number: int, body: Body) -> Act:
        if number == 3:
            asked.set()
        return Act(answer(body), until=threading.Event())

    with serving(act) as server:
        process = halo.start("benchmark", "run", "--model", server.url, *SETTINGS)
        assert asked.wait(LONG_S)
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=LONG_S)
    assert process.returncode == 130
    assert "stopped: 0 samples judged" in err
    assert "Traceback" not in err
