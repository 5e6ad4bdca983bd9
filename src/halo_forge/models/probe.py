"""Whether transformers and llama.cpp make the same tokens of a text, with the tokenizer that each reads for itself.

Both read some tokenizers without an error and wrongly. A model that gets other tokens than it was trained on writes
worse, and nothing says so; hence whoever makes a model of one kind from the other asks here before using it.

Limits: one text, with what tokenizers are known to differ in: digits, spaces before them, line ends, capitals behind
an apostrophe, other scripts. It is in Unicode's composed form (NFC), which some tokenizers make and llama.cpp does not.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from halo_forge.models.llamacpp import tokens_of

TEXT = (
    "def f(x):\n\treturn [x, 10, 2345]  # it's    'ä', 漢字, x86_64!\r\n\n\n"
    "    if x != None and x >= 0x1F: print(f\"{x}\")\nI'LL we'Ve  \u00a0 🙂 CamelCase snake_case 1,000.50 \n"
    "    42,  7\n\n        100000 # numbers behind spaces\n\t\t3  )  ²½٣  ...  \n"
)


def same_tokens(gguf: Path, tokenizer: Any) -> bool:
    """Whether `tokenizer` (of transformers) reads `TEXT` as llama.cpp does with a GGUF file.

    Raises:
        ModelError: llama.cpp cannot load the file.
    """
    found: list[int] = tokenizer(TEXT, add_special_tokens=False)["input_ids"]
    return found == tokens_of(gguf, TEXT)
