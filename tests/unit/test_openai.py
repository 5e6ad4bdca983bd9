"""Engine openai against a real server on loopback: what it asks, what it makes of answers, faults and refusals."""

from __future__ import annotations

import email.utils
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from typing import Any

import pytest

from halo_forge.errors import EngineError, ModelError
from halo_forge.models.base import GenerationRequest, SamplingSettings, sample_seed
from halo_forge.models.openai.address import address_of
from halo_forge.models.openai.http import Patience
from halo_forge.models.openai.sampler import OpenAISampler
from halo_forge.types import FinishReason, Language, Problem, PromptStyle, Sample, SampleForm, SamplingOverrides
from serving import Act, Body, End, Server, answer, error, prompt_of, right, serving

PROBLEM = Problem("p", "Say it.", Language.PYTHON)
CODE = Problem("code", "def f():\n", Language.PYTHON, prompt_is_code=True)
SETTINGS = SamplingSettings(temperature=0.6, top_p=0.9, max_tokens=64, seed=3)
COMPLETION = SamplingSettings(max_tokens=64, prompt_style=PromptStyle.COMPLETION)
HASTY = Patience(answer_s=60.0, silence_s=60.0, tries=4, first_pause_s=0.01, longest_pause_s=0.05)


def drawn(
    server: Server, count: int, *, problem: Problem = PROBLEM, settings: SamplingSettings = SETTINGS,
    patience: Patience = HASTY, key: str | None = None, at_once: int | None = None,
) -> list[Sample]:  # fmt: skip
    """Samples 0 to count - 1, each once, in order."""
    sampler = OpenAISampler(address_of(server.url, {}), settings, key=key, at_once=at_once, patience=patience)
    with closing(sampler):
        found = sorted(
            sampler.generate([GenerationRequest(problem, 0, count)], threading.Event()), key=lambda s: s.index
        )
    assert [sample.index for sample in found] == list(range(count))
    return found


def expected(index: int, problem: Problem = PROBLEM, run_seed: int = 3) -> str:
    return f"{problem.prompt} {sample_seed(run_seed, problem, index)}"


def test_what_is_asked_and_what_comes_back() -> None:
    with serving() as server:
        samples = drawn(server, 5)
    for sample in samples:
        assert sample == Sample(
            "p", sample.index, expected(sample.index), SampleForm.SOLUTION, FinishReason.STOP, 7, 5,
            seed=sample_seed(3, PROBLEM, sample.index),
        )  # fmt: skip
    for asked in server.asked:
        seed = asked.body.pop("seed")
        assert seed in {sample.seed for sample in samples}
        assert asked.path == "/v1/chat/completions"
        assert asked.body == {
            "model": "tiny", "max_tokens": 64, "temperature": 0.6, "top_p": 0.9,
            "messages": [{"role": "user", "content": "Say it."}],
        }  # fmt: skip
        assert "authorization" not in asked.headers


def test_a_completion_has_its_stop_sequences() -> None:
    def goes_on(number: int, body: Body) -> Act:
        return Act(answer(body) | {"choices": [{"index": 0, "text": "    return 1\ndef g", "finish_reason": "length"}]})

    with serving(goes_on) as server:
        (sample,) = drawn(server, 1, problem=CODE, settings=COMPLETION)
    (asked,) = server.asked
    assert asked.path == "/v1/completions"
    assert asked.body["prompt"] == CODE.prompt
    assert "\ndef" in asked.body["stop"]
    assert (sample.text, sample.form) == ("    return 1", SampleForm.COMPLETION)  # the server did not heed it
    assert sample.finish_reason is FinishReason.STOP


@pytest.mark.parametrize(
    ("word", "reason"),
    [
        ("stop", "stop"),
        ("length", "length"),
        ("content_filter", "content_filter"),
        ("eos", "unknown"),
        (None, "unknown"),
    ],
)
def test_why_it_ended(word: str | None, reason: str) -> None:
    with serving(lambda _, body: Act(answer(body, word))) as server:
        assert drawn(server, 1)[0].finish_reason == reason


