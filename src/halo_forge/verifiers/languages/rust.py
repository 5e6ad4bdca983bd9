"""Rust, with rustc alone: no crates but the standard library, no build script, no procedural macro."""

import subprocess
from pathlib import Path

from halo_forge.errors import ToolchainError
from halo_forge.types import Language
from halo_forge.verifiers.description import CompiledLanguage, always
from halo_forge.verifiers.toolchain import Tool


def _behind_the_launcher(found: Path) -> Path:
    """What PATH leads to is often rustup's launcher, which needs the user's home to choose a toolchain."""
    answer = subprocess.run([found, "--print", "sysroot"], capture_output=True, text=True, timeout=60, check=False)
    place = Path(answer.stdout.strip(), "bin", "rustc")
    if answer.returncode != 0 or not place.is_file():
        raise ToolchainError(f"{found} does not work: {answer.stderr.strip() or 'it has no toolchain'}")
    return place


RUSTC = CompiledLanguage(
    language=Language.RUST,
    names=always("main.rs"),
    tools=(Tool("rustc", "apt install rustc", locate=_behind_the_launcher), Tool("cc", "apt install gcc libc6-dev")),
    compile=(
        "{rustc}", "--crate-type=bin", "--cap-lints=allow", "--error-format=human", "--color=never", "{flags}",
        "-C", "linker={cc}", "-o", "program", "{source}",
    ),
    flags=("--edition=2021", "-C", "opt-level=2", "-C", "codegen-units=1"),
    self_test='fn main() { println!("ready"); }\n',
)  # fmt: skip
