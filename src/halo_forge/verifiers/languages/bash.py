"""Bash: "compiled" means that its syntax is right."""

from halo_forge.types import Language
from halo_forge.verifiers.description import CompiledLanguage, always
from halo_forge.verifiers.toolchain import Tool

BASH = CompiledLanguage(
    language=Language.BASH,
    names=always("main.sh"),
    tools=(Tool("bash", "apt install bash"),),
    compile=("{bash}", "-n", "{flags}", "{source}"),
    product="",
    run=("{bash}", "{source}"),
    self_test="echo ready\n",
)