def test_thoughts_are_no_answer() -> None:
    def thinks(number: int, body: Body) -> Act:
        message: dict[str, Any] = {"content": "print(1)", "reasoning_content": "hm"}
        if body["seed"] % 2:
            message = {"content": None, "reasoning": "hm, hm"}
        return Act(answer(body, "length", message=message))

    with serving(thinks) as server:
        samples = drawn(server, 2)
    assert {(s.text, s.n_tokens, s.finish_reason) for s in samples} == {
        ("print(1)", 7, FinishReason.LENGTH),
        ("<think>\nhm, hm", 7, FinishReason.LENGTH),
    }


def test_the_server_says_how_much_was_thought() -> None:
    def thinks(number: int, body: Body) -> Act:
        content = answer(body)
        content["usage"]["completion_tokens_details"] = {"reasoning_tokens": 6}
        return Act(content)

    with serving(thinks) as server:
        (sample,) = drawn(server, 1)
    assert (sample.n_tokens, sample.think_tokens) == (7, 6)


@pytest.mark.parametrize(("owner", "told"), [("llamacpp", 100), ("me", None)])
def test_a_budget_of_thinking_comes_on_top(owner: str, told: int | None) -> None:
    with serving(right, owned_by=owner) as server:
        drawn(server, 1, settings=replace(SETTINGS, think_budget=100))
    (asked,) = server.asked
    assert asked.body["max_tokens"] == 164
    assert asked.body.get("thinking_budget_tokens") == told  # llama.cpp ends it by itself


def test_a_base_model_does_not_think() -> None:
    with (
        serving(lambda _, __: error(400, "this model has no chat template")) as server,
        pytest.raises(ModelError, match="--think-budget is for models that chat"),
    ):
        drawn(server, 1, settings=replace(SETTINGS, think_budget=100))


def test_a_problems_own_settings() -> None:
    own = replace(PROBLEM, sampling=SamplingOverrides(0.0, 0.5, 9, "Be brief."))
    with serving() as server:
        drawn(server, 1, problem=own)
        drawn(server, 1)
    asked, plain = (asked.body for asked in server.asked)
    assert (asked["temperature"], asked["top_p"], asked["max_tokens"]) == (0.0, 0.5, 9)
    assert asked["messages"][0] == {"role": "system", "content": "Be brief."}
    assert (plain["temperature"], plain["top_p"], plain["max_tokens"]) == (0.6, 0.9, 64)
    assert [message["role"] for message in plain["messages"]] == ["user"]


def test_a_problems_own_stop_sequences() -> None:
    own = replace(CODE, stop=("END",))
    with serving() as server:
        drawn(server, 1, problem=own, settings=COMPLETION)
    assert server.asked[0].body["stop"] == ["END"]


def test_a_server_that_does_not_count() -> None:
    with serving(lambda _, body: Act(answer(body) | {"usage": None})) as server:
        (sample,) = drawn(server, 1)
    assert (sample.n_tokens, sample.prompt_tokens) == (None, None)


def test_vllm_makes_several_at_once_and_tells_them_apart() -> None:
    four = threading.Event()

    def vllm(number: int, body: Body) -> Act:
        content = answer(body)
        for choice in content["choices"]:
            choice["token_ids"] = [choice["index"]] * (choice["index"] + 1)
        content["choices"].reverse()
        if number == 3:
            four.set()
        return Act(content, until=four)  # all four are under way before the first answer teaches anything

    with serving(vllm, owned_by="vllm") as server:
        samples = drawn(server, 10, at_once=4)
    assert [sample.text for sample in samples] == [expected(index) for index in range(10)]
    assert [asked.body.get("n", 1) for asked in server.asked] == [1, 1, 1, 1, 4, 2]
    assert [sample.n_tokens for sample in samples] == [7, 7, 7, 7, 1, 2, 3, 4, 1, 2]
    assert samples[7].token_ids == (3, 3, 3, 3)
    assert {(asked.body["top_k"], asked.body["min_p"]) for asked in server.asked} == {(-1, 0.0)}


