"""Which sandbox this machine gets. Found out by running one, never by reading settings."""

from __future__ import annotations

import threading

from halo_forge.errors import JudgeError, SandboxError
from halo_forge.sandbox.base import Command, ResourceLimits, Sandbox
from halo_forge.sandbox.bubblewrap import BubblewrapSandbox
from halo_forge.sandbox.fair import FairSandbox
from halo_forge.sandbox.unsafe import UnsafeSandbox

_PROBE = Command(
    argv=("/usr/bin/true",),
    limits=ResourceLimits(cpu_s=5, memory_mb=256, output_bytes=65536, file_mb=1, tmp_mb=1, processes=16),
)

APPARMOR_PROFILE = """\
abi <abi/4.0>,
include <tunables/global>
profile bwrap /usr/bin/bwrap flags=(unconfined) {
  userns,
}
"""
"""What Ubuntu 24.04 needs in /etc/apparmor.d/bwrap before an ordinary user may have a sandbox."""


def open_sandbox(*, unsafe: bool = False, cancel: threading.Event | None = None) -> Sandbox:
    """The strict sandbox, tried once; or none at all when `unsafe`.

    Once `cancel` is set, what runs is ended and `Cancelled` is raised.

    Raises:
        SandboxError: the strict sandbox does not work here.
    """
    if unsafe:
        return FairSandbox(UnsafeSandbox(cancel))
    sandbox = BubblewrapSandbox(cancel=cancel)
    try:
        execution = sandbox.run(_PROBE)
    except (JudgeError, OSError) as error:
        raise SandboxError(_refusal(str(error))) from error
    if execution.exit_code != 0:
        raise SandboxError(_refusal(execution.stderr.decode(errors="replace").strip()))
    return FairSandbox(sandbox)


def _refusal(why: str) -> str:
    return f"no sandbox works on this machine ({why}); 'halo-forge doctor' says how to mend it"
