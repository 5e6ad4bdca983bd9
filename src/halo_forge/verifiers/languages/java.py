"""Java, with javac and java of a JDK. A public class names its file; the class that has ``main`` is started."""

import re
from dataclasses import replace

from halo_forge.types import Language
from halo_forge.verifiers.description import CompiledLanguage
from halo_forge.verifiers.joining.braces import JAVA as READER
from halo_forge.verifiers.joining.classes import Tongue, joined
from halo_forge.verifiers.joining.javatuples import javatuples
from halo_forge.verifiers.joining.pieces import Names, Pieces, Program, TestProgram
from halo_forge.verifiers.toolchain import Tool
from halo_forge.verifiers.warm import Warm

# Comments, strings and characters; then what gives the file its shape. Strings are unrolled and modifiers counted: a
# source may be megabytes of the same word.
_TOKEN = re.compile(
    r'//[^\n]*|/\*.*?(?:\*/|\Z)|"""[^\\]*?(?:\\.[^\\]*?)*?(?:"""|\Z)'
    r'|"[^"\\\n]*+(?:\\.[^"\\\n]*+)*"?|\'[^\'\\\n]*+(?:\\.[^\'\\\n]*+)*\'?'
    r"|(?P<package>\bpackage\s+(?P<path>[\w.]+)\s*;)"
    r"|(?P<type>(?P<public>\bpublic\s+)?(?:(?:abstract|final|sealed|non-sealed|strictfp|static)\s+){0,7}"
    r"\b(?:class|interface|enum|record)\s+(?P<name>\w+))"
    r"|(?P<main>\bvoid\s+main\s*\()|(?P<brace>[{}])",
    re.S,
)


def _names(source: str) -> Names:
    package = public = main = first = current = ""
    depth = 0
    for token in _TOKEN.finditer(source):
        if token["brace"]:
            depth += 1 if token["brace"] == "{" else -1
        elif token["package"] and not depth:
            package = f"{token['path']}."
        elif token["type"] and not depth:
            current = token["name"]
            first = first or current
            public = public or (current if token["public"] else "")
        elif token["main"] and depth == 1:
            main = main or current
    return Names(f"{public or first or 'Main'}.java", f"{package}{main or public or first or 'Main'}")


_FEW_THREADS = ("-XX:+UseSerialGC", "-XX:ActiveProcessorCount=1", "-XX:-UsePerfData", "-Xshare:auto")
_INSTALL = "apt install default-jdk-headless"
_COMPILE = (
    *(f"-J{option}" for option in (*_FEW_THREADS, "-XX:TieredStopAtLevel=1", "-Xlog:disable", "-Xmx{heap_mb}m")),
    "-encoding", "UTF-8", "-proc:none", "{flags}", "-d", "made", "{source}",
)  # fmt: skip
_SELF_TEST = 'public class Ready { public static void main(String[] a) { System.out.println("ready"); } }\n'
_RUN = (
    "{java}", *_FEW_THREADS, "-Xms16m", "-Xmx{heap_mb}m", "-Xss4m",
    "-Xlog:disable", "-Xlog:all=warning:stderr", "-cp", "made",
)  # fmt: skip
_TONGUE = Tongue(
    reader=READER,
    main=re.compile(r"(?:\b(?:public|static|final)\s+)*\bvoid\s+(main)\s*\([^)]*\)\s*(?:throws\s+[\w.,\s]+)?\{"),
    imports=("import ",),
)
_PACKAGE = re.compile(r"^[ \t]*package[ \t]+[\w.]+[ \t]*;", re.M)  # the prompt and the tests are in none
_END = """
class HaloForgeEnd {{
    public static void main(String[] args) throws Throwable {{
        {main}(args);
        new java.io.FileOutputStream(java.io.FileDescriptor.out).write("{word}\\n".getBytes());
    }}
}}
"""


def _join(pieces: Pieces) -> Program:
    source, main, _ = joined(replace(pieces, answer=_PACKAGE.sub("", pieces.answer, count=1)), _TONGUE)
    names = Names(_names(source).source, "HaloForgeEnd")
    return Program(source + _END.format(main=main, word=pieces.word), names, javatuples(source))


JAVA = CompiledLanguage(
    language=Language.JAVA,
    names=_names,
    tools=(Tool("javac", _INSTALL), Tool("java", _INSTALL)),
    compile=("{javac}", "-J-XX:SharedArchiveFile={warm}/javac.jsa", *_COMPILE),
    flags=("-nowarn",),
    product="made/",
    run=(*_RUN, "{main}"),
    self_test=_SELF_TEST,
    tests=TestProgram(_join, re.compile(rb"java\.lang\.AssertionError"), run=(*_RUN, "-ea", "{main}")),
    # The compiler's own classes, as it has them in memory once it started.
    warm=Warm(
        source="import java.util.*; import java.util.stream.*;\n" + _SELF_TEST,
        compile=("{javac}", "-J-XX:ArchiveClassesAtExit=made/javac.jsa", *_COMPILE),
        product="made/",
    ),
    address_space=False,
    beside_heap_mb=128,  # the stacks of its threads, the code cache, the classes
    read_only=("java-*-openjdk",),
)  # fmt: skip
