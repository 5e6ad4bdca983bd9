"""Examples, a problem's own settings, thinking and prices, from the command line to a server or a script and back."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import jsonschema
import pytest

from e2e.conftest import CommandLine
from e2e.test_run import schema
from serving import Act, Body, Server, answer, serving

PROBLEMS: list[dict[str, Any]] = [
    {"id": f"p{n}", "prompt": f"Print {n}.", "language": "python", "expected_output": f"{n}\n"} for n in range(3)
]
SHOTS: list[dict[str, Any]] = [
    {"prompt": "Print  1.", "language": "python", "solution": "print(1)"},
    {"prompt": "Print 7.", "language": "python"},
    {"prompt": "Print 8.", "language": "python", "solution": "print(8)\n"},
    {"prompt": "Print 9.", "language": "python", "solution": "print(9)\n"},
]
SCRIPT = ("benchmark", "run", "--model", "scripted:samples.jsonl", "--prompts", "problems.jsonl", "--k", "1")
THINKS = "<think>\nThe user wants a number.\n```python\nprint(0)\n```\n"


def solves(number: int, body: Body) -> Act:
    """A model that is always right."""
    wanted = str(body["messages"][-1]["content"]).removeprefix("Print ").rstrip(".")
    return Act(answer(body, message={"content": f"```python\nprint({wanted})\n```"}))


@pytest.fixture
def ready(halo: CommandLine) -> CommandLine:
    """Problems, examples, and a script that solves the first problem."""
    halo.write("problems.jsonl", *PROBLEMS)
    halo.write("shots.jsonl", *SHOTS)
    texts = [THINKS, f"{THINKS}</think>\n```python\nprint(0)\n```", "print(1)"]
    counts = {"n_tokens": 1000, "prompt_tokens": 200}
    lines = [{"problem_id": "p0", "text": text, **counts, "think_tokens": 10} for text in texts]
    lines += [{"problem_id": f"p{n}", "text": "no", **counts, "think_tokens": 0} for n in (1, 2)]
    lines[0]["finish_reason"] = "length"
    halo.write("samples.jsonl", *lines)
    return halo


@pytest.fixture
def server() -> Iterator[Server]:
    """It remembers what it was asked."""
    with serving(solves) as running:
        yield running


def run(halo: CommandLine, server: Server, *more: str) -> dict[str, Body]:
    """Run it, one sample a problem. What the server was asked, by the last message."""
    command = ("benchmark", "run", "--model", server.url, "--prompts", "problems.jsonl", "--samples", "1")
    answered = halo(*command, "--k", "1", "--output", "x.json", *more)
    assert answered.status == 0, answered.err
    jsonschema.validate(halo.json("x.json"), schema())
    return {asked.body["messages"][-1]["content"]: asked.body for asked in server.asked}


def test_examples_come_before_the_problem_which_is_none_of_them(ready: CommandLine, server: Server) -> None:
    asked = run(ready, server, "--n-few-shot", "2", "--few-shot", "shots.jsonl")
    turns = {prompt: [m["content"] for m in body["messages"]] for prompt, body in asked.items()}
    one, eight, nine = (f"```python\nprint({n})\n```" for n in (1, 8, 9))
    assert turns["Print 0."] == ["Print  1.", one, "Print 8.", eight, "Print 0."]
    assert turns["Print 1."] == ["Print 8.", eight, "Print 9.", nine, "Print 1."]
    assert [m["role"] for m in asked["Print 0."]["messages"]] == ["user", "assistant"] * 2 + ["user"]
    few_shot = ready.json("x.json")["run"]["sampling"]["few_shot"]
    assert (few_shot["name"], few_shot["count"]) == ("shots", 2)


def test_other_examples_are_another_run(ready: CommandLine) -> None:
    command = (*SCRIPT, "--samples", "1", "--output", "x.json", "--few-shot", "shots.jsonl", "--n-few-shot")
    assert ready(*command, "2").status == 0
    assert ready(*command, "2").status == 0
    assert "sampling.few_shot.count: 2 there, 1 now" in ready(*command, "1").complaint
    assert "sampling.few_shot" in ready(*command, "0").complaint
    ready.write("shots.jsonl", {**SHOTS[0], "solution": "print( 1)"}, *SHOTS[1:])
    answered = ready(*command, "2")
    assert answered.status == 2
    assert "sampling.few_shot.hash" in answered.complaint


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--n-few-shot", "2"), "--n-few-shot 2 needs the examples; add --few-shot FILE"),
        (("--few-shot", "shots.jsonl"), "add --n-few-shot N"),
        (("--n-few-shot", "-1", "--few-shot", "shots.jsonl"), "give 0 (no examples) or more"),
        (
            ("--n-few-shot", "4", "--few-shot", "shots.jsonl"),
            "--n-few-shot 4 is more than the 3 problems of shots.jsonl",
        ),
        (("--n-few-shot", "3", "--few-shot", "shots.jsonl"), "problem 'p1' is in shots.jsonl itself and would get 2"),
        (("--n-few-shot", "1", "--few-shot", "problems.jsonl"), "problems.jsonl: no problem in it has a solution"),
        (("--n-few-shot", "1", "--few-shot", "shot.jsonl"), "did you mean shots.jsonl?"),
        (("--n-few-shot", "1", "--few-shot", "bare.jsonl"), "bare.jsonl is cpp, and the problems are python"),
        (("--think-budget", "0"), "--think-budget 0 leaves no room"),
        (("--think-budget", "9", "--prompt-style", "completion"), "--think-budget is for models that chat"),
        (("--price-in", "1"), "--price-out is missing"),
        (("--price-in", "-1", "--price-out", "1"), "--price-in -1 is no price"),
        (("--price-in", "1", "--price-out", "nan"), "--price-out nan is no price"),
        (("--greedy", "--samples", "1"), "problem 'p2' has a temperature of 0.5 of its own"),
    ],
)
def test_mistakes(ready: CommandLine, words: tuple[str, ...], says: str) -> None:
    ready.write("bare.jsonl", {"prompt": "Print 3.", "solution": "print(3)"})
    ready.write("problems.jsonl", *PROBLEMS[:2], {**PROBLEMS[2], "temperature": 0.5})
    before = sorted(ready.directory.rglob("*"))
    answered = ready(*SCRIPT, *words)
    assert answered.status == 2, answered.err
    assert says in answered.complaint
    assert sorted(ready.directory.rglob("*")) == before


def test_a_problem_says_how_it_is_sampled(ready: CommandLine, server: Server) -> None:
    own = {"temperature": 0, "top_p": 0.5, "max_tokens": 9, "system_prompt": "Be brief."}
    ready.write("problems.jsonl", PROBLEMS[0], {**PROBLEMS[1], **own})
    asked = run(ready, server, "--temperature", "0.3", "--think-budget", "90", "--system-prompt", "Be long.")
    plain, special = asked["Print 0."], asked["Print 1."]
    assert (plain["temperature"], plain["top_p"], plain["max_tokens"]) == (0.3, 0.95, 512 + 90)
    assert (special["temperature"], special["top_p"], special["max_tokens"]) == (0, 0.5, 9 + 90)
    assert [body["messages"][0]["content"] for body in (plain, special)] == ["Be long.", "Be brief."]
    result = ready.json("x.json")
    assert result["run"]["sampling"]["think_budget"] == 90
    assert result["problems"]["p0"]["hash"] != result["problems"]["p1"]["hash"]
    ready.write("problems.jsonl", PROBLEMS[0], {**PROBLEMS[1], **own, "max_tokens": 10})
    command = ("benchmark", "run", "--model", server.url, "--prompts", "problems.jsonl", "--output", "x.json")
    more = ("--samples", "1", "--temperature", "0.3", "--think-budget", "90", "--system-prompt", "Be long.")
    assert "problems.hash" in ready(*command, *more).complaint


def test_thinking_that_was_cut_is_no_answer(ready: CommandLine) -> None:
    answered = ready(*SCRIPT, "--samples", "3", "--output", "x.json")
    assert answered.status == 0, answered.err
    result = ready.json("x.json")
    jsonschema.validate(result, schema())
    assert (result["tokens"]["thinking"], result["tokens"]["thinking_cut"]) == (30, 1)
    assert "of them 30 of thinking" in answered.out
    assert "thinking cut: 1 sample" in answered.out
    lines = {line["index"]: line for line in ready.lines("x.samples.jsonl") if line["problem_id"] == "p0"}
    assert [lines[index]["outcome"] for index in range(3)] == ["no_code", "accepted", "wrong_answer"]
    assert lines[0]["detail"].startswith("thinking cut")
    assert lines[0]["think_tokens"] == 10


def test_what_it_cost(ready: CommandLine) -> None:
    command = (*SCRIPT, "--samples", "3", "--output", "x.json")
    assert ready(*command).status == 0
    assert ready.json("x.json")["cost"] is None
    answered = ready(*command, "--price-in", "2.5", "--price-out", "10")  # counted again, nothing is generated
    assert answered.status == 0, answered.err
    assert ready.json("x.json")["cost"] == {
        "currency": "USD", "price_in": 2.5, "price_out": 10.0, "prompt_tokens": 1800, "completion_tokens": 9000,
        "total": pytest.approx(0.0945), "per_solved": pytest.approx(0.0945),
    }  # fmt: skip
    assert "cost: $0.0945 ($0.0945 a solved problem)" in answered.out


def test_the_cost_of_samples_of_a_file(ready: CommandLine) -> None:
    ready.write("counted.jsonl", {"task_id": "p0", "solution": "print(0)", "n_tokens": 100, "prompt_tokens": 10})
    ready.write("uncounted.jsonl", {"task_id": "p0", "solution": "print(0)"})
    prices = ("--price-in", "1", "--price-out", "2")
    for name, total in (("counted", pytest.approx(210e-6)), ("uncounted", None)):
        answered = ready("benchmark", "score", f"{name}.jsonl", "-p", "problems.jsonl", *prices, "-o", f"{name}.json")
        assert answered.status == 0, answered.err
        result = ready.json(f"{name}.json")
        jsonschema.validate(result, schema())
        assert result["cost"]["total"] == total
    assert "cost: not known, because tokens were not counted" in answered.out