def test_vllm_without_ids_is_asked_one_by_one() -> None:
    with serving(owned_by="vllm") as server:
        samples = drawn(server, 6)
    assert [asked.body.get("n", 1) for asked in server.asked] == [1] * 6
    assert {sample.n_tokens for sample in samples} == {7}


def test_as_many_at_once_as_asked_for() -> None:
    five = threading.Event()

    def act(number: int, body: Body) -> Act:
        if number == 4:
            five.set()
        return Act(answer(body), until=five)

    with serving(act) as server:
        drawn(server, 20, at_once=5)
    assert server.most_at_once == 5


def test_the_slowest_holds_nobody_up() -> None:
    """Five slots, one of them busy until the others have begun with all the rest."""
    all_begun = threading.Event()

    def act(number: int, body: Body) -> Act:
        if number == 20:
            all_begun.set()
        return Act(answer(body), until=all_begun if number == 0 else None)

    with serving(act) as server:
        assert len(drawn(server, 21, at_once=5)) == 21
    assert all_begun.is_set()


# What may pass by itself


def once(act: Act) -> Callable[[int, Body], Act]:
    """The first two requests fail, all others are answered."""
    return lambda number, body: act if number < 2 else right(number, body)


FAULTS = {
    "500": error(500, "internal"),
    "502 in HTML": Act(b"<html>bad gateway</html>", 502),
    "503 while it loads": error(503, "Loading model"),
    "429": error(429, "slow down", Retry_After="0"),
    "408": error(408, "timeout"),
    "no JSON": Act(b"\xff\xfe{"),
    "nothing": Act(b""),
    "a list": Act(b"[]"),
    "deep": Act(b'{"choices":' + b"[" * 100_000),
    "no choices": Act({"choices": []}),
    "two choices": Act({"choices": [{"text": "a"}, {"text": "b"}]}),
    "a choice without a text": Act({"choices": [{"index": 0, "finish_reason": "stop"}]}),
    "a number for a text": Act({"choices": [{"message": {"content": 3}}]}),
    "an error that is called a success": Act({"error": {"message": "worker died"}}),
    "given up": Act({"choices": [{"message": {"content": "half of"}, "finish_reason": "abort"}]}),
    "a reset": Act(b"", end=End.RESET),
    "half of it": Act({"choices": [{"message": {"content": "x" * 1000}}]}, end=End.CUT),
    "a stall": Act(b"", end=End.STALL),
    "bad compression": Act(b"not gzip", headers={"content-encoding": "gzip"}),
}


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS.keys())
def test_a_fault_passes(fault: Act) -> None:
    with serving(once(fault)) as server:
        samples = drawn(server, 4, patience=replace(HASTY, answer_s=2.0) if fault.end is End.STALL else HASTY)
    assert [sample.text for sample in samples] == [expected(index) for index in range(4)]
    assert len(server.asked) >= 6


def test_retry_after_is_heeded() -> None:
    arrivals: list[float] = []

    def act(number: int, body: Body) -> Act:
        arrivals.append(time.monotonic())
        return error(429, "slow down", Retry_After="0.7") if number == 0 else right(number, body)

    with serving(act) as server:
        drawn(server, 1)
    assert arrivals[1] - arrivals[0] >= 0.7


@pytest.mark.parametrize(
    "header",
    [lambda: "3600", lambda: email.utils.formatdate(time.time() + 3600, usegmt=True), lambda: "1e999"],
    ids=["seconds", "date", "endless"],
)
def test_who_asks_for_an_hour_is_given_up(header: Callable[[], str]) -> None:
    with (
        serving(lambda *_: error(429, "come back", Retry_After=header())) as server,
        pytest.raises(EngineError, match="left alone for"),
    ):
        drawn(server, 1)
    assert len(server.asked) == 1


@pytest.mark.parametrize("fault", [FAULTS["500"], FAULTS["429"], FAULTS["a reset"], FAULTS["no JSON"]])
def test_a_server_that_only_fails_is_given_up(fault: Act) -> None:
    with serving(lambda *_: fault) as server, pytest.raises(EngineError) as caught:
        drawn(server, 3, patience=replace(HASTY, silence_s=5.0))
    assert server.url in str(caught.value)
    assert "problem 'p'" in str(caught.value)
    assert "\n" not in str(caught.value)
    assert len(server.asked) > 6  # it was tried


