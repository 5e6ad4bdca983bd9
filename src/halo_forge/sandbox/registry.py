"""Which sandbox this machine gets. Found out by running one, never by reading settings."""

from __future__ import annotations

import threading
from pathlib import Path

from halo_forge.errors import JudgeError, SandboxError
from halo_forge.sandbox.base import WORKDIR, Command, ResourceLimits, Sandbox, Tier
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


def sandbox_advice() -> list[str]:
    """What to do where the strict sandbox does not work, one step a line, most likely cause first."""
    steps = []
    if _setting("kernel/apparmor_restrict_unprivileged_userns") == "1":
        steps += [
            "AppArmor keeps ordinary users from having sandboxes. Install bubblewrap (apt install bubblewrap), write",
            "this to /etc/apparmor.d/bwrap and run: sudo systemctl reload apparmor",
            "",
            APPARMOR_PROFILE,
        ]
    if _setting("user/max_user_namespaces") == "0" or _setting("kernel/unprivileged_userns_clone") == "0":
        steps.append("User namespaces are switched off: sudo sysctl user.max_user_namespaces=15000")
    if Path("/.dockerenv").exists() or Path("/run/.containerenv").exists():
        steps.append(
            "Inside a container, let it make namespaces: "
            "docker run --security-opt seccomp=unconfined --cap-add SYS_ADMIN"
        )
    if not steps:
        steps.append(
            "Install bubblewrap (apt install bubblewrap) and util-linux, and see what 'bwrap --unshare-all true' says."
        )
    return [*steps, "Or run without a sandbox, with your own rights, by --unsafe."]


def _setting(name: str) -> str:
    try:
        return Path("/proc/sys", name).read_text().strip()
    except OSError:
        return ""


def open_sandbox(*, unsafe: bool = False, cancel: threading.Event | None = None) -> Sandbox:
    """The strict sandbox, or none at all when `unsafe`. Either is tried once.

    Once `cancel` is set, what runs is ended and `Cancelled` is raised.

    Raises:
        SandboxError: it does not work here.
    """
    sandbox = UnsafeSandbox(cancel) if unsafe else BubblewrapSandbox(cancel=cancel)
    try:
        _try(sandbox)
    except BaseException:
        sandbox.close()
        raise
    return FairSandbox(sandbox)


def _try(sandbox: Sandbox) -> None:
    try:
        execution = sandbox.run(_PROBE)
    except JudgeError as error:
        raise SandboxError(_refusal(str(error), sandbox.tier)) from error
    if execution.exit_code != 0:
        raise SandboxError(_refusal(execution.stderr.decode(errors="replace").strip(), sandbox.tier))


def _refusal(why: str, tier: Tier) -> str:
    if tier is Tier.UNSAFE:
        return f"no program can be run on this machine, not even without a sandbox ({why})"
    if not Path(WORKDIR).is_dir():
        return f"no sandbox works without a directory {WORKDIR}; make it (mkdir -m 1777 {WORKDIR})"
    return f"no sandbox works on this machine ({why}); 'halo-forge doctor' says how to mend it"
