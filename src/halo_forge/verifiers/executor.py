"""A process that is kept ready to become any program in the sandbox: quicker than to start a sandbox for each."""

from __future__ import annotations

import functools
import os
import sys
from pathlib import Path

from halo_forge.errors import ToolchainError
from halo_forge.sandbox.base import CONTROL_FD, WORKDIR, Command, ResourceLimits, Zygote
from halo_forge.sandbox.zygote.archive import ZYGOTE, ZYGOTE_PACKAGE, bytecode, zipped
from halo_forge.verifiers.shipped import BIND_NOW
from halo_forge.verifiers.toolchain import home_of

_ARCHIVE, _HOME = "zygote.zip", "python"
_START = (
    f"import sys, gc; gc.disable(); sys.path.insert(0, '{_ARCHIVE}'); from zygote.executing import main; "
    "del sys.path[0]; main(int(sys.argv[1]))"
)
_WORTH_IT_AFTER = 3
_LIMITS = ResourceLimits(cpu_s=60, memory_mb=1024, output_bytes=65536, file_mb=1, tmp_mb=1, processes=16)


@functools.cache  # one that was forgotten would leave its processes waiting, and be counted anew
def executor(read_only: tuple[Path, ...]) -> Zygote | None:
    """One for commands that see these directories; ``None`` where this Python can't run in a sandbox."""
    interpreter = Path(os.path.realpath(sys.executable))
    try:
        homes = home_of(interpreter)
    except ToolchainError:
        return None
    inside, beside, env = interpreter, {}, {BIND_NOW: "1"}
    for home in homes:  # at a place that is empty in forks: what runs there is not to see this Python
        beside[_HOME] = home
        inside = Path(WORKDIR, _HOME, interpreter.relative_to(home))
        env["LD_LIBRARY_PATH"] = f"{WORKDIR}/{_HOME}/lib"
    start = Command(
        argv=(str(inside), "-I", "-S", "-c", _START, CONTROL_FD),
        limits=_LIMITS,
        files={_ARCHIVE: zipped(bytecode(ZYGOTE_PACKAGE, ZYGOTE))},
        read_only=read_only,
        env=env,
    )
    return Zygote(start, executes=True, beside=beside, worth_it_after=_WORTH_IT_AFTER)
