"""The blocks of a compiler that was found: with which flags they are made, and what makes them differ from others."""

from __future__ import annotations

import os
import re

from halo_forge.sandbox.base import Command
from halo_forge.verifiers.base import Workshop
from halo_forge.verifiers.blocks import Blocks
from halo_forge.verifiers.headers import BLOCK, Making
from halo_forge.verifiers.joining.pieces import Names
from halo_forge.verifiers.ready import Ready
from halo_forge.verifiers.warm import NOWHERE

# What may name a symbol that the linker looks at though nothing needs it, and what may hide such a word.
_FOR_THE_LINKER = re.compile(
    rb"asm|symver|(?:\b|__)section(?:__)?\b|\.gnu\.|##|%:%:|\?\?=|__CONCAT|__REDIRECT"
    rb"|[\w#%:?](?:(?:\\|\?\?/)[ \t\f\v\0]*\r?\n)+[\w#%:?=/]"
)
_FORMAT = 1  # of a block's directory; raised when others are made


def blocks_of(ready: Ready, template: Command, workshop: Workshop) -> Blocks | None:
    """The precompiled blocks of a language; ``None`` where it has none, or there is an unknown flag.

    Args:
        template: a command with the limits of a compile, and what it sees.
    """
    spec = ready.spec
    flags = workshop.flags(spec.flags)
    if spec.headers is None or not all(re.fullmatch(spec.headers.flags, flag) for flag in flags):
        return None
    if any(speaks_to_linker(os.fsencode(flag)) for flag in flags):
        return None
    names = Names(BLOCK)
    headers, is_warm = spec.headers, not ready.warm.is_relative_to(NOWHERE)
    expand, precompile, quicker = (
        tuple(ready.words(words, names, template.limits, flags))
        for words in (headers.expand, headers.precompile, headers.quicker if is_warm else ())
    )
    lean = headers.lean(ready.warm) if is_warm else None
    if lean is not None and not lean.takes_flags(flags):
        lean = None
    compiler = os.stat(ready.tools[spec.compiler])
    identity = (
        _FORMAT, sorted(ready.tools.items()), sorted(ready.versions.items()), compiler.st_size, compiler.st_mtime_ns,
        expand, precompile, sorted(template.env.items()),
    )  # fmt: skip
    making = Making(template, expand, precompile, workshop.run)
    return Blocks(making, identity, spec.compiler, quicker, lean, headers)


def speaks_to_linker(text: bytes) -> bool:
    """Whether a source, or a flag, may have the linker do what it does not do for the usual program."""
    return _FOR_THE_LINKER.search(text) is not None
