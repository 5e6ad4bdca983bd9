"""Rust: with rustc alone (no crates, no build script, no procedural macro), or with cargo and the system's crates."""

import re
import subprocess
from dataclasses import replace
from functools import partial
from pathlib import Path

from halo_forge.errors import JudgeError, ToolchainError
from halo_forge.types import Language
from halo_forge.verifiers.description import CompiledLanguage, always
from halo_forge.verifiers.joining.braces import RUST
from halo_forge.verifiers.joining.fitting import continued, preamble, split_tests
from halo_forge.verifiers.joining.pieces import Names, Pieces, Program, TestProgram
from halo_forge.verifiers.toolchain import Tool

_MAIN = re.compile(r"(?:\bpub\s+)?\bfn\s+main\s*\(\s*\)[^{;]*\{")
_ASSERTION = re.compile(r"(?<![\w:])(assert(?:_eq|_ne)?)\s*!")
# Comes behind the return of the tests, which unwinding them does not. The standard library has a name that the answer
# can't take for something else.
_END = """
extern crate std as {std};
fn main() {result} {{ let ended = {tests}(); {std}::println!("{word}"); ended }}
"""


# A package of the answer, whose dependencies are the crates that it names and that Debian has installed. Crates are
# built for each answer, so it may take a few seconds.
_BUILD = """\
cargo=$0 rustc=$1 cc=$2 source=$3; shift 3
mkdir src .cargo; cp "$source" src/main.rs
printf '[source.crates-io]\\nreplace-with = "system"\\n[source.system]\\ndirectory = "%s"\\n' \\
    /usr/share/cargo/registry >.cargo/config.toml
printf '[package]\\nname = "program"\\nversion = "0.0.0"\\nedition = "2021"\\n[dependencies]\\n' >Cargo.toml
for place in /usr/share/cargo/registry/*/; do
    [ -d "$place" ] || continue  # there are none
    crate=$(basename "$place" | sed -E 's/-[0-9]+[.].*$//'); name=$(echo "$crate" | tr - _)
    grep -qE "(^|[^A-Za-z0-9_])$name(::|;| as )" "$source" && echo "$crate = \\"*\\"" >>Cargo.toml
done
export CARGO_HOME=$PWD/.cargo CARGO_TARGET_DIR=target CARGO_BUILD_JOBS=2 RUSTC=$rustc
export RUSTFLAGS="--cap-lints=allow -C linker=$cc"
"$cargo" build --offline --quiet --color never "$@" && cp target/*/program program
"""


def _behind_the_launcher(name: str, found: Path) -> Path:
    """What PATH leads to is often rustup's launcher, which needs the user's home to choose a toolchain."""
    rustc = found.with_name("rustc")
    answer = subprocess.run([rustc, "--print", "sysroot"], capture_output=True, text=True, timeout=60, check=False)
    place = Path(answer.stdout.strip(), "bin", name)
    if answer.returncode != 0 or not place.is_file():
        raise ToolchainError(f"{found} does not work: {answer.stderr.strip() or 'it has no toolchain'}")
    return place


def _join(pieces: Pieces) -> Program:
    _, tests = split_tests(pieces.tests)
    body = RUST.body(tests, _MAIN)
    if body is None:
        raise JudgeError("the tests have no main function")
    name, std = pieces.secret("halo_forge_tests"), pieces.secret("halo_forge_std")
    arrow, returned = tests[body[0] : body[1]].partition("->")[1:]
    result = arrow + returned
    tests = f"{tests[: body[0]]}fn {name}() {result}{tests[body[1] :]}"
    tests = _ASSERTION.sub(rf"{std}::\1!", tests)  # not a macro of the answer that is called so
    end = _END.format(word=pieces.word, tests=name, std=std, result=result)
    return Program(f"{_answer(pieces)}\n{tests}{end}", Names("main.rs"))


def _answer(pieces: Pieces) -> str:
    if pieces.continues:
        return continued(pieces, RUST)
    # What the answer imports or defines itself comes before what is imported with a star.
    uses = preamble(pieces.prompt, pieces.answer, ("use ",)).replace("use ", "pub use ")
    module = pieces.secret("halo_forge_prompt")
    head = f"mod {module} {{\n{uses}}}\n#[allow(unused_imports)]\nuse {module}::*;\n" if uses else ""
    return f"{RUST.without(pieces.answer, _MAIN)}\n{head}"


_RUSTC = Tool("rustc", "apt install rustc", locate=partial(_behind_the_launcher, "rustc"))
_CC = Tool("cc", "apt install gcc libc6-dev")
RUSTC = CompiledLanguage(
    language=Language.RUST,
    names=always("main.rs"),
    tools=(_RUSTC, _CC),
    compile=(
        "{rustc}", "--crate-type=bin", "--cap-lints=allow", "--error-format=human", "--color=never", "{flags}",
        "-C", "linker={cc}", "-o", "program", "{source}",
    ),
    flags=("--edition=2021", "-C", "opt-level=2", "-C", "codegen-units=1"),
    self_test='fn main() { println!("ready"); }\n',
    tests=TestProgram(_join, re.compile(rb"\bassertion .*failed")),
)  # fmt: skip
CARGO = replace(
    RUSTC,
    tools=(Tool("cargo", "apt install cargo", locate=partial(_behind_the_launcher, "cargo")), _RUSTC, _CC),
    compile=("/bin/sh", "-c", _BUILD, "{cargo}", "{rustc}", "{cc}", "{source}", "{flags}"),
    flags=("--release",),
)