def test_one_request_that_always_fails_ends_while_others_go_on() -> None:
    bad = Problem("bad", "Fail.", Language.PYTHON)

    def act(number: int, body: Body) -> Act:
        return error(500, "boom") if prompt_of(body) == "Fail." else Act(answer(body), after_s=0.02)

    requests = [GenerationRequest(bad, 0, 1), GenerationRequest(PROBLEM, 0, 10_000)]
    with (
        serving(act) as server,
        closing(OpenAISampler(address_of(server.url, {}), SETTINGS, at_once=4, patience=HASTY)) as sampler,
        pytest.raises(EngineError, match=r"times in a row, while it answered .* problem 'bad': HTTP 500: boom"),
    ):
        list(sampler.generate(requests, threading.Event()))
    failed = sum(prompt_of(asked.body) == "Fail." for asked in server.asked)
    assert HASTY.tries <= failed < 50


# What the user has to mend


@pytest.mark.parametrize(
    ("refusal", "says"),
    [
        (error(400, "temperature has to be 1"), "temperature has to be 1"),
        (error(401, "no such key"), "OPENAI_API_KEY"),
        (error(403, "not for you"), "OPENAI_API_KEY"),
        (error(404, "no such model"), "is .*/v1 right, and its model 'tiny'"),
        (error(429, "pay first", "insufficient_quota"), "pay first"),
        (Act(b"", 307, {"location": "http://elsewhere/v1"}), "moved to http://elsewhere/v1"),
        (Act(b"<html>\nno\n</html>", 400), "no"),
    ],
)
def test_a_refusal_is_told_at_once(refusal: Act, says: str) -> None:
    with serving(lambda *_: refusal) as server, pytest.raises(ModelError, match=says) as caught:
        drawn(server, 1)
    assert len(server.asked) == 1
    assert "\n" not in str(caught.value)


def test_a_key_in_a_servers_complaint_is_not_repeated() -> None:
    with (
        serving(lambda *_: error(401, "unknown key sk-hunter2, sorry"), key="sk-hunter2") as server,
        pytest.raises(ModelError, match=r"unknown key \[key\], sorry"),
    ):
        drawn(server, 1, key="sk-hunter2")


def test_a_key_is_sent_with_every_request() -> None:
    with serving(key="sk-hunter2") as server:
        drawn(server, 3, key="sk-hunter2")
    assert {asked.headers["authorization"] for asked in server.asked} == {"Bearer sk-hunter2"}


# What a server does not take is left out


def without(*keys: str, words: str = "Unrecognized: {}") -> Callable[[int, Body], Act]:
    def act(number: int, body: Body) -> Act:
        found = [key for key in keys if key in body]
        return error(400, words.format(found[0])) if found else right(number, body)

    return act


def test_max_completion_tokens() -> None:
    words = "Unsupported parameter: '{}' is not supported with this model. Use 'max_completion_tokens' instead."
    with serving(without("max_tokens", words=words)) as server:
        drawn(server, 8, at_once=2)
    assert len(server.asked) <= 10  # it is learned once
    assert server.asked[-1].body["max_completion_tokens"] == 64


def test_a_server_without_seeds() -> None:
    with serving(without("seed")) as server:
        samples = drawn(server, 3)
    assert {sample.seed for sample in samples} == {None}


def test_a_proxy_that_takes_less_than_the_server_behind_it() -> None:
    with serving(without("top_k", "return_token_ids"), owned_by="vllm") as server:
        samples = drawn(server, 3)
    assert [sample.text for sample in samples] == [expected(index) for index in range(3)]
    assert server.asked[-1].body["min_p"] == 0.0


def test_four_stop_sequences_are_enough() -> None:
    def act(number: int, body: Body) -> Act:
        if len(body["stop"]) > 4:
            return error(400, "'stop' must have at most 4 items")
        return Act(answer(body) | {"choices": [{"text": "    pass\n@late", "finish_reason": "stop"}]})

    with serving(act) as server:
        (sample,) = drawn(server, 1, problem=CODE, settings=COMPLETION)
    assert sample.text == "    pass"


