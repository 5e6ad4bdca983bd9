"""Runs a Python solution as a program of its own: parse it, say whether that worked, then be it.

The result's descriptor gets ``started`` and then ``parsed`` or ``unparsed``, and is closed before the first line of the
solution runs, which finds the names of the preamble. What the program prints is judged outside.
"""

from __future__ import annotations

import os
import sys
import types

TYPE_CHECKING = False  # importing typing takes longer than all that is done here
if TYPE_CHECKING:
    from types import TracebackType


def main(words: list[str]) -> None:
    """Parse the source, and if the first word is ``run``, be it."""
    mode, result_fd, path, preamble = words[0], int(words[1]), words[2], words[3]
    os.write(result_fd, b"started ")
    with open(path, "rb") as file:
        source = file.read()
    try:
        code = compile(source, path, "exec", dont_inherit=True)
    except (SyntaxError, ValueError, RecursionError, MemoryError, OverflowError) as error:
        os.write(result_fd, b"unparsed")
        sys.exit(f"{type(error).__name__}: {error}")
    os.write(result_fd, b"parsed")
    os.close(result_fd)
    if mode == "parse":
        return
    module = types.ModuleType("__main__")
    module.__dict__.update(__file__=path, __builtins__=__builtins__)
    sys.modules["__main__"] = module
    sys.argv[:] = [path]
    sys.excepthook = _tell
    with open(preamble, "rb") as file:
        exec(compile(file.read(), preamble, "exec", dont_inherit=True), module.__dict__)
    exec(code, module.__dict__)


def _tell(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """Tell of an exception that ends the program as if nothing of ours had called it."""
    ours = trace
    while ours is not None and ours.tb_frame.f_code is not main.__code__:
        ours = ours.tb_next
    if ours is not None:
        trace = ours.tb_next
        BaseException.with_traceback(error, trace)  # of which its class may have another idea
    sys.__excepthook__(kind, error, trace)
