"""Which sandbox this machine gets. Found out by running one, never by reading settings."""

from __future__ import annotations

from halo_forge.errors import JudgeError, SandboxError
from halo_forge.sandbox.base import Command, ResourceLimits, Sandbox
from halo_forge.sandbox.bubblewrap import BubblewrapSandbox
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


def open_sandbox(*, unsafe: bool = False) -> Sandbox:
    """The strict sandbox, tried once; or none at all when `unsafe`.

    Raises:
        SandboxError: the strict sandbox does not work here.
    """
    if unsafe:
        return UnsafeSandbox()
    sandbox = BubblewrapSandbox()
    try:
        execution = sandbox.run(_PROBE)
    except (JudgeError, OSError) as error:
        raise SandboxError(
            f"no sandbox works on this machine ({error}); 'halo-forge doctor' says how to mend it"
        ) from error
    if execution.exit_code != 0:
        raise SandboxError(
            f"no sandbox works on this machine ({execution.stderr.decode(errors='replace').strip()}); "
            "'halo-forge doctor' says how to mend it"
        )
    return sandbox
