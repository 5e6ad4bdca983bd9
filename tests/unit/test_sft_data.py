"""The data of `sft train`: which answers come out of a file, with which tokens, and the line that each fault gets."""

from __future__ import annotations

import gzip
import json
import shutil
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import pytest

from halo_forge.errors import Cancelled, HaloForgeError, ModelError, SampleFileError
from halo_forge.models.base import SamplingSettings
from halo_forge.models.words import Words
from halo_forge.raft.base import longest_text, words_of
from halo_forge.raft.examples import Example
from halo_forge.raft.sft_data import read_data
from halo_forge.types import PromptStyle

END = 2  # <|im_end|> of the real tokenizer, and of the one here
LONG = 10_000


class Letters:
    """Words of a made-up model: a token is a character, ``|`` is the one that ends an answer."""

    end: int | None = END
    ends = frozenset({END})

    def __init__(self, style: PromptStyle, tag: str = "") -> None:
        self.style = style
        self._tag = tag

    def tokens(self, text: str) -> list[int]:
        return [END if letter == "|" else ord(letter) for letter in text]

    def encode_text(self, text: str) -> list[int]:
        return self.tokens(text)

    def encode_messages(self, messages: list[dict[str, str]], whose: str) -> list[int]:
        if messages[-1]["role"] == "tool":
            raise ModelError(f"refused {whose}")
        return self.tokens("".join(f"[{m['role'][0]}:{m['content']}]" for m in messages))

    def opened(self, _prompt: list[int]) -> str:
        return self._tag


def letters(style: PromptStyle = PromptStyle.CHAT, tag: str = "") -> Words:
    return cast(Words, Letters(style, tag))


CHAT, BASE = letters(), letters(PromptStyle.COMPLETION)


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    """Writes objects, or text as it is; returns the file's name in the current directory."""
    monkeypatch.chdir(tmp_path)

    def write(*lines: Any) -> str:
        text = [line if isinstance(line, str) else json.dumps(line) for line in lines]
        Path("a.jsonl").write_text("".join(f"{line}\n" for line in text))
        return "a.jsonl"

    return write


def read(name: str, words: Words = CHAT, most: int = LONG) -> list[Example]:
    return read_data(name, words, most, threading.Event())


def shown(examples: list[Example]) -> list[tuple[str, str]]:
    """As text, the end as ``|``."""
    return [
        ("".join(map(chr, one.prompt)), "".join("|" if token == END else chr(token) for token in one.answer))
        for one in examples
    ]


PAIR = {"prompt": "q", "completion": "a"}
TURNS = [
    {"role": "system", "content": "s"}, {"role": "user", "content": "q"}, {"role": "assistant", "content": "a"},
    {"role": "user", "content": "r"}, {"role": "assistant", "content": "b"},
]  # fmt: skip


def test_a_prompt_is_text_for_a_base_model_and_a_message_for_one_that_chats(file: Callable[..., str]) -> None:
    name = file(PAIR, "", {**PAIR, "completion": " b\n", "source": 7})
    assert shown(read(name, BASE)) == [("q", "a|"), ("q", " b\n|")]
    assert shown(read(name)) == [("[u:q]", "a|"), ("[u:q]", " b\n|")]


def test_every_answer_of_a_conversation_is_learnt_with_what_was_said_before(file: Callable[..., str]) -> None:
    greeting = [{"role": "assistant", "content": "hello"}, *TURNS[1:3]]
    name = file({"messages": TURNS, "prompt": "passed over"}, {"messages": greeting})
    assert shown(read(name)) == [
        ("[s:s][u:q]", "a|"), ("[s:s][u:q][a:a][u:r]", "b|"), ("[a:hello][u:q]", "a|"),
    ]  # fmt: skip


@pytest.mark.parametrize("words", [CHAT, BASE])
def test_an_end_that_is_written_out_is_there_once(file: Callable[..., str], words: Words) -> None:
    name = file({**PAIR, "completion": "a|"}, {**PAIR, "completion": "a||"}, {**PAIR, "completion": "a|b"})
    assert [answer for _, answer in shown(read(name, words))] == ["a|", "a|", "a|b|"]


