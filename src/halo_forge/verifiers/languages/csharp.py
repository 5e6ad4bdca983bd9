"""C#, with Mono."""

from halo_forge.types import Language
from halo_forge.verifiers.description import CompiledLanguage, always
from halo_forge.verifiers.toolchain import Tool

MONO = CompiledLanguage(
    language=Language.CSHARP,
    names=always("main.cs"),
    tools=(Tool("mcs", "apt install mono-mcs"), Tool("mono", "apt install mono-runtime")),
    compile=("{mcs}", "{flags}", "-r:System.Numerics.dll", "-out:program.exe", "{source}"),
    flags=("-optimize+", "-warn:0"),
    product="program.exe",
    run=("{mono}", "program.exe"),
    self_test='class Program { static void Main() { System.Console.WriteLine("ready"); } }\n',
    run_env={"MONO_GC_PARAMS": "max-heap-size={heap_mb}m"},  # else it crashes at the limit, with exit status 0
    address_space=False,
    beside_heap_mb=48,
    read_only=("mono",),
)