def test_a_base_model_is_found_out() -> None:
    def act(number: int, body: Body) -> Act:
        return error(400, "you must provide a chat template") if "messages" in body else right(number, body)

    with serving(act) as server:
        (sample,) = drawn(server, 1, problem=CODE)
        assert sample.form is SampleForm.COMPLETION
        with pytest.raises(ModelError, match="chat template"):
            drawn(server, 1, settings=SamplingSettings(prompt_style=PromptStyle.CHAT))


# What does not fit


def roomy(context: int, prompt_tokens: int) -> Callable[[int, Body], Act]:
    """A server that refuses what can't fit, as vLLM does."""

    def act(number: int, body: Body) -> Act:
        if prompt_tokens + body["max_tokens"] > context:
            return error(400, f"This model's maximum context length is {context} tokens")
        return Act(answer(body, "length") | {"usage": {"prompt_tokens": prompt_tokens, "completion_tokens": 7}})

    return act


def test_a_prompt_that_does_not_fit_is_a_sample() -> None:
    with serving(roomy(100, 100), context=100) as server:
        samples = drawn(server, 2)
    assert {(s.text, s.finish_reason, s.n_tokens) for s in samples} == {("", FinishReason.CONTEXT, 0)}


def test_an_answer_gets_the_room_that_there_is() -> None:
    with serving(roomy(100, 60), context=100) as server:
        (sample,) = drawn(server, 1)
    assert (sample.text, sample.finish_reason) == (expected(0), FinishReason.LENGTH)
    assert server.asked[-1].body["max_tokens"] == 40


def test_no_room_and_no_way_to_know_how_much() -> None:
    with (
        serving(roomy(100, 60)) as server,
        pytest.raises(ModelError, match=r"problem 'p' leaves no room for an answer of 64 tokens"),
    ):
        drawn(server, 1)


def test_a_prompt_that_a_hosted_server_will_not_hear() -> None:
    with serving(lambda *_: error(400, "filtered", "content_filter")) as server:
        assert drawn(server, 1)[0].finish_reason is FinishReason.FILTERED


# Which model


def opened(url: str) -> Iterator[OpenAISampler]:
    with closing(OpenAISampler(address_of(url, {}), SETTINGS)) as sampler:
        yield sampler


def test_the_model_is_named_or_the_only_one() -> None:
    with serving(models=("org/a", "b:latest")) as server:
        with pytest.raises(ModelError, match=rf"has org/a, b:latest; name one: --model {server.url}#org/a"):
            next(opened(server.url))
        with pytest.raises(ModelError, match=r"no model 'org/c' \(did you mean 'org/a'\?\); it has org/a, b:latest"):
            next(opened(f"{server.url}#org/c"))
        for name, found in (("org/a", "org/a"), ("b", "b:latest")):
            (sampler,) = opened(f"{server.url}#{name}")
            assert sampler.info.source == f"{server.url}#{found}"


def test_a_file_of_llama_server_has_a_short_name() -> None:
    with serving(models=("/models/deep/tiny-q4.gguf",), owned_by="llamacpp") as server:
        (sampler,) = opened(server.url)
    assert sampler.info.name == "tiny-q4"
    assert sampler.info.engine_version.endswith("server: llama-server")
    assert not sampler.info.deterministic


def test_a_server_without_models() -> None:
    with serving(models=()) as server, pytest.raises(ModelError, match="has no model"):
        next(opened(server.url))


def test_no_server() -> None:
    with serving() as server:
        url = server.url
    with pytest.raises(ModelError, match=f"{url}.*start the server"):
        next(opened(url))


def test_no_such_server_at_all() -> None:
    with serving() as server:
        elsewhere = f"{server.url}/wrong"
        with pytest.raises(ModelError, match="mostly ends in /v1"):
            next(opened(elsewhere))
        (sampler,) = opened(f"{elsewhere}#named")  # some have no list
        assert sampler.info.name == "named"


def test_a_proxy_is_not_for_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    with serving() as server:
        assert len(drawn(server, 1)) == 1