def test_a_model_without_an_end(file: Callable[..., str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Letters, "end", None)
    assert shown(read(file(PAIR))) == [("[u:q]", "a")]


@pytest.mark.parametrize(
    ("answer", "learnt"),
    [
        ("a", "\n</think>\n\na|"),
        ("<think>\nwhy</think>a", "why</think>a|"),
        ("\n<think>why</think>a", "why</think>a|"),
        ("why</think>a", "why</think>a|"),
    ],
)
def test_behind_a_tag_that_the_template_has_opened(file: Callable[..., str], answer: str, learnt: str) -> None:
    """It is never there twice, and never left open."""
    name = file({**PAIR, "completion": answer})
    assert shown(read(name, letters(tag="<think>\n"))) == [("[u:q]", learnt)]
    assert shown(read(name)) == [("[u:q]", f"{answer}|")]


def test_zipped_and_a_list_and_a_byte_order_mark(file: Callable[..., str]) -> None:
    expected = read(file(PAIR, {"messages": TURNS}))
    text = Path("a.jsonl").read_bytes()
    Path("b").write_bytes(gzip.compress(text))
    Path("c.json").write_text(json.dumps([PAIR, {"messages": TURNS}], indent=1))
    Path("d").write_bytes(b"\xef\xbb\xbf" + text.replace(b"\n", b"\r\n\r\n"))
    assert len(expected) == 3
    assert read("b") == read("c.json") == read("d") == expected


MESSAGE = {"role": "user", "content": "q"}


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ({"completion": "a"}, "'prompt' is missing; give 'prompt' and 'completion', or 'messages'"),
        ({"prompt": "q"}, "'completion' is missing"),
        ({"prompt": "q", "completion": None}, "'completion' is missing"),
        ({"text": "q"}, "'prompt' is missing"),
        ({"prompt": 1, "completion": "a"}, "'prompt' must be a string, not the number 1"),
        ({"prompt": "q", "completion": " \n"}, "'completion' is empty"),
        ({"prompt": "q", "completion": "\0"}, "'completion' holds a NUL character"),
        ({"prompt": "q", "completion": "\ud800"}, "'completion' holds half of a surrogate pair"),
        ({"messages": []}, "no message is an answer"),
        ({"messages": [MESSAGE]}, "no message is an answer"),
        ({"messages": [{"role": "assistant", "content": "a"}]}, "no message is an answer"),
        ({"messages": [MESSAGE, {"role": "assistant", "content": " "}]}, "'messages[1].content' is empty"),
        ({"messages": [MESSAGE, {"role": "assistant"}]}, "'messages[1].content' is missing"),
        ({"messages": [MESSAGE, {"role": "assistant", "content": None}]}, "'messages[1].content' must be a string"),
        ({"messages": [MESSAGE, {"role": "gpt", "content": "a"}]}, "'messages[1].role' is none of system, user,"),
        ({"messages": "q"}, "'messages' must be a list, not a string"),
        ({"messages": ["q"]}, "'messages[0]' must be an object"),
        ("[]", "a list, where a JSON object is needed"),
        ("7", "the number 7, where a JSON object is needed"),
        ("{", "JSON spread over several lines"),
        ('{"prompt": "q"', "not JSON"),
        ({"prompt": "q" * 90, "completion": "a" * 6}, "an answer has 101 tokens with its prompt, and the model was"),
        ({"messages": [{"role": "tool", "content": "q"}, {"role": "assistant", "content": "a"}]}, ""),
    ],
)
def test_a_fault(file: Callable[..., str], line: Any, says: str) -> None:
    """In one line, with the place of it."""
    with pytest.raises(HaloForgeError) as caught:
        read(file(PAIR, "", line, PAIR), most=100)
    said = str(caught.value)
    assert said.startswith(f"a.jsonl:3: {says}" if says else "refused a.jsonl:3")
    assert "\n" not in said
    assert isinstance(caught.value, SampleFileError if says else ModelError)


def test_a_fault_in_a_list(file: Callable[..., str]) -> None:
    with pytest.raises(SampleFileError, match=r"^a.jsonl: item 2: 'completion' is missing"):
        read(file(json.dumps([PAIR, {"prompt": "q"}])))


def test_an_answer_may_be_as_long_as_the_model(file: Callable[..., str]) -> None:
    assert len(read(file({"prompt": "q" * 90, "completion": "a" * 5}), most=100)[0].input_ids) == 100


def test_messages_for_a_base_model(file: Callable[..., str]) -> None:
    with pytest.raises(SampleFileError, match=r"^a.jsonl:1: 'messages' are for models that chat"):
        read(file({"messages": TURNS}), BASE)


@pytest.mark.parametrize("lines", [(), ("", " "), ("[]",)])
def test_nothing_in_it(file: Callable[..., str], lines: tuple[str, ...]) -> None:
    with pytest.raises(SampleFileError, match=r"^a.jsonl: there is no answer in it; write one JSON object a line"):
        read(file(*lines))


def test_what_is_not_there(file: Callable[..., str]) -> None:
    """A path of two parts looks like a hub's name; its ending says that it is none."""
    Path(file(PAIR)).rename("answers.jsonl")
    Path("data").mkdir()
    for name, says in (
        ("anwsers.jsonl", "no such file; did you mean answers.jsonl?"),
        ("data/answers.jsonl", "no such file; name a JSONL file, or a data set of the hub"),
        ("data/answers.jsonl.gz", "no such file; name a JSONL file, or a data set of the hub"),
        ("data", "a directory; name a JSONL file"),
    ):
        with pytest.raises(SampleFileError) as caught:
            read(name)
        assert str(caught.value) == f"{name}: {says}"


