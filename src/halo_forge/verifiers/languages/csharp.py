"""C#, with Mono."""

import re

from halo_forge.types import Language
from halo_forge.verifiers.description import CompiledLanguage, always
from halo_forge.verifiers.joining.braces import CSHARP
from halo_forge.verifiers.joining.classes import Tongue, joined
from halo_forge.verifiers.joining.pieces import Names, Pieces, Program, TestProgram
from halo_forge.verifiers.toolchain import Tool

_TONGUE = Tongue(
    reader=CSHARP,
    main=re.compile(r"(?:\b(?:public|private|internal|static)\s+)*\b(?:void|int)\s+(Main)\s*\([^)]*\)\s*\{"),
    imports=("using ",),
)
_NO_PARAMETER = re.compile(r"\(\s*\)")
_ASSERTION = re.compile(r"(?<![\w.])(?:System\.Diagnostics\.)?(?:Debug|Trace)\.Assert\s*\(")
# What a program can do to Debug.Assert is much (its listeners), so the tests call an assertion of ours.
_END = """
public static class HaloForgeEnd {{
    public static void Check(bool holds, params object[] words) {{
        if (!holds) throw new System.Exception("halo-forge: assertion failed");
    }}
    static int Main(string[] args) {{
        {call};
        byte[] word = System.Text.Encoding.ASCII.GetBytes("{word}\\n");
        System.Console.OpenStandardOutput().Write(word, 0, word.Length);
        return 0;
    }}
}}
"""


def _join(pieces: Pieces) -> Program:
    source, main, header = joined(pieces, _TONGUE)
    arguments = "" if _NO_PARAMETER.search(header) else "args"
    call = f"{main}({arguments})"
    if re.search(r"\bint\b", header):
        call = f"int status = {call}; if (status != 0) return status"
    source = _ASSERTION.sub("global::HaloForgeEnd.Check(", source)
    return Program(source + _END.format(call=call, word=pieces.word), Names("main.cs"))


_FRAME = ("{mcs}", "{flags}", "-r:System.Numerics.dll", "-out:program.exe")

MONO = CompiledLanguage(
    language=Language.CSHARP,
    names=always("main.cs"),
    tools=(Tool("mcs", "apt install mono-mcs"), Tool("mono", "apt install mono-runtime")),
    compile=(*_FRAME, "{source}"),
    flags=("-optimize+", "-warn:0"),
    product="program.exe",
    run=("{mono}", "program.exe"),
    self_test='class Program { static void Main() { System.Console.WriteLine("ready"); } }\n',
    tests=TestProgram(
        _join, re.compile(rb"halo-forge: assertion failed"), compile=(*_FRAME, "-main:HaloForgeEnd", "{source}")
    ),
    run_env={"MONO_GC_PARAMS": "max-heap-size={heap_mb}m"},  # else it crashes at the limit, with exit status 0
    address_space=False,
    beside_heap_mb=48,
    read_only=("mono",),
)
