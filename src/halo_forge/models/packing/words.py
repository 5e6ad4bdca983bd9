"""A tokenizer as a GGUF file has it: tokens with their kinds, merges, special ids, how text is split, chat template.

How text is split before the merges has a name in llama.cpp, which knows the rule behind it. The name is found by the
rule in the directory's tokenizer; whether both then agree is found out by `halo_forge.models.probe`.

Limits: byte-level BPE, and the rules in `_RULES`; with a GGUF file to take over from, whatever that has.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from halo_forge.errors import ModelError
from halo_forge.models.gguf import read_header

_SPLIT = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|%s| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
_RULES: Mapping[tuple[str, ...], str] = {
    ("digits", "words"): "smollm",
    ("words",): "gpt-2",
    (_SPLIT % r"\p{N}",): "qwen2",
    (_SPLIT % r"\p{N}{1,3}",): "llama-bpe",
}
"""What text is split by, in this order -> llama.cpp's name for that."""
_SPECIAL = ("bos", "eos", "unk", "pad")


def add_tokenizer(writer: Any, directory: Path, tokenizer: Any, rows: int, like: Path | None) -> None:
    """Add all that llama.cpp has to know of words to a `gguf.GGUFWriter`.

    Args:
        rows: tokens that the model has numbers for.
        like: a GGUF file to take it from, instead of from `tokenizer`.

    Raises:
        ModelError: it is no tokenizer that can be written, or `like` is a file of another model.
    """
    if like is not None:
        _take_over(writer, directory, rows, like)
        return
    read = json.loads(tokenizer.backend_tokenizer.to_str())
    name = _RULES.get(_rule(read))
    if read["model"]["type"] != "BPE" or name is None:
        raise ModelError(
            f"{directory}: its tokenizer is not byte-level BPE of a known kind ({', '.join(_RULES.values())}); use "
            "llama.cpp's convert_hf_to_gguf.py"
        )
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre(name)
    tokens, kinds = _tokens(read, rows)
    writer.add_token_list(tokens)
    writer.add_token_types(kinds)
    merges = read["model"]["merges"]
    writer.add_token_merges([pair if isinstance(pair, str) else " ".join(pair) for pair in merges])
    writer.add_add_space_prefix(False)
    for special in _SPECIAL:
        if (token := getattr(tokenizer, f"{special}_token_id")) is not None:
            getattr(writer, f"add_{special}_token_id")(token)
    started = tokenizer("x")["input_ids"]
    writer.add_add_bos_token(tokenizer.bos_token_id is not None and started[0] == tokenizer.bos_token_id)
    if isinstance(tokenizer.chat_template, str):
        writer.add_chat_template(tokenizer.chat_template)


def _take_over(writer: Any, directory: Path, rows: int, like: Path) -> None:
    import gguf

    read_header(like)  # its complaints name the file
    source = gguf.GGUFReader(like)
    tokens = source.get_field("tokenizer.ggml.tokens")
    if tokens is None or len(tokens.data) != rows:
        count = 0 if tokens is None else len(tokens.data)
        raise ModelError(f"{directory} has {rows} tokens and {like} {count}; give the file that it was made from")
    for name, field in source.fields.items():
        if name.startswith("tokenizer."):
            kind = field.types[-1] if len(field.types) > 1 else None
            writer.add_key_value(name, field.contents(), field.types[0], sub_type=kind)


def _tokens(read: dict[str, Any], rows: int) -> tuple[list[str], list[int]]:
    """Every token and its kind, by id. Models have more rows than tokens now and then: those are never used."""
    import gguf

    kinds = gguf.TokenType
    tokens = [f"[PAD{number}]" for number in range(rows)]
    kind = [int(kinds.UNUSED)] * rows
    for text, number in read["model"]["vocab"].items():
        tokens[number], kind[number] = text, int(kinds.NORMAL)
    for added in read["added_tokens"]:
        tokens[added["id"]] = added["content"]
        kind[added["id"]] = int(kinds.CONTROL if added["special"] else kinds.USER_DEFINED)
    return tokens, kind


def _rule(read: dict[str, Any]) -> tuple[str, ...]:
    """What a tokenizer splits text by."""
    before = read["pre_tokenizer"] or {}
    found = []
    for step in before.get("pretokenizers", [before]):
        match step:
            case {"type": "Digits", "individual_digits": True}:
                found.append("digits")
            case {"type": "Split", "pattern": {"Regex": pattern}, "behavior": "Isolated", "invert": False}:
                found.append(pattern)
            case {"type": "ByteLevel", "add_prefix_space": False, "use_regex": splits}:
                found += ["words"] if splits else []
            case _:
                return ()
    return tuple(found)