def test_a_torn_zip(file: Callable[..., str]) -> None:
    file(PAIR)
    Path("b.gz").write_bytes(gzip.compress(b'{"prompt": "q", "completion": "a"}\n' * 100)[:-12])
    with pytest.raises(SampleFileError, match="the gzip data is cut off or damaged"):
        read("b.gz")


def test_stopped_while_it_reads(file: Callable[..., str]) -> None:
    cancel = threading.Event()
    cancel.set()
    with pytest.raises(Cancelled):
        read_data(file(PAIR), CHAT, LONG, cancel)


# A hub


class TestHub:
    """What the package ``datasets`` says, without a network."""

    def test_it_cannot_be_reached(self, monkeypatch: pytest.MonkeyPatch) -> None:
        datasets = pytest.importorskip("datasets")

        def load_dataset(*_: Any, **__: Any) -> None:
            raise ConnectionError("no way to org/data\nand a second line")

        monkeypatch.setattr(datasets, "load_dataset", load_dataset)
        with pytest.raises(SampleFileError) as caught:
            read("org/data")
        assert str(caught.value) == (
            "org/data: no file, and the hub gave no data set: no way to org/data; give a JSONL file"
        )

    def test_its_rows(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Columns that a row has nothing in count as missing."""
        datasets = pytest.importorskip("datasets")
        rows = [{**PAIR, "messages": None}, {"prompt": None, "completion": None, "messages": TURNS[1:3]}]
        asked = []

        def load_dataset(name: str, split: str) -> Any:
            asked.append((name, split))
            return datasets.Dataset.from_list(rows)

        monkeypatch.setattr(datasets, "load_dataset", load_dataset)
        assert shown(read("org/data")) == [("[u:q]", "a|")] * 2
        assert asked == [("org/data", "train")]
        rows[1]["messages"] = None
        with pytest.raises(SampleFileError, match=r"^org/data: row 2: 'prompt' is missing"):
            read("org/data")


# A real tokenizer


@pytest.fixture
def base_directory(model_directory: Path, tmp_path: Path) -> Path:
    """The same model without a template: one that goes on with text."""
    for name in ("config.json", "tokenizer.json", "tokenizer_config.json"):
        shutil.copy(model_directory / name, tmp_path)
    return tmp_path


def test_a_model_that_chats(file: Callable[..., str], model_directory: Path) -> None:
    words = words_of(model_directory, SamplingSettings())
    assert (words.style, words.end) == (PromptStyle.CHAT, END)
    name = file({"messages": TURNS}, {**PAIR, "completion": "a<|im_end|>"})
    found = read(name, words, longest_text(model_directory))
    text = [(words._tokenizer.decode(one.prompt), words._tokenizer.decode(one.answer)) for one in found]
    first = "<|im_start|>system\ns<|im_end|>\n<|im_start|>user\nq<|im_end|>\n<|im_start|>assistant\n"
    second = f"{first}a<|im_end|>\n<|im_start|>user\nr<|im_end|>\n<|im_start|>assistant\n"
    assert text[:2] == [(first, "a<|im_end|>"), (second, "b<|im_end|>")]
    assert text[2][0].endswith("<|im_start|>user\nq<|im_end|>\n<|im_start|>assistant\n")
    assert text[2][1] == "a<|im_end|>"


def test_a_base_model(file: Callable[..., str], base_directory: Path) -> None:
    words = words_of(base_directory, SamplingSettings())
    assert (words.style, words.end) == (PromptStyle.COMPLETION, END)
    (found,) = read(file({"prompt": "def f():\n", "completion": "    return 1\n"}), words)
    assert words._tokenizer.decode(found.prompt) == "def f():\n"
    assert words._tokenizer.decode(found.answer) == "    return 1\n<|im_end|>"
    with pytest.raises(SampleFileError, match="'messages' are for models that chat"):
        read(file({"messages": TURNS}), words)


def test_a_model_that_thinks(file: Callable[..., str], thinking_directory: Path) -> None:
    words = words_of(thinking_directory, SamplingSettings())
    (found,) = read(file(PAIR), words)
    whole = words._tokenizer.decode(found.input_ids)
    assert whole.endswith("<|im_start|>assistant\n<think>\n\n</think>\n\na<|im_end|>")


def test_a_template_that_refuses(file: Callable[..., str], thinking_directory: Path) -> None:
    (thinking_directory / "chat_template.jinja").write_text("{{ raise_exception('roles must alternate') }}")
    words = words_of(thinking_directory, SamplingSettings())
    with pytest.raises(ModelError) as caught:
        read(file(PAIR), words)
    assert str(caught.value) == ("the chat template refused a.jsonl:1: roles must alternate; mend its messages")


def test_the_longest_text(model_directory: Path) -> None:
    assert (
        longest_text(model_directory)
        == json.loads((model_directory / "config.json").read_text())["max_position_embeddings"]
    )
